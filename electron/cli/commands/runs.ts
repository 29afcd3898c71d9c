/**
 * @file `likeness runs`: the trainings of a collection.
 */
import type { TrainReport } from "#protocol/model.ts";
import type { RunEntry } from "#protocol/training.ts";

import { CliUsageError, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { runJob } from "../run-job.ts";
import { chooseWorkspace, withCollection, withEngine } from "../session.ts";
import { describeTrainReport } from "./train.ts";

export const runsCommand: Command = {
  name: "runs",
  usage: "list | show ID | resume ID | cancel ID | rename ID NAME | delete ID",
  summary:
    "List the trainings of this collection, look at one, go on with one that was stopped, stop one, name it, or delete it with its encoders.",
  options: {},
  positionals: [1, 3],
  run: async (input) => {
    const [word = "", id, name] = input.positionals;
    if (word === "list")
      return withCollection(input, async (engine) => {
        const runs = engine.training.list();
        printResult(input.json, { runs }, () => runs.map(describeRun));
        return Promise.resolve(0);
      });
    if (!["show", "resume", "cancel", "rename", "delete"].includes(word))
      throw new CliUsageError(`likeness runs: got "${word}"; expected list, show, resume, cancel, rename or delete.`);
    if (id === undefined) throw new CliUsageError(`likeness runs ${word}: the id of a run is missing; see \`likeness runs list\`.`);
    if ((name === undefined) === (word === "rename"))
      throw new CliUsageError(
        name === undefined
          ? "likeness runs rename: the new name is missing."
          : `likeness runs ${word}: got "${name}" besides the id of a run.`,
      );
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
      if (word === "rename") {
        engine.training.rename(id, name ?? "");
        printResult(input.json, { run: id, name }, () => [`${id} is called "${name ?? ""}".`]);
        return 0;
      }
      if (word === "delete") {
        engine.training.remove(id);
        printResult(input.json, { run: id }, () => [`${id} and its encoders are deleted.`]);
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

function describeRun({ id, name, method, base, trainable, state, verdict, encoder, project }: RunEntry): string {
  return `${id}${name === "" ? "" : ` "${name}"`}  ${state}  ${method} from ${base} (${trainable})${project === null ? "" : ` on the labels of "${project.name}"`}${verdict === null ? "" : `  ${verdict}`}${encoder === null ? "" : `  ${encoder}`}`;
}
