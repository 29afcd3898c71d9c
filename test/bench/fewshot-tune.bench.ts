/**
 * @file Few-shot fine-tuning through the command line on folders whose classes are known but hidden: at 5 and 20 clicks a class, what the folds said, what was recommended, and what is true of
 * all pictures that were not clicked, some thousands of them. Every result is printed.
 *
 *   npm run bench fewshot-tune [folder kept between runs: goes on where it was] [folders] [levels] [draws: so many, or FROM-TO] [clicks] [confident: yes, no or both]
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { IndexReport } from "#protocol/model.ts";
import type { TunedReport } from "#protocol/tuned-report.ts";

import { createRandom, shuffle } from "#engine/base/random.ts";
import { fixturesFolder } from "../fixtures/packages.ts";
import { runJson } from "../helpers/command-line.ts";
import { layOut, type LaidOutFolder } from "./training-folders/lay-out.ts";
import { loadSources } from "./verdict/sources.ts";

interface Row {
  readonly folder: string;
  readonly clicks: number;
  readonly draw: number;
  readonly level: string;
  readonly confident: boolean;
  /** True accuracies in percent: the usual way and the tuned vectors, on what was not clicked. */
  readonly plain: number;
  readonly tuned: number;
  readonly cvPlain: number;
  readonly cvTuned: number;
  readonly gain: number;
  readonly chance: number;
  readonly recommended: string;
  readonly seconds: number;
}

interface Told {
  readonly predictions: readonly { readonly path: string; readonly probabilities: Readonly<Record<string, number>> }[];
  readonly tuned?: TunedReport & { readonly encoder: string };
}

const [kept, folders = "digits,clothes,clip art,brain slices", levels = "adapter,last", draws = "2", shots = "5,20", confidence = "both"] =
  process.argv.slice(2);
const data = kept ?? mkdtempSync(join(tmpdir(), "likeness-fewshot-tune-"));
mkdirSync(data, { recursive: true });
/** What is true is told by what was not clicked: of 60 pictures one is a point and a half, of some thousands a tenth of one. */
const sizes = { clothes: 4600, digits: 5000, "clip art": 4600, "brain slices": 1500 };
const [firstDraw, endOfDraws] = draws.includes("-") ? (draws.split("-").map(Number) as [number, number]) : [0, Number(draws)];
const rowsFile = join(data, "rows.json");
const rows = existsSync(rowsFile) ? (JSON.parse(readFileSync(rowsFile, "utf8")) as Row[]) : [];
const head = [
  "folder",
  "clicks",
  "draw",
  "level",
  "confident",
  "plain",
  "tuned",
  "true gain",
  "cv plain",
  "cv tuned",
  "gain",
  "chance",
  "said",
  "seconds",
];
console.log(head.map((word) => word.padStart(12)).join(""));
for (const row of rows) console.log(lineOf(row));

for (const source of await loadSources(sizes, 1)) {
  if (!folders.split(",").includes(source.name)) continue;
  const folder = await layOut(source, join(fixturesFolder(), "training-folders-large"));
  const workspace = join(data, `workspace-${folder.name.replaceAll(" ", "-")}`);
  if (!existsSync(workspace)) await runJson<IndexReport>(["index", folder.pictures, "--workspace", workspace], data);
  const truth = truthOf(folder);
  for (const clicks of shots.split(",").map(Number))
    for (let draw = firstDraw; draw < endOfDraws; draw++)
      for (const level of levels.split(","))
        for (const confident of { yes: [true], no: [false], both: [false, true] }[confidence] ?? []) {
          const isDone = rows.some(
            (row) =>
              row.folder === folder.name &&
              row.clicks === clicks &&
              row.draw === draw &&
              row.level === level &&
              row.confident === confident,
          );
          if (isDone) continue;
          rows.push(await measure({ folder, workspace, truth, clicks, draw, level, confident }));
          writeFileSync(rowsFile, JSON.stringify(rows, null, 1));
          console.log(lineOf(rows.at(-1) as Row));
        }
}
const wins = rows.filter(({ plain, tuned }) => tuned - plain >= 2);
const said = rows.filter(({ recommended }) => recommended === "tuned");
console.log(
  `\ntrue gains of 2 points or more: ${wins.length}, recommended of them: ${wins.filter(({ recommended }) => recommended === "tuned").length}; ` +
    `recommended: ${said.length}, of them losing more than 1 point: ${said.filter(({ plain, tuned }) => tuned - plain < -1).length}; ` +
    `mean true gain: ${mean(rows).toFixed(2)}, of what was recommended: ${mean(said).toFixed(2)}`,
);
if (kept === undefined) rmSync(data, { recursive: true, force: true });

