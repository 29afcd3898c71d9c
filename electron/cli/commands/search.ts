/**
 * @file `likeness search`: the images that words and pictures describe, towards some and away from others.
 */
import type { SearchTerm } from "#protocol/text-contract.ts";
import type { ImageId } from "#protocol/model.ts";

import { CliUsageError, wholeNumber, type Command, type CommandInput } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withCollection } from "../session.ts";

export const searchCommand: Command = {
  name: "search",
  usage: "[TEXT|PATH] [--plus TEXT|PATH]... [--minus TEXT|PATH]... [-k N]",
  summary: "List the images that words and pictures describe. What is the path of a file is a picture, anything else words.",
  options: {
    plus: { type: "string", multiple: true, value: "TEXT|PATH", help: "towards this; may be given several times" },
    minus: { type: "string", multiple: true, value: "TEXT|PATH", help: "away from this; may be given several times" },
    k: { type: "string", short: "k", value: "N", help: "how many (10)" },
  },
  positionals: [0, 1],
  run: (input) => {
    const count = wholeNumber(input, "k", 10, 1, 1_000_000);
    const plus = [...input.positionals, ...several(input, "plus")];
    const minus = several(input, "minus");
    if (plus.length + minus.length === 0) throw new CliUsageError("likeness search: expected a text, a picture, --plus or --minus.");
    return withCollection(input, async (engine) => {
      const terms = [...plus.map((each) => engine.readTerm(each, "+")), ...minus.map((each) => engine.readTerm(each, "-"))];
      const { kind, note, ids, similarities } = await engine.handlers["images.search"]({ terms, count }, engine.context);
      const results = Array.from(ids, (id, rank) => ({ path: engine.pathOf(id as ImageId), similarity: similarities[rank] as number }));
      printResult(input.json, { results, kind, note, terms: terms.map(describeTerm) }, function* () {
        for (const { path, similarity } of results) yield kind === "names" ? path : `${similarity.toFixed(4)}  ${path}`;
      });
      if (note !== null) process.stderr.write(`${note}\n`);
      return 0;
    });
  },
};

/** How each term was understood. */
function describeTerm({ sign, text, path }: SearchTerm): object {
  return text === undefined ? { sign, path } : { sign, text };
}

function several(input: CommandInput, name: string): readonly string[] {
  const values = (input.values[name] as readonly string[] | undefined) ?? [];
  if (values.includes("")) throw new CliUsageError(`--${name} is empty.`);
  return values;
}
