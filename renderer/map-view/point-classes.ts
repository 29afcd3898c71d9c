/** @file The classes of the points of the map, from labels and predictions of the same version. */
import { noLabel, type LabelProject } from "#protocol/label-model.ts";

import type { LabelFacts } from "../state/label-facts.ts";
import type { PointClasses } from "./looks.ts";

export function pointClasses(
  { given, told }: Pick<LabelFacts, "given" | "told">,
  { classes }: Pick<LabelProject, "classes">,
): PointClasses {
  const places = new Int32Array(given.length);
  const isGiven = new Uint8Array(given.length);
  for (let point = 0; point < given.length; point++) {
    const labelled = given[point] !== noLabel.class;
    const its = labelled ? given[point] : told[point];
    places[point] = its < classes.length ? its : -1;
    isGiven[point] = labelled ? 1 : 0;
  }
  return {
    places,
    given: isGiven,
    colours: classes.map(({ colour }) => [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255] as const),
  };
}
