/** @file Which vectors classes are learnt on, and that a session learns on all of them. */
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { toHalf } from "#engine/search/half-float.ts";
import { openFewshotSession } from "#engine/stages/fewshot/fewshot-session.ts";
import { blindEncoder, spacesFor, type VectorOwner } from "#engine/stages/fewshot/spaces.ts";
import { openForWriting, type WriteStore } from "#engine/store/database.ts";
import { saveContent } from "#engine/store/queries/contents.ts";
import { saveEmbedding, saveEncoder, type EncoderRow } from "#engine/store/queries/embeddings.ts";
import { saveFile } from "#engine/store/queries/files.ts";
import { createRun, finishRun } from "#engine/store/queries/runs.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { clouds } from "../fewshot/folders.ts";

const folder = clouds({ count: 60, spread: 0.5, classCount: 3 });

/** A collection whose pictures these encoders have embedded; `whole` ones all of them, the others half. */
function collection(encoders: readonly { id: string; source: string; whole?: boolean }[]): {
  owner: VectorOwner & { store: WriteStore };
  rows: EncoderRow[];
} {
  const workspace = join(temporaryFolder(), "workspace");
  const { store, close } = openForWriting(workspace);
  onTestFinished(close);
  const { count, dimensions, values } = folder.table;
  const ids = Array.from({ length: count }, (_, row) => {
    const hash = row.toString(16).padStart(32, "0");
    const contentId = saveContent(store, { hash, sizeBytes: 1, decodeVersion: 1, error: null, decoded: null });
    const path = Buffer.from(`/pictures/${row}.jpg`);
    saveFile(store, { path, sizeBytes: 1, modifiedUs: 1, isLink: false, state: "image", contentId, error: null, scanId: 1, outcome: "added" }); // prettier-ignore
    return contentId;
  });
  const rows = encoders.map(({ id, source, whole = true }, at) => {
    const row = saveEncoder(store, { id, name: id, source, dimensions, weights_hash: id, preprocessing_version: 1 });
    const random = createRandom(at);
    ids.slice(0, whole ? count : count / 2).forEach((contentId, index) => {
      const vector = values.subarray(index * dimensions, (index + 1) * dimensions).map((value) => value + 0.02 * at * random.normal());
      saveEmbedding(store, row.key, contentId, Buffer.from(toHalf(vector).buffer));
    });
    return row;
  });
  return { owner: { store, workspace, version: 1, encoderRow: () => rows[0] ?? null }, rows };
}

const namesOf = (owner: VectorOwner, features?: string): string[] => spacesFor(owner, features).spaces.map(({ name }) => name);

test("the collection's encoder as it comes and whitened, and what was trained here", () => {
  const { owner } = collection([{ id: "bundled", source: "bundled" }, { id: "other", source: "imported" }, { id: "run-1", source: "trained" }]); // prettier-ignore
  expect(namesOf(owner)).toEqual(["frozen", "whitened", "run-1"]);
  expect(spacesFor(owner, "run-1").features).toEqual(["run-1"]);
  expect(namesOf(owner, "other")).toEqual(["other"]);
  expect(() => spacesFor(owner, "none")).toThrow(/no vectors "none".*frozen, whitened, run-1/);
  expect(() => spacesFor({ ...owner, encoderRow: () => null }, undefined)).toThrow(/no embeddings yet/);
});

test("where the collection uses a trained encoder, the one it came from is the frozen one", () => {
  const { owner } = collection([{ id: "run-1", source: "trained" }, { id: "bundled", source: "bundled" }]); // prettier-ignore
  expect(namesOf(owner)).toEqual(["run-1", "whitened", "frozen"]);
});

/** As a tuning on the labels of three classes leaves it. */
function tuneRun(store: WriteStore, id: string, accuracy: number): void {
  createRun(store, { id, method: "few-labels", base: "bundled", trainable: "adapter", request: "{}" }, 1);
  const tuned = { classes: ["a", "b", "c"], cvAccuracy: accuracy, asked: 12, power: 1.5, plain: { model: "ridge", features: "whitened" } };
  finishRun(store, id, JSON.stringify({ tuned }), 2);
}

