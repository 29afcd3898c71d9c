/**
 * @file An open collection: its store, the encoder in use, and what is kept in memory of it (the columns, the vectors), rebuilt when the
 * stored rows change. Opening for reading takes no lock and can run no job.
 */
import { basename, join } from "node:path";

import { plainStrictness } from "#protocol/duplicates-contract.ts";
import type { EncoderId, OpenCollection, WatchState } from "#protocol/model.ts";

import { showPath } from "./base/path-bytes.ts";
import { defaultEncoderId, findEncoder, type RegisteredEncoder } from "./encoders/registry.ts";
import { describeEncoderRow } from "./stages/encoder-use.ts";
import { loadVectors, type EmbeddedContents } from "./stages/vectors.ts";
import type { ReadStore } from "./store/database.ts";
import { encoderRow, type EncoderRow } from "./store/queries/embeddings.ts";
import { countImages, countMissing, countUnreadable } from "./store/queries/files.ts";
import { countImagesWithIssues, readMark } from "./store/queries/findings.ts";
import { listFolders } from "./store/queries/folders.ts";
import { readGraph, readMap, readMapFingerprint, type StoredGraph, type StoredMap } from "./store/queries/graphs.ts";
import { chosenKind, kindOf } from "./store/queries/kind.ts";
import { readProperty } from "./store/queries/properties.ts";
import { buildCatalogue, renewPairFlags, type Catalogue } from "./views/catalogue.ts";
import { createGroupMaker, type GroupMaker } from "./views/group-maker.ts";
import { viewGroups, type GroupsView } from "./views/groups.ts";

export interface Collection {
  readonly store: ReadStore;
  readonly workspace: string;
  readonly thumbnailFolder: string;
  readonly version: number;
  encoder(): RegisteredEncoder;
  /** Null until the encoder ran once. */
  encoderRow(): EncoderRow | null;
  catalogue(): Catalogue;
  vectors(): EmbeddedContents | null;
  graph(): StoredGraph | null;
  map(): StoredMap | null;
  /** What groups of duplicates at any strictness are made from. */
  groupMaker(): GroupMaker;
  /** Of every verified pair. */
  groups(): GroupsView;
  summary(): OpenCollection;
  /** Whoever watches the folders says here how that goes. */
  watch: WatchState;
  /** A person changed what is a duplicate or what is kept, and nothing else changed. */
  renewGroups(): void;
  /** Stored rows changed: forget what was kept. */
  invalidate(): void;
}

/** @param dataFolder where imported and trained encoders lie */
export function createCollection(store: ReadStore, dataFolder: string): Collection {
  let version = 1;
  let watch: WatchState = { on: false, trouble: null };
  let kept: Partial<{
    catalogue: Catalogue;
    vectors: EmbeddedContents | null;
    graph: StoredGraph | null;
    map: StoredMap | null;
    groupMaker: GroupMaker;
    groups: GroupsView;
    encoder: RegisteredEncoder;
    summary: OpenCollection;
  }> = {};
  const keep = <K extends keyof typeof kept>(
    name: K,
    make: () => NonNullable<(typeof kept)[K]> | (typeof kept)[K],
  ): Exclude<(typeof kept)[K], undefined> => {
    if (kept[name] === undefined) kept[name] = make();
    return kept[name] as Exclude<(typeof kept)[K], undefined>;
  };
  const collection: Collection = {
    store,
    workspace: store.workspace,
    thumbnailFolder: join(store.workspace, "thumbnails"),
    get version() {
      return version;
    },
    encoder: () => keep("encoder", () => findEncoder(readProperty(store, "encoder") ?? defaultEncoderId, dataFolder)),
    encoderRow: () => encoderRow(store, describeEncoderRow(collection.encoder())) ?? null,
    catalogue: () => keep("catalogue", () => buildCatalogue(store, collection.encoderRow()?.key ?? null, version)),
    vectors: () => keep("vectors", () => withRow(collection, (row) => loadVectors(store, row))),
    graph: () => keep("graph", () => withRow(collection, (row) => readGraph(store, row.key))),
    map: () => keep("map", () => withRow(collection, (row) => readMap(store, row.key))),
    groupMaker: () => keep("groupMaker", () => createGroupMaker(store)),
    groups: () => keep("groups", () => viewGroups(collection.groupMaker(), plainStrictness)),
    summary: () => keep("summary", () => summarise(collection)),
    get watch() {
      return watch;
    },
    set watch(state) {
      watch = state;
      delete kept.summary;
    },
    renewGroups: () => {
      version++;
      const { catalogue, groupMaker } = kept;
      for (const name of ["catalogue", "groupMaker", "groups", "summary"] as const) delete kept[name];
      if (groupMaker) kept.groupMaker = groupMaker.renewed(store);
      if (catalogue) kept.catalogue = renewPairFlags(store, catalogue, version);
    },
    invalidate: () => {
      version++;
      kept = kept.encoder ? { encoder: kept.encoder } : {};
      if (kept.encoder && kept.encoder.card.id !== (readProperty(store, "encoder") ?? defaultEncoderId)) kept = {};
    },
  };
  return collection;
}

function withRow<T>(collection: Collection, read: (row: EncoderRow) => T | null): T | null {
  const row = collection.encoderRow();
  return row ? read(row) : null;
}

function summarise(collection: Collection): OpenCollection {
  const { store } = collection;
  const folders = listFolders(store).map(showPath);
  const row = collection.encoderRow();
  const { card, origin } = collection.encoder();
  const images = countImages(store);
  const groups = collection.groups();
  return {
    workspace: store.workspace,
    name: readProperty(store, "name") ?? basename(folders[0] ?? store.workspace),
    folders,
    encoder: { id: card.id as EncoderId, name: card.name, dimensions: card.output.dimensions, source: origin },
    images,
    version: collection.version,
    ready: {
      map: row !== null && readMapFingerprint(store, row.key) !== null,
      duplicates: row !== null && readMark(store, "duplicates", row.key) !== null,
      outliers: row !== null && readMark(store, "outliers", row.key) !== null,
    },
    counts: {
      groups: groups.count,
      copies: groups.copies,
      issues: countImagesWithIssues(store),
      unreadable: countUnreadable(store),
      missing: countMissing(store),
    },
    kind: { chosen: chosenKind(store), now: kindOf(store) },
    watch: collection.watch,
  };
}
