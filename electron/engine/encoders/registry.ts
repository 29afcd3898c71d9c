/**
 * @file The encoders at hand. For now those that ship with the app; imported and trained ones become further rows.
 */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "../base/errors.ts";
import { bundledEncodersFolder } from "../base/resources.ts";
import { readEncoderCard, type EncoderCard } from "./encoder-card.ts";

export interface RegisteredEncoder {
  readonly card: EncoderCard;
  /** "bundled" for now. */
  readonly origin: "bundled";
}

/** Counts changes of our own preprocessing that change embeddings: raise it, and old vectors are stale. */
export const preprocessingVersion = 1;

export const defaultEncoderId = "efficientnet-lite0-160";

export function listRegisteredEncoders(): RegisteredEncoder[] {
  const folder = bundledEncodersFolder();
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry): RegisteredEncoder => ({ card: readEncoderCard(join(folder, entry.name)), origin: "bundled" }))
    .sort((one, other) => one.card.id.localeCompare(other.card.id));
}

/** The encoder of this id, its file's hash verified. */
export function findEncoder(id: string): RegisteredEncoder {
  const encoders = listRegisteredEncoders();
  const found = encoders.find((encoder) => encoder.card.id === id);
  if (!found)
    throw new UserError("encoder-unknown", `There is no encoder "${id}". Known: ${encoders.map((encoder) => encoder.card.id).join(", ")}.`);
  const hash = createHash("sha256").update(readFileSync(found.card.modelPath)).digest("hex");
  if (hash !== found.card.sha256)
    throw new UserError(
      "encoder-damaged",
      `${found.card.modelPath} has SHA-256 ${hash}; its card says ${found.card.sha256}. The file is damaged: install again.`,
    );
  return found;
}
