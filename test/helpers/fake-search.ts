/** @file Search of the fake engine: neighbours of the first picture stand for every answer, a box in the upper left for every part. */
import type { Handlers } from "#protocol/contract.ts";
import type { TextContract } from "#protocol/text-contract.ts";

import { neighboursOf } from "./fake-answers.ts";
import type { FakeImage } from "./fake-images.ts";

export function createFakeSearch(images: () => readonly FakeImage[]): Pick<Handlers, keyof TextContract> {
  const near = (count: number) => {
    const all = images();
    return all[0] === undefined ? [] : neighboursOf(all, all[0], count);
  };
  return {
    "images.search": ({ terms, count }) => {
      const found = near(count);
      return {
        kind: terms.some(({ text }) => text !== undefined) ? "text" : "pictures",
        note: null,
        ids: Int32Array.from(found, ({ id }) => id),
        similarities: Float32Array.from(found, ({ similarity }) => similarity / 3),
      };
    },
    "images.searchRegion": ({ count }) => ({
      results: near(count).map(({ id, similarity }, at) => ({ id, similarity, box: [0.1 + (at % 5) / 10, 0.1 + (at % 3) / 10, 0.3, 0.4] as const })), // prettier-ignore
    }),
    "text.zeroShot": ({ classes }) => {
      const all = images();
      return {
        ids: Int32Array.from(all, ({ id }) => id),
        copyOf: Int32Array.from(all, ({ id }) => id),
        labels: Int32Array.from(all, ({ cluster }) => Math.max(0, cluster) % classes.length),
        similarities: new Float32Array(all.length).fill(0.3),
        margins: new Float32Array(all.length).fill(0.05),
      };
    },
    "text.nameClusters": ({ words }) => {
      const labels = [...new Set(images().map(({ cluster }) => cluster))].filter((label) => label >= 0);
      return { names: labels.map((cluster) => ({ cluster, words: [{ word: words[(7 * cluster) % words.length] as string, lift: 0.2 }] })) };
    },
  };
}
