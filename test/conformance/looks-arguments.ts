/** @file Arguments of the kernels that measure how a picture looks, good and wrong (argument-cases.ts says how). */
import type { ArgumentCase } from "./argument-cases.ts";

export function looksArguments(): ArgumentCase[] {
  return [
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
      kernel: "perceptualHashes",
      good: { grey: new Float32Array(1024), cosines: new Float64Array(256), hashes: new Uint8Array(64) },
      wrong: [
        ["grey", new Float64Array(1024), "wrong-type"],
        ["cosines", new Float64Array(255), "wrong-length"],
        ["hashes", new Uint8Array(63), "wrong-length"],
      ],
    },
  ];
}
