/**
 * @file Numbers of tensors, weights in files of their own, and what must hold of a graph.
 */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { checkModel } from "#engine/onnx/check-graph.ts";
import type { ElementType } from "#engine/onnx/element-type.ts";
import { readExternalData } from "#engine/onnx/external-data.ts";
import { elementCount, floatsOf, integersOf, scalarOf, tensorFrom } from "#engine/onnx/tensor-values.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { externalTensor, graphOf, modelOf, nodeOf, valueOf } from "./small-models.ts";

describe("numbers", () => {
  const whole: readonly ElementType[] = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"];
  test.each(whole)("%s", (type) => {
    const values = type.startsWith("u") ? [0, 1, 127, 255] : [-128, -1, 0, 127];
    const tensor = tensorFrom("t", type, [2, 2], values);
    expect(integersOf(tensor)).toEqual(values);
    expect([...floatsOf(tensor)]).toEqual(values);
  });

  test("halves: known bits, and rounding to the nearest", () => {
    // 1, -2, 65504 (largest), 2^-24 (smallest), and 1 + 2^-11, a tie that goes to even.
    const halves = tensorFrom("t", "float16", [5], [1, -2, 65504, 2 ** -24, 1 + 2 ** -11]);
    expect([...new Uint16Array(halves.bytes.buffer)]).toEqual([0x3c00, 0xc000, 0x7bff, 1, 0x3c00]);
    expect([...floatsOf(halves)]).toEqual([1, -2, 65504, 2 ** -24, 1]);
    // bfloat16 has 8 bits of fraction: 1 + 2^-8 is a tie and goes to 1, 1 + 3 x 2^-8 one to 1 + 2^-6.
    const brains = tensorFrom("t", "bfloat16", [4], [1, -3.5, 1 + 2 ** -8, 1 + 3 * 2 ** -8]);
    expect([...floatsOf(brains)]).toEqual([1, -3.5, 1, 1 + 2 ** -6]);
    expect(floatsOf(tensorFrom("t", "bfloat16", [2], [Number.NaN, Infinity]))).toEqual(Float32Array.from([Number.NaN, Infinity]));
  });

  test("every bfloat16 is read as the float that has its bits", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        const [read] = floatsOf(tensorFrom("t", "bfloat16", [1], [value])) as unknown as [number];
        expect((new Uint32Array(Float32Array.of(read).buffer)[0] as number) & 0xffff).toBe(0);
        if (Number.isFinite(read) && value !== 0 && Math.abs(value) > 1e-37)
          expect(Math.abs(read / value - 1)).toBeLessThanOrEqual(2 ** -8);
      }),
      { seed: 2 },
    );
  });

  test("floats that lie on a word are not copied, others are", () => {
    const tensor = tensorFrom("t", "float32", [2], [1, 2]);
    expect(floatsOf(tensor).buffer).toBe(tensor.bytes.buffer);
    const shifted = new Uint8Array(9);
    shifted.set(tensor.bytes, 1);
    expect([...floatsOf({ ...tensor, bytes: shifted.subarray(1) })]).toEqual([1, 2]);
  });

  test("one number; an end of everything; what is no number", () => {
    expect(scalarOf(tensorFrom("t", "int64", [], [7]))).toBe(7);
    expect(integersOf(tensorFrom("t", "int64", [1], [2n ** 63n - 1n]))[0]).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
    expect(() => scalarOf(tensorFrom("axes", "int64", [2], [1, 2]))).toThrow(/axes of \[2\] stands where one number is expected/);
    expect(() => floatsOf({ ...tensorFrom("t", "uint8", [1], [1]), elementType: "int4" })).toThrow(/int4, which is not read/);
    expect(elementCount([])).toBe(1);
  });
});

