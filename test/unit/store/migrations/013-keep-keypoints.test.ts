import { expect, test } from "vitest";

import { migrate } from "#engine/store/migrations/table.ts";
import { migratedTo } from "../../../helpers/migrated.ts";

test("contents that were read before have no keypoints yet, and can be given some", () => {
  const sqlite = migratedTo(12);
  sqlite.exec("INSERT INTO contents (id, hash, size_bytes, decode_version) VALUES (1, x'01', 5, 1)");
  migrate(sqlite, "memory", 13);
  expect(sqlite.prepare("SELECT count(*) FROM keypoints").pluck().get()).toBe(0);
  sqlite.exec("INSERT INTO keypoints (content_id, version, points) VALUES (1, 1, x'00')");
  expect(sqlite.prepare("SELECT inner_hash FROM keypoints").pluck().get()).toBeNull();
});
