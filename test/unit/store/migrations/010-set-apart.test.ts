import { expect, test } from "vitest";

import { migrate } from "#engine/store/migrations/table.ts";
import { migratedTo } from "../../../helpers/migrated.ts";

test("a pair stands once, lower content first, of contents that are there; a step goes with its changes", () => {
  const sqlite = migratedTo(9);
  sqlite.exec("INSERT INTO contents (id, hash, size_bytes, decode_version) VALUES (1, x'01', 5, 1), (2, x'02', 5, 1)");
  migrate(sqlite, "memory", 10);
  sqlite.exec("INSERT INTO apart_pairs (a, b, said_at) VALUES (1, 2, 7)");
  expect(() => sqlite.exec("INSERT INTO apart_pairs (a, b, said_at) VALUES (1, 2, 8)")).toThrow(/UNIQUE/);
  expect(() => sqlite.exec("INSERT INTO apart_pairs (a, b, said_at) VALUES (2, 1, 8)")).toThrow(/CHECK/);
  expect(() => sqlite.exec("INSERT INTO apart_pairs (a, b, said_at) VALUES (2, 3, 8)")).toThrow(/FOREIGN KEY/);
  sqlite.exec("INSERT INTO apart_steps (id, what, made_at) VALUES (1, 'said', 7)");
  sqlite.exec("INSERT INTO apart_changes (step_id, a, b, before, after) VALUES (1, 1, 2, NULL, 7)");
  sqlite.exec("DELETE FROM apart_steps");
  expect(sqlite.prepare("SELECT COUNT(*) FROM apart_changes").pluck().get()).toBe(0);
});
