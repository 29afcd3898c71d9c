/**
 * @file An engine of the contract without pixels: N synthetic images with clusters, duplicates, oddities and issues, jobs that run on
 * command, and events. It stands behind the renderer in browser tests and screenshots, and is total over the contract.
 */
import type { EventName, Events, Handlers, Result } from "#protocol/contract.ts";
import type { CollectionKind, ImageId, JobId, OpenCollection, RecentCollection } from "#protocol/model.ts";
import type { IssueEntry, OutlierEntry } from "#protocol/outlier-model.ts";
import { isFinished, type JobSnapshot } from "#protocol/progress.ts";
import type { ConnectionState } from "#protocol/transports/transport.ts";

import { columnsOf, detailsOf, fakeEncoder, groupsOf, issuesOf, mapOf, neighboursOf, outlierOf } from "./fake-answers.ts";
import { createFakeDuplicates } from "./fake-duplicates.ts";
import { createFakeExports } from "./fake-exports.ts";
import { createFakeEncoders } from "./fake-encoders.ts";
import { fakeFolders, fakeImages, withSeries, type FakeImage } from "./fake-images.ts";
import { drawPicture } from "./fake-pictures.ts";
import { createFakeSearch } from "./fake-search.ts";
import { createFakeLabels } from "./fake-labels.ts";
import { createFakeTraining } from "./fake-training.ts";
import { createFakeViews } from "./fake-views.ts";

export interface FakeEngineOptions {
  readonly images: number;
  /** Whether a collection is open at first. */
  readonly open: boolean;
  /** Whether some pictures are labelled from the start. */
  readonly labelled?: boolean;
  /** Whether some pictures are slices of series. */
  readonly series?: boolean;
}

export interface FakeEngine {
  readonly handlers: Handlers;
  on<E extends EventName>(event: E, handler: (value: Events[E]) => void): () => void;
  onConnection(handler: (state: ConnectionState) => void): () => void;
  /** Loses or restores the connection, as far as clients can tell. */
  setConnection(state: ConnectionState): void;
  pictureUrl(id: ImageId, kind: "thumbnail" | "image"): string;
  /** Adds images, as indexing does, and says so. */
  grow(count: number): void;
  /** Adds images as a watch does: beside their like, without laying out the map again. */
  place(count: number): void;
  setWatch(state: OpenCollection["watch"]): void;
  setJob(change: Partial<JobSnapshot>): void;
}

