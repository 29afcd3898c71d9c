/**
 * @file `likeness export classifier`: classes of a few labelled pictures as a model that others can use.
 */
import { optionalText, requiredText, shareOf, type Command, type CommandInput } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withCollection } from "../session.ts";

export const classifierOptions: Command["options"] = {
  labels: { type: "string", value: "FILE.csv", help: "classifier: a table of path,label" },
  features: { type: "string", value: "NAME", help: "classifier: on these vectors only: frozen, whitened or an encoder that was applied" },
  threshold: { type: "string", value: "X", help: "classifier: confidence below which no class is said; 0.5 if not given" },
};

const usualThreshold = 0.5;

export function exportClassifier(input: CommandInput): Promise<number> {
  const labels = requiredText(input, "labels");
  const folder = requiredText(input, "out");
  const threshold = shareOf(input, "threshold") ?? usualThreshold;
  return withCollection(input, async (engine) => {
    const exported = await engine.exports.classifier({ labels, folder, features: optionalText(input, "features"), threshold });
    printResult(input.json, exported, () => [
      ...exported.files,
      `${exported.classes.length} classes: ${exported.classes.join(", ")}`,
      `opened again: vectors and probabilities differ from those in the app by at most ${exported.maxDifference.toExponential(1)}`,
    ]);
    return 0;
  });
}
