/**
 * @file `likeness export encoder`: an encoder as a folder that others can use.
 */
import { CliUsageError, requiredText, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { openIfAny, withEngine } from "../session.ts";

export const exportCommand: Command = {
  name: "export",
  usage: "encoder ID --out DIR [--feature-maps]",
  summary: "Write an encoder as model.onnx, encoder.json and a README with ten lines of Python and JavaScript that use it.",
  options: {
    out: { type: "string", value: "DIR", help: "a folder outside the images; nothing in it is overwritten" },
    "feature-maps": { type: "boolean", help: "the spatial tensors as further outputs, for a detector or a segmenter" },
  },
  positionals: [2, 2],
  run: (input) => {
    const [what, encoder = ""] = input.positionals;
    if (what !== "encoder") throw new CliUsageError(`likeness export: got "${what}"; expected encoder.`);
    const folder = requiredText(input, "out");
    return withEngine(async (engine) => {
      await openIfAny(engine, input);
      const exported = await engine.encoders.export({ encoder, folder, featureMaps: input.values["feature-maps"] === true });
      printResult(input.json, exported, () => [
        ...exported.files,
        `opened again: its vectors differ from those in the app by at most ${exported.maxDifference.toExponential(1)}`,
      ]);
      return 0;
    });
  },
};
