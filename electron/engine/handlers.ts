/**
 * @file Answers the contract. Every handler is a few lines over the open collection; what reads rows lives in views, what changes them in
 * stages.
 */
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

import type { Handlers } from "#protocol/contract.ts";
import type { ImageId, OpenCollection } from "#protocol/model.ts";

import { UserError } from "./base/errors.ts";
import { showPath, toPathBytes } from "./base/path-bytes.ts";
import { defaultEncoderId } from "./encoders/registry.ts";
import type { Engine } from "./engine.ts";
import { createDuplicateHandlers } from "./duplicate-handlers.ts";
import { createEncoderHandlers } from "./encoder-handlers.ts";
import { createTextHandlers } from "./text-handlers.ts";
import { pathFromText } from "./ingest/scan/folders.ts";
import { requireRunner, type JobRunner } from "./jobs/job-runner.ts";
import { productVersion } from "./base/version.ts";
import { listUnreadable } from "./store/queries/files.ts";
import { listFolders } from "./store/queries/folders.ts";
import { describeImage } from "./views/details.ts";
import { doctor } from "./views/doctor.ts";
import { findByText } from "./views/find.ts";
import { listFolder } from "./views/folder-list.ts";
import { imageFile } from "./views/image-file.ts";
import { listIssueEntries } from "./views/issues.ts";
import { mapColumns } from "./views/map.ts";
import { listOutlierEntries } from "./views/outliers.ts";
import { standingOut } from "./views/standing-out.ts";
import { similarToFile, similarToImage } from "./views/similar.ts";
import { createTrainingHandlers } from "./training-handlers.ts";
import { createViewHandlers } from "./view-handlers.ts";
import { deleteWorkspace, type WriteStore } from "./store/database.ts";
import { writeProperty } from "./store/queries/properties.ts";

/** Below it an exported classifier says no class. */
const usualThreshold = 0.5;

