import { expect, test } from "vitest";

import { notePlaced } from "#engine/store/migrations/017-note-placed.ts";
import { migrate, migrations } from "#engine/store/migrations/table.ts";
import { migratedTo } from "../../../helpers/migrated.ts";

test("maps that were made before were laid out as a whole", () => {
  const before = migrations.indexOf(notePlaced);
  const sqlite = migratedTo(before);
  sqlite.exec("INSERT INTO encoders VALUES (1, 'tiny', 'Tiny', 'x', 3, 'x', 1)");
  sqlite.exec(
    "INSERT INTO maps (encoder_key, fingerprint, content_ids, coordinates, clusters, representatives, trustworthiness, recall) VALUES (1, 'f', x'', x'', x'', x'', 1, 1)",
  );
  migrate(sqlite, "memory", before + 1);
  expect(sqlite.prepare("SELECT length(placed) FROM maps").pluck().get()).toBe(0);
});