/** Clicks are drawn, the rest is hidden; what is compared is told through the very command that a person has. */
async function measure({
  folder,
  workspace,
  truth,
  clicks,
  draw,
  level,
  confident,
}: {
  readonly folder: LaidOutFolder;
  readonly workspace: string;
  readonly truth: ReadonlyMap<string, string>;
  readonly clicks: number;
  readonly draw: number;
  readonly level: string;
  readonly confident: boolean;
}): Promise<Row> {
  const clicked = drawClicks(truth, clicks, 100 + draw);
  const table = join(data, "clicks.csv");
  writeFileSync(table, ["path,label", ...clicked.map((path) => `${path},"${truth.get(path)}"`)].join("\n"));
  const start = performance.now();
  const usual = await runJson<Told>(["fewshot", "tune", "--labels", table, "--trainable", level, ...(confident ? ["--confident"] : []), "--workspace", workspace], data); // prettier-ignore
  const seconds = (performance.now() - start) / 1000;
  const report = usual.tuned as NonNullable<Told["tuned"]>;
  // The vectors of the tuned encoder for all pictures, and back.
  await runJson(["encoders", "apply", report.encoder, "--workspace", workspace], data);
  const told = await runJson<Told>(["fewshot", "--labels", table, "--features", report.encoder, "--workspace", workspace], data);
  await runJson(["encoders", "revert", "--workspace", workspace], data);
  const hidden = new Set([...truth.keys()].filter((path) => !clicked.includes(path)));
  return {
    folder: folder.name,
    clicks,
    draw,
    level,
    confident,
    plain: 100 * accuracy(usual, truth, hidden),
    tuned: 100 * accuracy(told, truth, hidden),
    cvPlain: 100 * report.ridgeCvAccuracy,
    cvTuned: 100 * report.cvAccuracy,
    gain: report.gain,
    chance: report.chance,
    recommended: report.recommended,
    seconds,
  };
}

function accuracy({ predictions }: Told, truth: ReadonlyMap<string, string>, hidden: ReadonlySet<string>): number {
  const asked = predictions.filter(({ path }) => hidden.has(path));
  const right = asked.filter(({ path, probabilities }) => {
    const [best] = Object.entries(probabilities).sort((one, other) => other[1] - one[1])[0] as [string, number];
    return best === truth.get(path);
  });
  return right.length / asked.length;
}

/** Absolute path -> class. */
function truthOf({ labels, pictures }: LaidOutFolder): Map<string, string> {
  const lines = readFileSync(labels, "utf8").trim().split("\n").slice(1);
  return new Map(
    lines.map((line): [string, string] => {
      const [path = "", label = ""] = line.split(/,(.*)/);
      return [join(pictures, "..", path), label.replaceAll('"', "")];
    }),
  );
}

/** Classes with fewer pictures than asked for give all but one. */
function drawClicks(truth: ReadonlyMap<string, string>, each: number, seed: number): string[] {
  const sizes = new Map<string, number>();
  for (const label of truth.values()) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const counts = new Map<string, number>();
  return shuffle([...truth.keys()], createRandom(seed)).filter((path) => {
    const label = truth.get(path) as string;
    const count = counts.get(label) ?? 0;
    if (count >= Math.min(each, (sizes.get(label) as number) - 1)) return false;
    counts.set(label, count + 1);
    return true;
  });
}

function lineOf(row: Row): string {
  const { folder, clicks, draw, level, confident, plain, tuned, cvPlain, cvTuned, gain, chance, recommended, seconds } = row;
  const cells = [folder, clicks, draw, level, confident ? "yes" : "no", plain.toFixed(1), tuned.toFixed(1), (tuned - plain).toFixed(1), cvPlain.toFixed(1), cvTuned.toFixed(1), gain.toFixed(4), chance.toFixed(3), recommended, seconds.toFixed(0)]; // prettier-ignore
  return cells.map((cell) => String(cell).padStart(12)).join("");
}

function mean(all: readonly Row[]): number {
  return all.reduce((sum, { plain, tuned }) => sum + tuned - plain, 0) / Math.max(1, all.length);
}
