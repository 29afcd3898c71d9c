/**
 * @file Does training help, and is what Likeness says of it true? Five folders whose labels are hidden, through the command line: `whiten`, `adapter` and `last` with the defaults, the
 * 20-nearest-neighbour accuracy (leave one out) of the frozen, the whitened and the run's own encoder, and the verdict beside the truth. Every row is printed, good or bad.
 *
 *   npm run bench training-folders [folder kept between runs: goes on where it was] [one folder] [one rung]
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { EvaluationReport, IndexReport, TrainReport } from "#protocol/model.ts";

import { fixturesFolder } from "../fixtures/packages.ts";
import { runJson } from "../helpers/command-line.ts";
import { layOut, type LaidOutFolder } from "./training-folders/lay-out.ts";
import { loadSources } from "./verdict/sources.ts";

const folderNames = ["clothes", "digits", "clip art", "sprites", "constellations"];
/** The command line's defaults choose all that is not said. */
const rungs: Readonly<Record<string, readonly string[]>> = {
  whiten: ["--method", "whiten"],
  adapter: ["--trainable", "adapter"],
  last: ["--trainable", "last"],
};

interface Row {
  readonly folder: string;
  readonly rung: string;
  /** Accuracies in percent. */
  readonly frozen: number;
  readonly whitened: number;
  readonly result: number;
  readonly recommended: number;
  readonly recommendedName: "frozen" | "whitened" | "run";
  readonly said: TrainReport["verdict"];
  readonly steps: number;
  readonly seconds: number;
}

const kept = process.argv[2];
const [onlyFolder, onlyRung] = process.argv.slice(3);
const data = kept ?? mkdtempSync(join(tmpdir(), "likeness-training-folders-"));
mkdirSync(data, { recursive: true });
const rowsFile = join(data, "rows.json");
const rows = existsSync(rowsFile) ? (JSON.parse(readFileSync(rowsFile, "utf8")) as Row[]) : [];

for (const source of await loadSources()) {
  if (!folderNames.includes(source.name) || (onlyFolder !== undefined && onlyFolder !== source.name)) continue;
  const folder = await layOut(source, join(fixturesFolder(), "training-folders"));
  for (const rung of Object.keys(rungs)) {
    const isDone = rows.some((row) => row.folder === folder.name && row.rung === rung);
    if (isDone || (onlyRung !== undefined && onlyRung !== rung)) continue;
    rows.push(await measureRung(folder, rung));
    writeFileSync(rowsFile, JSON.stringify(rows, null, 1));
    console.log(lineOf(rows.at(-1) as Row));
  }
}
console.log(
  `\n${["folder", "rung", "frozen", "whitened", "result", "gain", "said", "true", "recommended", "its gain"].map((head, at) => head.padStart(at < 2 ? 14 : 11)).join("")}`,
);
for (const row of rows) console.log(lineOf(row));
const right = rows.filter((row) => row.said === truth(row)).length;
const missed = rows.filter((row) => row.result - row.frozen >= 2 && row.recommendedName === "frozen").length;
const lost = rows.filter((row) => row.recommended - row.frozen <= -1).length;
console.log(
  `\nverdict right in ${right} of ${rows.length}; gains of 2 points or more not recommended: ${missed}; losses recommended: ${lost}`,
);
if (kept === undefined) rmSync(data, { recursive: true, force: true });

async function measureRung({ name, pictures, labels }: LaidOutFolder, rung: string): Promise<Row> {
  const workspace = join(data, `workspace-${name.replaceAll(" ", "-")}`);
  if (!existsSync(workspace)) await runJson<IndexReport>(["index", pictures, "--workspace", workspace], data);
  const trained = await runJson<TrainReport>(["train", ...(rungs[rung] ?? []), "--workspace", workspace], data);
  const accuracy = async (encoder: string): Promise<number> => {
    const report = await runJson<EvaluationReport>(["evaluate", "--encoder", encoder, "--labels", labels, "--workspace", workspace], data);
    return 100 * (report.knn["20"]?.accuracy ?? NaN);
  };
  const whitenedId = `${trained.run}-whitened`;
  // The same for every rung.
  const known = rows.find((row) => row.folder === name);
  const [frozen, whitened] = known
    ? [known.frozen, known.whitened]
    : [await accuracy("efficientnet-lite0-160"), await accuracy(whitenedId)];
  const result = trained.encoder === whitenedId ? whitened : await accuracy(trained.encoder);
  const recommendedName = trained.recommended === whitenedId ? "whitened" : trained.recommended === trained.encoder ? "run" : "frozen";
  return {
    folder: name,
    rung,
    frozen,
    whitened,
    result,
    recommended: { frozen, whitened, run: result }[recommendedName],
    recommendedName,
    said: trained.verdict,
    steps: trained.steps,
    seconds: trained.seconds,
  };
}

function truth({ frozen, result }: Row): TrainReport["verdict"] {
  const gain = result - frozen;
  return gain >= 1 ? "helped" : gain <= -1 ? "hurt" : "unclear";
}

function lineOf(row: Row): string {
  const { folder, rung, frozen, whitened, result, said, recommended, recommendedName } = row;
  const numbers = [frozen, whitened, result, result - frozen].map((value) => value.toFixed(1).padStart(11));
  return (
    folder.padStart(14) +
    rung.padStart(14) +
    numbers.join("") +
    [said, truth(row), recommendedName].map((word) => word.padStart(11)).join("") +
    (recommended - frozen).toFixed(1).padStart(11)
  );
}
