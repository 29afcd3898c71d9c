/**
 * @file `likeness index`: adds folders to the collection and brings everything up to date.
 */
import { resolve } from "node:path";

import { deviceNames } from "#protocol/model.ts";

import type { Engine, IndexReport } from "../../engine/engine.ts";
import { oneOf, optionalText, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { runJob } from "../run-job.ts";
import { withEngine } from "../session.ts";

export const indexCommand: Command = {
  name: "index",
  usage: "FOLDER... [--encoder ID|FILE.onnx] [--device NAME]",
  summary: "Add folders to the collection: scan, embed, map, duplicates, outliers. Run again, it does only what changed.",
  options: {
    encoder: { type: "string", value: "ID", help: "the encoder (see `likeness encoders list`), or an ONNX file, which is imported first" },
    device: { type: "string", value: "NAME", help: `${deviceNames.join(", ")}; auto takes the quickest that works` },
  },
  positionals: [1, Infinity],
  run: (input) =>
    withEngine(async (engine) => {
      const device = oneOf(input, "device", deviceNames, "auto");
      const workspace = input.workspace !== null ? resolve(input.workspace) : engine.recent.last();
      engine.requireIndexable(input.positionals, workspace);
      const encoder = await chooseEncoder(engine, optionalText(input, "encoder"));
      engine.requireIndexable(input.positionals, workspace, encoder);
      if (workspace === null) await engine.openForFolder(input.positionals[0] as string, null);
      else await engine.open(workspace, "write");
      const id = engine.index(input.positionals, encoder, device);
      const report = await runJob<IndexReport>(engine, id, "Nothing is lost: the same command goes on from here.");
      printResult(input.json, report, () => describeReport(report));
      return 0;
    }),
};

/** An id, or an ONNX file, which is taken in first. */
async function chooseEncoder(engine: Engine, given: string | undefined): Promise<string | undefined> {
  if (given === undefined || !given.toLowerCase().endsWith(".onnx")) return given;
  const { encoder, notes } = await engine.encoders.import({ file: given });
  for (const note of [`imported ${encoder.id}`, ...notes]) process.stderr.write(`${note}\n`);
  return encoder.id;
}

export function* describeReport({ images, files, encoder, seconds, unreadable }: IndexReport): Iterable<string> {
  yield `${images} images (${files.seen} files: ${files.added} added, ${files.unchanged} unchanged, ${files.moved} moved, ${files.missing} missing, ${files.unreadable} unreadable, ${files.unsupported} not images)`;
  yield `encoder ${encoder.id} (${encoder.dimensions} numbers) on ${encoder.device}`;
  yield `${seconds.total.toFixed(1)} s: ${Object.entries(seconds)
    .filter(([name]) => name !== "total")
    .map(([name, value]) => `${name} ${value.toFixed(1)}`)
    .join(", ")}`;
  for (const file of unreadable.slice(0, 20)) yield `unreadable (${file.code}): ${file.path}: ${file.message}`;
  if (unreadable.length > 20) yield `and ${unreadable.length - 20} more unreadable files (--json lists them all)`;
}