export function createFakeEngine(options: FakeEngineOptions): FakeEngine {
  const makeImages = (count: number): FakeImage[] => (options.series === true ? withSeries(fakeImages(count)) : fakeImages(count));
  let images = makeImages(options.images);
  let kind: CollectionKind | "auto" = "auto";
  let version = 1;
  let open = options.open;
  let job: JobSnapshot | null = null;
  let inUse = fakeEncoder;
  const connectionHandlers = new Set<(state: ConnectionState) => void>();
  const listeners: { [E in EventName]: Set<(value: Events[E]) => void> } = { job: new Set(), changed: new Set() };
  const emit = <E extends EventName>(event: E, value: Events[E]): void => listeners[event].forEach((handler) => handler(value));

  const get = (id: ImageId): FakeImage => {
    const found = images[id - 1];
    if (found === undefined) throw new Error(`There is no image ${id}.`);
    return found;
  };
  let watching: OpenCollection["watch"] = { on: true, trouble: null };
  let placed = 0;
  const collection = (): OpenCollection => ({
    workspace: "/data/holiday",
    name: "Holiday 2024",
    folders: ["/pictures"],
    encoder: inUse,
    images: images.length,
    version,
    ready: { map: images.length > 0, duplicates: images.length > 0, outliers: images.length > 0 },
    counts: {
      groups: groupsOf(images).length,
      copies: groupsOf(images).length,
      issues: images.filter((one) => one.issue !== null).length,
      unreadable: images.length > 0 ? unreadable.length : 0,
      missing: 0,
    },
    watch: watching,
    kind: { chosen: kind, now: kind === "auto" ? (options.series === true ? "medical" : "ordinary") : kind },
  });
  const requireOpen = (): OpenCollection => {
    if (!open) throw new Error("No collection is open.");
    return collection();
  };
  const setJob = (change: Partial<JobSnapshot>): JobSnapshot => {
    job = { ...(job ?? firstJob), ...change };
    emit("job", job);
    return job;
  };
  const start = (): { collection: OpenCollection; job: JobId } => {
    open = true;
    if (images.length === 0) images = makeImages(30);
    version++;
    queueMicrotask(() => emit("changed", { version, what: ["images", "map", "duplicates", "outliers", "issues", "collection"] }));
    return { collection: collection(), job: setJob({ ...firstJob, state: "running" }).id };
  };

  const handlers: Handlers = {
    ...createFakeTraining({
      images: () => images.length,
      job: () => job,
      setJob,
      announce: () => emit("changed", { version, what: ["collection"] }),
    }),
    ...createFakeLabels({
      images: () => images,
      version: () => version,
      announce: () => emit("changed", { version, what: ["labels"] }),
      begun: options.labelled === true,
    }),
    "app.state": () => ({ collection: open ? collection() : null, recent, version: "0.1.0" }),
    "collection.openFolder": ({ path }) => {
      if (path.includes("missing")) throw new Error(`${path} is not a folder.`);
      return start();
    },
    "collection.open": () => ({ collection: start().collection }),
    "collection.close": () => {
      open = false;
      return {};
    },
    "collection.forget": () => ({}),
    "collection.openSamples": () => start(),
    "collection.summary": requireOpen,
    "collection.index": () => ({ job: start().job }),
    "collection.watch": ({ on }) => {
      watching = { on, trouble: null };
      return collection();
    },
    "collection.lookAgain": () => ({}),
    "collection.unreadable": () => ({ files: images.length > 0 ? unreadable : [] }),
    "folders.list": ({ path }) => listFolder(path ?? "/home/someone"),
    "images.columns": () => columnsOf(images, version),
    "images.details": ({ id }) => detailsOf(images, get(id)),
    "images.similar": ({ id, count }) => ({ results: neighboursOf(images, get(id), count) }),
    "images.similarToFile": ({ count }) => ({ results: images.length === 0 ? [] : neighboursOf(images, images[0], count) }),
    "images.find": ({ text, limit }) => {
      const words = text.toLowerCase().split(/\s+/u);
      const ids = images
        .filter((one) => words.every((word) => `${one.name} ${fakeFolders[one.folder]}`.toLowerCase().includes(word)))
        .map((one) => one.id);
      return { ids: Int32Array.from(ids.slice(0, limit)), total: ids.length };
    },
    "images.file": () => {
      throw new Error("The fake engine has no files; pictures come from pictureUrl.");
    },
    "map.columns": () => ({ ...mapOf(images, version), placed }),
    "map.redo": () => {
      placed = 0;
      version++;
      emit("changed", { version, what: ["images", "map"] });
      return { job: setJob({ ...firstJob, kind: "map", title: "Redo the map", stage: "map", state: "running" }).id };
    },
    ...createFakeDuplicates(
      () => images,
      () => emit("changed", { version: ++version, what: ["duplicates", "images", "collection"] }),
    ),
    "outliers.part": ({ id }) => {
      const side = 10;
      // Brightest at a place that each picture has for itself; every fifth has none.
      const [row, column] = [id % 7, (3 * id) % 8];
      const near = (cell: number): number => Math.hypot(Math.floor(cell / side) - row - 1, (cell % side) - column - 1);
      const strengths = Float32Array.from({ length: side * side }, (_, cell) => (id % 5 === 0 ? 0.1 : Math.max(0, 1 - near(cell) / 3)));
      const compared = neighboursOf(images, get(id), 8).map((one) => one.id);
      return { side, strengths, box: id % 5 === 0 ? null : ([column / side, row / side, 0.3, 0.3] as const), share: 0.09, compared };
    },
    "outliers.list": ({ offset, limit }) => {
      const entries = images.map((one): OutlierEntry => outlierOf(images, one)).sort((a, b) => b.score - a.score);
      return { entries: entries.slice(offset, offset + limit), total: entries.length };
    },
    "issues.list": ({ kind, offset, limit }) => {
      const all = images.flatMap((one): IssueEntry[] => issuesOf(one));
      const counts: Record<string, number> = {};
      for (const entry of all) counts[entry.kind] = (counts[entry.kind] ?? 0) + 1;
      const chosen = all.filter((entry) => kind === undefined || entry.kind === kind);
      return { entries: chosen.slice(offset, offset + limit), total: chosen.length, counts };
    },
    ...createFakeEncoders({ images: () => images.length, start: () => start().job, use: (encoder) => (inUse = encoder) }),
    ...createFakeSearch(() => images),
    ...createFakeViews(
      () => images,
      () => emit("changed", { version, what: ["views"] }),
    ),
    "collection.setKind": (given) => {
      kind = given.kind;
      emit("changed", { version, what: ["collection", "duplicates"] });
      return collection();
    },
    ...createFakeExports(
      () => images.length,
      () => start().job,
    ),
    doctor: () => ({
      devices: [
        { name: "cpu", available: true, why: "Always there." },
        { name: "webgpu", available: false, why: "No graphics adapter was found." },
      ],
      versions: { likeness: "0.1.0", node: "24.0.0" },
      missing: ["No compiler was found: neighbours are computed in TypeScript, about five times slower."],
    }),
    "jobs.list": () => ({ jobs: job === null ? [] : [job] }),
    "jobs.pause": () => (setJob({ state: "paused" }), {}),
    "jobs.resume": () => (setJob({ state: "running" }), {}),
    "jobs.cancel": () => (setJob({ state: "cancelled", finishedAt: 2 }), {}),
  };

  return {
    handlers,
    on(event, handler) {
      listeners[event].add(handler);
      return () => listeners[event].delete(handler);
    },
    onConnection(handler) {
      connectionHandlers.add(handler);
      handler("open");
      return () => connectionHandlers.delete(handler);
    },
    setConnection: (state) => connectionHandlers.forEach((handler) => handler(state)),
    pictureUrl: (id, kind) => drawPicture(get(id), kind),
    grow(count) {
      images = makeImages(images.length + count);
      version++;
      emit("changed", { version, what: ["images"] });
    },
    place(count) {
      placed += count;
      images = makeImages(images.length + count);
      version++;
      emit("changed", { version, what: ["images", "map", "collection"] });
    },
    setWatch(state) {
      watching = state;
      emit("changed", { version, what: ["collection"] });
    },
    setJob(change) {
      const next = setJob(change);
      if (isFinished(next.state)) emit("changed", { version: ++version, what: ["map", "duplicates", "outliers", "issues"] });
    },
  };
}

