/** @file Starting labels from names of classes alone, where the encoder of the collection reads words. */
import type { ZeroShotLabels } from "#protocol/text-contract.ts";

import { encoders } from "./encoders.svelte.ts";
import { engine } from "./engine.svelte.ts";

/** Whether the encoder in use reads words; reactive. */
export function canReadWords(): boolean {
  return encoders.current?.text === true;
}

/**
 * A class for every picture by its name: `ids`, `labels` (places in `words`), `similarities` and `margins` side by side. Blank and repeated words are left out
 * before; the answer speaks of `words` as they are given back.
 */
export async function zeroShotLabels(
  words: readonly string[],
  signal?: AbortSignal,
): Promise<ZeroShotLabels & { readonly words: readonly string[] }> {
  const classes = [...new Set(words.map((word) => word.trim()).filter((word) => word !== ""))];
  const answer = await engine.call("text.zeroShot", { classes }, signal ? { signal } : {});
  return { ...answer, words: classes };
}
