/** @file A comparison of two encoders in words. */
import type { PairChanges, RunComparison } from "#protocol/comparison.ts";

import { count, counted } from "../../../widgets/format.ts";

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const little = "less than 1 %";

export function comparedWords({ count: compared, total }: RunComparison): string {
  return compared < total
    ? `${count(compared)} of ${counted(total, "picture")}, drawn at random, are compared.`
    : `All ${counted(compared, "picture")} are compared.`;
}

/** What of the moves is more than chance. */
export function moveWords({ moves: { typical, chance } }: RunComparison): string {
  const told = `Half of the pictures moved by ${typical < 0.01 ? little : `${percent(typical)} or more`} of the distance that two pictures typically lie apart. By chance alone, when the map of before is laid out again, it is ${chance.typical < 0.01 ? little : percent(chance.typical)}.`;
  if (typical <= 1.25 * chance.typical) return `${told} So the arrangement as a whole is the same, and only single pictures moved.`;
  if (typical <= chance.reach) return `${told} So the arrangement as a whole changed little.`;
  return `${told} So the training rearranged the map.`;
}

export function faithWords({ maps }: RunComparison): string {
  return `Neighbours that are neighbours on the map too: ${percent(maps.before.recall)} before, ${percent(maps.after.recall)} after. The second map begins at the first and is laid over it by turning, mirroring, scaling and shifting as a whole (Procrustes).`;
}

export function rankWords({ moves: { k } }: RunComparison): string {
  return `Ranked by the way on the map times the share of its ${k} nearest that a picture exchanged. Listed is who moved farther than 19 of 20 do by chance; ways are parts of the distance that two pictures typically lie apart.`;
}

/** "moved 73 %, 2 of its 15 nearest are the same". */
export function rowWords({ moves: { distances, kept, k } }: RunComparison, row: number): string {
  // From Jaccard's index of two sets of k to how many they share.
  const shared = Math.round((2 * k * kept[row]) / (1 + kept[row]));
  return `moved ${percent(distances[row])}, ${shared === 0 ? "none" : shared} of its ${k} nearest ${shared === 1 || shared === 0 ? "is" : "are"} the same`;
}

export const pairWords = {
  "identical-pixels": "the same pixels",
  "same-picture": "the same picture",
  "same-scene": "the same scene",
} as const;

/** What else was looked at, or nothing. */
export function otherPairsWords({ pairs, refused, unseen }: PairChanges): string {
  const parts = [
    ...(refused > 0 ? [`${pairs.length > 0 ? `${count(refused)} more` : counted(refused, "pair")} looked at and no copies`] : []),
    ...(unseen > 0 ? [`${count(unseen)} not looked at, less alike than these`] : []),
  ];
  return parts.length === 0 ? "" : `${parts.join("; ")}.`;
}