const firstJob: JobSnapshot = {
  id: 1 as JobId,
  kind: "index",
  title: "Indexing Holiday 2024",
  state: "running",
  stage: "embed",
  stageIndex: 1,
  stageCount: 6,
  done: 3120,
  total: 12_400,
  rate: 410,
  secondsLeft: 23,
  startedAt: 1,
  finishedAt: null,
  summary: null,
  report: null,
  error: null,
};

const recent: RecentCollection[] = [
  {
    workspace: "/data/holiday",
    name: "Holiday 2024",
    folders: ["/pictures"],
    images: 12_400,
    openedAt: Date.UTC(2026, 9, 1, 9),
    available: true,
  },
  {
    workspace: "/data/chest",
    name: "Chest X-rays",
    folders: ["/data/xray"],
    images: 100_000,
    openedAt: Date.UTC(2026, 8, 20, 9),
    available: true,
  },
  {
    workspace: "/data/old",
    name: "Old disk",
    folders: ["/media/old-disk/Photos"],
    images: 3120,
    openedAt: Date.UTC(2026, 1, 20, 9),
    available: false,
  },
];

const unreadable = [
  { path: "/pictures/Scans/Letters/IMG_0042.jpg", code: "truncated", message: "The file ends in the middle of the picture." },
  { path: "/pictures/Holiday 2024/Coast/notes.png", code: "not-an-image", message: "The name says PNG, the content is text." },
];

function listFolder(path: string): Result<"folders.list"> {
  const names = path.split("/").length > 5 ? [] : ["Documents", "Pictures", "Scans", "Work"];
  const parent = path === "/" ? null : path.slice(0, path.lastIndexOf("/")) || "/";
  return {
    path,
    parent,
    folders: names.map((name) => ({ name, path: `${path === "/" ? "" : path}/${name}` })),
    files: path.endsWith("Work") ? [{ name: "net.onnx", path: `${path}/net.onnx`, sizeBytes: 88e6 }] : [],
    images: path.endsWith("Pictures") ? 1240 : 0,
  };
}
