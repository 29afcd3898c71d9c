/**
 * @file `likeness export report`: what was found in the collection as one HTML file.
 */
import { CliUsageError, requiredText, type Command, type CommandInput } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withCollection } from "../session.ts";
import { stopSignal } from "../stop-signal.ts";

export const reportOptions: Command["options"] = {
  "no-pictures": { type: "boolean", help: "report: none of the small pictures, for data of patients" },
};

export function exportReport(input: CommandInput): Promise<number> {
  const out = requiredText(input, "out");
  if (!/\.html?$/i.test(out)) throw new CliUsageError(`--out is "${out}"; expected a name that ends in .html.`);
  return withCollection(input, async (engine) => {
    const written = await engine.exports.report({ out, pictures: input.values["no-pictures"] !== true }, stopSignal());
    printResult(input.json, written, () => [
      `${written.files.join(" ")}: ${written.images} images, ${(written.bytes / 1e6).toFixed(1)} MB`,
      written.pictures === 0 ? "It holds file names and no pictures." : `It holds file names and ${written.pictures} small pictures.`,
    ]);
    return 0;
  });
}
