/**
 * @file What can be done with encoders: take one in, remove it, switch the collection to it and back, judge it, write it out. Every host calls
 * these; what they do lies in encoders, stages and export.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";

import type { CancelSignal } from "#protocol/contract.ts";
import type { DroppedFile, EncoderInspection, EncoderListing } from "#protocol/encoder-contract.ts";
import type { DeviceName, EncoderEntry, EncoderId, EncoderSummary, ExportedEncoder, JobId, SmallerForm } from "#protocol/model.ts";

import { UserError } from "./base/errors.ts";
import { showPath } from "./base/path-bytes.ts";
import { platformSignal } from "./base/platform-signal.ts";
import type { ImportRequest } from "./encoders/import/import-encoder.ts";
import { createReceivedFiles } from "./encoders/import/received-files.ts";
import { findEncoder, listRegisteredEncoders, ownEncodersFolder, removeEncoder, type RegisteredEncoder } from "./encoders/registry.ts";
import type { Engine } from "./engine.ts";
import { requireApart, requireOutside } from "./ingest/scan/folders.ts";
import { requireRunner } from "./jobs/job-runner.ts";
import { describeEncoderRow } from "./stages/encoder-use.ts";
import { previousEncoder, revertEncoder } from "./stages/switch-encoder.ts";
import { openForReading, type ReadStore, type WriteStore } from "./store/database.ts";
import { countEmbeddedImages, encoderRow } from "./store/queries/embeddings.ts";
import { countImages } from "./store/queries/files.ts";
import { listFolders } from "./store/queries/folders.ts";
import { readProperty } from "./store/queries/properties.ts";
import { inTransaction } from "./store/statements.ts";

export interface EncoderExport {
  readonly encoder: string;
  readonly folder: string;
  readonly featureMaps?: boolean | undefined;
  /** Written beside the whole one, each with what it costs. */
  readonly smaller?: readonly SmallerForm[] | undefined;
}

/** What an export tells while it goes on, and how it is stopped. */
export interface ExportSteps {
  readonly signal?: AbortSignal | undefined;
  onProgress?(stage: "read" | "write", done: number, total: number): void;
}

/** Of a collection, on which smaller forms are tried. */
const triedPictures = 400;

export interface EncoderActions {
  list(): EncoderEntry[];
  /** `notes` say what was found and assumed, a sentence each. */
  import(request: Omit<ImportRequest, "dataFolder" | "threads">): Promise<{ encoder: EncoderEntry; notes: readonly string[] }>;
  /** Deletes one that no collection uses or would go back to. */
  remove(id: string): void;
  /** What an import would take in, tried on pictures of the open collection. Nothing is kept. */
  inspect(request: Omit<ImportRequest, "dataFolder" | "threads">, signal?: CancelSignal): Promise<EncoderInspection>;
  /** All there are with what the open collection has of each, and the one that it would go back to. */
  overview(): { encoders: EncoderListing[]; previous: EncoderId | null };
  /** Keeps files that were dropped into a browser; their paths. */
  receive(files: readonly DroppedFile[]): string[];
  /** Deletes what was received. */
  close(): void;
  /** Embeds the open collection with it, makes its map, and then switches to it. */
  apply(id: string, device?: DeviceName): JobId;
  /** Switches back at once; `unseen` images came since and are not embedded with the encoder. */
  revert(): { encoder: EncoderSummary; unseen: number };
  /** Judges it on a table of (path, label); the collection keeps the encoder it uses. */
  evaluate(request: { encoder: string; labels: string; device?: DeviceName | undefined }): JobId;
  /** Writes model, card and a page about it into a folder that has none. */
  export(request: EncoderExport, steps?: ExportSteps): Promise<ExportedEncoder>;
  /** The same as a job. */
  startExport(request: EncoderExport): JobId;
}

