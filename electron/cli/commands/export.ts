/**
 * @file `likeness export`: an encoder as a folder that others can use, the images as data, a report.
 */
import { CliUsageError, type Command, type CommandInput } from "../arguments.ts";
import { dataOptions, describeSelections, exportData } from "./export-data.ts";
import { classifierOptions, exportClassifier } from "./export-classifier.ts";
import { encoderOptions, exportEncoder } from "./export-encoder.ts";
import { exportReport, reportOptions } from "./export-report.ts";

interface Kind {
  readonly options: Command["options"];
  /** Arguments behind the kind. */
  readonly arguments: number;
  readonly run: (input: CommandInput) => Promise<number>;
}

const kinds: Readonly<Record<string, Kind>> = {
  encoder: { options: encoderOptions, arguments: 1, run: exportEncoder },
  classifier: { options: classifierOptions, arguments: 0, run: exportClassifier },
  data: { options: dataOptions, arguments: 0, run: exportData },
  report: { options: reportOptions, arguments: 0, run: exportReport },
};

const outHelp =
  "encoder, classifier: a folder; data: a file, or a folder for --format folders; report: a file. Never inside a folder of images";

export const exportCommand: Command = {
  name: "export",
  usage: "encoder ID --out DIR | classifier --labels FILE.csv --out DIR | data --format F --out PATH | report --out FILE.html",
  summary:
    "Write an encoder or classes behind one (ONNX, with a page that shows its use), the images as data, or a report that opens in any browser.",
  options: {
    out: { type: "string", value: "PATH", help: outHelp },
    ...Object.assign({}, ...Object.values(kinds).map(({ options }) => options)),
  },
  more: describeSelections,
  positionals: [1, 2],
  run: (input) => {
    const [what = "", ...rest] = input.positionals;
    const kind = Object.hasOwn(kinds, what) ? kinds[what] : undefined;
    if (kind === undefined) throw new CliUsageError(`likeness export: got "${what}"; expected one of ${Object.keys(kinds).join(", ")}.`);
    if (rest.length !== kind.arguments)
      throw new CliUsageError(`likeness export ${what}: got ${rest.length} argument(s) behind it; expected ${kind.arguments}.`);
    for (const [other, { options }] of Object.entries(kinds))
      for (const name of Object.keys(options))
        if (!Object.hasOwn(kind.options, name) && input.values[name] !== undefined)
          throw new CliUsageError(`likeness export ${what}: --${name} belongs to \`likeness export ${other}\`.`);
    return kind.run(input);
  },
};