describe("weights in files of their own", () => {
  const read = (folder: string | null, entries: Record<string, string>): number[] => {
    const model = readExternalData(modelOf({ initializers: [externalTensor("w", [2], entries)] }), folder);
    return [...floatsOf(model.graph.initializers[0] as never)];
  };

  test("are read from beside the model, at their offset, also out of attributes and inner graphs", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "deep"));
    writeFileSync(join(folder, "deep", "w.bin"), Buffer.concat([Buffer.alloc(4), Buffer.from(Float32Array.of(5, -6).buffer)]));
    const entries = { location: "deep/w.bin", offset: "4", length: "8" };
    expect(read(folder, entries)).toEqual([5, -6]);
    const tensor = externalTensor("w", [2], entries);
    const inner = graphOf({ nodes: [nodeOf("c = Constant()", { value: { kind: "tensor", value: tensor } })] });
    const model = readExternalData(modelOf({ nodes: [nodeOf("y = If(x)", { then_branch: { kind: "graph", value: inner } })] }), folder);
    expect(JSON.stringify([...model.graph.nodes], (_, value: unknown) => (value instanceof Map ? [...value] : value))).not.toContain(
      "deep/w.bin",
    );
  });

  test("outside the model's folder nothing is opened", () => {
    const home = temporaryFolder();
    const folder = join(home, "model");
    mkdirSync(join(folder, "inside"), { recursive: true });
    writeFileSync(join(home, "secret"), Buffer.alloc(8));
    writeFileSync(join(folder, "w.bin"), Buffer.alloc(8));
    symlinkSync(join(home, "secret"), join(folder, "link"));
    symlinkSync(home, join(folder, "up"));
    for (const location of [
      "../secret",
      join(home, "secret"),
      "link",
      "up/secret",
      "inside/../../secret",
      "",
      ".",
      "C:\\x",
      "\\x",
      "w.bin\0",
    ])
      expect(() => read(folder, { location }), location).toThrow(/The weights of w lie in/);
    expect(() => read(null, { location: "w.bin" })).toThrow(/expected them inside the model/);
    expect(read(folder, { location: "inside/../w.bin" })).toEqual([0, 0]);
  });

  test("what does not fit is told", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "w.bin"), Buffer.alloc(10));
    expect(() => read(folder, { location: "none.bin" })).toThrow(/Put it beside the model/);
    expect(() => read(folder, { location: "w.bin", length: "7" })).toThrow(/length 7; expected 8 bytes/);
    expect(() => read(folder, { location: "w.bin", offset: "-1" })).toThrow(/offset -1/);
    expect(() => read(folder, { location: "w.bin", offset: "4" })).toThrow(/has 10 bytes; expected 8 from byte 4 on/);
  });
});

describe("what must hold of a graph", () => {
  const inputs = [valueOf("x")];
  const outputs = [valueOf("y")];
  const refused = (nodes: Parameters<typeof nodeOf>[0][]) => () =>
    checkModel(modelOf({ inputs, outputs, nodes: nodes.map((line) => nodeOf(line)) }));

  test("each value is made once, before it is used", () => {
    expect(refused(["h = Relu(x)", "y = Add(h, x)"])).not.toThrow();
    expect(refused(["y = Clip(x, , x)"])).not.toThrow();
    expect(refused(["y = Add(h, x)", "h = Relu(x)"])).toThrow(/Add node number 0 takes "h", which nothing makes before it/);
    expect(refused(["y = Relu(x)", "y = Neg(x)"])).toThrow(/Neg node number 1 makes "y" a second time/);
    expect(refused(["x = Relu(x)"])).toThrow(/makes "x" a second time/);
    expect(refused(["h = Relu(x)"])).toThrow(/nothing makes the output "y"/);
  });

  test("inner graphs see what was made outside before them; an initializer may be an input's default", () => {
    const branch = (line: string) => ({ kind: "graph", value: graphOf({ nodes: [nodeOf(line)], outputs: [valueOf("z")] }) }) as const;
    const choose = (line: string) => () =>
      checkModel(modelOf({ inputs, outputs, nodes: [nodeOf("h = Relu(x)"), nodeOf("y = If(x)", { then_branch: branch(line) }, "choose"), nodeOf("late = Neg(x)")] })); // prettier-ignore
    expect(choose("z = Add(h, x)")).not.toThrow();
    expect(choose("z = Neg(late)")).toThrow(/takes "late"/);
    checkModel(modelOf({ inputs: [...inputs, valueOf("w")], outputs, initializers: [tensorFrom("w", "float32", [2], [1, 2])], nodes: [nodeOf("y = Add(x, w)")] })); // prettier-ignore
  });
});