export function createEncoderActions(engine: Engine, dataFolder: string): EncoderActions {
  const runner = (): ReturnType<typeof requireRunner> => requireRunner(engine.jobs, engine.collection !== null);
  const received = createReceivedFiles();
  /** What is to be written out, and where; outside every folder of images. */
  const exportTarget = ({ encoder: id, folder }: EncoderExport): { encoder: RegisteredEncoder; target: string } => {
    const encoder = findEncoder(id, dataFolder);
    const target = resolve(folder);
    const { collection } = engine;
    if (collection !== null) requireOutside(target, listFolders(collection.store));
    requireOutside(target, [Buffer.from(ownEncodersFolder(dataFolder))]);
    return { encoder, target };
  };
  return {
    receive: received.keep,
    close: received.close,
    overview: () => overviewOf(engine, dataFolder),
    inspect: async (request, signal) => {
      const { inspectEncoder } = await import("./encoders/import/inspect-encoder.ts");
      const { checkEncoder } = await import("./views/encoder-check.ts");
      const stop = platformSignal(signal);
      return inspectEncoder({ ...request, dataFolder, threads: engine.cores }, (card) => checkEncoder(engine, card, stop));
    },
    list: () => listRegisteredEncoders(dataFolder).map(describe),
    import: async (request) => {
      const { importEncoder } = await import("./encoders/import/import-encoder.ts");
      const { encoder, notes } = await importEncoder({ ...request, dataFolder, threads: engine.cores });
      return { encoder: describe(encoder), notes };
    },
    remove: (id) => {
      findEncoder(id, dataFolder);
      const users = collectionsWith(engine, id);
      if (users.length > 0)
        throw new UserError(
          "encoder-in-use",
          `The encoder ${id} is used by ${users.join(", ")} (or is what it would go back to). Apply another one there first, twice where it can go back.`,
        );
      removeEncoder(id, dataFolder);
    },
    apply: (id, device = "auto") => {
      const jobs = runner();
      findEncoder(id, dataFolder);
      const { store, workspace } = engine.requireCollection();
      const folders = listFolders(store);
      requireApart(workspace, folders, dataFolder);
      return jobs.start("index", { folders: folders.map(showPath), encoder: id, device, switchLast: true });
    },
    revert: () => {
      runner();
      const collection = engine.requireCollection();
      const store = collection.store as WriteStore;
      const encoder = findEncoder(previousEncoder(store), dataFolder);
      inTransaction(store, () => revertEncoder(store));
      collection.invalidate();
      engine.announce();
      return { encoder: collection.summary().encoder, unseen: countUnseen(store, encoder) };
    },
    evaluate: ({ encoder, labels, device = "auto" }) => {
      const jobs = runner();
      findEncoder(encoder, dataFolder);
      return jobs.start("evaluate", { encoder, labels: resolve(labels), device });
    },
    startExport: (request) => {
      const jobs = runner();
      const { target } = exportTarget(request);
      return jobs.start("export", { what: "encoder", ...request, folder: target });
    },
    export: async (request, { signal, onProgress } = {}) => {
      const { featureMaps = false, smaller = [] } = request;
      const { encoder, target } = exportTarget(request);
      const { checkPictures, pictureCount } = await import("./export/encoder/check-pictures.ts");
      const { exportEncoder } = await import("./export/encoder/export-encoder.ts");
      const pictures = await checkPictures(engine, {
        size: encoder.card.input.size,
        most: smaller.length > 0 ? triedPictures : pictureCount,
        signal,
        onProgress: (done, total) => onProgress?.("read", done, total),
      });
      const told = { signal, onProgress: (done: number, total: number) => onProgress?.("write", done, total) };
      return exportEncoder({ encoder, folder: target, featureMaps, smaller, threads: engine.cores, pictures, ...told });
    },
  };
}

function overviewOf(engine: Engine, dataFolder: string): { encoders: EncoderListing[]; previous: EncoderId | null } {
  const { collection } = engine;
  const images = collection === null ? 0 : countImages(collection.store);
  const encoders = listRegisteredEncoders(dataFolder).map((encoder): EncoderListing => {
    const { licence, source, provenance, modelPath, text } = encoder.card;
    const row = collection === null ? undefined : encoderRow(collection.store, describeEncoderRow(encoder));
    const embedded = collection === null || row === undefined ? 0 : countEmbeddedImages(collection.store, row.key);
    return {
      ...describe(encoder),
      licence,
      from: source,
      provenance: Object.entries(provenance ?? {}).map(([label, told]) => ({ label, text: told })),
      bytes: [modelPath, ...(text ? [text.modelPath] : [])].reduce(
        (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
        0,
      ),
      use: collection === null ? null : { embedded, unseen: images - embedded },
    };
  });
  const previous = collection === null ? null : readProperty(collection.store, "previousEncoder");
  return { encoders, previous: previous !== null && encoders.some(({ id }) => id === previous) ? (previous as EncoderId) : null };
}

function describe({ card, origin }: RegisteredEncoder): EncoderEntry {
  return {
    id: card.id as EncoderId,
    name: card.name,
    dimensions: card.output.dimensions,
    source: origin,
    size: card.input.size,
    output: card.output.name,
    ...(card.text !== undefined && { text: true }),
  };
}

/** Images of the collection that this encoder has not seen. */
function countUnseen(store: ReadStore, encoder: RegisteredEncoder): number {
  const row = encoderRow(store, describeEncoderRow(encoder));
  return countImages(store) - countEmbeddedImages(store, row?.key ?? -1);
}

/** Names of the collections that use an encoder or would go back to it. */
function collectionsWith({ recent, collection }: Engine, id: string): string[] {
  const uses = (store: ReadStore): boolean => readProperty(store, "encoder") === id || readProperty(store, "previousEncoder") === id;
  return recent
    .list()
    .filter(({ workspace }) => {
      if (collection?.workspace === workspace) return uses(collection.store);
      try {
        const { store, close } = openForReading(workspace);
        try {
          return uses(store);
        } finally {
          close();
        }
      } catch {
        // Gone, or of another version: it cannot be asked.
        return false;
      }
    })
    .map(({ name }) => name);
}
