/**
 * @file What a hundred thousand vectors cost, beside other programs in the same run: exact neighbours against faiss' IndexFlatIP, the map from vectors
 * (neighbours included) against umap-learn, both in two threads. Medians of the runs, with their range; processor seconds tell what a busy machine hides.
 * Prints; judges nothing.
 *
 *     npm run bench scale [neighbours|map] [--count 100000] [--runs 3] [--no-peer]
 *
 * Vectors are seeded groups of uneven size, spread along directions whose strength falls as that of embeddings does (test/helpers/many-vectors.ts).
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readNpyTable, writeNpyTable } from "#engine/base/npy-file.ts";
import { benchMap, benchNeighbours } from "#engine/engine.ts";
import { measureMap } from "#engine/map/quality.ts";
import { approximateNeighbours } from "#engine/search/approximate-neighbours.ts";
import { measureRecall } from "#engine/search/find-neighbours.ts";

import { manyVectors } from "../helpers/many-vectors.ts";
import { pythonWith } from "./peers/python.ts";

const dimensions = 384;
const k = 15;
const count = option("--count", 100_000);
const runs = option("--runs", 3);
const wanted = process.argv[2] === "neighbours" || process.argv[2] === "map" ? process.argv[2] : null;
const folder = mkdtempSync(join(tmpdir(), "likeness-scale-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const input = join(folder, "x.npy");
const python = process.argv.includes("--no-peer") ? null : pythonWith(["numpy", "faiss-cpu", "umap-learn==0.5.12"]);

interface Times {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

writeNpyTable(input, manyVectors({ count, dimensions, seed: 3 }).values, dimensions);
console.log(`${count} x ${dimensions}, ${runs} runs: median (range)`);
if (wanted !== "map") await compareNeighbours();
if (wanted !== "neighbours") await compareMaps();
console.log(`this process at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);

async function compareNeighbours(): Promise<void> {
  const [ours, theirs]: [Times[], Times[]] = [[], []];
  const [out, peerOut] = [join(folder, "i.npy"), join(folder, "peer.npy")];
  for (let run = 0; run < runs; run++) {
    ours.push(await timed(() => benchNeighbours({ input, out, k })));
    if (python) theirs.push(askPeer("neighbours.py", [input, String(k), peerOut]));
  }
  tell(`exact neighbours, ${k} each`, ours);
  if (!python) return;
  tell("faiss IndexFlatIP", theirs);
  compare(ours, theirs);
  const [own, other] = [out, peerOut].map((path) => new Int32Array(readFileSync(path).buffer.slice(-4 * count * k)));
  let same = 0;
  own.forEach((index, at) => (same += Number(index === other[at])));
  console.log(
    `  the same neighbour at the same rank: ${((100 * same) / own.length).toFixed(2)} % (the rest are ties within rounding, and a row that is not its own first)`,
  );
}

async function compareMaps(): Promise<void> {
  const [ours, theirs, neighbours]: [Times[], Times[], number[]] = [[], [], []];
  const [out, peerOut] = [join(folder, "e.npy"), join(folder, "peer-e.npy")];
  let last = Buffer.alloc(0);
  for (let run = 0; run < runs; run++) {
    ours.push(
      await timed(async () => {
        const times = await benchMap({ input, out, seed: 1 });
        neighbours.push(times.neighbourSeconds);
        return times;
      }),
    );
    const bytes = readFileSync(out);
    if (run > 0 && !bytes.equals(last)) console.log("  THE SAME SEED GAVE ANOTHER MAP");
    last = bytes;
    if (python) theirs.push(askPeer("umap_map.py", [input, peerOut]));
  }
  tell("the map from vectors", ours);
  console.log(`  of it for neighbours ${spread(neighbours)} s`);
  if (python) {
    tell("umap-learn 0.5.12", theirs);
    compare(ours, theirs);
  }
  const table = readNpyTable(input);
  const graph = approximateNeighbours(table, 16);
  console.log(`  recall of its neighbours ${measureRecall(table, graph, { seed: 1 }).toFixed(4)}`);
  for (const [name, path] of [["ours", out], ...(python ? [["umap-learn", peerOut]] : [])] as [string, string][]) {
    const quality = measureMap({ table, graph, coordinates: readNpyTable(path).values, seed: 1, multiplications: 2e10 });
    console.log(
      `  ${name.padEnd(12)} trustworthiness ${quality.trustworthiness.toFixed(4)} (${quality.rankedRows} rows), neighbours kept ${quality.recall.toFixed(3)}`,
    );
  }
}

async function timed(work: () => Promise<{ seconds: number }>): Promise<Times> {
  const before = process.cpuUsage();
  const { seconds } = await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

function askPeer(script: string, args: readonly string[]): Times {
  const environment = { ...process.env };
  // Where a machine's settings hold an old library back, a current one is slowed by them.
  delete environment["OPENBLAS_CORETYPE"];
  delete environment["OPENBLAS_L2_SIZE"];
  const output = execFileSync(python as string, [join(import.meta.dirname, "peers", script), ...args], {
    env: environment,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(output.toString()) as Times;
}

function tell(name: string, times: readonly Times[]): void {
  console.log(
    `${name.padEnd(28)} ${spread(times.map(({ seconds }) => seconds))} s, processor ${spread(times.map(({ cpuSeconds }) => cpuSeconds))} s`,
  );
}

function compare(ours: readonly Times[], theirs: readonly Times[]): void {
  const ratios = (of: (times: Times) => number): string => spread(ours.map((each, run) => of(theirs[run] as Times) / of(each)));
  console.log(`  theirs / ours: ${ratios(({ seconds }) => seconds)}, processor ${ratios(({ cpuSeconds }) => cpuSeconds)}`);
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((one, other) => one - other);
  return `${(sorted[sorted.length >> 1] as number).toFixed(2)} (${(sorted[0] as number).toFixed(2)}-${(sorted.at(-1) as number).toFixed(2)})`;
}

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}
