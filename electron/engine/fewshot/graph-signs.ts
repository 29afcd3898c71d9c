/**
 * @file What the neighbour graph tells where leaving out cannot: are neighbours of one kind?
 */
import type { GraphSigns } from "./choose.ts";
import { largestOf } from "./leave-out.ts";
import { answerOf, type SpaceModels } from "./models.ts";

/** The ridge does not look at the graph, so that it puts neighbours into one class says something of the graph. */
export function graphSigns(models: SpaceModels, classCount: number): GraphSigns {
  const { count, starts, columns } = models.space.graph;
  const [ridge, propagation] = [answerOf(models, "ridge"), answerOf(models, "propagation")];
  const one = new Float64Array(classCount);
  const told = new Int32Array(count);
  const sizes = new Float64Array(classCount);
  let agreed = 0;
  for (let row = 0; row < count; row++) {
    ridge(row, classCount, one);
    told[row] = largestOf(one, classCount);
    sizes[told[row]]++;
    propagation(row, classCount, one);
    if (largestOf(one, classCount) === told[row]) agreed++;
  }
  let same = 0;
  for (let row = 0; row < count; row++) for (let at = starts[row]; at < starts[row + 1]; at++) if (told[columns[at]] === told[row]) same++;
  const share = same / Math.max(1, columns.length);
  const chance = sizes.reduce((sum, size) => sum + (size / Math.max(1, count)) ** 2, 0);
  return { homophily: chance >= 1 ? 0 : Math.max(0, (share - chance) / (1 - chance)), agreement: agreed / Math.max(1, count) };
}
