/**
 * @file What moving the slider of strictness costs with many pairs, in a workspace of made-up rows: the first page, every further setting, "not a duplicate", another rule.
 * Beside it the plain reference on the same rows. Run alone on a quiet machine:
 *
 *     node test/bench/strictness.bench.ts [IMAGES [PAIRS]]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createRandom } from "#engine/base/random.ts";
import { verifierVersion } from "#engine/duplicates/version.ts";
import { createEngine } from "#engine/engine.ts";
import { openForWriting } from "#engine/store/database.ts";
import { savePair } from "#engine/store/queries/findings.ts";
import { inTransaction, readRaw } from "#engine/store/statements.ts";
import { plainKeepRule } from "#protocol/duplicates-contract.ts";
import { relations } from "#protocol/model.ts";
import { groupPairs as plainGroups } from "../reference/duplicates/groups.ts";
import { makeCollection } from "./make-collection.ts";

const [images = 100_000, pairs = 60_000] = process.argv.slice(2).map(Number);
/** Pictures that may be alike stand in runs of this many. */
const run = 5;
const kinds = ["identical-pixels", "same-picture", "same-picture", "same-scene"] as const;

const home = mkdtempSync(join(tmpdir(), "likeness-strictness-"));
try {
  const workspace = join(home, "workspace");
  await makeCollection(workspace, images);
  const { store, close } = openForWriting(workspace);
  const ids = readRaw<[number]>(store, "SELECT id FROM contents ORDER BY id").map(([id]) => id);
  inTransaction(store, () => {
    const random = createRandom(7);
    for (const made = new Set<string>(); made.size < pairs;) {
      const base = random.below(Math.floor(ids.length / run)) * run;
      const [a, b] = [base + random.below(run), base + random.below(run)];
      if (a >= b || made.has(`${a} ${b}`)) continue;
      made.add(`${a} ${b}`);
      savePair(store, { a: ids[a], b: ids[b], relation: kinds[random.below(4)], score: 0.5 + random.below(500) / 1000 }, verifierVersion);
    }
  });
  close();
  const engine = await createEngine({ dataFolder: home });
  const { handlers, context } = engine;
  const collection = await engine.open(workspace, "write");
  collection.catalogue();
  const took = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const answer = await work();
    console.log(`${name.padEnd(58)} ${(performance.now() - start).toFixed(0).padStart(6)} ms`);
    return answer;
  };
  const page = (strictness: object): Promise<{ total: number }> =>
    Promise.resolve(handlers["duplicates.groups"]({ offset: 0, limit: 200, ...strictness }, context));
  await took("first page, rows read and all", () => page({}));
  for (const least of [...relations].reverse()) {
    const { total } = await took(`up to ${least}`, () => page({ least, score: 0.001 }));
    console.log(`  ${total} groups`);
  }
  for (const score of [0.6, 0.7, 0.8, 0.9, 0.95]) await took(`score at least ${score}`, () => page({ least: "same-scene", score }));
  await took("score at least 0.9 again", () => page({ least: "same-scene", score: 0.9 }));
  const { groups } = await handlers["duplicates.groups"]({ offset: 0, limit: 1, relation: "same-picture" }, context);
  const [{ a: first, b: second }] = groups[0].pairs.filter(({ relation }) => relation !== "identical-file");
  await took("not a duplicate", () => handlers["duplicates.setApart"]({ pairs: Int32Array.of(first, second), apart: true }, context));
  await took("first page after it", () => page({}));
  await took("columns after it", () => handlers["images.columns"]({}, context));
  await took("preview of another rule", () => handlers["duplicates.previewRule"]({ rule: { ...plainKeepRule, newest: true } }, context));
  const { contents, files, pairs: columns } = collection.groupMaker().source();
  const verified = Array.from(columns.a, (a, at) => ({
    a: contents[a].id,
    b: contents[columns.b[at]].id,
    relation: relations[3 - columns.strength[at]] as (typeof kinds)[number],
    score: columns.score[at],
  }));
  await took("the plain reference, rows at hand", () => plainGroups({ contents, files, pairs: verified }));
  await engine.close();
} finally {
  rmSync(home, { recursive: true, force: true });
}
