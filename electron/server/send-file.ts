/**
 * @file Sends a file as it is, in pieces, with ranges and revalidation. The file is opened once and judged by what was opened: a folder,
 * a pipe or a device is not sent.
 */
import { createHash } from "node:crypto";
import { type BigIntStats, constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

import { commonHeaders, contentSecurityPolicy, parseRange } from "#protocol/hosting.ts";

export interface FileAnswer {
  readonly path: Uint8Array | string;
  readonly mediaType: string;
  /** "immutable": the URL changes when the file does; "revalidate": the browser asks each time and mostly hears 304. */
  readonly cache: "immutable" | "revalidate";
}

/** False when there is no such file: nothing was sent then. */
export async function sendFile(request: IncomingMessage, response: ServerResponse, answer: FileAnswer): Promise<boolean> {
  const file = await openRegularFile(answer.path);
  if (file === null) return false;
  try {
    await sendOpened(request, response, answer, file);
  } finally {
    await file.handle.close();
  }
  return true;
}

async function sendOpened(
  request: IncomingMessage,
  response: ServerResponse,
  { path, mediaType, cache }: FileAnswer,
  { handle, stat }: OpenedFile,
): Promise<void> {
  const size = Number(stat.size);
  const etag = `"${createHash("sha256").update(path).update(`${stat.size} ${stat.mtimeNs}`).digest("base64url").slice(0, 22)}"`;
  const headers: Record<string, string> = {
    ...commonHeaders,
    "Content-Security-Policy": contentSecurityPolicy(),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": cache === "immutable" ? "private, max-age=31536000, immutable" : "private, no-cache",
    "Accept-Ranges": "bytes",
    ETag: etag,
  };
  if (request.headers["if-none-match"]?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const condition = request.headers["if-range"];
  const range = parseRange(condition === undefined || condition === etag ? request.headers.range : null, size);
  if (range.kind === "outside") {
    response.writeHead(416, { ...headers, "Content-Range": `bytes */${size}`, "Content-Length": "0" });
    response.end();
    return;
  }
  const start = range.kind === "part" ? range.start : 0;
  const end = range.kind === "part" ? range.end : size - 1;
  if (range.kind === "part") headers["Content-Range"] = `bytes ${start}-${end}/${size}`;
  response.writeHead(range.kind === "part" ? 206 : 200, {
    ...headers,
    "Content-Type": mediaType,
    "Content-Length": String(end - start + 1),
  });
  if (request.method === "HEAD" || size === 0) {
    response.end();
    return;
  }
  try {
    if (end - start < smallBytes) response.end(await readAll(handle, start, end - start + 1));
    else await pipeline(handle.createReadStream({ start, end, autoClose: false }), response);
  } catch {
    // The reader went away or the file shrank: the connection ends short of the promised length, which the reader notices.
    response.destroy();
  }
}

/** Thumbnails are far below: one read is much cheaper than a stream. */
const smallBytes = 256 * 1024;

async function readAll(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, length - done, start + done);
    if (bytesRead === 0) throw new Error("the file became shorter while it was read");
    done += bytesRead;
  }
  return bytes;
}

interface OpenedFile {
  readonly handle: FileHandle;
  readonly stat: BigIntStats;
}

async function openRegularFile(path: Uint8Array | string): Promise<OpenedFile | null> {
  const name = typeof path === "string" ? path : process.platform === "win32" ? Buffer.from(path).toString("utf8") : Buffer.from(path);
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK a pipe in the place of a file would be waited for.
    handle = await open(name, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
  const stat = await handle.stat({ bigint: true });
  if (stat.isFile()) return { handle, stat };
  await handle.close();
  return null;
}
