/**
 * @file A search for duplicates in 2,000 photos (crops of real ones), from listing to verified groups with nothing stored, against imagededup's PHash and
 * czkawka's core on the same folder in the same run. Neither of them looks at a pixel again after hashing; ours verifies. Prints; judges nothing.
 *
 *     npm run bench duplicate-scan [--count 2000] [--runs 3] [--no-peer]
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { benchDuplicates } from "#engine/engine.ts";
import { fixturesFolder } from "../fixtures/packages.ts";
import { pythonWith } from "./peers/python.ts";
import { photoFolder } from "./photos.ts";

const count = option("--count", 2000);
const runs = option("--runs", 3);
const folder = await photoFolder({ count, width: 1500, height: 1000, quality: 88 });
if (!folder) console.log("no photos (offline)");
else await compareIn(folder, await measureOurs(folder));

async function measureOurs(photos: string): Promise<{ ours: () => Promise<number> }> {
  // Once uncounted: the file cache and Node's compile cache are warm, as the peers' are after their first run.
  const first = await benchDuplicates(photos);
  console.log(`${first.images} photos of 1500 x 1000, ${first.groups.length} groups; ${runs} runs: median (range)`);
  return { ours: async () => (await benchDuplicates(photos)).seconds };
}

async function compareIn(photos: string, { ours }: { ours: () => Promise<number> }): Promise<void> {
  const peers: readonly (readonly [name: string, ask: () => number])[] = process.argv.includes("--no-peer")
    ? []
    : [...imagededup(photos), ...czkawka(photos)];
  const own: number[] = [];
  const theirs = peers.map(() => [] as number[]);
  for (let run = 0; run < runs; run++) {
    own.push(await ours());
    peers.forEach(([, ask], index) => theirs[index]?.push(ask()));
  }
  console.log(`${"this program".padEnd(20)} ${spread(own)} s`);
  peers.forEach(([name], index) => {
    const seconds = theirs[index] as number[];
    console.log(
      `${name.padEnd(20)} ${spread(seconds)} s; theirs / ours ${spread(seconds.map((value, run) => value / (own[run] as number)))}`,
    );
  });
}

function imagededup(photos: string): [string, () => number][] {
  const python = pythonWith(["imagededup"]);
  if (!python) return [];
  return [["imagededup PHash", () => secondsOf(python, [join(import.meta.dirname, "peers/duplicates.py"), photos])]];
}

/** Built once beside the fixtures, where there is cargo. */
function czkawka(photos: string): [string, () => number][] {
  const work = join(fixturesFolder(), "czkawka");
  const program = join(work, "target/release/czkawka-peer");
  try {
    if (!existsSync(program)) {
      mkdirSync(work, { recursive: true });
      cpSync(join(import.meta.dirname, "peers/czkawka"), work, { recursive: true });
      execFileSync("cargo", ["build", "--release"], { cwd: work, stdio: "ignore" });
    }
    return [["czkawka core", () => secondsOf(program, [photos])]];
  } catch (thrown) {
    console.log(`no czkawka: ${(thrown as Error).message}`);
    return [];
  }
}

function secondsOf(program: string, args: readonly string[]): number {
  const output = execFileSync(program, args, { stdio: ["ignore", "pipe", "ignore"] }).toString();
  return (JSON.parse(output.slice(output.lastIndexOf("{"))) as { seconds: number }).seconds;
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((one, other) => one - other);
  return `${(sorted[sorted.length >> 1] as number).toFixed(2)} (${(sorted[0] as number).toFixed(2)}-${(sorted.at(-1) as number).toFixed(2)})`;
}

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}
