/**
 * @file `likeness encoders`: what is at hand, an ONNX file in, one out, and which of them the collection uses.
 */
import { deviceNames, type EncoderEntry, type IndexReport } from "#protocol/model.ts";

import type { Engine } from "../../engine/engine.ts";
import { CliUsageError, oneOf, optionalText, wholeNumber, type Command, type CommandInput } from "../arguments.ts";
import { printResult } from "../output.ts";
import { runJob } from "../run-job.ts";
import { chooseWorkspace, withEngine } from "../session.ts";
import { describeReport } from "./index-folders.ts";

/** Word -> how many arguments follow it, and what it does. */
const actions: Readonly<Record<string, { readonly takes: number; run(engine: Engine, input: CommandInput): Promise<void> | void }>> = {
  list: { takes: 0, run: (engine, input) => printList(engine, input, {}) },
  import: { takes: 1, run: importFile },
  remove: {
    takes: 1,
    run: (engine, input) => {
      engine.encoders.remove(input.positionals[1] as string);
      printList(engine, input, {});
    },
  },
  apply: { takes: 1, run: apply },
  revert: { takes: 0, run: revert },
};

export const encodersCommand: Command = {
  name: "encoders",
  usage: "list | import FILE.onnx | remove ID | apply ID | revert",
  summary: "List the encoders at hand, take an ONNX file in, switch the collection to another one and back.",
  options: {
    name: { type: "string", value: "TEXT", help: "import: what to call it; else the file's name" },
    output: { type: "string", value: "TENSOR", help: "import: the tensor that is the embedding; else it is found" },
    preprocess: {
      type: "string",
      value: "FILE.json",
      help: "import: size, layout, range, mean, std, colour; else an encoder.json beside it, else ImageNet's",
    },
    text: { type: "string", value: "TEXT.onnx", help: "import: the text half of a pair like CLIP" },
    tokenizer: { type: "string", value: "FILE.json", help: "import: the text half's tokenizer.json" },
    context: { type: "string", value: "N", help: "import: tokens of a text that are read; else what model or tokenizer say, else 77" },
    "text-output": { type: "string", value: "TENSOR", help: "import: the tensor that is a text's embedding; else it is found" },
    device: { type: "string", value: "NAME", help: `apply: ${deviceNames.join(", ")}` },
  },
  positionals: [1, 2],
  run: (input) => {
    const [word = "", ...rest] = input.positionals;
    const action = Object.hasOwn(actions, word) ? actions[word] : undefined;
    if (!action) throw new CliUsageError(`likeness encoders: got "${word}"; expected one of ${Object.keys(actions).join(", ")}.`);
    if (rest.length !== action.takes)
      throw new CliUsageError(`likeness encoders ${word}: got ${rest.length} argument(s); expected ${action.takes}.`);
    return withEngine(async (engine) => {
      await action.run(engine, input);
      return 0;
    });
  },
};

async function importFile(engine: Engine, input: CommandInput): Promise<void> {
  const { encoder, notes } = await engine.encoders.import({
    file: input.positionals[1] as string,
    name: optionalText(input, "name"),
    output: optionalText(input, "output"),
    preprocess: optionalText(input, "preprocess"),
    text: optionalText(input, "text"),
    tokenizer: optionalText(input, "tokenizer"),
    context: input.values["context"] === undefined ? undefined : wholeNumber(input, "context", 77, 1, 8192),
    textOutput: optionalText(input, "text-output"),
  });
  printList(engine, input, { imported: encoder.id, notes });
}

async function apply(engine: Engine, input: CommandInput): Promise<void> {
  const device = oneOf(input, "device", deviceNames, "auto");
  await engine.open(chooseWorkspace(engine, input), "write");
  const id = engine.encoders.apply(input.positionals[1] as string, device);
  const report = await runJob<IndexReport>(engine, id, "The collection still uses the encoder it had; the same command goes on from here.");
  printResult(input.json, report, () => describeReport(report));
}

async function revert(engine: Engine, input: CommandInput): Promise<void> {
  await engine.open(chooseWorkspace(engine, input), "write");
  const { encoder, unseen } = engine.encoders.revert();
  printResult(input.json, { encoder, unseen }, function* () {
    yield `The collection uses ${encoder.id} again (${encoder.name}).`;
    if (unseen > 0) yield `${unseen} images came since and are not embedded with it: run \`likeness index\` on their folder.`;
  });
}

function printList(engine: Engine, input: CommandInput, more: { readonly imported?: string; readonly notes?: readonly string[] }): void {
  const encoders = engine.encoders.list();
  printResult(input.json, { encoders, ...more }, function* () {
    for (const encoder of encoders) yield describeEncoder(encoder);
    if (more.imported !== undefined) yield `imported ${more.imported}`;
    for (const note of more.notes ?? []) yield `  ${note}`;
  });
}

function describeEncoder({ id, dimensions, size, source, name, text }: EncoderEntry): string {
  return `${id}  ${dimensions} numbers  ${size} px  ${source}  ${name}${text ? "  (reads texts)" : ""}`;
}
