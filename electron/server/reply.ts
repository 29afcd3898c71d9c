/** @file Answers of the HTTP server that are not files: JSON, redirects and plain pages. */
import type { ServerResponse } from "node:http";

import { commonHeaders, contentSecurityPolicy } from "#protocol/hosting.ts";

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, { status, type: "application/json; charset=utf-8", body: JSON.stringify(value) });
}

/** `{"error": {"code", "message"}}`. */
export function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { error: { code, message } });
}

/** A page of words for a person whose browser got where the app is not (yet). */
export function sendPage(response: ServerResponse, status: number, title: string, paragraphs: readonly string[]): void {
  const body = paragraphs.map((text) => `<p>${escape(text)}</p>`).join("\n");
  const html = `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="dark light"><title>${escape(title)}</title></head>\n<body>\n<h1>${escape(title)}</h1>\n${body}\n</body></html>\n`;
  send(response, { status, type: "text/html; charset=utf-8", body: html });
}

export function redirect(response: ServerResponse, location: string, headers: Readonly<Record<string, string>>): void {
  response.writeHead(303, { ...commonHeaders, ...headers, Location: location, "Cache-Control": "no-store", "Content-Length": "0" });
  response.end();
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  const bytes = Buffer.from(body, "utf8");
  response.writeHead(status, {
    ...commonHeaders,
    "Content-Security-Policy": contentSecurityPolicy(),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Type": type,
    "Content-Length": String(bytes.length),
  });
  response.end(response.req.method === "HEAD" ? undefined : bytes);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
