/**
 * @file The composition root. Its imports follow the data: store, scan, decode, embed, neighbours, map, duplicates, outliers, views. An
 * engine host answers the contract for one open collection at a time; the command line, the server and the Electron utility process are
 * thin shells around it.
 */
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, resolve } from "node:path";

import type { CancelSignal, Handlers, Events, EventName } from "#protocol/contract.ts";
import type { DeviceName, ImageId, JobId, Neighbour } from "#protocol/model.ts";
import { isFinished } from "#protocol/progress.ts";
import type { SearchTerm } from "#protocol/text-contract.ts";

import { systemClock, systemTimers, type Clock } from "./base/clock.ts";
import { dataFolder as defaultDataFolder } from "./base/data-folder.ts";
import { UserError } from "./base/errors.ts";
import { showPath, type PathBytes } from "./base/path-bytes.ts";
import { entryPath } from "./base/resources.ts";
import { createChildPool, type ChildPool } from "./children/child-pool.ts";
import type { SpawnChild } from "./children/port.ts";
import { spawnWithChildProcess } from "./children/spawn-child-process.ts";
import { createCollection, type Collection } from "./collection.ts";
import { createEncoderActions, type EncoderActions } from "./encoder-actions.ts";
import { defaultEncoderId, findEncoder } from "./encoders/registry.ts";
import { createExportDefinition } from "./export-job.ts";
import { createExportActions, type ExportActions } from "./export-actions.ts";
import { createFolderWatch, type FolderWatch } from "./folder-watch.ts";
import { createFewshotActions, type FewshotActions, type TablePredictions, type TableRequest } from "./fewshot-actions.ts";
import { createHandlers } from "./handlers.ts";
import { distinctFolders, knownFileSpelling, pathFromText, requireApart, requireFolder } from "./ingest/scan/folders.ts";
import { createJobRunner, requireRunner, type JobRunner } from "./jobs/job-runner.ts";
import { createLabelActions, labelOfContent, type LabelActions } from "./label-actions.ts";
import type { MapSession } from "./encoders/map-session.ts";
import { textRequest } from "./encoders/text-tower.ts";
import { openInference, openTextInference, type InferenceSessionHandle, type TextSessionHandle } from "./runtime/inference.ts";
import { keptSession } from "./runtime/kept-session.ts";
import { createDefinitions } from "./stages/definitions.ts";
import type { SpawnTrainer } from "./stages/training/train-job.ts";
import { inferenceRequest } from "./stages/encoder-use.ts";
import { readLabelsTable, type LabelledContents } from "./stages/labels-table.ts";
import { openForReading, openForWriting, type WriteStore } from "./store/database.ts";
import { countImages, fileByPath } from "./store/queries/files.ts";
import { listFolders } from "./store/queries/folders.ts";
import { readProperty, writeProperty } from "./store/queries/properties.ts";
import { openRecentList, type RecentList } from "./store/recent.ts";
import { createTrainingActions, type TrainingActions } from "./training-actions.ts";
import { subscribe as subscribeToFolder } from "./watch/subscribe.ts";
import { readTerm } from "./views/search.ts";
import { similarToFile, similarToImage } from "./views/similar.ts";

export { CancellationError, UserError, codeOf, messageOf } from "./base/errors.ts";
export { productVersion } from "./base/version.ts";
export { describeSelection } from "./views/select/select-images.ts";
export { spawnWithChildProcess } from "./children/spawn-child-process.ts";
export { benchDuplicates, benchMap, benchNeighbours, benchTraining } from "./benches.ts";
export type { SpawnChild, ChildPort } from "./children/port.ts";
export type { IndexReport } from "#protocol/model.ts";

/** What can be trained and how, for a help text. Read only then: it loads every method. */
export async function describeTraining(): Promise<string> {
  return (await import("./stages/training/describe.ts")).describeTraining();
}

export interface EngineOptions {
  /** Where collections and the list of recent ones are kept; the user's data directory if not given. */
  readonly dataFolder?: string | undefined;
  readonly clock?: Clock | undefined;
  /** How to start a decoding child; Electron has its own way. */
  readonly spawn?: SpawnChild | undefined;
  /** How to start the process that trains. */
  readonly spawnTrainer?: SpawnTrainer | undefined;
  /** Logical processors to use; all if not given. */
  readonly cores?: number | undefined;
  /** Whether folders of a collection that is open for writing are watched; not by commands that come and go. */
  readonly watch?: boolean | undefined;
}

