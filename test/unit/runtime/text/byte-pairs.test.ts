import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { UserError } from "#engine/base/errors.ts";
import {
  decodePieces,
  encodeText,
  encoderOf,
  firstLearnt,
  learnPairs,
  readVocabulary,
  vocabularySize,
  writeVocabulary,
} from "#engine/runtime/text/byte-pairs.ts";

const texts = ["low low low low low", "lower lower", "newest newest newest newest newest newest", "widest widest widest"];

/** As the paper writes it: count all pairs anew after every merge. */
function slowPairs(given: readonly string[], count: number): [number, number][] {
  const words = new Map<string, number>();
  for (const text of given)
    for (const [at, word] of text.split(" ").entries()) {
      const key = at === 0 ? word : ` ${word}`;
      words.set(key, (words.get(key) ?? 0) + 1);
    }
  let cut = [...words].map(([word, often]) => ({ pieces: [...Buffer.from(word)].map((byte) => byte + 1), often }));
  const pairs: [number, number][] = [];
  for (let piece = firstLearnt; piece < firstLearnt + count; piece++) {
    const counts = new Map<string, number>();
    for (const { pieces, often } of cut)
      for (let at = 1; at < pieces.length; at++) {
        const key = `${pieces[at - 1]},${pieces[at]}`;
        counts.set(key, (counts.get(key) ?? 0) + often);
      }
    const ordered = [...counts]
      .map(([key, often]) => ({ pair: key.split(",").map(Number) as [number, number], often }))
      .filter(({ often }) => often > 1)
      .sort((one, other) => other.often - one.often || one.pair[0] - other.pair[0] || one.pair[1] - other.pair[1]);
    const best = ordered[0];
    if (best === undefined) break;
    pairs.push(best.pair);
    cut = cut.map(({ pieces, often }) => {
      const next: number[] = [];
      for (let at = 0; at < pieces.length; at++) {
        if (pieces[at] === best.pair[0] && pieces[at + 1] === best.pair[1]) {
          next.push(piece);
          at++;
        } else next.push(pieces[at] as number);
      }
      return { pieces: next, often };
    });
  }
  return pairs;
}

describe("byte pairs", () => {
  test("are those of the slow form", () => {
    expect(learnPairs(texts, firstLearnt + 20).pairs).toEqual(slowPairs(texts, 20));
  });

  test("are those of the slow form for any words", () =>
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.stringMatching(/^[ab]{1,6}$/), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 }),
        (lists) => {
          const given = lists.map((list) => list.join(" "));
          expect(learnPairs(given, firstLearnt + 12).pairs).toEqual(slowPairs(given, 12));
        },
      ),
    ));

  test("the order of texts does not matter", () => {
    expect(learnPairs([...texts].reverse(), firstLearnt + 20)).toEqual(learnPairs(texts, firstLearnt + 20));
  });

  test("any text comes back, in small letters and without double spaces", () => {
    const vocabulary = learnPairs(texts, 300);
    for (const text of ["lowest newer", "Über 3 grüne Häuser, 猫!", "a  b\tc"]) {
      const tokens = encodeText(text, 200, encoderOf(vocabulary));
      expect(decodePieces(tokens, vocabulary)).toBe(text.toLowerCase().replace("  ", " ").replace("\t", ""));
    }
  });

  test("frequent words are one piece, what does not fit is cut off, what is missing is 0", () => {
    const vocabulary = learnPairs(texts, 400);
    const tokens = encodeText("newest newest", 4, encoderOf(vocabulary));
    expect([...tokens].filter((token) => token > 0n).length).toBeLessThanOrEqual(3);
    expect(tokens.at(-1)).toBe(0n);
    expect(encodeText("qqqqqqqq", 3, encoderOf(vocabulary))).toHaveLength(3);
    expect([...encodeText("", 3, encoderOf(vocabulary))]).toEqual([0n, 0n, 0n]);
  });

  test("no more pieces than asked for, none for what stands once", () => {
    expect(vocabularySize(learnPairs(texts, 262))).toBe(262);
    expect(vocabularySize(learnPairs(["abc"], 1000))).toBe(firstLearnt);
  });

  test("survives being written down", () => {
    const vocabulary = learnPairs(texts, 300);
    expect(readVocabulary(writeVocabulary(vocabulary), "v.json")).toEqual(vocabulary);
  });

  for (const [written, what] of [
    ["{", "v.json is no JSON"],
    ["[]", "something else"],
    ['{"kind":"byte-pairs","version":2,"pairs":[]}', "something else"],
    ['{"kind":"byte-pairs","version":1,"pairs":[[1,257]]}', "a pair 0 of [1,257]"],
    ['{"kind":"byte-pairs","version":1,"pairs":[[1,2],[0,5]]}', "a pair 1 of [0,5]"],
  ] as const)
    test(`refuses ${written}`, () => {
      expect(() => readVocabulary(written, "v.json")).toThrow(UserError);
      expect(() => readVocabulary(written, "v.json")).toThrow(what);
    });
});
