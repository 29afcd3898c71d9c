/**
 * @file `likeness export encoder`: an encoder as a folder that others can use.
 */
import { CliUsageError, optionalText, requiredText, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { openIfAny, withEngine } from "../session.ts";

export const exportCommand: Command = {
  name: "export",
  usage: "encoder ID --out DIR [--feature-maps] [--smaller fp16,int8]",
  summary: "Write an encoder as model.onnx, encoder.json and a README with ten lines of Python and JavaScript that use it.",
  options: {
    out: { type: "string", value: "DIR", help: "a folder outside the images; nothing in it is overwritten" },
    smaller: {
      type: "string",
      value: "FORMS",
      help: "fp16, int8 or both (fp16,int8): smaller forms beside it, each tried on the collection",
    },
    "feature-maps": { type: "boolean", help: "the spatial tensors as further outputs, for a detector or a segmenter" },
  },
  positionals: [2, 2],
  run: (input) => {
    const [what, encoder = ""] = input.positionals;
    if (what !== "encoder") throw new CliUsageError(`likeness export: got "${what}"; expected encoder.`);
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
  },
};

function formsOf(text: string | undefined): ("fp16" | "int8")[] {
  return (text === undefined ? [] : text.split(",")).map((form) => {
    if (form !== "fp16" && form !== "int8")
      throw new CliUsageError(`likeness export: --smaller got "${form}"; expected fp16, int8 or fp16,int8.`);
    return form;
  });
}
