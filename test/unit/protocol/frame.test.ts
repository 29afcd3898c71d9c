/** @file The binary frame: what goes in comes out, and nothing that comes in from outside can do harm. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeFrame, encodeFrame } from "#protocol/frame.ts";
import { arrayConstructors } from "#protocol/typed-arrays.ts";

/** Undefined in an object is the same as absent; everything else must survive. */
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie("array"),
    tie("list"),
    tie("record"),
  ),
  array: fc.oneof(
    fc.uint8Array(),
    fc.int8Array(),
    fc.uint8ClampedArray(),
    fc.int16Array(),
    fc.uint16Array(),
    fc.int32Array(),
    fc.uint32Array(),
    fc.float32Array(),
    fc.float64Array(),
  ),
  list: fc.array(fc.oneof(tie("any"), fc.constant(undefined)), { maxLength: 6 }),
  record: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("$a", "$n", "$u", "$$a", "$", "__proto__", "m", "a")), tie("any"), {
    maxKeys: 6,
    noNullPrototype: true,
  }),
})).any;

describe("a frame", () => {
  it("brings back what was written", () => {
    fc.assert(
      fc.property(value, (message) => {
        expect(decodeFrame(encodeFrame(message))).toStrictEqual(message);
      }),
      { numRuns: 500 },
    );
  });

  it("is read the same at any position in a buffer", () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 17 }), (message, shift) => {
        const frame = encodeFrame(message);
        const around = new Uint8Array(frame.length + shift + 3).fill(0xee);
        around.set(frame, shift);
        expect(decodeFrame(around.subarray(shift, shift + frame.length))).toStrictEqual(message);
      }),
    );
  });

  it("aligns every array to 8 bytes, so that none is copied on arrival", () => {
    const message = { text: "x", arrays: Object.values(arrayConstructors).map((constructor) => new constructor(3).fill(7)) };
    const frame = encodeFrame(message);
    const { arrays } = decodeFrame(frame) as typeof message;
    for (const array of arrays) {
      expect(array.buffer).toBe(frame.buffer);
      expect(array.byteOffset % 8).toBe(0);
    }
  });

  it("does not let a key reach the prototype", () => {
    const message = JSON.parse('{"__proto__": {"polluted": true}}') as object;
    const back = decodeFrame(encodeFrame(message)) as object;
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect("polluted" in back).toBe(false);
    expect(Object.keys(back)).toEqual(["__proto__"]);
  });

  it.each([1n, () => 1, Symbol("s"), new BigInt64Array(1), new ArrayBuffer(4), new DataView(new ArrayBuffer(4))])(
    "refuses to write what cannot cross: %s",
    (bad) => {
      expect(() => encodeFrame({ bad })).toThrow(TypeError);
    },
  );

  it("refuses to write or read what is nested too deep", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100; level += 1) deep = [deep];
    expect(() => encodeFrame(deep)).toThrow("64 levels");
    expect(() => decodeFrame(frameOf(`{"a":[],"m":${"[".repeat(100_000)}${"]".repeat(100_000)}}`))).toThrow("64 levels");
  });

  it("refuses what is larger than the limit, on both ends", () => {
    expect(() => encodeFrame(new Uint8Array(1000), 500)).toThrow("larger than the limit of 500 bytes");
    expect(() => decodeFrame(encodeFrame(new Uint8Array(1000)), 500)).toThrow("larger than the limit of 500 bytes");
  });

  it.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), "its header alone takes 8"],
    ["half a header", new Uint8Array(5), "its header alone takes 8"],
    ["another magic", new Uint8Array(16), "it begins with 0x0"],
    ["more text than bytes", withLength(encodeFrame({}), 1000), "its text claims 1000 bytes"],
    ["four gigabytes of text", withLength(encodeFrame({}), 0xffffffff), "its text claims 4294967295 bytes"],
    ["no JSON", frameOf("{"), "not JSON"],
    ["no UTF-8", frameOf(Uint8Array.of(0x22, 0xff, 0x22)), "not JSON in UTF-8"],
    ["no envelope", frameOf("[]"), "not an envelope"],
    ["no table", frameOf('{"a":{},"m":1}'), "not an envelope"],
    ["an array that is not there", frameOf('{"a":[],"m":{"$a":0}}'), "names array 0 of 0"],
    ["array -1", frameOf('{"a":[["Uint8Array",0]],"m":{"$a":-1}}'), "names array -1 of 1"],
    ["array length", frameOf('{"a":[["Uint8Array",0]],"m":{"$a":"length"}}'), 'names array "length" of 1'],
    ["an array beyond the end", frameOf('{"a":[["Float64Array",9]],"m":1}'), "ends at byte"],
    ["an array of impossible size", frameOf('{"a":[["Float64Array",9007199254740991]],"m":1}'), "ends at byte"],
    ["a negative length", frameOf('{"a":[["Uint8Array",-1]],"m":1}'), "impossible length"],
    ["a broken length", frameOf('{"a":[["Uint8Array",1.5]],"m":1}'), "impossible length"],
    ["an array of another kind", frameOf('{"a":[["constructor",1]],"m":1}'), "unknown kind"],
    ["a table of other things", frameOf('{"a":[null],"m":1}'), "unknown kind"],
    ["too many arrays", frameOf(`{"a":[${Array(5000).fill("0").join(",")}],"m":1}`), "4096 are allowed"],
    ["an unknown mark", frameOf('{"a":[],"m":{"$x":1}}'), "unknown mark $x"],
    ["a mark among keys", frameOf('{"a":[],"m":{"$a":0,"b":1}}'), "unknown mark $a"],
    ["an unknown number", frameOf('{"a":[],"m":{"$n":"toString"}}'), "unknown mark $n"],
  ])("says what is wrong with %s", (_what, frame, message) => {
    expect(() => decodeFrame(frame)).toThrow(message);
    expect(() => decodeFrame(frame)).toThrow(expect.objectContaining({ code: "broken-frame", kind: "protocol" }));
  });

  it("either reads damaged bytes or refuses them in words, and never reads beyond them", () => {
    const frame = encodeFrame({ a: new Float32Array([1, 2, 3]), b: [new Uint8Array(5), "text", Number.NaN], $c: { d: null } });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(frame.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(frame.length),
        (damage, length) => {
          const damaged = frame.slice(0, length);
          for (const [at, byte] of damage) if (at < length) damaged[at] = byte;
          try {
            decodeFrame(damaged);
          } catch (thrown) {
            expect(thrown).toMatchObject({ kind: "protocol" });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** A frame around any text. */
function frameOf(text: string | Uint8Array): Uint8Array {
  const json = typeof text === "string" ? Buffer.from(text) : text;
  const frame = new Uint8Array(8 + Math.ceil(json.length / 8) * 8);
  frame.set(encodeFrame(null).subarray(0, 4));
  frame.set(json, 8);
  return withLength(frame, json.length);
}

function withLength(frame: Uint8Array, length: number): Uint8Array {
  const changed = frame.slice();
  new DataView(changed.buffer).setUint32(4, length, true);
  return changed;
}
