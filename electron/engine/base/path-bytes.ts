/**
 * @file Paths as bytes. A file name on Linux is any bytes but "/" and NUL; a string would lose names that are not UTF-8. Inside the
 * engine and in the store a path is its bytes; the *shown* form is for people and JSON: a byte that is not part of valid UTF-8 is
 * written \xHH and a backslash \x5C, so the shown form can be turned back into the very bytes.
 */
import { isAbsolute, resolve } from "node:path";

export type PathBytes = Buffer;

const strict = new TextDecoder("utf-8", { fatal: true });
const onWindows = process.platform === "win32";

/** What `node:fs` takes: bytes where the system has byte paths, a string on Windows. */
export function fsPath(path: Uint8Array): Buffer | string {
  return onWindows ? Buffer.from(path).toString("utf8") : Buffer.isBuffer(path) ? path : Buffer.from(path);
}

/** Absolute path bytes of what a person typed (relative to `base`). */
export function toPathBytes(text: string, base = process.cwd()): PathBytes {
  return Buffer.from(isAbsolute(text) ? resolve(text) : resolve(base, text), "utf8");
}

/** The form for people and JSON. */
export function showPath(path: Uint8Array): string {
  const bytes = Buffer.isBuffer(path) ? path : Buffer.from(path);
  const text = decodeStrict(bytes);
  if (text !== null) return onWindows || !text.includes("\\") ? text : text.replaceAll("\\", "\\x5C");
  let shown = "";
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    const piece = length === 0 ? null : decodeStrict(bytes.subarray(at, at + length));
    if (piece === null) {
      shown += `\\x${(bytes[at] as number).toString(16).toUpperCase().padStart(2, "0")}`;
      at += 1;
    } else {
      shown += piece === "\\" ? "\\x5C" : piece;
      at += length;
    }
  }
  return shown;
}

/** Whether a path read as UTF-8 is its own shown form, and its bytes can be had from it again: no byte was replaced, no separator but "/" is in it. */
export function onlyText(text: string): boolean {
  return !text.includes("\ufffd") && !text.includes("\\");
}

/** The bytes of a shown path; the inverse of `showPath`. */
export function parseShownPath(shown: string): PathBytes {
  if (onWindows) return Buffer.from(shown, "utf8");
  const parts: Buffer[] = [];
  let rest = 0;
  for (const match of shown.matchAll(/\\x([0-9A-F]{2})/g)) {
    parts.push(Buffer.from(shown.slice(rest, match.index), "utf8"), Buffer.from([parseInt(match[1] as string, 16)]));
    rest = match.index + match[0].length;
  }
  parts.push(Buffer.from(shown.slice(rest), "utf8"));
  return Buffer.concat(parts);
}

/** The bytes before the last separator, and those after it. */
export function splitPath(path: Uint8Array): { folder: PathBytes; name: PathBytes } {
  const bytes = Buffer.isBuffer(path) ? path : Buffer.from(path);
  let at = bytes.lastIndexOf(0x2f);
  if (onWindows) at = Math.max(at, bytes.lastIndexOf(0x5c));
  if (at < 0) return { folder: Buffer.alloc(0), name: bytes };
  return { folder: bytes.subarray(0, Math.max(at, 1)), name: bytes.subarray(at + 1) };
}

/** True when `path` is `folder` or lies inside it. */
export function isInside(path: Uint8Array, folder: Uint8Array): boolean {
  const inner = Buffer.from(path.buffer, path.byteOffset, path.byteLength);
  const outer = Buffer.from(folder.buffer, folder.byteOffset, folder.byteLength);
  if (!inner.subarray(0, outer.length).equals(outer)) return false;
  if (inner.length === outer.length || outer[outer.length - 1] === 0x2f) return true;
  const next = inner[outer.length];
  return next === 0x2f || (onWindows && next === 0x5c);
}

function decodeStrict(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/** Length that the lead byte of a UTF-8 sequence asks for, 0 where it cannot start one or the bytes run out. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  const length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  return at + length <= bytes.length ? length : 0;
}
