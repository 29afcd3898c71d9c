/**
 * @file `likeness index`: adds folders to the collection and brings everything up to date.
 */
import { resolve } from "node:path";

import { deviceNames } from "#protocol/model.ts";

import { CancellationError, UserError, type IndexReport } from "../../engine/engine.ts";
import { oneOf, type Command } from "../arguments.ts";
import { createProgressLine, printResult } from "../output.ts";
import { withEngine } from "../session.ts";

export const indexCommand: Command = {
  name: "index",
  usage: "FOLDER... [--encoder ID] [--device NAME]",
  summary: "Add folders to the collection: scan, embed, map, duplicates, outliers. Run again, it does only what changed.",
  options: {
    encoder: { type: "string", value: "ID", help: "the encoder (see `likeness encoders list`)" },
    device: { type: "string", value: "NAME", help: `${deviceNames.join(", ")}; auto takes the quickest that works` },
  },
  positionals: [1, Infinity],
  run: (input) =>
    withEngine(async (engine) => {
      const device = oneOf(input, "device", deviceNames, "auto");
      const workspace = input.workspace !== null ? resolve(input.workspace) : engine.recent.last();
      const encoder = typeof input.values["encoder"] === "string" ? input.values["encoder"] : undefined;
      engine.requireIndexable(input.positionals, workspace, encoder);
      if (workspace === null) await engine.openForFolder(input.positionals[0] as string, null);
      else await engine.open(workspace, "write");
      const { jobs } = engine;
      if (!jobs) throw new UserError("read-only", "The collection cannot be written.");
      const line = createProgressLine();
      const id = engine.index(input.positionals, encoder, device);
      const stop = engine.subscribe((name, value) => {
        if (name === "job") line.show(value as Parameters<typeof line.show>[0]);
      });
      const cancel = (): void => jobs.cancel(id);
      process.on("SIGINT", cancel);
      process.on("SIGTERM", cancel);
      const job = await jobs.finished(id);
      process.off("SIGINT", cancel);
      process.off("SIGTERM", cancel);
      stop();
      line.end();
      if (job.state === "cancelled") throw new CancellationError("Stopped. Nothing is lost: the same command goes on from here.");
      if (job.error) throw new UserError(job.error.code, job.error.message);
      const report = job.report as IndexReport;
      printResult(input.json, report, () => describeReport(report));
      return 0;
    }),
};

function* describeReport({ images, files, encoder, seconds, unreadable }: IndexReport): Iterable<string> {
  yield `${images} images (${files.seen} files: ${files.added} added, ${files.unchanged} unchanged, ${files.moved} moved, ${files.missing} missing, ${files.unreadable} unreadable, ${files.unsupported} not images)`;
  yield `encoder ${encoder.id} (${encoder.dimensions} numbers) on ${encoder.device}`;
  yield `${seconds.total.toFixed(1)} s: ${Object.entries(seconds)
    .filter(([name]) => name !== "total")
    .map(([name, value]) => `${name} ${value.toFixed(1)}`)
    .join(", ")}`;
  for (const file of unreadable.slice(0, 20)) yield `unreadable (${file.code}): ${file.path}: ${file.message}`;
  if (unreadable.length > 20) yield `and ${unreadable.length - 20} more unreadable files (--json lists them all)`;
}
