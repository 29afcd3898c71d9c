/** @file Exports as jobs: progress, what they end with, and that a stopped one leaves nothing behind. */
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { ExportJobReport, JobId } from "#protocol/model.ts";
import type { JobSnapshot } from "#protocol/progress.ts";
import { indexedCollection, type IndexedCollection } from "../../helpers/indexed-collection.ts";
import { whenJob } from "../../helpers/in-process.ts";
import { temporaryFolderFor } from "../../helpers/temporary-folder.ts";

describe("exports as jobs", { timeout: 120_000 }, () => {
  const home = temporaryFolderFor(beforeAll, "exports");
  let made: IndexedCollection;
  const out = (name: string): string => join(home(), name);
  beforeAll(async () => {
    made = await indexedCollection(home());
  }, 120_000);
  afterAll(() => made.engine.close());

  const call = () => made.engine.handlers;
  const ended = async (job: JobId): Promise<JobSnapshot> => {
    const end = await made.engine.jobs?.finished(job);
    if (end === undefined) throw new Error("there is no job");
    return end;
  };

  test("an encoder with a smaller form: files, proof and agreement are in the report", async () => {
    const stages: string[] = [];
    const stop = made.engine.subscribe((name, value) => {
      if (name === "job") stages.push((value as JobSnapshot).stage);
    });
    const asked = { encoder: "efficientnet-lite0-160", folder: out("encoder"), smaller: ["fp16" as const] };
    const { job } = await call()["export.startEncoder"](asked, made.engine.context);
    const end = await ended(job);
    stop();
    expect(end).toMatchObject({ kind: "export", state: "done", title: "Export efficientnet-lite0-160", done: 2, total: 2, stageCount: 2 });
    expect(new Set(stages)).toEqual(new Set(["read", "write"]));
    const report = end.report as Extract<ExportJobReport, { exported: "encoder" }>;
    expect(report).toMatchObject({ exported: "encoder", folder: out("encoder"), encoder: { smaller: [{ form: "fp16" }] } });
    expect(report.encoder.maxDifference).toBeLessThanOrEqual(1e-4);
    expect(report.encoder.smaller[0]?.cosine).toBeGreaterThan(0.999);
    expect(readdirSync(out("encoder"))).toEqual(expect.arrayContaining(["README.md", "encoder.json", "model.fp16.onnx", "model.onnx"]));
  });

  test("stopped while pictures are read: no folder is left", async () => {
    const asked = { encoder: "efficientnet-lite0-160", folder: out("stopped"), smaller: ["int8" as const] };
    const { job } = await call()["export.startEncoder"](asked, made.engine.context);
    await whenJob(made.engine, job, ({ state, stage }) => state === "running" && stage === "read");
    made.engine.jobs?.cancel(job);
    expect((await ended(job)).state).toBe("cancelled");
    expect(existsSync(out("stopped"))).toBe(false);
  });

  test("folders of a few images by cluster, each counted", async () => {
    const ids = made.engine.requireCollection().catalogue().columns.ids.slice(0, 7);
    const { job } = await call()["export.startFolders"]({ out: out("folders"), images: ids, placement: "symlink" }, made.engine.context);
    const end = await ended(job);
    expect(end).toMatchObject({ state: "done", done: 7, total: 7, report: { exported: "folders", data: { images: 7, leftOut: 0 } } });
    expect(
      readFileSync(join(out("folders"), "manifest.csv"), "utf8")
        .trim()
        .split("\n").length,
    ).toBeGreaterThanOrEqual(8);
  });

  test("where nothing may be written is said before there is a job", () => {
    expect(() => made.engine.exports.startFolders({ out: join(made.folder, "in") })).toThrow(/lies inside the image folder/);
    expect(() => made.engine.encoders.startExport({ encoder: "efficientnet-lite0-160", folder: made.folder })).toThrow(/lies inside the image folder/); // prettier-ignore
    expect(() => made.engine.encoders.startExport({ encoder: "none", folder: out("x") })).toThrow(/There is no encoder "none"/);
  });

  test("a file in the way ends the job with words that name it", async () => {
    mkdirSync(out("taken"));
    const asked = { encoder: "efficientnet-lite0-160", folder: out("encoder") };
    const { job } = await call()["export.startEncoder"](asked, made.engine.context);
    expect(await ended(job)).toMatchObject({ state: "failed", error: { code: "export-exists", message: expect.stringContaining("model.onnx is there already") as string } }); // prettier-ignore
  });

  test("the labels of a project become a classifier with its proof", async () => {
    const { engine } = made;
    const project = await call()["labels.createProject"]({ name: "Kinds" }, engine.context);
    const { columns } = engine.requireCollection().catalogue();
    const names = columns.names.split("\n");
    const folderOf = (at: number): string => columns.folders[columns.folderIndexes[at] as number] as string;
    for (const kind of ["kind-1", "kind-2"]) {
      const { class: id } = await call()["labels.createClass"]({ project: project.id, name: kind }, engine.context);
      const images = columns.ids.filter((_, at) => folderOf(at).endsWith(kind) && /^picture-[0-4]\.jpg$/.test(names[at] as string));
      expect(images).toHaveLength(5);
      await call()["labels.set"]({ project: project.id, images, class: id }, engine.context);
    }
    const exported = await call()["export.classifier"]({ project: project.id, folder: out("classifier") }, engine.context);
    const stop = AbortSignal.abort();
    await expect(engine.exports.classifierOfProject({ project: project.id, folder: out("never"), threshold: 0.5 }, stop)).rejects.toThrow(/stopped/i); // prettier-ignore
    expect(existsSync(out("never"))).toBe(false);
    expect(exported.classes).toEqual(["kind-1", "kind-2"]);
    expect(exported.maxDifference).toBeLessThanOrEqual(1e-4);
    expect(readdirSync(out("classifier"))).toEqual(
      expect.arrayContaining(["model.onnx", "use.mjs", "use.py", "encoder.json", "README.md"]),
    );
  });
});
