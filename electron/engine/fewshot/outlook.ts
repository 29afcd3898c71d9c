/**
 * @file Will more clicks help? Each click is told once by a random half of the others and once by all of them; where half of the clicks told nearly as much, as many again will hardly bring more.
 */
import { choleskyFactor, solveCholesky } from "../base/cholesky.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";
import { createRandom, shuffle } from "../base/random.ts";
import type { Clicks } from "./clicks.ts";
import { largestOf } from "./leave-out.ts";

export interface Outlook {
  /** Share of held-out clicks told by half of the others, and by nearly all. Null where there are too few clicks to say. */
  readonly withHalf: number | null;
  readonly withAll: number | null;
  readonly flattened: boolean;
  /** One sentence. */
  readonly words: string;
}

const fewestClicks = 20;
/** Gain of accuracy from twice as many clicks that is hardly worth them. */
const smallGain = 0.015;
const mostClicks = 400;
const foldCount = 10;
const lambda = 0.3;
const seed = 11;

/** @param table rows of about unit length */
export function outlook(table: VectorTable, clicks: Clicks): Outlook {
  const each = clicks.rows.length / Math.max(1, clicks.classCount);
  if (clicks.rows.length < fewestClicks || each < 3)
    return { withHalf: null, withAll: null, flattened: false, words: "Every click still tells much." };
  const order = shuffle([...clicks.rows.keys()], createRandom(seed)).slice(0, mostClicks);
  const gram = gramOf(table, order.map((at) => clicks.rows[at])); // prettier-ignore
  const labels = order.map((at) => clicks.labels[at]);
  let [half, all] = [0, 0];
  for (let fold = 0; fold < foldCount; fold++) {
    const held = order.map((_, at) => at).filter((at) => at % foldCount === fold);
    const others = order.map((_, at) => at).filter((at) => at % foldCount !== fold);
    all += countTold(gram, { labels, learnt: others, held, classCount: clicks.classCount });
    half += countTold(gram, { labels, learnt: others.filter((_, at) => at % 2 === 0), held, classCount: clicks.classCount });
  }
  const [withHalf, withAll] = [half / order.length, all / order.length];
  const gain = withAll - withHalf;
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const flattened = gain < smallGain;
  const told = `Half of the clicks tell ${percent(withHalf)}, all of them ${percent(withAll)}`;
  const words = flattened ? `${told}: more clicks will hardly help.` : `${told}: as many again may bring some ${Math.max(1, Math.round(60 * gain))} points.`; // prettier-ignore
  return { withHalf, withAll, flattened, words };
}

/** [m, m] inner products of the clicked rows. */
function gramOf({ dimensions, values }: VectorTable, rows: readonly number[]): { readonly size: number; readonly products: Float64Array } {
  const size = rows.length;
  const products = new Float64Array(size * size);
  for (let one = 0; one < size; one++)
    for (let other = 0; other <= one; other++) {
      let sum = 0;
      const [a, b] = [rows[one] * dimensions, rows[other] * dimensions];
      for (let index = 0; index < dimensions; index++) sum += values[a + index] * values[b + index];
      products[one * size + other] = products[other * size + one] = sum;
    }
  return { size, products };
}

interface Trial {
  readonly labels: readonly number[];
  readonly learnt: readonly number[];
  readonly held: readonly number[];
  readonly classCount: number;
}

/** Held-out clicks that a ridge on the learnt ones tells. */
function countTold({ size, products }: ReturnType<typeof gramOf>, { labels, learnt, held, classCount }: Trial): number {
  const count = learnt.length;
  const kernel = new Float64Array(count * count);
  const targets = new Float64Array(count * classCount);
  learnt.forEach((row, at) => {
    learnt.forEach((other, place) => (kernel[at * count + place] = products[row * size + other] + (at === place ? lambda : 0)));
    for (let label = 0; label < classCount; label++) targets[at * classCount + label] = (labels[row] === label ? 1 : 0) - 1 / classCount;
  });
  solveCholesky({ factor: choleskyFactor(kernel, count), size: count, values: targets, columns: classCount });
  const scores = new Float64Array(classCount);
  return held.filter((row) => {
    scores.fill(0);
    learnt.forEach((other, at) => {
      const weight = products[row * size + other];
      for (let label = 0; label < classCount; label++) scores[label] += weight * targets[at * classCount + label];
    });
    return largestOf(scores, classCount) === labels[row];
  }).length;
}
