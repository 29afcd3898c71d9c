/**
 * @file `likeness fewshot`: learns classes from a few labelled pictures and tells what all the others are.
 */
import { resolve } from "node:path";

import type { LearningWay } from "#protocol/label-model.ts";

import { optionalText, requiredText, shareOf, wholeNumber, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withCollection } from "../session.ts";

export const fewshotCommand: Command = {
  name: "fewshot",
  usage: "--labels FILE.csv [--features frozen|whitened|ENCODER] [--threshold X] [--next N]",
  summary:
    "Learn classes from a few labelled pictures: what every other image is, how surely, and what to look at next. One label alone finds more of these.",
  options: {
    labels: {
      type: "string",
      value: "FILE.csv",
      help: "path,label; paths absolute, or relative to the table or to a folder of the collection",
    },
    features: { type: "string", value: "NAME", help: "learn on these vectors only: frozen, whitened or an encoder that was applied" },
    threshold: { type: "string", value: "X", help: "confidence below which nothing is said; 0.5 if not given" },
    next: { type: "string", value: "N", help: "how many images to look at next; 10 if not given" },
  },
  positionals: [0, 0],
  run: (input) => {
    const labels = resolve(requiredText(input, "labels"));
    const request = {
      features: optionalText(input, "features"),
      threshold: shareOf(input, "threshold"),
      next: wholeNumber(input, "next", 10, 0, 1000),
    };
    return withCollection(input, async (engine) => {
      const told = await engine.learnFromTable(labels, request);
      const { classes, chosen, why, candidates, outlook } = told;
      const predictions = told.predictions.map(({ id, ...rest }) => ({ path: engine.pathOf(id), ...rest }));
      const next = told.next.map((each) => ({ path: engine.pathOf(each.id), why: each.why }));
      printResult(input.json, { classes, chosen, why, candidates, predictions, next, outlook }, function* () {
        yield why;
        for (const way of candidates) yield `  ${describeWay(way)}`;
        for (const name of [...classes, null]) {
          const its = predictions.filter(({ label }) => label === name);
          yield `${name ?? "not told"}: ${its.length} images`;
        }
        for (const { path, why: reason } of next) yield `next: ${path} (${reason})`;
        yield outlook;
      });
      return 0;
    });
  },
};

function describeWay({ model, features, looAccuracy }: LearningWay): string {
  return `${model.padEnd(12)} ${features.padEnd(20)} ${looAccuracy === null ? "-" : `${(100 * looAccuracy).toFixed(1)} %`}`;
}
