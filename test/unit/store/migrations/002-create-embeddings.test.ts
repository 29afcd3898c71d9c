import { expect, test } from "vitest";

import { migratedTo } from "../../../helpers/migrated.ts";

test("another weights hash or preprocessing version is another encoder with its own vectors", () => {
  const sqlite = migratedTo(2);
  sqlite.exec("INSERT INTO contents (id, hash, size_bytes, decode_version) VALUES (1, x'00', 1, 1)");
  const add = sqlite.prepare(
    "INSERT INTO encoders (id, name, source, dimensions, weights_hash, preprocessing_version) VALUES ('e', 'E', 'bundled', 2, ?, ?)",
  );
  add.run("aa", 1);
  add.run("bb", 1);
  add.run("aa", 2);
  expect(() => add.run("aa", 1)).toThrow(/UNIQUE/);
  const vector = sqlite.prepare("INSERT INTO embeddings VALUES (?, 1, x'00000000')");
  vector.run(1);
  vector.run(2);
  expect(() => vector.run(1)).toThrow(/UNIQUE/);
  expect(() => vector.run(9)).toThrow(/FOREIGN KEY/);
});
