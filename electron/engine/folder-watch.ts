/**
 * @file Keeps an open collection true to its folders: what the system says has changed is listed again, and where it differs from what is known a job takes it
 * in, through the same stages as an index job. One job at a time, and behind whatever runs; what changes meanwhile is the next one.
 */
import type { WatchState } from "#protocol/model.ts";

import type { Clock, Timers } from "./base/clock.ts";
import { CancellationError } from "./base/errors.ts";
import { warn } from "./base/log.ts";
import { showPath, toPathBytes, type PathBytes } from "./base/path-bytes.ts";
import type { Collection } from "./collection.ts";
import { defaultEncoderId } from "./encoders/registry.ts";
import { decodeVersion } from "./ingest/decode/version.ts";
import { realPath } from "./ingest/scan/folders.ts";
import { createJobControl } from "./jobs/control.ts";
import type { JobRunner } from "./jobs/job-runner.ts";
import { findChanges, type Changes } from "./stages/find-changes.ts";
import type { IndexParameters } from "./stages/index-job.ts";
import type { WriteStore } from "./store/database.ts";
import { listFolders } from "./store/queries/folders.ts";
import { forgetEndedJobs, newestIndexing } from "./store/queries/jobs.ts";
import { readProperty, writeProperty } from "./store/queries/properties.ts";
import { createHintCollector } from "./watch/hint-collector.ts";
import { bringsFolder, placesToList } from "./watch/places-to-list.ts";
import type { Hint, Subscribe } from "./watch/subscribe.ts";
import { createWatchedFolders } from "./watch/watched-folders.ts";

export interface FolderWatch {
  choose(on: boolean): void;
  /** Looks at all folders: for changes that the system may not have told. */
  lookAgain(): void;
  /** Folders may have been added. */
  foldersMayDiffer(): void;
  /** Listens no more. Whoever stops it closes the job runner, since a job of its own may be running, and then the watch. */
  stop(): void;
  close(): Promise<void>;
}

export interface FolderWatchOptions {
  readonly collection: Collection;
  readonly store: WriteStore;
  readonly jobs: JobRunner;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly subscribe: Subscribe;
  /** What the collection says of its watch changed. */
  readonly onState: () => void;
}

/** So long nothing must change before it is looked at, and so long it waits at most while things go on changing. */
const quietMs = 1000;
const longestMs = 3000;
/** Somebody who opens a large collection waits for its first view: the first look, which hears of all that changed before, comes after it. */
const openingMs = 2500;
/** A folder that is away is looked for so often. */
const awayMs = 10_000;

export function isWatched(store: Collection["store"]): boolean {
  return readProperty(store, "watch") !== "off";
}

