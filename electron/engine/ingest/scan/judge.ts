/**
 * @file Decides, without reading any file, what a listing means against what the store knows. Every file ends in exactly one outcome;
 * those whose content must be read first come back as `pending`.
 *
 * - size and time as before: unchanged (and still unreadable or unsupported, if it was);
 * - not readable for a reason outside its bytes (permission, time, a device error): pending, even where size and time are as before;
 * - new path, or other size or time: pending; reading decides between added, moved, unchanged and unreadable;
 * - known, inside the folders scanned, and not found: missing, reported once;
 * - known, inside a folder that could not be read: kept as it was, reported as unreadable.
 */
import { isInside, showPath } from "../../base/path-bytes.ts";
import type { FoundFile, Listing } from "./walk.ts";

/** What the store knows of a path; the store's own row fits. */
export interface KnownFile {
  readonly id: number;
  readonly path: Buffer;
  readonly size_bytes: number;
  readonly modified_us: number;
  readonly state: "image" | "unreadable" | "unsupported" | "missing";
  readonly content_id: number | null;
  readonly scan_id: number;
  readonly outcome: string;
  readonly error_code: string | null;
}

/** Failures that lie in the surroundings and not in the bytes: size and time tell nothing about them, so the file is tried again. */
const passing = new Set(["permission", "missing", "unreadable", "timeout", "crash", "broken-link"]);

export interface Judgement<K extends KnownFile> {
  /** Must be read: new or changed candidates. `known` is the row of that path, if any. */
  readonly pending: { readonly file: FoundFile; readonly known: K | null }[];
  /** As before; the outcome to report. */
  readonly same: { readonly file: FoundFile; readonly known: K; readonly outcome: "unchanged" | "unreadable" | "unsupported" | "keep" }[];
  /** Cannot be looked at although the name says image. */
  readonly unreadable: { readonly file: FoundFile; readonly code: string; readonly message: string }[];
  readonly unsupported: FoundFile[];
  readonly missing: K[];
  /** Known images in folders that cannot be read now. */
  readonly hidden: { readonly known: K; readonly code: string; readonly message: string }[];
}

/**
 * @param scanId a row that already carries it was judged by the part of this scan that ran before an interruption: its outcome is kept
 * @param breathe called every few thousand files, so that the caller's thread answers in between
 */
export async function judge<K extends KnownFile>(
  listing: Listing,
  knownFiles: readonly K[],
  folders: readonly Uint8Array[],
  scanId: number,
  breathe: () => Promise<void>,
): Promise<Judgement<K>> {
  let steps = 0;
  const isTime = (): boolean => (++steps & 4095) === 0;
  const known = new Map<string, K>();
  for (const row of knownFiles) {
    if (isTime()) await breathe();
    known.set(row.path.toString("latin1"), row);
  }
  const result: Judgement<K> = { pending: [], same: [], unreadable: [], unsupported: [], missing: [], hidden: [] };
  const found = new Set<K>();
  for (const file of listing.files) {
    if (isTime()) await breathe();
    const row = known.get(file.path.toString("latin1")) ?? null;
    if (row) found.add(row);
    if (file.problem) {
      if (file.isCandidate) result.unreadable.push({ file, ...file.problem });
      else result.unsupported.push(file);
    } else if (
      row &&
      row.size_bytes === file.sizeBytes &&
      row.modified_us === file.modifiedUs &&
      row.state !== "missing" &&
      (row.state !== "unsupported" || !file.isCandidate) &&
      !mayReadNow(row, scanId)
    ) {
      result.same.push({ file, known: row, outcome: row.scan_id === scanId ? "keep" : row.state === "image" ? "unchanged" : row.state });
    } else if (file.isCandidate) result.pending.push({ file, known: row });
    else result.unsupported.push(file);
  }
  for (const row of knownFiles) {
    if (isTime()) await breathe();
    if (found.has(row) || row.state === "missing" || !folders.some((folder) => isInside(row.path, folder))) continue;
    const problem = listing.problems.find((each) => isInside(row.path, each.path) && each.code !== "vanished");
    if (problem) result.hidden.push({ known: row, code: problem.code, message: `the folder ${showPath(problem.path)} cannot be read` });
    else result.missing.push(row);
  }
  return result;
}

function mayReadNow(row: KnownFile, scanId: number): boolean {
  return row.state === "unreadable" && row.scan_id !== scanId && passing.has(row.error_code ?? "");
}
