/**
 * @file `likeness similar`: the images most like one of the collection, or like a picture from outside.
 */
import { wholeNumber, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withCollection } from "../session.ts";

export const similarCommand: Command = {
  name: "similar",
  usage: "PATH [-k N]",
  summary: "List the images most like PATH: one of the collection, or any picture.",
  options: { k: { type: "string", short: "k", value: "N", help: "how many (10)" } },
  positionals: [1, 1],
  run: (input) => {
    const count = wholeNumber(input, "k", 10, 1, 1_000_000);
    return withCollection(input, async (engine) => {
      const { query, results } = await engine.similarToPath(input.positionals[0] as string, count);
      const document = { query, results: results.map(({ id, similarity }) => ({ path: engine.pathOf(id), similarity })) };
      printResult(input.json, document, () => document.results.map(({ path, similarity }) => `${similarity.toFixed(4)}  ${path}`));
      return 0;
    });
  },
};
