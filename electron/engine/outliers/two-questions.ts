/**
 * @file Two questions about each image, and the rule that joins their answers without a label.
 *
 * 1. *Is it at home among its nearest?* Mean rank of six scores: local outlier factors over 10 and 15 neighbours, the distance ratio over 20, and that over 60 whitened ones; by light (light.ts) the distance to
 *    neighbours 5 to 20 and the local outlier factor over 20.
 *    It tells a foreigner in a diverse collection, where distances say little, but not 16 foreigners alike: they are at home with each other.
 * 2. *Is it far from everything?* Six scores that look past the nearest 16 (distance to neighbours 20 to 60 and local outlier factor over 60, plain, whitened and by light), each in robust deviations
 *    above the collection's median, their mean.
 *
 * The second answer takes over, continuously, between 2 and 4 deviations. In a coherent collection hardly an ordinary image is that far and a foreign clump is at 3 to 50; in a diverse one hardly anything
 * is, so the first answer stands. That is the choice per collection, made image by image: what decides is how spread the collection itself is.
 *
 * Of the vectors' scores: chosen among some 75 forms on 14 collections of test/bench/outlier-folders.ts; icons and constellations were new at first (kNN 5 to 20 or LOF 20 was better there by .010) and then seen while variants of LOF were compared.
 * Without light, draws from 12000: icons -.018, constellations -.017, the other 14 -.001 to +.094 against the better of the two. Light was added on draws from 5000, with all 16 in view, in some 20 forms: none to two of its scores in the first answer, none to four in the second, with and
 * without sharpness, with the colours of 16 fields. Most gain alike; what decided: with none in the first answer mixed photos stay at .605 (.70), with none in the second clumps in clip art at .67 (.85), without sharpness constellations at .89 (.95). Draws from 20000 ran once, on the final form: -.001 (icons) to
 * +.191, mean +.061. Tried and left: kNN at every rank from 1 to 60, plain, centred, half- and fully whitened; LOF over 3 to
 * 100; Mahalanobis distances (as good as the whitened ratio, for a second whitening); ranks in the neighbours' lists and how often one is listed (hubness); sums of logarithms of ranks; one choice for a whole
 * collection by its spread, intrinsic dimension or the agreement of kNN and LOF (brain slices are as spread as clip art and agree less); adding kNN 5 to 20 to the first answer (icons +.003, mixed photos -.03).
 */
import type { NeighbourGraph } from "../base/neighbour-graph.ts";
import { distanceRatio, localOutlierFactor, meanDistance } from "./density.ts";
import { meanRank, shareRanks } from "./ranks.ts";
import { deviationsAbove } from "./robust.ts";

/** The farthest neighbour that is asked for. */
export const widest = 60;
/** Neighbours 5 to 20: what light tells of its surroundings. */
const around = { first: 5, last: 20 } as const;
/** Ranks from here on lie beyond a clump of 16 and its surroundings. */
const beyond = 20;
const farFrom = 2;
const farthest = 4;
/** Among the far ones the first answer still has a say: of two equally far, the one that is at home with others is less odd. */
const homeAmongFar = 0.3;

/** @param byLight whether light was looked at */
export function describeQuestions(byLight: boolean): string {
  const light = byLight ? `; by light neighbours ${around.first}-${around.last} and LOF ${around.last}` : "";
  const spaces = byLight ? "plain, whitened and by light" : "plain and whitened";
  return `at home among its nearest (LOF 10 and 15, distance ratio 20 and whitened ${widest}${light}) or far from all (neighbours ${beyond}-${widest} and LOF ${widest}, ${spaces}, by robust deviations)`;
}

/** [count] each: higher = odder. As many of both in every block. */
export interface Answers {
  readonly home: readonly Float64Array[];
  readonly far: readonly Float64Array[];
}

/** @param plain, whitened, light of the same images; `widest` neighbours. Without `light` the vectors' scores alone. */
export function answersOf(plain: NeighbourGraph, whitened: NeighbourGraph, light: NeighbourGraph | null): Answers {
  const byLight = light === null ? [] : [meanDistance(light, around.first, around.last), localOutlierFactor(light, around.last)];
  return {
    home: [
      localOutlierFactor(plain, 10),
      localOutlierFactor(plain, 15),
      distanceRatio(plain, 20),
      distanceRatio(whitened, widest),
      ...byLight,
    ],
    far: [plain, whitened, ...(light === null ? [] : [light])].flatMap((graph) => [
      meanDistance(graph, beyond, widest),
      localOutlierFactor(graph, widest),
    ]),
  };
}

/** [count] 0..1 from the answers in blocks; `blocks[i]` are the rows of `answers[i]`. */
export function joinAnswers(count: number, blocks: readonly Int32Array[], answers: readonly Answers[]): Float64Array {
  const whole = (kind: keyof Answers, score: number): Float64Array => {
    const values = new Float64Array(count);
    blocks.forEach((rows, block) => rows.forEach((row, at) => (values[row] = (answers[block] as Answers)[kind][score][at])));
    return values;
  };
  const scores = (kind: keyof Answers): Float64Array[] => Array.from(answers[0]?.[kind] ?? [], (_, score) => whole(kind, score));
  const home = shareRanks(meanRank(scores("home")));
  const far = new Float64Array(count);
  scores("far").forEach((score, _, all) => deviationsAbove(score).forEach((deviations, row) => (far[row] += deviations / all.length)));
  const farRanks = shareRanks(far);
  return home.map((rank, row) => {
    const share = Math.min(1, Math.max(0, (far[row] - farFrom) / (farthest - farFrom)));
    return ((1 - share) * rank + share * (1 + homeAmongFar * rank + (1 - homeAmongFar) * farRanks[row])) / 2;
  });
}
