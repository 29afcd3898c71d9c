/** @file Wrong arguments of every kernel, on every implementation: a named error, the twin's to the word. */
import { describe, expect, test } from "vitest";

import { isKernelError } from "#native/kernel-error.ts";
import { twins, type KernelName } from "#native/kernels.ts";

import { planOf } from "./augment-plans.ts";
import { variants } from "./variants.ts";

describe.each(variants)("$name", ({ kernels }) => {
  describe("arguments", () => {
    const cases: { kernel: KernelName; good: Record<string, unknown>; wrong: [string, unknown, string][] }[] = [
      {
        kernel: "boxReduce",
        good: { source: new Uint8Array(20), sourceWidth: 3, sourceHeight: 2, factor: 2, target: new Uint8Array(6) },
        wrong: [
          ["source", new Uint8Array(17), "wrong-length"],
          ["source", new Uint16Array(18), "wrong-type"],
          ["target", new Uint8Array(3), "wrong-length"],
          ["factor", 0, "out-of-range"],
          ["factor", 257, "out-of-range"],
          ["factor", 1.5, "out-of-range"],
          ["sourceWidth", 0, "out-of-range"],
          ["sourceHeight", Number.NaN, "not-finite"],
        ],
      },
      {
        kernel: "sharpness",
        good: {
          source: new Uint8Array(75),
          channels: 3,
          sourceWidth: 5,
          sourceHeight: 5,
          left: 1,
          top: 0,
          width: 4,
          height: 5,
          noise: 2,
          sums: new Float64Array(6),
        },
        wrong: [
          ["source", new Uint8Array(74), "wrong-length"],
          ["sums", new Float64Array(5), "wrong-length"],
          ["sums", new Float32Array(6), "wrong-type"],
          ["left", 2, "out-of-range"],
          ["top", 1, "out-of-range"],
          ["width", 6, "out-of-range"],
          ["height", 0, "out-of-range"],
          ["noise", -1, "out-of-range"],
          ["channels", 2, "out-of-range"],
        ],
      },
      {
        kernel: "findCorners",
        good: {
          luma: new Float32Array(20),
          width: 5,
          height: 4,
          pattern: new Int32Array(1024),
          budget: Int32Array.of(2, 1),
          leastStrength: 0.7,
          x: new Float32Array(3),
          y: new Float32Array(3),
          bits: new Int32Array(24),
        },
        wrong: [
          ["luma", new Float32Array(19), "wrong-length"],
          ["luma", null, "wrong-type"],
          ["width", 4097, "out-of-range"],
          ["height", 0, "out-of-range"],
          ["pattern", new Int32Array(1023), "wrong-length"],
          ["pattern", new Int32Array(1024).fill(15), "out-of-range"],
          ["budget", new Int32Array(0), "wrong-length"],
          ["budget", Int32Array.of(1, -1), "out-of-range"],
          ["leastStrength", Number.NaN, "not-finite"],
          ["x", new Float32Array(2), "wrong-length"],
          ["y", new Float64Array(3), "wrong-type"],
          ["bits", new Int32Array(23), "wrong-length"],
        ],
      },
      {
        kernel: "layCorners",
        good: {
          starts: Int32Array.of(0, 1, 2),
          x: new Float32Array(2),
          y: new Float32Array(2),
          bits: new Int32Array(16),
          pairs: Int32Array.of(0, 1),
          found: new Float64Array(5),
          threads: 1,
        },
        wrong: [
          ["starts", Int32Array.of(0, 1), "out-of-range"],
          ["starts", Int32Array.of(0, 3, 2), "out-of-range"],
          ["starts", new Int32Array(0), "out-of-range"],
          ["y", new Float32Array(3), "wrong-length"],
          ["bits", new Int32Array(15), "wrong-length"],
          ["pairs", Int32Array.of(0, 2), "out-of-range"],
          ["pairs", Int32Array.of(-1, 0), "out-of-range"],
          ["found", new Float64Array(4), "wrong-length"],
          ["threads", 0, "out-of-range"],
        ],
      },
      {
        kernel: "histograms",
        good: { source: new Uint8Array(12), count: 4, greys: new Uint32Array(256), chromas: new Uint32Array(256) },
        wrong: [
          ["source", new Uint8Array(13), "wrong-length"],
          ["greys", new Int32Array(256), "wrong-type"],
          ["chromas", new Uint32Array(255), "wrong-length"],
          ["count", -1, "out-of-range"],
        ],
      },
      {
        kernel: "jpegReduce",
        good: {
          source: new Uint8Array(3),
          width: 9,
          height: 16,
          factor: 4,
          target: new Uint8Array(36),
          left: 5,
          top: 0,
          centreWidth: 4,
          centreHeight: 4,
          grey: new Uint8Array(16),
        },
        wrong: [
          ["source", new Int8Array(3), "wrong-type"],
          ["width", 0, "out-of-range"],
          ["height", 65536, "out-of-range"],
          ["factor", 3, "out-of-range"],
          ["factor", 1, "out-of-range"],
          ["target", new Uint8Array(35), "wrong-length"],
          ["left", 6, "out-of-range"],
          ["top", -1, "out-of-range"],
          ["centreWidth", 10, "out-of-range"],
          ["centreHeight", 0.5, "out-of-range"],
          ["grey", new Uint8Array(15), "wrong-length"],
        ],
      },
      {
        kernel: "exactNeighbours",
        good: {
          vectors: new Float32Array(8).fill(1),
          count: 4,
          dimensions: 2,
          from: 0,
          to: 4,
          k: 2,
          threads: 1,
          indices: new Int32Array(8),
          similarities: new Float32Array(8),
        },
        wrong: [
          ["vectors", new Float64Array(8), "wrong-type"],
          ["vectors", [1], "wrong-type"],
          ["vectors", undefined, "wrong-type"],
          ["vectors", new Float32Array(7), "wrong-length"],
          ["indices", new Uint32Array(8), "wrong-type"],
          ["indices", new Int32Array(9), "wrong-length"],
          ["similarities", new Float32Array(0), "wrong-length"],
          ["count", 1, "out-of-range"],
          ["count", 2 ** 40, "out-of-range"],
          ["count", "4", "wrong-type"],
          ["dimensions", 0, "out-of-range"],
          ["dimensions", Number.NaN, "not-finite"],
          ["from", -1, "out-of-range"],
          ["from", 0.5, "out-of-range"],
          ["to", 5, "out-of-range"],
          ["k", 4, "out-of-range"],
          ["k", 0, "out-of-range"],
          ["threads", 0, "out-of-range"],
          ["threads", Infinity, "not-finite"],
        ],
      },
      {
        kernel: "mutualNeighbours",
        good: {
          vectors: new Float32Array(8).fill(1),
          count: 4,
          dimensions: 2,
          block: 3,
          from: 0,
          to: 3,
          k: 2,
          threads: 1,
          indices: new Int32Array(8),
          similarities: new Float32Array(8),
        },
        wrong: [
          ["vectors", new Float64Array(8), "wrong-type"],
          ["vectors", new Float32Array(7), "wrong-length"],
          ["indices", new Int32Array(9), "wrong-length"],
          ["similarities", new Float32Array(6), "wrong-length"],
          ["count", 1, "out-of-range"],
          ["block", 0, "out-of-range"],
          ["block", 4097, "out-of-range"],
          ["from", -1, "out-of-range"],
          ["to", 4, "out-of-range"],
          ["k", 4, "out-of-range"],
          ["threads", 0, "out-of-range"],
        ],
      },
      {
        kernel: "joinNeighbours",
        good: {
          vectors: new Float32Array(8).fill(1),
          count: 4,
          dimensions: 2,
          k: 2,
          starts: Int32Array.of(0, 3, 5),
          members: Int32Array.of(0, 1, 2, 3, 0),
          news: Int32Array.of(3, 1),
          from: 0,
          to: 2,
          threads: 1,
          indices: new Int32Array(8).fill(-1),
          similarities: new Float32Array(8).fill(-Infinity),
          fresh: new Uint8Array(8),
        },
        wrong: [
          ["vectors", new Float32Array(7), "wrong-length"],
          ["starts", new Int32Array(2), "wrong-length"],
          ["starts", Int32Array.of(0, 3, 6), "out-of-range"],
          ["starts", Int32Array.of(0, 5, 3), "out-of-range"],
          ["starts", Int32Array.of(-1, 3, 5), "out-of-range"],
          ["members", Int32Array.of(0, 1, 4, 3, 0), "out-of-range"],
          ["members", Int32Array.of(0, 1, 2, 3, -1), "out-of-range"],
          ["members", new Uint32Array(5), "wrong-type"],
          ["news", Int32Array.of(4, 1), "out-of-range"],
          ["news", Int32Array.of(3, -1), "out-of-range"],
          ["to", 3, "out-of-range"],
          ["k", 4, "out-of-range"],
          ["fresh", new Uint8Array(7), "wrong-length"],
          ["threads", 300, "out-of-range"],
        ],
      },
      {
        kernel: "splitRows",
        good: {
          vectors: new Float32Array(8).fill(1),
          count: 4,
          dimensions: 2,
          one: 0,
          other: 3,
          rows: Int32Array.of(3, 1, 2),
          from: 0,
          to: 3,
          threads: 1,
        },
        wrong: [
          ["vectors", new Float32Array(9), "wrong-length"],
          ["one", 4, "out-of-range"],
          ["other", -1, "out-of-range"],
          ["rows", Int32Array.of(3, 1, 4), "out-of-range"],
          ["rows", Int32Array.of(-1, 1, 2), "out-of-range"],
          ["rows", new Float32Array(3), "wrong-type"],
          ["from", 4, "out-of-range"],
          ["to", 4, "out-of-range"],
          ["threads", 0, "out-of-range"],
        ],
      },
      {
        kernel: "findBadRow",
        good: { vectors: new Float32Array(4).fill(1), count: 2, dimensions: 2 },
        wrong: [
          ["vectors", new Int32Array(4), "wrong-type"],
          ["vectors", new DataView(new ArrayBuffer(16)), "wrong-type"],
          ["vectors", new Float32Array(5), "wrong-length"],
          ["count", -1, "out-of-range"],
        ],
      },
      {
        kernel: "augment",
        good: {
          images: new Uint8Array(24),
          count: 2,
          cachedSize: 2,
          views: 1,
          sources: Int32Array.of(1),
          plans: planOf(),
          size: 3,
          white: 255,
          means: new Float32Array(3),
          deviations: new Float32Array(3).fill(1),
          channelsLast: 0,
          target: new Float32Array(27),
          threads: 1,
        },
        wrong: [
          ["images", new Uint8Array(23), "wrong-length"],
          ["images", new Float32Array(24), "wrong-type"],
          ["count", -1, "out-of-range"],
          ["cachedSize", 0, "out-of-range"],
          ["cachedSize", 5000, "out-of-range"],
          ["views", 1.5, "out-of-range"],
          ["sources", Int32Array.of(2), "out-of-range"],
          ["sources", Int32Array.of(-1), "out-of-range"],
          ["sources", new Int32Array(2), "wrong-length"],
          ["plans", new Float32Array(3), "wrong-length"],
          ["plans", planOf({ cropWidth: 0 }), "out-of-range"],
          ["plans", planOf({ hue: Number.NaN }), "out-of-range"],
          ["size", 0, "out-of-range"],
          ["white", 0, "out-of-range"],
          ["means", Float32Array.of(0, Number.NaN, 0), "not-finite"],
          ["means", new Float32Array(2), "wrong-length"],
          ["deviations", Float32Array.of(1, 0, 1), "out-of-range"],
          ["deviations", Float32Array.of(1, Infinity, 1), "not-finite"],
          ["channelsLast", 2, "out-of-range"],
          ["target", new Float32Array(26), "wrong-length"],
          ["threads", 0, "out-of-range"],
        ],
      },
      {
        kernel: "spreadLabels",
        good: {
          count: 2,
          starts: Int32Array.of(0, 1, 2),
          columns: Int32Array.of(1, 0),
          weights: Float32Array.of(1, 1),
          flow: 0.9,
          iterations: 3,
          values: new Float32Array(8),
          width: 4,
          threads: 1,
        },
        wrong: [
          ["count", 0, "out-of-range"],
          ["starts", new Float32Array(3), "wrong-type"],
          ["starts", new Int32Array(2), "wrong-length"],
          ["columns", new Uint32Array(2), "wrong-type"],
          ["weights", new Float32Array(3), "wrong-length"],
          ["flow", 1, "out-of-range"],
          ["flow", Number.NaN, "not-finite"],
          ["iterations", 0, "out-of-range"],
          ["width", 3, "out-of-range"],
          ["values", new Float32Array(7), "wrong-length"],
          ["threads", 0, "out-of-range"],
        ],
      },
      {
        kernel: "projectRows",
        good: {
          vectors: new Float32Array(6),
          count: 3,
          dimensions: 2,
          directions: new Float32Array(2),
          width: 1,
          products: new Float32Array(3),
          threads: 1,
        },
        wrong: [
          ["count", -1, "out-of-range"],
          ["dimensions", 0, "out-of-range"],
          ["width", 0, "out-of-range"],
          ["vectors", new Float32Array(5), "wrong-length"],
          ["directions", new Float32Array(5), "wrong-length"],
          ["products", new Float64Array(3), "wrong-type"],
          ["threads", Infinity, "not-finite"],
        ],
      },
      {
        kernel: "resample",
        good: {
          source: new Uint8Array(12),
          sourceWidth: 2,
          sourceHeight: 2,
          target: new Uint8Array(3),
          targetWidth: 1,
          targetHeight: 1,
          channels: 3,
        },
        wrong: [
          ["source", new Uint8ClampedArray(12), "wrong-type"],
          ["source", new Uint8Array(11), "wrong-length"],
          ["target", new Uint8Array(4), "wrong-length"],
          ["channels", 2, "out-of-range"],
          ["channels", 4, "out-of-range"],
          ["targetWidth", 0, "out-of-range"],
          ["sourceHeight", 1e9, "out-of-range"],
          ["sourceWidth", null, "wrong-type"],
        ],
      },
    ];
    const call = (table: object, kernel: KernelName, given: unknown): unknown =>
      (table as Record<KernelName, (value: unknown) => unknown>)[kernel](given);
    const thrownBy = (run: () => unknown): unknown => {
      try {
        run();
      } catch (thrown) {
        return thrown;
      }
      return null;
    };

    test("every kernel has its cases", () =>
      expect(cases.map(({ kernel }) => kernel).sort()).toEqual(
        Object.keys(twins)
          .filter((name) => name !== "umapLayout")
          .sort(),
      ));
    test.each(cases)("$kernel: a wrong argument is a named error, the twin's to the word", ({ kernel, good, wrong }) => {
      expect(thrownBy(() => call(kernels, kernel, good))).toBeNull();
      for (const given of [undefined, null, 7])
        expect(thrownBy(() => call(kernels, kernel, given))).toMatchObject({ name: "TypeError", code: "wrong-type" });
      for (const [name, value, code] of wrong) {
        const thrown = thrownBy(() => call(kernels, kernel, { ...good, [name]: value }));
        expect(isKernelError(thrown)).toBe(true);
        expect(thrown).toMatchObject({ name: code === "wrong-type" ? "TypeError" : "RangeError", code });
        expect((thrown as Error).message).toBe((thrownBy(() => call(twins, kernel, { ...good, [name]: value })) as Error).message);
        expect((thrown as Error).message).toContain(`${kernel}: ${name}`);
      }
    });
    test("an array whose buffer was given away is refused", () => {
      const vectors = new Float32Array(4).fill(1);
      structuredClone(vectors.buffer, { transfer: [vectors.buffer] });
      expect(thrownBy(() => kernels.findBadRow({ vectors, count: 2, dimensions: 2 }))).toMatchObject({ code: "wrong-length" });
    });
  });
});
