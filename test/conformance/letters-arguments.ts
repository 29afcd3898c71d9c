/** @file Arguments of findLetters, good and wrong (argument-cases.ts says how). */
import type { ArgumentCase } from "./argument-cases.ts";

export function lettersArguments(): ArgumentCase {
  return {
    kernel: "findLetters",
    good: { source: new Uint8Array(90), width: 6, height: 5, letters: new Int32Array(40) },
    wrong: [
      ["source", new Uint8Array(89), "wrong-length"],
      ["source", new Uint8ClampedArray(90), "wrong-type"],
      ["width", 0, "out-of-range"],
      ["width", 2049, "out-of-range"],
      ["height", 5.5, "out-of-range"],
      ["height", Number.NaN, "not-finite"],
      ["letters", new Int32Array(39), "wrong-length"],
      ["letters", new Float32Array(40), "wrong-type"],
    ],
  };
}
