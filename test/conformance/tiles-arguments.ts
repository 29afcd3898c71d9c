/** @file Arguments of the kernels that compare pictures tile by tile, good and wrong (argument-cases.ts says how). */
import type { ArgumentCase } from "./argument-cases.ts";

export function tilesArguments(): ArgumentCase[] {
  const planes = (): Record<string, unknown> => ({ first: new Float32Array(180), second: new Float32Array(180), width: 18, height: 10 });
  return [
    {
      kernel: "areaMeans",
      good: {
        source: new Uint8Array(90),
        sourceWidth: 6,
        sourceHeight: 5,
        targetWidth: 4,
        targetHeight: 2,
        planes: 1,
        target: new Float32Array(24),
      },
      wrong: [
        ["source", new Uint8Array(89), "wrong-length"],
        ["source", new Uint8ClampedArray(90), "wrong-type"],
        ["sourceWidth", 0, "out-of-range"],
        ["sourceHeight", 16385, "out-of-range"],
        ["targetWidth", 1.5, "out-of-range"],
        ["targetHeight", Number.NaN, "not-finite"],
        ["planes", 2, "out-of-range"],
        ["planes", true, "wrong-type"],
        ["target", new Float32Array(23), "wrong-length"],
        ["target", new Float64Array(24), "wrong-type"],
      ],
    },
    {
      kernel: "smoothPlane",
      good: {
        plane: new Float32Array(180),
        width: 18,
        height: 10,
        blurred: new Float32Array(180),
        energies: new Float64Array(2),
        moments: new Float64Array(2),
      },
      wrong: [
        ["plane", new Float32Array(181), "wrong-length"],
        ["width", 4097, "out-of-range"],
        ["height", 0, "out-of-range"],
        ["blurred", new Float64Array(180), "wrong-type"],
        ["energies", new Float64Array(6), "wrong-length"],
        ["moments", new Float64Array(3), "wrong-length"],
      ],
    },
    {
      kernel: "tileResiduals",
      good: { ...planes(), gain: 1.1, bias: -3, stepX: 0.1, stepY: 0, sums: new Float64Array(2) },
      wrong: [
        ["first", new Float32Array(179), "wrong-length"],
        ["second", new Uint8Array(180), "wrong-type"],
        ["width", 0, "out-of-range"],
        ["height", 4097, "out-of-range"],
        ["gain", Infinity, "not-finite"],
        ["bias", 1e7, "out-of-range"],
        ["stepX", "0", "wrong-type"],
        ["stepY", -1001, "out-of-range"],
        ["sums", new Float64Array(3), "wrong-length"],
      ],
    },
    {
      kernel: "shiftSums",
      good: { ...planes(), sums: new Float64Array(5) },
      wrong: [
        ["first", new Float32Array(179), "wrong-length"],
        ["second", new Float32Array(181), "wrong-length"],
        ["width", 18.5, "out-of-range"],
        ["height", -1, "out-of-range"],
        ["sums", new Float32Array(5), "wrong-type"],
      ],
    },
    {
      kernel: "warpPicture",
      good: {
        source: new Uint8Array(90),
        sourceWidth: 6,
        sourceHeight: 5,
        affine: Float64Array.of(1, 0, 0, 0, 1, 0),
        samples: 2,
        width: 4,
        height: 2,
        planes: new Float32Array(24),
        reached: new Uint8Array(8),
      },
      wrong: [
        ["source", new Uint8Array(91), "wrong-length"],
        ["sourceWidth", 4097, "out-of-range"],
        ["sourceHeight", 0, "out-of-range"],
        ["affine", new Float64Array(5), "wrong-length"],
        ["samples", 9, "out-of-range"],
        ["samples", 0, "out-of-range"],
        ["width", Number.NaN, "not-finite"],
        ["height", 4097, "out-of-range"],
        ["planes", new Float32Array(8), "wrong-length"],
        ["reached", new Uint8Array(9), "wrong-length"],
      ],
    },
  ];
}
