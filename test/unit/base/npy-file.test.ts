/**
 * @file Tables in .npy files: what is written is read again, by the documented format; what is not such a table is refused in words.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

import { UserError } from "#engine/base/errors.ts";
import { npyHead, readNpyTable, writeNpyTable } from "#engine/base/npy-file.ts";

const folder = mkdtempSync(join(tmpdir(), "likeness-npy-"));
const path = join(folder, "x.npy");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a table comes back as it was", () => {
  const values = Float32Array.of(1, -2.5, 3e-30, 4, 5, 6);
  writeNpyTable(path, values, 3);
  expect(readNpyTable(path)).toEqual({ count: 2, dimensions: 3, values });
});

test("the bytes are those of the format", () => {
  writeNpyTable(path, Int32Array.of(7, -1), 1);
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from("\x93NUMPY\x01\x00", "latin1"));
  expect((10 + bytes.readUInt16LE(8)) % 64).toBe(0);
  const head = bytes.toString("latin1", 10, 10 + bytes.readUInt16LE(8));
  expect(head.trimEnd()).toBe("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 1), }");
  expect(head.endsWith("\n")).toBe(true);
  expect([bytes.readInt32LE(bytes.length - 8), bytes.readInt32LE(bytes.length - 4)]).toEqual([7, -1]);
});

test("a head of format 2.0, keys in another order and no rows", () => {
  const text = "{'shape': (0, 4), 'fortran_order': False, 'descr': '<f4'}\n";
  const head = Buffer.alloc(12);
  head.write("\x93NUMPY\x02\x00", "latin1");
  head.writeUInt32LE(text.length, 8);
  writeFileSync(path, Buffer.concat([head, Buffer.from(text)]));
  expect(readNpyTable(path)).toMatchObject({ count: 0, dimensions: 4 });
});

describe("refused, by name and with what was seen", () => {
  const changed = (from: string, to: string): Buffer =>
    Buffer.concat([Buffer.from(npyHead("<f4", 1, 2).toString("latin1").replace(from, to), "latin1"), Buffer.alloc(8)]);
  test.each([
    ["text", Buffer.from("hello, I am a text"), /is no \.npy file/],
    ["nothing", Buffer.alloc(0), /is no \.npy file/],
    ["float64", changed("<f4", "<f8"), /holds .*<f8/],
    ["columns first", changed("False", "True "), /holds .*True/],
    ["one dimension", changed("(1, 2)", "(2,)  "), /holds .*\(2,\)/],
    ["too few bytes", changed("(1, 2)", "(3, 2)"), /has 136 bytes; its head says 152/],
    ["no columns", changed("(1, 2)", "(9, 0)"), /rows of no numbers/],
  ])("%s", (_, bytes, message) => {
    writeFileSync(path, bytes);
    expect(() => readNpyTable(path)).toThrow(UserError);
    expect(() => readNpyTable(path)).toThrow(message);
    expect(() => readNpyTable(path)).toThrow(path);
  });
  test("a file that is not there", () => {
    expect(() => readNpyTable(join(folder, "none.npy"))).toThrow(expect.objectContaining({ code: "ENOENT" }));
  });
});
