/**
 * @file Answers the part of the contract about words.
 */
import type { Handlers } from "#protocol/contract.ts";
import type { TextContract } from "#protocol/text-contract.ts";

import type { Engine } from "./engine.ts";
import { labelByNames, nameMapClusters } from "./views/class-names.ts";
import { searchRegion } from "./views/region.ts";
import { searchImages } from "./views/search.ts";

export function createTextHandlers(engine: Engine): Pick<Handlers, keyof TextContract> {
  return {
    "images.search": ({ terms, count }) => searchImages(engine, terms, count),
    "images.searchRegion": async ({ id, left, top, width, height, count, among }) => ({
      results: await searchRegion(engine, { id, box: [left, top, width, height], count, among }),
    }),
    "text.zeroShot": ({ classes, templates }) => labelByNames(engine, classes, templates),
    "text.nameClusters": async ({ words, templates }) => ({ names: await nameMapClusters(engine, words, templates) }),
  };
}
