/**
 * @file What every host that serves the app over URLs has in common (the loopback server and Electron's own scheme): which file a path
 * means, what a file is, what a page may do, and byte ranges. Pure functions over text.
 */
import type { ImageId } from "./model.ts";

export type PictureKind = "thumbnail" | "image";

const mediaTypes: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  ico: "image/x-icon",
  woff2: "font/woff2",
  wasm: "application/wasm",
  txt: "text/plain; charset=utf-8",
};

/** Null for a kind of file the app does not consist of: it is not served. */
export function mediaTypeOf(name: string): string | null {
  const extension = name.slice(name.lastIndexOf(".") + 1);
  return Object.hasOwn(mediaTypes, extension) ? (mediaTypes[extension] as string) : null;
}

/**
 * The file of the built renderer that a URL's path (still percent-encoded) means, relative and with "/" between its parts; null when it
 * cannot be one. Only plain names pass: no empty, hidden or climbing part, no backslash, colon, NUL or control character, however encoded.
 */
export function rendererFile(pathname: string): string | null {
  if (!pathname.startsWith("/") || pathname.length > 1000) return null;
  if (pathname === "/") return "index.html";
  let path: string;
  try {
    path = decodeURIComponent(pathname.slice(1));
  } catch {
    return null;
  }
  const plain = /^[A-Za-z0-9_-][A-Za-z0-9_.@+-]*$/;
  if (!path.split("/").every((part) => plain.test(part) && !part.endsWith("."))) return null;
  return mediaTypeOf(path) === null ? null : path;
}

/** True for files whose name holds a hash of their contents, as the bundler writes them. */
export function neverChanges(file: string): boolean {
  return file.startsWith("assets/");
}

/** The image a path such as "/12" means; null when it is not one. */
export function pictureId(pathname: string): ImageId | null {
  const digits = /^\/([1-9][0-9]{0,9})$/.exec(pathname)?.[1];
  const id = digits === undefined ? Number.NaN : Number(digits);
  return id < 2 ** 31 ? (id as ImageId) : null;
}

/** Which frame of a file and which of its windows are shown, from 0; the ones that stand for the file where nothing is said. */
export interface PictureView {
  readonly frame?: number;
  readonly window?: number;
}

/** The view that a query such as "?frame=12&window=1" asks for; null when a number in it is none. `valueOf` reads the query. */
export function pictureView(valueOf: (key: string) => string | null): PictureView | null {
  const view: { frame?: number; window?: number } = {};
  for (const key of ["frame", "window"] as const) {
    const digits = valueOf(key);
    if (digits === null) continue;
    if (!/^(0|[1-9][0-9]{0,6})$/.test(digits)) return null;
    view[key] = Number(digits);
  }
  return view;
}

/** What the page may load and do. `pictures` names where pictures come from when that is another origin than the page's. */
export function contentSecurityPolicy(pictures = ""): string {
  const from = pictures === "" ? "'self'" : `'self' ${pictures}`;
  return [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    `img-src ${from} blob: data:`,
    `connect-src ${from}`,
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Headers of every answer. */
export const commonHeaders: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()",
  "X-Frame-Options": "DENY",
};

/** What to send of a file: everything, a part (`end` inclusive), or nothing because the range lies outside. */
export type Range =
  { readonly kind: "whole" } | { readonly kind: "part"; readonly start: number; readonly end: number } | { readonly kind: "outside" };

/** Reads a Range header. One range only; anything else is, as RFC 9110 allows, answered with the whole. */
export function parseRange(header: string | null | undefined, size: number): Range {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return { kind: "whole" };
  const first = match[1] as string;
  const last = match[2] as string;
  if (first === "") {
    const count = Math.min(Number(last), size);
    return count === 0 ? { kind: "outside" } : { kind: "part", start: size - count, end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return { kind: "whole" };
  return start >= size ? { kind: "outside" } : { kind: "part", start, end };
}
