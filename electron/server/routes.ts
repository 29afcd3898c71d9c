/**
 * @file What each URL answers: the built renderer, pictures by id, and words for people. Everything but the door itself needs the token.
 */
import { realpath } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, sep } from "node:path";

import type { Handlers } from "#protocol/contract.ts";
import { mediaTypeOf, neverChanges, pictureId, type PictureKind, pictureView, rendererFile } from "#protocol/hosting.ts";
import { toWireError } from "#protocol/rpc-messages.ts";

import { type Guard, pathOf, queryValue } from "./guard.ts";
import { redirect, sendError, sendPage } from "./reply.ts";
import { sendFile } from "./send-file.ts";

export interface RouteOptions {
  readonly guard: Guard;
  readonly handlers: Handlers;
  readonly rendererFolder: string;
}

export async function answerRequest(request: IncomingMessage, response: ServerResponse, options: RouteOptions): Promise<void> {
  const { guard } = options;
  const foreign = guard.foreign(request);
  if (foreign !== null) return end(response, () => sendError(response, foreign.status, "refused", foreign.message));
  if (request.method !== "GET" && request.method !== "HEAD")
    return end(response, () => sendError(response, 405, "method", "Only GET and HEAD are answered."));
  if (request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0)
    return end(response, () => sendError(response, 413, "body", "Requests must not have a body."));
  const path = pathOf(request);
  const token = path === "/" ? queryValue(request, "token") : null;
  if (token !== null && guard.isToken(token)) return redirect(response, "/", { "Set-Cookie": guard.cookie() });
  if (!guard.knows(request)) return refuse(request, response);
  if (path === "/rpc") return sendError(response, 426, "upgrade", "This address speaks WebSocket.");
  for (const kind of ["thumbnail", "image"] as const)
    if (path.startsWith(`/${kind}/`)) return await sendPicture(request, response, kind, options);
  await sendRendererFile(request, response, options);
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  if (pathOf(request) !== "/") return sendError(response, 401, "token", "The token is missing or wrong.");
  // Somebody followed a link with the token on another site's page: a strict cookie does not come along on that way in, but it will from here.
  const site = request.headers["sec-fetch-site"];
  if (site === "cross-site" || site === "same-site") response.setHeader("Refresh", "0; url=/");
  sendPage(response, 401, "Likeness", [
    "This page needs the token of this start of Likeness. Open the address that Likeness printed when it started; it ends in ?token=...",
  ]);
}

async function sendPicture(
  request: IncomingMessage,
  response: ServerResponse,
  kind: PictureKind,
  { handlers }: RouteOptions,
): Promise<void> {
  const id = pictureId(pathOf(request).slice(kind.length + 1));
  if (id === null) return sendError(response, 404, "image-unknown", "There is no image of that number.");
  const view = pictureView((key) => queryValue(request, key));
  if (view === null) return sendError(response, 400, "frame", "Frames and windows are whole numbers from 0.");
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  let file: { path: Uint8Array; mediaType: string };
  try {
    file = await handlers["images.file"]({ ...view, id, kind }, { signal: gone.signal });
  } catch (thrown) {
    const { code, message, kind: errorKind } = toWireError(thrown);
    return sendError(response, errorKind === "bug" ? 500 : 404, code, message);
  }
  // Ids are counted per workspace: without the version in the URL the same URL can mean another picture tomorrow.
  const cache = queryValue(request, "v") === null ? "revalidate" : "immutable";
  if (!(await sendFile(request, response, { ...file, cache })))
    sendError(response, 404, "image-missing", "The file of this image is not there any more.");
}

async function sendRendererFile(request: IncomingMessage, response: ServerResponse, { rendererFolder }: RouteOptions): Promise<void> {
  const file = rendererFile(pathOf(request));
  if (file === null) return sendError(response, 404, "not-found", "There is nothing at this address.");
  const path = await insideFolder(rendererFolder, file);
  const mediaType = mediaTypeOf(file) as string;
  if (path !== null && (await sendFile(request, response, { path, mediaType, cache: neverChanges(file) ? "immutable" : "revalidate" })))
    return;
  if (file !== "index.html") return sendError(response, 404, "not-found", "There is nothing at this address.");
  sendPage(response, 503, "Likeness", [
    "The engine is running, but the app itself has not been built.",
    "Run `npm start` once; it builds what is missing. Then load this page again.",
  ]);
}

/** The real path of a file of the folder; null when there is none or a link leads out of the folder. */
async function insideFolder(folder: string, file: string): Promise<string | null> {
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, file));
    return path.startsWith(root + sep) ? path : null;
  } catch {
    return null;
  }
}

/** Answers and lets go of the connection, so that whatever body was coming is not read. */
function end(response: ServerResponse, answer: () => void): void {
  response.setHeader("Connection", "close");
  answer();
}