export function createFolderWatch(options: FolderWatchOptions): FolderWatch {
  const { collection, store, jobs, dataFolder, clock, timers, subscribe } = options;
  const control = createJobControl();
  let isClosed = false;
  let known = shownFolders(store);
  let stopLooking: (() => void) | null = null;
  let doubt: string | null = null;
  const own = [dataFolder, store.workspace].map((folder) => realPath(toPathBytes(folder)));
  const folders = createWatchedFolders({ subscribe, leaveOut: own, onHints: (hints) => collector.add(hints) });
  const collector = createHintCollector<Hint>({
    // Of a folder that came and was written to, that it came must be kept.
    keyOf: ({ path, isNew }) => `${isNew ? "+" : ""}${path.toString("latin1")}`,
    quietMs,
    longestMs,
    clock,
    timers,
    work: async (hints) => {
      try {
        await takeIn(hints);
      } catch (thrown) {
        if (!(thrown instanceof CancellationError)) warn("the watch of a folder could not take in what changed", thrown);
      }
    },
  });

  const tell = (): void => {
    const state: WatchState = { on: isWatched(store), trouble: isWatched(store) ? (folders.trouble ?? doubt) : null };
    if (JSON.stringify(state) === JSON.stringify(collection.watch)) return;
    collection.watch = state;
    options.onState();
  };
  const lookAgain = (): void => collector.add(listFolders(store).map((path) => ({ path, isNew: true })));

  const takeIn = async (hints: readonly Hint[]): Promise<void> => {
    await idle();
    if (isClosed) return;
    const roots = isWatched(store) ? listFolders(store) : [];
    const fresh = await folders.attend(roots, (root) => bringsFolder(hints, root));
    if (isClosed) return;
    tell();
    waitForAway();
    if (roots.length === 0 || wasStopped()) return;
    // What a newer decoder may read is told of all folders at once.
    const isDecoderNew = readProperty(store, "decodeVersion") !== String(decodeVersion);
    const places = placesToList([...hints, ...wholes(isDecoderNew ? roots : fresh)], roots);
    if (places.length === 0) return;
    const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => void timers.after(milliseconds, resolve));
    const changesIn = (within: readonly PathBytes[]): Promise<Changes> =>
      findChanges({ store, clock, dataFolder, folders: within, control, pause });
    const first = await changesIn(places);
    if (isClosed) return;
    // A drive that is not connected leaves an empty folder where it was. Deleting is told file by file; a whole folder found empty is not believed.
    const doubtful = first.emptied.filter((place) =>
      [...fresh, ...hints.filter(({ isNew }) => isNew).map(({ path }) => path)].some((path) => path.equals(place)),
    );
    doubt =
      doubtful[0] === undefined
        ? null
        : `${showPath(doubtful[0])} is empty now. If its drive is not connected, connect it; if the pictures were deleted, index again.`;
    tell();
    waitForAway();
    const believed = places.filter((place) => !doubtful.includes(place));
    if (believed.length === 0) return;
    const { isAny, moving } = doubtful.length === 0 ? first : await changesIn(believed);
    if (isClosed) return;
    collector.add(moving.map((path) => ({ path, isNew: false })));
    if (isAny) await runJob(believed, moving);
  };

  const runJob = async (places: readonly PathBytes[], moving: readonly PathBytes[]): Promise<void> => {
    forgetEndedJobs(store, "watch");
    const parameters: IndexParameters = {
      folders: places.map(showPath),
      encoder: readProperty(store, "encoder") ?? defaultEncoderId,
      device: "auto",
      leftOut: moving.map(showPath),
    };
    const { state, error } = await jobs.finished(jobs.start("watch", parameters));
    // A folder went while it was listed: what holds it is listed next.
    if (state === "failed" && error?.code === "folder-missing") collector.add(places.map((path) => ({ path, isNew: false })));
  };

  /** Indexing that a person stopped, or that failed, must not go on by itself. */
  const wasStopped = (): boolean => (newestIndexing(store)?.state ?? "done") !== "done";

  const idle = async (): Promise<void> => {
    for (;;) {
      const living = jobs.list().filter(({ state }) => state === "queued" || state === "running" || state === "paused");
      if (living.length === 0 || isClosed) return;
      await Promise.all(living.map(({ id }) => jobs.finished(id)));
    }
  };

  const waitForAway = (): void => {
    stopLooking?.();
    stopLooking = folders.isAway || doubt !== null ? timers.after(awayMs, lookAgain) : null;
  };

  collection.watch = { on: isWatched(store), trouble: null };
  if (isWatched(store)) {
    // One that was cut off is taken up by this look.
    forgetEndedJobs(store, "watch");
    stopLooking = timers.after(openingMs, lookAgain);
  }
  return {
    choose: (on) => {
      writeProperty(store, "watch", on ? "on" : "off");
      tell();
      lookAgain();
    },
    lookAgain: () => {
      if (isWatched(store)) lookAgain();
    },
    foldersMayDiffer: () => {
      const now = shownFolders(store);
      if (now === known) return;
      known = now;
      lookAgain();
    },
    stop: () => {
      isClosed = true;
      stopLooking?.();
      control.cancel();
    },
    close: async () => {
      await collector.close();
      await folders.close();
    },
  };
}

function shownFolders(store: WriteStore): string {
  return listFolders(store).map(showPath).join("\n");
}

function wholes(folders: readonly PathBytes[]): Hint[] {
  return folders.map((path) => ({ path, isNew: false }));
}
