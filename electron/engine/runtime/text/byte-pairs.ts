/**
 * @file A vocabulary of pieces of text, learnt from the texts themselves (Sennrich et al. 2016, arXiv 1508.07909, on bytes as in GPT-2): it begins with the 256 bytes,
 * so that every text of every language can be written, and then the most frequent pair of neighbours becomes a piece, again and again. Pieces do not cross
 * words. Number 0 fills up; a byte has its value + 1; then the pairs in the order in which they were learnt.
 */
import { UserError } from "../../base/errors.ts";

export interface Vocabulary {
  /** The two pieces that each further piece is made of: piece 257 + index. */
  readonly pairs: readonly (readonly [number, number])[];
}

/** The number of the first learnt piece: 0 and the bytes come before. */
export const firstLearnt = 257;

/** How often each word stands in the texts, and how it is cut at the moment. */
interface Word {
  readonly count: number;
  pieces: number[];
}

/**
 * @param size of the vocabulary at most, 0 and the bytes counted
 * A pair that stands once only is not learnt. Of pairs that are as frequent the one with the smaller numbers comes first, so that the order of texts does not matter.
 */
export function learnPairs(texts: Iterable<string>, size: number): Vocabulary {
  const words = countWords(texts);
  const pairs: [number, number][] = [];
  const counts = new Map<number, number>();
  const holders = new Map<number, Set<Word>>();
  for (const word of words) account(word, 1);
  while (firstLearnt + pairs.length < size) {
    const best = mostFrequent(counts);
    if (best === null) break;
    const pair: [number, number] = [Math.floor(best / pairBase), best % pairBase];
    const piece = firstLearnt + pairs.length;
    pairs.push(pair);
    for (const word of [...(holders.get(best) ?? [])]) {
      account(word, -1);
      word.pieces = joined(word.pieces, pair, piece);
      account(word, 1);
    }
  }
  return { pairs };

  function account(word: Word, sign: 1 | -1): void {
    for (let at = 1; at < word.pieces.length; at++) {
      const key = keyOf(word.pieces[at - 1] as number, word.pieces[at] as number);
      const count = (counts.get(key) ?? 0) + sign * word.count;
      if (count > 0) counts.set(key, count);
      else counts.delete(key);
      if (sign < 0) holders.get(key)?.delete(word);
      else {
        const known = holders.get(key);
        if (known === undefined) holders.set(key, new Set([word]));
        else known.add(word);
      }
    }
  }
}

/** [length]: the first pieces of the text, then zeros. */
export function encodeText(text: string, length: number, encoder: PieceEncoder): BigInt64Array {
  const tokens = new BigInt64Array(length);
  let at = 0;
  for (const word of wordsOf(text)) {
    for (const piece of encoder.piecesOf(word)) {
      if (at === length) return tokens;
      tokens[at++] = BigInt(piece);
    }
  }
  return tokens;
}

export interface PieceEncoder {
  piecesOf(word: string): readonly number[];
}

/** Remembers words it has cut: most texts of a table share theirs. */
export function encoderOf({ pairs }: Vocabulary): PieceEncoder {
  const ranks = new Map(pairs.map(([one, other], rank) => [keyOf(one, other), rank]));
  const known = new Map<string, readonly number[]>();
  return {
    piecesOf: (word) => {
      const cut = known.get(word) ?? cutWord(word);
      known.set(word, cut);
      return cut;
    },
  };

  function cutWord(word: string): readonly number[] {
    let pieces = bytesOf(word);
    for (;;) {
      let first = Infinity;
      for (let at = 1; at < pieces.length; at++)
        first = Math.min(first, ranks.get(keyOf(pieces[at - 1] as number, pieces[at] as number)) ?? Infinity);
      const pair = pairs[first];
      if (pair === undefined) return pieces;
      pieces = joined(pieces, pair, firstLearnt + first);
    }
  }
}

/** What the pieces say, words run together as they were cut: for tests and for people. */
export function decodePieces(pieces: Iterable<number | bigint>, { pairs }: Vocabulary): string {
  const bytes: number[] = [];
  const write = (piece: number): void => {
    const pair = pairs[piece - firstLearnt];
    if (pair !== undefined) pair.forEach(write);
    else if (piece > 0) bytes.push(piece - 1);
  };
  for (const piece of pieces) write(Number(piece));
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

export function vocabularySize({ pairs }: Vocabulary): number {
  return firstLearnt + pairs.length;
}

export function writeVocabulary({ pairs }: Vocabulary): string {
  return `${JSON.stringify({ kind: "byte-pairs", version: 1, pairs })}\n`;
}

/** Throws UserError `vocabulary-invalid` naming `path`. */
export function readVocabulary(written: string, path: string): Vocabulary {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch (thrown) {
    throw new UserError("vocabulary-invalid", `${path} is no JSON; expected a vocabulary of byte pairs.`, { cause: thrown });
  }
  const { kind, version, pairs } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const refuse = (what: string): never => {
    throw new UserError("vocabulary-invalid", `${path} holds ${what}; expected a vocabulary of byte pairs, version 1.`);
  };
  if (kind !== "byte-pairs" || version !== 1 || !Array.isArray(pairs)) return refuse("something else");
  pairs.forEach((pair: unknown, at) => {
    const isPair =
      Array.isArray(pair) && pair.length === 2 && pair.every((piece) => Number.isInteger(piece) && piece > 0 && piece < firstLearnt + at);
    if (!isPair) refuse(`a pair ${at} of ${JSON.stringify(pair)}`);
  });
  return { pairs: pairs as [number, number][] };
}

/** Two numbers below it are one key. */
const pairBase = 2 ** 24;

function keyOf(one: number, other: number): number {
  return one * pairBase + other;
}

/** Words, numbers and marks, each word with the space before it, small letters, one form of composed characters. */
function wordsOf(text: string): readonly string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/ ?[\p{L}\p{M}]+| ?\p{N}+| ?[^\s\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}

function bytesOf(word: string): number[] {
  return Array.from(new TextEncoder().encode(word), (byte) => byte + 1);
}

function countWords(texts: Iterable<string>): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => ({ count, pieces: bytesOf(word) }));
}

function mostFrequent(counts: ReadonlyMap<number, number>): number | null {
  let best: number | null = null;
  let most = 1;
  for (const [key, count] of counts)
    if (count > most || (count === most && best !== null && key < best)) {
      most = count;
      best = key;
    }
  return best;
}

function joined(pieces: readonly number[], [one, other]: readonly [number, number], piece: number): number[] {
  const next: number[] = [];
  for (let at = 0; at < pieces.length; at++) {
    const isPair = pieces[at] === one && pieces[at + 1] === other;
    next.push(isPair ? piece : (pieces[at] as number));
    if (isPair) at++;
  }
  return next;
}