export function createHandlers(engine: Engine, dataFolder: string): Handlers {
  const collection = engine.requireCollection;
  const summary = (): OpenCollection => collection().summary();
  const told = (): OpenCollection => {
    engine.announce();
    return summary();
  };
  const jobs = (): JobRunner => requireRunner(engine.jobs, engine.collection !== null);
  return {
    ...createTrainingHandlers(engine, dataFolder),
    "app.state": () => ({ collection: engine.collection?.summary() ?? null, recent: engine.recent.list(), version: productVersion }),
    "collection.openFolder": async ({ path }) => {
      await engine.openForFolder(path, null);
      const job = engine.index([path]);
      return { collection: told(), job };
    },
    "collection.open": async ({ workspace }) => {
      if (!engine.recent.list().some((entry) => entry.workspace === workspace))
        throw new UserError("collection-unknown", `${workspace} is not among the collections opened before.`);
      await engine.open(workspace, "write");
      return { collection: told() };
    },
    "collection.close": async () => {
      await engine.closeCollection();
      engine.announce();
      return {};
    },
    "collection.forget": async ({ workspace }) => {
      if (!engine.recent.list().some((entry) => entry.workspace === workspace))
        throw new UserError("collection-unknown", `${workspace} is not among the collections opened before.`);
      if (engine.collection && resolve(engine.collection.workspace) === resolve(workspace)) await engine.closeCollection();
      deleteWorkspace(workspace);
      engine.recent.forget(workspace);
      engine.announce();
      return {};
    },
    "collection.openSamples": async () => {
      const folder = join(dataFolder, "samples");
      mkdirSync(folder, { recursive: true });
      const opened = await engine.openForFolder(folder, null);
      writeProperty(opened.store as WriteStore, "name", "Samples");
      opened.invalidate();
      const parameters = { folders: [showPath(toPathBytes(folder))], encoder: defaultEncoderId, device: "auto" };
      const job = jobs().start("samples", parameters);
      return { collection: told(), job };
    },
    "collection.summary": summary,
    "collection.index": ({ folders, encoder, device }) => {
      const known = listFolders(collection().store).map(showPath);
      return { job: engine.index(folders ?? known, encoder, device) };
    },
    "collection.watch": ({ on }) => {
      jobs();
      if (!engine.watch) throw new UserError("watch-none", "This engine does not watch folders.");
      engine.watch.choose(on);
      return summary();
    },
    "collection.lookAgain": () => {
      engine.watch?.lookAgain();
      return {};
    },
    "collection.unreadable": () => ({
      files: listUnreadable(collection().store).map((row) => ({
        path: showPath(row.path),
        code: row.error_code,
        message: row.error_message,
      })),
    }),
    "folders.list": ({ path, hidden, endings }) => listFolder(path ?? homedir(), { hidden: hidden ?? false, endings: endings ?? [] }),
    "images.columns": () => collection().catalogue().columns,
    "images.details": ({ id }) => describeImage(collection(), id),
    "images.similar": ({ id, count }) => ({ results: similarToImage(collection(), id, count) }),
    "images.similarToFile": async ({ bytes, path, count }) => ({
      results: (await similarToFile(engine, bytes ? { bytes } : { path: pathFromText(path ?? "") }, count)).map(({ id, similarity }) => ({
        id: id as ImageId,
        similarity,
      })),
    }),
    "images.find": ({ text, limit }) => findByText(collection(), text, limit),
    ...createTextHandlers(engine),
    "images.file": (request) => imageFile(engine, request),
    ...createViewHandlers(engine),
    "map.columns": () => mapColumns(collection()),
    "map.redo": () => ({ job: engine.redoMap() }),
    ...createDuplicateHandlers(engine),
    "outliers.part": ({ id }) => standingOut(engine, id),
    "outliers.list": ({ offset, limit }) => listOutlierEntries(collection(), offset, limit),
    "issues.list": ({ kind, offset, limit }) => listIssueEntries(collection(), kind ?? null, offset, limit),
    ...createEncoderHandlers(engine),
    "export.data": (request, { signal }) => engine.exports.data(request, signal),
    "export.report": (request, { signal }) => engine.exports.report(request, signal),
    "export.startFolders": (request) => ({ job: engine.exports.startFolders(request) }),
    "export.startEncoder": (request) => ({ job: engine.encoders.startExport(request) }),
    "export.classifier": ({ threshold = usualThreshold, ...request }, { signal }) =>
      engine.exports.classifierOfProject({ threshold, ...request }, signal),
    "labels.projects": () => ({ projects: engine.labels.projects() }),
    "labels.createProject": ({ name }) => engine.labels.createProject(name),
    "labels.renameProject": ({ project, name }) => engine.labels.renameProject(project, name),
    "labels.removeProject": ({ project }) => {
      engine.labels.removeProject(project);
      return {};
    },
    "labels.createClass": (given) => engine.labels.createClass(given),
    "labels.changeClass": ({ class: id, ...to }) => engine.labels.changeClass(id, to),
    "labels.removeClass": ({ class: id }) => engine.labels.removeClass(id),
    "labels.set": ({ project, images, class: id, make, source }) =>
      engine.labels.set({ project, images, class: id ?? null, make, source: source ?? "clicked" }),
    "labels.keep": (given) => engine.labels.keep(given),
    "labels.undo": ({ project }) => engine.labels.undo(project),
    "labels.redo": ({ project }) => engine.labels.redo(project),
    "labels.read": ({ project }) => engine.labels.read(project),
    "labels.importFile": ({ project, ...file }) => engine.labels.importFile(project, file),
    "labels.previewFile": ({ project, ...file }) => engine.labels.previewFile(project ?? null, file),
    "labels.importFolders": ({ project }) => engine.labels.importFolders(project),
    "labels.exportFile": ({ project, path }) => engine.labels.exportFile(project, path),
    "fewshot.predict": (given) => engine.fewshot.predict(given),
    "fewshot.next": (given) => engine.fewshot.next(given),
    "fewshot.hints": async (given) => ({ hints: await engine.fewshot.hints(given) }),
    "fewshot.acceptable": (given) => engine.fewshot.acceptable(given),
    "fewshot.accept": (given) => engine.fewshot.accept(given),
    "fewshot.tune": ({ project, ...request }) => engine.fewshot.tune(project, request),
    doctor: () => doctor(engine),
    "jobs.list": () => ({ jobs: engine.jobs?.list() ?? [] }),
    "jobs.pause": ({ id }) => {
      jobs().pause(id);
      return {};
    },
    "jobs.resume": ({ id }) => {
      jobs().resume(id);
      return {};
    },
    "jobs.cancel": ({ id }) => {
      jobs().cancel(id);
      return {};
    },
  };
}
