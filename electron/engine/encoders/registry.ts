/**
 * @file The encoders at hand: those that ship with the app, and those in the data directory, imported or trained. Each is a folder with a
 * model and its card.
 */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "../base/errors.ts";
import { warn } from "../base/log.ts";
import { bundledEncodersFolder } from "../base/resources.ts";
import { oneOf, readJsonFile } from "./card-fields.ts";
import { cardName, readEncoderCard, type EncoderCard } from "./encoder-card.ts";

export type EncoderOrigin = "bundled" | "imported" | "trained";

export interface RegisteredEncoder {
  readonly card: EncoderCard;
  readonly origin: EncoderOrigin;
}

/** Counts changes of our own preprocessing that change embeddings: raise it, and old vectors are stale. */
export const preprocessingVersion = 1;

export const defaultEncoderId = "efficientnet-lite0-160";

/** Where the encoders of a data directory lie, each in a folder named by its id. */
export function ownEncodersFolder(dataFolder: string): string {
  return join(dataFolder, "encoders");
}

/** @param dataFolder null: only those that ship with the app */
export function listRegisteredEncoders(dataFolder: string | null): RegisteredEncoder[] {
  return [...listBundled(), ...(dataFolder === null ? [] : listOwn(dataFolder))];
}

/** The encoder of this id, its file's hash verified. */
export function findEncoder(id: string, dataFolder: string | null = null): RegisteredEncoder {
  const found =
    listBundled().find((encoder) => encoder.card.id === id) ??
    (dataFolder !== null && listFolders(ownEncodersFolder(dataFolder)).includes(id) ? readOwn(dataFolder, id) : undefined);
  if (!found) {
    const known = listRegisteredEncoders(dataFolder).map((encoder) => encoder.card.id);
    throw new UserError("encoder-unknown", `There is no encoder "${id}". Known: ${known.join(", ")}.`);
  }
  const { modelPath, sha256, text } = found.card;
  requireIntact(found.origin, modelPath, sha256);
  if (text !== undefined) {
    requireIntact(found.origin, text.modelPath, text.sha256);
    requireIntact(found.origin, text.tokenizer.path, text.tokenizer.sha256);
  }
  return found;
}

function requireIntact(origin: EncoderOrigin, path: string, sha256: string): void {
  const hash = hashOfFile(path);
  if (hash !== sha256)
    throw new UserError(
      "encoder-damaged",
      `${path} has SHA-256 ${hash}; its card says ${sha256}. The file is damaged: ${origin === "bundled" ? "install" : "import"} again.`,
    );
}

/** Deletes an imported or trained encoder. What collections have embedded with it stays in them. */
export function removeEncoder(id: string, dataFolder: string): void {
  const { origin } = findEncoder(id, dataFolder);
  if (origin === "bundled") throw new UserError("encoder-bundled", `The encoder ${id} ships with Likeness and cannot be removed.`);
  rmSync(join(ownEncodersFolder(dataFolder), id), { recursive: true, force: true });
}

function listBundled(): RegisteredEncoder[] {
  const folder = bundledEncodersFolder();
  return listFolders(folder)
    .map((name): RegisteredEncoder => ({ card: readEncoderCard(join(folder, name)), origin: "bundled" }))
    .sort(byId);
}

/** One that cannot be read must not hide the others. */
function listOwn(dataFolder: string): RegisteredEncoder[] {
  return listFolders(ownEncodersFolder(dataFolder))
    .flatMap((name) => {
      try {
        return [readOwn(dataFolder, name)];
      } catch (thrown) {
        warn(`the encoder ${name} is left out`, thrown);
        return [];
      }
    })
    .sort(byId);
}

function readOwn(dataFolder: string, id: string): RegisteredEncoder {
  const folder = join(ownEncodersFolder(dataFolder), id);
  const card = readEncoderCard(folder);
  const path = join(folder, cardName);
  if (card.id !== id)
    throw new UserError("encoder-card", `${path}: id is ${JSON.stringify(card.id)}; expected the name of its folder, "${id}"`);
  return { card, origin: oneOf(path, "origin", readJsonFile(path)["origin"] ?? "imported", ["imported", "trained"] as const) };
}

/** Names of the folders inside one; those that begin with a dot are on their way in. */
function listFolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map((entry) => entry.name);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw thrown;
  }
}

function byId(one: RegisteredEncoder, other: RegisteredEncoder): number {
  return one.card.id.localeCompare(other.card.id);
}

/** Hashes by path, kept while size and time of the file stay: an encoder of hundreds of megabytes is looked up again and again. */
const hashes = new Map<string, { readonly stamp: string; readonly hash: string }>();

function hashOfFile(path: string): string {
  let stats;
  try {
    stats = statSync(path);
  } catch (thrown) {
    throw new UserError("encoder-damaged", `${path} is missing: import the encoder again.`, { cause: thrown });
  }
  const stamp = `${stats.size}/${stats.mtimeMs}/${stats.ino}`;
  const kept = hashes.get(path);
  if (kept?.stamp === stamp) return kept.hash;
  const hash = createHash("sha256");
  const piece = new Uint8Array(4 * 1024 * 1024);
  const descriptor = openSync(path, "r");
  try {
    for (let read = readSync(descriptor, piece); read > 0; read = readSync(descriptor, piece)) hash.update(piece.subarray(0, read));
  } finally {
    closeSync(descriptor);
  }
  const told = hash.digest("hex");
  hashes.set(path, { stamp, hash: told });
  return told;
}