test("vectors that labels made are learnt on only where they are applied or asked for, and then with what was found when they were made", () => {
  const { owner } = collection([{ id: "bundled", source: "bundled" }, { id: "run-1", source: "trained" }, { id: "run-2", source: "trained" }]); // prettier-ignore
  tuneRun(owner.store, "run-2", 0.7);
  expect(namesOf(owner)).toEqual(["frozen", "whitened", "run-1"]);
  expect(spacesFor(owner, "run-2").spaces).toMatchObject([{ name: "run-2", judged: { model: "ridge", accuracy: 0.7, asked: 12, power: 1.5 } }]); // prettier-ignore
  const applied = collection([{ id: "run-2", source: "trained" }, { id: "bundled", source: "bundled" }]); // prettier-ignore
  tuneRun(applied.owner.store, "run-2", 0.7);
  expect(spacesFor(applied.owner, undefined).spaces.map(({ name, encoder, judged }) => [name, encoder.id, judged?.accuracy])).toEqual([
    ["run-2", "run-2", 0.7],
    ["frozen", "bundled", undefined],
    ["whitened", "bundled", undefined],
  ]);
});

test("a tuning begins at an encoder that has seen no label", () => {
  const { owner, rows } = collection([{ id: "run-2", source: "trained" }, { id: "bundled", source: "bundled" }, { id: "run-3", source: "trained" }]); // prettier-ignore
  const [own, bundled] = rows as [EncoderRow, EncoderRow];
  expect(blindEncoder(owner.store, own)).toEqual(own);
  for (const id of ["run-2", "run-3"]) tuneRun(owner.store, id, 0.7);
  expect(blindEncoder(owner.store, own)).toEqual(bundled);
  const alone = collection([{ id: "run-2", source: "trained" }]);
  tuneRun(alone.owner.store, "run-2", 0.7);
  expect(() => blindEncoder(alone.owner.store, alone.rows[0] as EncoderRow)).toThrow(/run-2 was made by labels/);
});

test("a session takes the word of a tuning for its own classes, and for no others", () => {
  const { owner } = collection([{ id: "run-2", source: "trained" }, { id: "bundled", source: "bundled" }]); // prettier-ignore
  // Nothing else comes near, so it is chosen.
  tuneRun(owner.store, "run-2", 0.99);
  const session = openFewshotSession(spacesFor(owner, undefined));
  const rows = [...folder.labels.keys()].slice(0, 12);
  const ask = (classNames: readonly string[]) => {
    const contentIds = Int32Array.from(rows, (row) => row + 1);
    const clicks = { contentIds, labels: Int32Array.from(rows, (row) => folder.labels[row]), classNames };
    const request = { clicks, features: null, threshold: 0 };
    return { told: session.predict(request), hints: session.hints(request) };
  };
  const { told, hints } = ask(["a", "b", "c"]);
  expect(told.chosen).toEqual({ model: "ridge", features: "run-2", looAccuracy: 0.99 });
  expect(told.why).toContain("when these vectors were tuned, 99 % of 12 labels that were left out were told");
  // What was left out then is not kept; and vectors that know a label cannot doubt it.
  expect([told.reliability, hints]).toEqual([[], []]);
  const others = ask(["a", "b", "d"]).told.candidates.filter(({ features }) => features === "run-2");
  expect(others.map(({ model }) => model)).toEqual(["both", "propagation", "ridge", "centroid"].slice(0, others.length));
  expect(others.length).toBeGreaterThan(2);
});

test("a session learns on all that have seen every picture, and leaves out classes without clicks", () => {
  const { owner } = collection([{ id: "bundled", source: "bundled" }, { id: "run-1", source: "trained" }]); // prettier-ignore
  const session = openFewshotSession(spacesFor(owner, undefined));
  const rows = [...folder.labels.keys()].slice(0, 9);
  const clicks = {
    contentIds: Int32Array.from([...rows.map((row) => row + 1), 999]),
    labels: Int32Array.from([...rows.map((row) => folder.labels[row] + 1), 1]),
    classNames: ["empty", "a", "b", "c"],
  };
  const told = session.predict({ clicks, features: null, threshold: 0 });
  expect(new Set(told.candidates.map(({ features }) => features))).toEqual(new Set(["frozen", "whitened", "run-1"]));
  const right = [...folder.labels.keys()].filter((row) => told.labels[row] === folder.labels[row] + 1);
  expect(right.length).toBeGreaterThan(57);
  expect(told.probabilities.filter((_, at) => at % 4 === 0).every((value) => value === 0)).toBe(true);
  expect(told.reliability.reduce((sum, { count }) => sum + count, 0)).toBe(9);
  const half = collection([{ id: "bundled", source: "bundled" }, { id: "run-1", source: "trained", whole: false }]); // prettier-ignore
  const other = openFewshotSession(spacesFor(half.owner, undefined)).predict({ clicks, features: null, threshold: 0 });
  expect(new Set(other.candidates.map(({ features }) => features))).toEqual(new Set(["frozen", "whitened"]));
});
