/** @file Whose word a training is judged by: labels given by hand where there are enough, else sub-folders. */
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { fewestGiven, folderLabels, givenLabels, judgeBy } from "#engine/stages/training/judging-labels.ts";
import { openForWriting, type WriteStore } from "#engine/store/database.ts";
import { saveContent } from "#engine/store/queries/contents.ts";
import { saveFile } from "#engine/store/queries/files.ts";
import { takeStep } from "#engine/store/queries/label-journal.ts";
import { createProject } from "#engine/store/queries/labels.ts";
import { createRun } from "#engine/store/queries/runs.ts";
import type { LabelSource } from "#protocol/label-model.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

const count = 12;

/** Twelve pictures in two folders, and the contents in the order of their places. */
function collection(): { store: WriteStore; contents: { id: number }[] } {
  const { store, close } = openForWriting(join(temporaryFolder(), "workspace"));
  onTestFinished(() => close());
  const contents = Array.from({ length: count }, (_, at) => {
    const hash = at.toString(16).padStart(2, "0").repeat(16);
    const id = saveContent(store, { hash, sizeBytes: 1, decodeVersion: 1, error: null, decoded: null });
    const path = Buffer.from(`/pictures/${at % 2 === 0 ? "even" : "odd"}/${at}.jpg`);
    saveFile(store, { path, sizeBytes: 1, modifiedUs: 1, isLink: false, state: "image", contentId: id, error: null, scanId: 1, outcome: "added" }); // prettier-ignore
    return { id };
  });
  return { store, contents: contents.reverse() };
}

function label(store: WriteStore, name: string, given: readonly { readonly id: number }[], source: LabelSource): void {
  const projectId = createProject(store, name, 1);
  takeStep(store, { projectId, what: "label", nowMs: 1 }, (work) => {
    const classes = ["a", "b"].map((one, at) => work.addClass({ name: one, colour: at, key: null, kind: "normal" }));
    work.label(given.map(({ id }, at) => ({ contentId: id, classId: classes[at % 2] })), source); // prettier-ignore
  });
}

const groups = (labels: readonly number[]): number => new Set(labels.filter((each) => each >= 0)).size;

test("sub-folders, in the order of the places", () => {
  const { store, contents } = collection();
  const labels = folderLabels(store, contents) ?? [];
  expect(labels.map((each) => each === labels[0])).toEqual(contents.map((_, at) => at % 2 === 0));
});

test("labels by hand, of the project that has most; what was accepted in bulk says nothing new", () => {
  const { store, contents } = collection();
  expect(givenLabels(store, contents, "some")).toBeNull();
  label(store, "few", contents.slice(0, 3), "clicked");
  label(store, "more", contents.slice(1, 6), "imported-csv");
  label(store, "most", contents, "accepted");
  const given = givenLabels(store, contents, "some");
  expect(given?.project).toBe("more");
  expect(given?.labels.map((each) => each >= 0)).toEqual(contents.map((_, at) => at >= 1 && at < 6));
  expect(groups(given?.labels ?? [])).toBe(2);
  // An encoder that learnt from labels knows them, whatever is trained of it next.
  createRun(store, { id: "run-1", method: "few-labels", base: "bundled", trainable: "adapter", request: "{}" }, 1);
  createRun(store, { id: "run-2", method: "diet", base: "bundled", trainable: "adapter", request: "{}" }, 1);
  expect([givenLabels(store, contents, "run-1"), givenLabels(store, contents, "run-2")?.project]).toEqual([null, "more"]);
});

/** `told` places of two classes, then others. */
function given(told: number, classOf = (place: number) => place % 2): { labels: number[]; project: string } {
  return { labels: Array.from({ length: 200 }, (_, place) => (place < told ? classOf(place) : -1)), project: "Mine" };
}
const everywhere = Array.from({ length: 200 }, (_, place) => place);
const folders = everywhere.map((place) => place % 4);

test("so many labels that no single picture decides, else sub-folders, else nothing", () => {
  expect(judgeBy(everywhere, { given: given(fewestGiven), folders })).toEqual({
    labels: given(fewestGiven).labels,
    judgedBy: { kind: "given", project: "Mine", pictures: fewestGiven, classes: 2 },
  });
  const byFolders = { labels: folders, judgedBy: { kind: "folders", project: null, pictures: 200, classes: 4 } };
  expect(judgeBy(everywhere, { given: given(fewestGiven - 1), folders })).toEqual(byFolders);
  expect(judgeBy(everywhere.slice(1), { given: given(fewestGiven), folders }).judgedBy?.kind).toBe("folders");
  expect(judgeBy(everywhere, { given: given(200, () => 3), folders })).toEqual(byFolders);
  expect(judgeBy(everywhere, { given: null, folders })).toEqual(byFolders);
  expect(judgeBy(everywhere, { given: given(5), folders: null })).toEqual({ labels: null, judgedBy: null });
});

test("a class with fewer pictures than voters is not asked, and does not answer", () => {
  const { labels, judgedBy } = judgeBy(everywhere, { given: given(105, (place) => (place < 5 ? 7 : place % 2)), folders });
  expect(judgedBy).toEqual({ kind: "given", project: "Mine", pictures: 100, classes: 2 });
  expect(labels?.slice(0, 6)).toEqual([-1, -1, -1, -1, -1, 1]);
  expect(judgeBy(everywhere, { given: given(105, (place) => (place < 6 ? 7 : place % 2)), folders }).judgedBy?.classes).toBe(3);
});
