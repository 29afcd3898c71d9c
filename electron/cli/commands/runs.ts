/**
 * @file `likeness runs`: the trainings of a collection.
 */
import type { RunSummary, TrainReport } from "#protocol/model.ts";

import { CliUsageError, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { runJob } from "../run-job.ts";
import { chooseWorkspace, withCollection, withEngine } from "../session.ts";
import { describeTrainReport } from "./train.ts";

export const runsCommand: Command = {
  name: "runs",
  usage: "list | show ID | resume ID | cancel ID",
  summary: "List the trainings of this collection, look at one, go on with one that was stopped, or stop one.",
  options: {},
  positionals: [1, 2],
  run: async (input) => {
    const [word = "", id] = input.positionals;
    if (word === "list")
      return withCollection(input, async (engine) => {
        const runs = engine.training.list();
        printResult(input.json, { runs }, () => runs.map(describeRun));
        return Promise.resolve(0);
      });
    if (!["show", "resume", "cancel"].includes(word))
      throw new CliUsageError(`likeness runs: got "${word}"; expected list, show, resume or cancel.`);
    if (id === undefined) throw new CliUsageError(`likeness runs ${word}: the id of a run is missing; see \`likeness runs list\`.`);
    if (word === "show")
      return withCollection(input, async (engine) => {
        const shown = engine.training.show(id);
        printResult(input.json, shown, function* () {
          yield describeRun(shown.run);
          if (shown.report !== null) yield* describeTrainReport(shown.report);
        });
        return Promise.resolve(0);
      });
    return withEngine(async (engine) => {
      await engine.open(chooseWorkspace(engine, input), "write");
      if (word === "cancel") {
        engine.training.cancel(id);
        printResult(input.json, { run: id }, () => [`${id} is stopped; \`likeness runs resume ${id}\` goes on with it.`]);
        return 0;
      }
      const report = await runJob<TrainReport>(
        engine,
        engine.training.resume(id),
        `\`likeness runs resume ${id}\` goes on from the last checkpoint.`,
      );
      printResult(input.json, report, () => describeTrainReport(report));
      return 0;
    });
  },
};

function describeRun({ id, method, base, trainable, state, verdict, encoder }: RunSummary): string {
  return `${id}  ${state}  ${method} from ${base} (${trainable})${verdict === null ? "" : `  ${verdict}`}${encoder === null ? "" : `  ${encoder}`}`;
}
