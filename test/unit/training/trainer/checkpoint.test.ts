import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { readCheckpoint, writeCheckpoint } from "#engine/training/trainer/checkpoint.ts";

import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

function tensor(shape: readonly number[], values: readonly number[]): HostTensor {
  return { type: "float32", shape, data: Float32Array.from(values) };
}

const tensors = new Map([
  ["encoder/w", tensor([2, 3], [1, -2, 3.5, 1e-40, 3e38, -0])],
  ["a scalar", tensor([], [7])],
  ["nothing", tensor([0, 4], [])],
  ["Größe", tensor([1], [Math.PI])],
]);

describe("a checkpoint", () => {
  test("comes back as it was, whatever is in it", () => {
    const path = join(temporaryFolder(), "last.safetensors");
    expect(readCheckpoint(path)).toBe(null);
    const numbers = fc.float32Array({ maxLength: 20 });
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((name) => name !== "__metadata__" && name !== "__proto__"),
          numbers,
        ),
        fc.nat(),
        (values, step) => {
          const given = new Map(
            Object.entries(values).map(([name, data]) => [name, { type: "float32" as const, shape: [data.length], data }]),
          );
          writeCheckpoint(path, { step, tensors: given, notes: { run: "run-1" } });
          const back = readCheckpoint(path);
          expect([back?.step, back?.notes["run"], back?.tensors]).toEqual([step, "run-1", given]);
        },
      ),
      { numRuns: 50 },
    );
    writeCheckpoint(path, { step: 3, tensors, notes: {} });
    expect(readCheckpoint(path)?.tensors).toEqual(tensors);
  });

  test("is laid out as safetensors say: a length, a JSON header in whole words, numbers in order without gaps", () => {
    const path = join(temporaryFolder(), "last.safetensors");
    writeCheckpoint(path, { step: 3, tensors, notes: { run: "run-1" } });
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString("utf8")) as Record<
      string,
      { dtype: string; shape: number[]; data_offsets: number[] }
    >;
    expect(header["__metadata__"]).toEqual({ run: "run-1", step: "3" });
    expect(header["encoder/w"]).toEqual({ dtype: "F32", shape: [2, 3], data_offsets: [0, 24] });
    expect(header["a scalar"]).toEqual({ dtype: "F32", shape: [], data_offsets: [24, 28] });
    expect(bytes.length).toBe(8 + length + 4 * 8);
    expect(bytes.readFloatLE(8 + length + 8)).toBe(3.5);
  });

  test("cut off anywhere it is an error that names the file", () => {
    const folder = temporaryFolder();
    const whole = join(folder, "whole");
    writeCheckpoint(whole, { step: 3, tensors, notes: {} });
    const bytes = readFileSync(whole);
    const path = join(folder, "cut");
    for (let length = 0; length < bytes.length; length += 7) {
      writeFileSync(path, bytes);
      truncateSync(path, length);
      expect(() => readCheckpoint(path), `${length} bytes`).toThrow(expect.objectContaining({ code: "checkpoint", message: expect.stringContaining(path) as string }) as Error); // prettier-ignore
    }
    writeFileSync(path, "{}");
    expect(() => readCheckpoint(path)).toThrow(/is damaged/);
  });

  test("what a killed process left beside it does no harm", () => {
    const path = join(temporaryFolder(), "last.safetensors");
    writeCheckpoint(path, { step: 1, tensors, notes: {} });
    writeFileSync(`${path}.tmp`, "half of somet");
    expect(readCheckpoint(path)?.step).toBe(1);
    writeCheckpoint(path, { step: 2, tensors, notes: {} });
    expect([readCheckpoint(path)?.step, existsSync(`${path}.tmp`)]).toEqual([2, false]);
  });
});
