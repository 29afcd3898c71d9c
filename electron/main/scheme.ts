/**
 * @file Answers the app's own URL scheme: files of the built renderer, and pictures as files whose place the engine tells. Decodes
 * nothing; bytes go from the disk to the page in pieces.
 */
import { constants } from "node:fs";
import { open, realpath, type FileHandle } from "node:fs/promises";
import { join, sep } from "node:path";

import { appOrigin } from "#protocol/electron-shell.ts";
import {
  commonHeaders,
  contentSecurityPolicy,
  mediaTypeOf,
  neverChanges,
  parseRange,
  pictureId,
  type PictureKind,
  pictureView,
  type PictureView,
  rendererFile,
} from "#protocol/hosting.ts";
import type { ImageId } from "#protocol/model.ts";
import { toWireError } from "#protocol/rpc-messages.ts";

export interface SchemeOptions {
  readonly rendererFolder: string;
  /** Asks the engine; rejects when it knows no such image. */
  pictureFile(
    request: PictureView & { id: ImageId; kind: PictureKind },
    signal: AbortSignal,
  ): Promise<{ path: Uint8Array; mediaType: string }>;
}

export function createSchemeHandler(options: SchemeOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return failure(405, "method", "Only GET and HEAD are answered.");
    const url = URL.parse(request.url);
    if (url === null || url.port !== "" || url.username !== "") return failure(400, "url", "This is not an address of the app.");
    // The raw path: a URL parser resolves "..", but what is encoded reaches us as it is.
    if (url.host === "app") return await answerApp(request, url.pathname, options.rendererFolder);
    if (url.host === "thumbnail" || url.host === "image") return await answerPicture(request, url, url.host, options);
    return failure(404, "not-found", "There is nothing at this address.");
  };
}

async function answerApp(request: Request, pathname: string, rendererFolder: string): Promise<Response> {
  const file = rendererFile(pathname);
  const path = file === null ? null : await insideFolder(rendererFolder, file);
  const answer =
    path === null
      ? null
      : await answerFile(request, {
          path,
          mediaType: mediaTypeOf(path) as string,
          cache: neverChanges(file as string) ? immutable : "no-cache",
        });
  if (answer !== null) return answer;
  return failure(
    404,
    "not-found",
    file === "index.html" ? "The app has not been built: out/renderer is missing." : "There is nothing at this address.",
  );
}

async function answerPicture(request: Request, url: URL, kind: PictureKind, options: SchemeOptions): Promise<Response> {
  const id = pictureId(url.pathname);
  if (id === null) return failure(404, "image-unknown", "There is no image of that number.");
  const view = pictureView((key) => url.searchParams.get(key));
  if (view === null) return failure(400, "frame", "Frames and windows are whole numbers from 0.");
  try {
    const { path, mediaType } = await options.pictureFile({ ...view, id, kind }, request.signal);
    const bytes = Buffer.from(path);
    const answer = await answerFile(request, {
      path: process.platform === "win32" ? bytes.toString("utf8") : bytes,
      mediaType,
      // Ids are counted per workspace: only a URL with a version means the same picture for ever.
      cache: url.searchParams.has("v") ? immutable : "no-cache",
    });
    return answer ?? failure(404, "image-missing", "The file of this image is not there any more.");
  } catch (thrown) {
    const { code, message, kind: errorKind } = toWireError(thrown);
    return failure(errorKind === "user" || errorKind === "cancelled" ? 404 : 503, code, message);
  }
}

const immutable = "max-age=31536000, immutable";

interface FileAnswer {
  readonly path: Buffer | string;
  readonly mediaType: string;
  readonly cache: string;
}

/** Null when there is no such file. */
async function answerFile(request: Request, { path, mediaType, cache }: FileAnswer): Promise<Response | null> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    return null;
  }
  const headers = new Headers({ ...baseHeaders(), "Accept-Ranges": "bytes", "Cache-Control": cache, "Content-Type": mediaType });
  const range = parseRange(request.headers.get("range"), stat.size);
  const start = range.kind === "part" ? range.start : 0;
  const end = range.kind === "part" ? range.end : stat.size - 1;
  if (range.kind === "part") headers.set("Content-Range", `bytes ${start}-${end}/${stat.size}`);
  if (range.kind === "outside") headers.set("Content-Range", `bytes */${stat.size}`);
  headers.set("Content-Length", String(range.kind === "outside" ? 0 : end - start + 1));
  const status = range.kind === "outside" ? 416 : range.kind === "part" ? 206 : 200;
  if (status === 416 || request.method === "HEAD" || stat.size === 0) {
    await handle.close();
    return new Response(null, { status, headers });
  }
  return new Response(streamOf(handle, start, end), { status, headers });
}

const pieceBytes = 256 * 1024;

/** Reads as the page asks for more; closes the file at the end, on an error and when the page loses interest. */
function streamOf(handle: FileHandle, start: number, end: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = start;
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const piece = new Uint8Array(Math.min(pieceBytes, end - at + 1));
          const { bytesRead } = await handle.read(piece, 0, piece.length, at);
          if (bytesRead === 0) throw new Error("the file became shorter while it was read");
          at += bytesRead;
          controller.enqueue(piece.subarray(0, bytesRead));
          if (at <= end) return;
          await handle.close();
          controller.close();
        } catch (thrown) {
          await handle.close().catch(() => undefined);
          controller.error(thrown);
        }
      },
      cancel: () => handle.close(),
    },
    { highWaterMark: 1 },
  );
}

async function insideFolder(folder: string, file: string): Promise<string | null> {
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, file));
    return path.startsWith(root + sep) ? path : null;
  } catch {
    return null;
  }
}

/** Pictures are another origin than the page (`likeness://thumbnail` and `likeness://app`): the page may read them, nobody else. */
function baseHeaders(): Record<string, string> {
  return { ...commonHeaders, "Content-Security-Policy": contentSecurityPolicy("likeness:"), "Access-Control-Allow-Origin": appOrigin };
}

function failure(status: number, code: string, message: string): Response {
  const headers = { ...baseHeaders(), "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" };
  return new Response(JSON.stringify({ error: { code, message } }), { status, headers });
}