export type Listener = <E extends EventName>(name: E, value: Events[E]) => void;

/** What a host serves. */
export interface EngineHost {
  readonly handlers: Handlers;
  subscribe(listener: Listener): () => void;
  close(): Promise<void>;
}

/** The host with what only in-process users (the command line) need. */
export interface Engine extends EngineHost {
  readonly recent: RecentList;
  readonly clock: Clock;
  readonly cores: number;
  /** Null when none is open. */
  readonly collection: Collection | null;
  readonly jobs: JobRunner | null;
  requireCollection(): Collection;
  /** Opens a workspace, for reading (several processes may) or for writing (one), in place of what is open. */
  open(workspace: string, access: "read" | "write"): Promise<Collection>;
  /**
   * Makes or opens the workspace for a folder, which must be there. `workspace` null: the collection that has exactly this folder, else a
   * new one.
   */
  openForFolder(folder: string, workspace: string | null): Promise<Collection>;
  /** Throws a UserError where these cannot be indexed into this workspace, before anything is made. */
  requireIndexable(folders: readonly string[], workspace: string | null, encoder?: string): void;
  closeCollection(): Promise<void>;
  index(folders: readonly string[], encoder?: string, device?: DeviceName): JobId;
  /** Lays the map out again from where it is; one that waits or runs already will do. */
  redoMap(): JobId;
  /** Null where nothing is open for writing, or this engine does not watch. */
  readonly watch: FolderWatch | null;
  readonly encoders: EncoderActions;
  readonly training: TrainingActions;
  readonly exports: ExportActions;
  readonly labels: LabelActions;
  readonly fewshot: FewshotActions;
  readonly spawnTrainer: SpawnTrainer;
  children(): ChildPool;
  /** A session of the collection's encoder on the CPU for single pictures, opened once and kept. */
  querySession(): Promise<InferenceSessionHandle>;
  /** [texts, dimensions] unit rows by the text half of the collection's encoder, whose session is opened once and kept. */
  embedTexts(texts: readonly string[]): Promise<Float32Array>;
  /** A session that gives a feature map of the collection's encoder, opened once and kept. */
  mapSession(): Promise<MapSession>;
  /** What a person wrote: the path of a picture, else words. */
  readTerm(written: string, sign: SearchTerm["sign"]): SearchTerm;
  emit: Listener;
  /** Tells every client to read everything again. */
  announce(): void;
  /** For calling handlers in process. */
  readonly context: { readonly signal: CancelSignal };
  /** Absolute path of an image, shown form. */
  pathOf(id: ImageId): string;
  /** More like the image at this path, or like the picture there when it is not of the collection. */
  similarToPath(path: string, count: number): Promise<{ query: string; results: Neighbour[] }>;
  /** Learns from a table of (path, label), without keeping the labels. */
  learnFromTable(file: string, request: TableRequest): Promise<TablePredictions>;
  /** A table of (path, label) as labels of images of the collection. */
  readLabels(file: string): LabelledContents;
}

interface Opened {
  readonly collection: Collection;
  readonly close: () => void;
  readonly jobs: JobRunner | null;
  readonly watch: FolderWatch | null;
}

