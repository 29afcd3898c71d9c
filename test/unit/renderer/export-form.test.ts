/** @file Names of what is exported, and what came of it in words. */
import { expect, test } from "vitest";

import { exportFormats } from "#protocol/model.ts";
import { dataWords, formatChoices, joinOut, proofWords, reportWords, smallerWords, splitOut, suggestedName } from "../../../renderer/state/export-form.ts"; // prettier-ignore

const about = { format: "csv", encoder: "run-1-after", collection: "Holiday 2024 / Été" } as const;

test("every format can be chosen, once", () => {
  expect(formatChoices.map(({ format }) => format).sort()).toEqual([...exportFormats].sort());
});

test.each([
  ["data", {}, "holiday-2024-été.csv"],
  ["data", { format: "parquet" }, "holiday-2024-été.parquet"],
  ["data", { format: "coco" }, "holiday-2024-été-coco.json"],
  ["data", { format: "folders" }, "holiday-2024-été-folders"],
  ["data", { collection: "///" }, "collection.csv"],
  ["report", {}, "holiday-2024-été.html"],
  ["encoder", {}, "run-1-after"],
  ["classifier", {}, "holiday-2024-été-classifier"],
] as const)("%s %j is called %s", (kind, change, name) => expect(suggestedName(kind, { ...about, ...change })).toBe(name));

test.each([
  ["/a/b/c.csv", { folder: "/a/b", name: "c.csv" }],
  ["/c.csv", { folder: "/", name: "c.csv" }],
  ["C:\\a\\c.csv", { folder: "C:\\a", name: "c.csv" }],
] as const)("%s is taken apart", (out, parts) => expect(splitOut(out)).toEqual(parts));

test("a folder and a name become a path, with one stroke between them", () => {
  expect(joinOut("/a/", "b")).toBe("/a/b");
  expect(joinOut("/a", "b")).toBe("/a/b");
});

test("what was written is said with what was left out and renamed", () => {
  const data = { files: ["/a"], images: 1, leftOut: 0, dryRun: false };
  expect(dataWords(data)).toBe("1 picture written.");
  const folders = [{ name: "a", images: 2 }, { name: "b", images: 1 }]; // prettier-ignore
  expect(dataWords({ ...data, images: 3, leftOut: 1, folders, bytes: 3e6, renamed: 2, dryRun: true })).toBe(
    "3 pictures in 2 folders, 3 MB. 1 picture is left out: without a class or an embedding, or gone since. 2 pictures get another name, since theirs is taken.",
  );
  expect(reportWords({ files: [], images: 5, pictures: 0, bytes: 2e5 })).toMatch(
    /^5 pictures looked at, no small pictures in it, 200 kB\./,
  );
  expect(proofWords({ maxDifference: 0 })).toMatch(/exactly the numbers/);
  expect(proofWords({ maxDifference: 2.34e-6 })).toMatch(/more than 2\.3e-6\.$/);
  const smaller = { form: "int8", file: "model.int8.onnx", bytes: 1, cosine: 0.99512, lowestCosine: 0.9 } as const;
  expect(smallerWords({ ...smaller, neighboursKept: 0.913 })).toBe("cosine 0.9951 on average, 0.9000 at worst; 91.3 % of the ten nearest of each picture stay"); // prettier-ignore
  expect(smallerWords({ ...smaller, neighboursKept: null })).toBe("cosine 0.9951 on average, 0.9000 at worst");
});
