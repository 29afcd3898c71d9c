import { expect, test } from "vitest";

import { migratedTo } from "../../../helpers/migrated.ts";

test("pairs are between known contents, once, with a known relation", () => {
  const sqlite = migratedTo(3);
  sqlite.exec("INSERT INTO contents (id, hash, size_bytes, decode_version) VALUES (1, x'00', 1, 1), (2, x'01', 1, 1)");
  const add = sqlite.prepare("INSERT INTO pairs VALUES (?, ?, ?, 1, 1)");
  add.run(1, 2, "same-picture");
  expect(() => add.run(1, 2, "none")).toThrow(/UNIQUE/);
  expect(() => add.run(1, 3, "none")).toThrow(/FOREIGN KEY/);
  expect(() => add.run(2, 1, "identical-file")).toThrow(/CHECK/);
});
