import { expect, test } from "vitest";

import { migrate } from "#engine/store/migrations/table.ts";
import { migratedTo } from "../../../helpers/migrated.ts";

test("pairs that were judged before say nothing of an edit", () => {
  const sqlite = migratedTo(11);
  sqlite.exec("INSERT INTO contents (id, hash, size_bytes, decode_version) VALUES (1, x'01', 5, 1), (2, x'02', 5, 1)");
  sqlite.exec("INSERT INTO pairs (a, b, relation, score, verifier_version) VALUES (1, 2, 'same-picture', 0.9, 5)");
  migrate(sqlite, "memory", 12);
  expect(sqlite.prepare("SELECT edit FROM pairs").pluck().get()).toBeNull();
});
