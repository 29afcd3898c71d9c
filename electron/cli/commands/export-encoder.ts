/**
 * @file `likeness export encoder`: an encoder as a folder that others can use.
 */
import { smallerForms, type SmallerForm } from "#protocol/model.ts";

import { CliUsageError, optionalText, requiredText, type Command, type CommandInput } from "../arguments.ts";
import { printResult } from "../output.ts";
import { openIfAny, withEngine } from "../session.ts";

export const encoderOptions: Command["options"] = {
  smaller: {
    type: "string",
    value: "FORMS",
    help: "encoder: fp16, int8 or both (fp16,int8): smaller forms beside it, each tried on the collection",
  },
  "feature-maps": { type: "boolean", help: "encoder: the spatial tensors as further outputs, for a detector or a segmenter" },
};

export function exportEncoder(input: CommandInput): Promise<number> {
  const encoder = input.positionals[1] as string;
  const folder = requiredText(input, "out");
  return withEngine(async (engine) => {
    await openIfAny(engine, input);
    const featureMaps = input.values["feature-maps"] === true;
    const exported = await engine.encoders.export({ encoder, folder, featureMaps, smaller: formsOf(optionalText(input, "smaller")) });
    printResult(input.json, exported, () => [
      ...exported.files,
      ...exported.smaller.map(
        ({ file, bytes, cosine, neighboursKept }) =>
          `${file}: ${(bytes / 1e6).toFixed(1)} MB, cosine ${cosine.toFixed(4)}${neighboursKept === null ? "" : `, ${(100 * neighboursKept).toFixed(1)} % of ten nearest kept`}`,
      ),
      `opened again: its vectors differ from those in the app by at most ${exported.maxDifference.toExponential(1)}`,
    ]);
    return 0;
  });
}

function formsOf(text: string | undefined): SmallerForm[] {
  return (text === undefined ? [] : text.split(",")).map((form) => {
    const known = smallerForms.find((one) => one === form);
    if (known === undefined) throw new CliUsageError(`likeness export: --smaller got "${form}"; expected fp16, int8 or fp16,int8.`);
    return known;
  });
}
