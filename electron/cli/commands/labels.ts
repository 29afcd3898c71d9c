/**
 * @file `likeness labels`: labels of the collection's pictures in from a table or from folders, and out as a table.
 */
import { resolve } from "node:path";

import type { LabelImport } from "#protocol/label-model.ts";

import type { Engine } from "../../engine/engine.ts";
import { CliUsageError, optionalText, type Command, type CommandInput } from "../arguments.ts";
import { printResult } from "../output.ts";
import { chooseWorkspace, withEngine } from "../session.ts";

export const labelsCommand: Command = {
  name: "labels",
  usage: "import FILE.csv | import --from-folders | export FILE.csv [--project NAME]",
  summary:
    "Take labels in from a table of path,label or from the folders in which images lie, and write them out. A label stays with its picture when the file moves.",
  options: {
    "from-folders": { type: "boolean", help: "import: an image's folder is its class" },
    project: { type: "string", value: "NAME", help: "the set of classes; Classes if not given" },
  },
  positionals: [1, 2],
  run: (input) => {
    const act = actionOf(input);
    return withEngine(async (engine) => {
      await engine.open(chooseWorkspace(engine, input), "write");
      const result = act(engine);
      printResult(input.json, result, () => describe(result));
      return 0;
    });
  },
};

const usualProject = "Classes";

function actionOf(input: CommandInput): (engine: Engine) => LabelImport {
  const [word = "", file] = input.positionals;
  const fromFolders = input.values["from-folders"] === true;
  const name = optionalText(input, "project") ?? usualProject;
  if (word === "export" && file !== undefined && !fromFolders)
    return ({ labels }) => labels.exportFile(labels.projectNamed(name).id, resolve(file));
  if (word !== "import" || (file !== undefined) === fromFolders)
    throw new CliUsageError(
      `likeness labels: got "${[...input.positionals, ...(fromFolders ? ["--from-folders"] : [])].join(" ")}"; expected import FILE.csv, import --from-folders or export FILE.csv.`,
    );
  return ({ labels }) => {
    const { id } = labels.projectNamed(name);
    return file === undefined ? labels.importFolders(id) : labels.importFile(id, { path: resolve(file) });
  };
}

function* describe({ images, classes, unmatched }: LabelImport): Iterable<string> {
  yield `${images} images of ${classes.length} classes`;
  for (const { name, count } of classes) yield `${String(count).padStart(7)}  ${name}`;
  for (const path of unmatched.slice(0, 20)) yield `not matched: ${path}`;
  if (unmatched.length > 20) yield `and ${unmatched.length - 20} more (--json lists them all)`;
}