export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const dataFolder = options.dataFolder ?? defaultDataFolder();
  const clock = options.clock ?? systemClock;
  const cores = options.cores ?? availableParallelism();
  const recent = openRecentList(dataFolder);
  const listeners = new Set<Listener>();
  let opened: Opened | null = null;
  let pool: ChildPool | null = null;
  const pictureSession = keptSession<InferenceSessionHandle>();
  const textSession = keptSession<TextSessionHandle>();
  const mapSession = keptSession<MapSession>();
  // Opening and closing one after another: two at once would leave the first one's lock behind.
  let changing: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = changing.then(work);
    changing = turn.catch(() => undefined);
    return turn;
  };
  const spawnTrainer: SpawnTrainer = options.spawnTrainer ?? ((environment) => spawnWithChildProcess(entryPath("trainer"), environment));
  let handlers: Handlers | null = null;
  let encoders: EncoderActions | null = null;
  let training: TrainingActions | null = null;
  let exports: ExportActions | null = null;
  let labels: LabelActions | null = null;
  let fewshot: FewshotActions | null = null;

  const emit: Listener = (name, value) => {
    for (const listener of listeners) listener(name, value);
  };
  const children = (): ChildPool =>
    (pool ??= createChildPool({ size: cores, spawn: options.spawn ?? spawnWithChildProcess(entryPath("pixel-child")) }));

  const openStore = (workspace: string, access: "read" | "write"): Opened => {
    if (access === "read") {
      const { store, close } = openForReading(workspace);
      return { collection: createCollection(store, dataFolder), close, jobs: null, watch: null };
    }
    const { store, close } = openForWriting(workspace, clock);
    const collection = createCollection(store, dataFolder);
    mkdirSync(collection.thumbnailFolder, { recursive: true });
    const changed = (...what: Events["changed"]["what"][number][]): void => {
      collection.invalidate();
      emit("changed", { version: collection.version, what });
    };
    const definitions = createDefinitions({
      store,
      clock,
      children,
      thumbnailFolder: collection.thumbnailFolder,
      threads: cores,
      changed,
      dataFolder,
      spawnTrainer,
    });
    const all = { ...definitions, export: createExportDefinition(() => engine) };
    try {
      let watch: FolderWatch | null = null;
      const jobs = createJobRunner({
        store,
        clock,
        definitions: all,
        onJob: (snapshot) => {
          emit("job", snapshot);
          watch?.foldersMayDiffer();
        },
      });
      if (options.watch === true) {
        const onState = (): void => emit("changed", { version: collection.version, what: ["collection"] });
        const given = { collection, store, jobs, dataFolder, clock, timers: systemTimers, subscribe: subscribeToFolder, onState };
        watch = createFolderWatch(given);
      }
      return { collection, close, jobs, watch };
    } catch (thrown) {
      close();
      throw thrown;
    }
  };

  const closeOpened = async (): Promise<void> => {
    const closing = opened;
    opened = null;
    closing?.watch?.stop();
    await closing?.jobs?.close();
    await closing?.watch?.close();
    await fewshot?.close();
    if (closing?.jobs) remember(recent, closing.collection, clock);
    closing?.close();
    await pictureSession.close();
    await textSession.close();
    await mapSession.close();
  };

  const engine: Engine = {
    recent,
    clock,
    cores,
    get collection() {
      return opened?.collection ?? null;
    },
    get jobs() {
      return opened?.jobs ?? null;
    },
    requireCollection: () => {
      if (!opened) throw new UserError("no-collection", "No collection is open: choose a folder first.");
      return opened.collection;
    },
    open: (workspace, access) =>
      inTurn(async () => {
        // What is open already stays open, and with it the job that runs in it.
        if (opened && access === "write" && opened.jobs && resolve(opened.collection.workspace) === resolve(workspace))
          return opened.collection;
        await closeOpened();
        opened = openStore(workspace, access);
        if (access === "write") remember(recent, opened.collection, clock);
        return opened.collection;
      }),
    openForFolder: async (folder, workspace) => {
      const bytes = pathFromText(folder);
      const shown = showPath(bytes);
      const existing = recent.list().find((entry) => entry.folders.length === 1 && entry.folders[0] === shown);
      const place = workspace ?? existing?.workspace ?? recent.newWorkspace(bytes);
      engine.requireIndexable([folder], place);
      const collection = await engine.open(place, "write");
      const store = collection.store as WriteStore;
      if (readProperty(store, "name") === null) writeProperty(store, "name", shown.split("/").filter(Boolean).at(-1) ?? shown);
      return collection;
    },
    requireIndexable: (folders, workspace, encoder) => {
      const paths = folders.map(pathFromText);
      paths.forEach(requireFolder);
      if (workspace !== null) requireApart(workspace, paths, dataFolder);
      if (encoder !== undefined) findEncoder(encoder, dataFolder);
    },
    closeCollection: () => inTurn(closeOpened),
    index: (folders, encoder, device) => {
      const jobs = requireRunner(opened?.jobs ?? null, opened !== null);
      const { store, workspace } = engine.requireCollection();
      const id = encoder ?? readProperty(store, "encoder") ?? defaultEncoderId;
      findEncoder(id, dataFolder);
      const known = listFolders(store);
      const asked = folders.map((folder): PathBytes => known.find((each) => showPath(each) === folder) ?? pathFromText(folder));
      asked.forEach(requireFolder);
      requireApart(workspace, asked, dataFolder);
      return jobs.start("index", { folders: distinctFolders(asked, known).map(showPath), encoder: id, device: device ?? "auto" });
    },
    redoMap: () => {
      const jobs = requireRunner(opened?.jobs ?? null, opened !== null);
      const waiting = jobs.list().find(({ kind, state }) => kind === "map" && !isFinished(state));
      return waiting?.id ?? jobs.start("map", {});
    },
    get watch() {
      return opened?.watch ?? null;
    },
    get training() {
      return (training ??= createTrainingActions(engine, dataFolder));
    },
    get exports() {
      return (exports ??= createExportActions(engine, dataFolder, labelOfContent));
    },
    get labels() {
      return (labels ??= createLabelActions(engine));
    },
    get fewshot() {
      return (fewshot ??= createFewshotActions(engine));
    },
    spawnTrainer,
    get encoders() {
      return (encoders ??= createEncoderActions(engine, dataFolder));
    },
    children,
    querySession: () => {
      // The collection may have switched to another encoder since.
      const encoder = engine.requireCollection().encoder();
      return pictureSession.get(encoder.card.id, () => openInference({ ...inferenceRequest(encoder, cores), device: "cpu" }));
    },
    embedTexts: async (texts) => {
      const { card } = engine.requireCollection().encoder();
      const request = textRequest(card, cores);
      if (request === null) throw new UserError("no-text-half", `The encoder ${card.id} reads no texts. Apply one that does.`);
      return (await textSession.get(card.id, () => openTextInference(request))).embed(texts);
    },
    mapSession: () => {
      const { card } = engine.requireCollection().encoder();
      // Only now: it takes a graph apart, which no other command does at its start.
      return mapSession.get(card.id, async () => (await import("./encoders/map-session.ts")).openMapSession(card, cores));
    },
    readTerm: (written, sign) => readTerm(engine.requireCollection(), written, sign),
    emit,
    announce: () =>
      emit("changed", {
        version: opened?.collection.version ?? 0,
        what: ["images", "map", "duplicates", "outliers", "issues", "collection", "labels", "views"],
      }),
    context: { signal: new AbortController().signal },
    pathOf: (id) => {
      const { paths, positions } = engine.requireCollection().catalogue();
      const position = positions.get(id);
      if (position === undefined) throw new UserError("image-unknown", `There is no image ${id} in this collection (any more).`);
      return showPath(paths[position] as Buffer);
    },
    similarToPath: async (text, count) => {
      const collection = engine.requireCollection();
      const typed = pathFromText(text);
      const file =
        fileByPath(collection.store, typed) ?? fileByPath(collection.store, knownFileSpelling(typed, listFolders(collection.store)));
      const query = showPath(typed);
      if (file && file.state === "image") return { query, results: similarToImage(collection, file.id as ImageId, count) };
      return { query, results: await similarToFile(engine, { path: typed }, count) };
    },
    learnFromTable: async (file, request) =>
      engine.fewshot.predictTable(readLabelsTable(engine.requireCollection().store, file, 1), request),
    readLabels: (file) => readLabelsTable(engine.requireCollection().store, file),
    get handlers() {
      return (handlers ??= createHandlers(engine, dataFolder));
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      await engine.closeCollection();
      encoders?.close();
      await pool?.close();
      pool = null;
    },
  };
  return engine;
}

/** What the hosts call. */
export const createEngineHost: (options?: EngineOptions) => Promise<EngineHost> = createEngine;

function remember(recent: RecentList, { store, workspace }: Collection, clock: Clock): void {
  const folders = listFolders(store).map(showPath);
  const name = readProperty(store, "name") ?? basename(folders[0] ?? workspace);
  recent.remember({ workspace, name, folders, images: countImages(store), openedAt: clock.now() });
}
