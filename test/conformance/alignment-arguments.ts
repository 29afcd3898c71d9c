/** @file Arguments of alignmentSums, good and wrong (argument-cases.ts says how). */
import type { ArgumentCase } from "./argument-cases.ts";

export function alignmentArguments(): ArgumentCase {
  return {
    kernel: "alignmentSums",
    good: {
      slopes: new Float32Array(120),
      width: 6,
      height: 5,
      second: new Float32Array(20),
      secondWidth: 4,
      secondHeight: 5,
      affine: Float64Array.of(1, 0, 0, 0, 1, 0),
      gain: 1,
      bias: 0,
      spread: 30,
      stride: 1,
      sums: new Float64Array(46),
    },
    wrong: [
      ["slopes", new Float32Array(119), "wrong-length"],
      ["slopes", new Float64Array(120), "wrong-type"],
      ["width", 0, "out-of-range"],
      ["height", 4097, "out-of-range"],
      ["second", new Float32Array(21), "wrong-length"],
      ["secondWidth", 4.5, "out-of-range"],
      ["secondHeight", Number.NaN, "not-finite"],
      ["affine", new Float64Array(5), "wrong-length"],
      ["affine", new Float32Array(6), "wrong-type"],
      ["gain", Infinity, "not-finite"],
      ["bias", 1e7, "out-of-range"],
      ["spread", 0, "out-of-range"],
      ["stride", 0, "out-of-range"],
      ["stride", 65, "out-of-range"],
      ["sums", new Float64Array(45), "wrong-length"],
    ],
  };
}
