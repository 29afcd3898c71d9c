/**
 * @file `likeness encoders list`.
 */
import { CliUsageError, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withEngine } from "../session.ts";

export const encodersCommand: Command = {
  name: "encoders",
  usage: "list",
  summary: "List the encoders at hand.",
  options: {},
  positionals: [1, 1],
  run: (input) => {
    if (input.positionals[0] !== "list") throw new CliUsageError(`likeness encoders list: got "${input.positionals[0]}".`);
    return withEngine(async (engine) => {
      const { encoders } = await engine.handlers["encoders.list"]({}, engine.context);
      printResult(input.json, { encoders }, () =>
        encoders.map((encoder) => `${encoder.id}  ${encoder.dimensions} numbers  ${encoder.source}  ${encoder.name}`),
      );
      return 0;
    });
  },
};
