/**
 * @file `likeness embeddings`: the vectors as .npy (with the paths beside it), .parquet or .csv.
 */
import { resolve } from "node:path";

import { CliUsageError, requiredText, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withCollection } from "../session.ts";

export const embeddingsCommand: Command = {
  name: "embeddings",
  usage: "--out FILE.npy|.parquet|.csv",
  summary: "Write the embeddings: FILE.npy with FILE.npy.paths.txt, FILE.parquet (path, vector), or FILE.csv.",
  options: { out: { type: "string", value: "FILE", help: "ends in .npy, .parquet or .csv" } },
  positionals: [0, 0],
  run: (input) => {
    const out = resolve(requiredText(input, "out"));
    if (!/\.(npy|parquet|csv)$/.test(out))
      throw new CliUsageError(`--out is "${out}"; expected a name that ends in .npy, .parquet or .csv.`);
    return withCollection(input, async (engine) => {
      const written = await engine.exports.embeddings(out);
      printResult(input.json, written, () => [`${written.images} x ${written.dimensions} written to ${written.files.join(" and ")}`]);
      return 0;
    });
  },
};
