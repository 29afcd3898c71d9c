/**
 * @file How many clicks following `next` saves: on a random part of a folder, images are clicked as suggested or at random, and the accuracy on all that is not clicked is noted on the way.
 */
import { createRandom, shuffle } from "#engine/base/random.ts";
import { largestOf } from "#engine/fewshot/leave-out.ts";
import { createLearner } from "#engine/fewshot/learner.ts";
import { suggestFirst, suggestNext } from "#engine/fewshot/next.ts";
import { predictAll } from "#engine/fewshot/predict.ts";
import { spacesOf } from "./accuracy.ts";
import type { LabelledFolder } from "./embed.ts";

const partSize = 1500;

/** Clicks -> accuracy on the way. */
export type Curve = readonly (readonly [clicks: number, accuracy: number])[];

export function followSuggestions(
  folder: LabelledFolder,
  seed: number,
  mostClicks: number,
): { readonly suggested: Curve; readonly random: Curve } {
  const part = drawPart(folder, seed);
  const { spaces } = spacesOf(part);
  const { labels, classCount } = part;
  const batch = Math.max(5, Math.round(classCount / 2));
  const order = shuffle([...labels.keys()], createRandom(seed + 1000));
  const walk = (choose: (clicked: number[], learner: ReturnType<typeof createLearner>) => readonly number[]): Curve => {
    const learner = createLearner(spaces);
    const clicked: number[] = [];
    const curve: [number, number][] = [];
    while (clicked.length < mostClicks) {
      clicked.push(...choose(clicked, learner).slice(0, batch));
      const clicks = { rows: Int32Array.from(clicked), labels: Int32Array.from(clicked, (row) => labels[row]), classCount };
      if (new Set(clicks.labels).size < 2) continue;
      const { probabilities } = predictAll(learner.learn(clicks));
      const known = new Set(clicked);
      const others = [...labels.keys()].filter((row) => !known.has(row));
      const right = others.filter(
        (row) => largestOf(probabilities.subarray(row * classCount, (row + 1) * classCount), classCount) === labels[row],
      );
      curve.push([clicked.length, right.length / others.length]);
    }
    return curve;
  };
  const random = walk((clicked) => order.slice(clicked.length));
  const suggested = walk((clicked, learner) => {
    const without = new Set(clicked);
    const clicks = { rows: Int32Array.from(clicked), labels: Int32Array.from(clicked, (row) => labels[row]), classCount };
    if (new Set(clicks.labels).size < 2)
      return suggestFirst({ ...spaces[1], count: batch, without }).map(({ row }) => row); // prettier-ignore
    const learned = learner.learn(clicks);
    return suggestNext({
      ...learned.models.space,
      count: batch,
      classCount,
      probabilities: predictAll(learned).probabilities,
      strangeness: learned.models.ridge.strangeness,
      without,
      nameOf: String,
    }).map(({ row }) => row);
  });
  return { suggested, random };
}

/** Clicks at which a curve first reaches an accuracy, between its points by a straight line; null where it never does. */
export function clicksFor(curve: Curve, accuracy: number): number | null {
  const at = curve.findIndex(([, reached]) => reached >= accuracy);
  if (at < 0) return null;
  if (at === 0) return curve[0][0];
  const [[fewer, low], [more, high]] = [curve[at - 1], curve[at]];
  return fewer + ((more - fewer) * (accuracy - low)) / (high - low);
}

function drawPart({ name, table, labels }: LabelledFolder, seed: number): LabelledFolder {
  const rows = shuffle([...labels.keys()], createRandom(seed)).slice(0, Math.min(partSize, Math.floor(0.8 * labels.length))); // prettier-ignore
  const { dimensions } = table;
  const values = new Float32Array(rows.length * dimensions);
  rows.forEach((row, at) => values.set(table.values.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions));
  const present = [...new Set(rows.map((row) => labels[row]))].sort((one, other) => one - other);
  return { name, table: { count: rows.length, dimensions, values }, labels: Int32Array.from(rows, (row) => present.indexOf(labels[row])), classCount: present.length }; // prettier-ignore
}
