/**
 * @file Who may talk to the server. It listens on loopback, but so does every page in the browser of the same machine: so a request must
 * carry the token (or the cookie made from it), name a loopback host (a page that rebinds its DNS name cannot), and, where a browser
 * tells where it comes from, come from our own page. The port in Host is free, for people who forward a port over SSH.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface Guard {
  readonly token: string;
  /** Why the request is refused before anybody asks for a token, or null. */
  foreign(request: IncomingMessage): { status: number; message: string } | null;
  /** True when the request carries the token as bearer or in the cookie. */
  knows(request: IncomingMessage): boolean;
  bearer(request: IncomingMessage): boolean;
  isToken(text: string): boolean;
  /** The Set-Cookie header that lets a browser in. */
  cookie(): string;
}

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

export function createGuard(token = randomBytes(32).toString("base64url")): Guard {
  const expected = digest(token);
  // Browsers keep cookies per host and not per port: the name keeps two servers apart.
  const name = `likeness-${digest(`name ${token}`).toString("hex").slice(0, 12)}`;
  const isToken = (text: string): boolean => timingSafeEqual(digest(text), expected);

  function bearer(request: IncomingMessage): boolean {
    const match = /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? "");
    return match !== null && isToken(match[1] as string);
  }

  return {
    token,
    foreign(request) {
      const hosts = request.headersDistinct["host"] ?? [];
      const host = hosts[0]?.toLowerCase() ?? "";
      if (hosts.length !== 1 || !loopback.test(host)) return { status: 421, message: "Likeness answers on 127.0.0.1 and localhost only." };
      const origin = request.headers.origin;
      if (origin !== undefined && origin.toLowerCase() !== `http://${host}`)
        return { status: 403, message: "This request comes from another page." };
      const site = request.headers["sec-fetch-site"];
      const own = site === undefined || site === "same-origin" || site === "none";
      // Following a link to the start page is fine: it changes nothing, and the strict cookie does not come along.
      if (!own && !(request.headers["sec-fetch-mode"] === "navigate" && pathOf(request) === "/"))
        return { status: 403, message: "This request comes from another page." };
      return null;
    },
    knows: (request) => bearer(request) || cookieValues(request.headers.cookie ?? "", name).some(isToken),
    bearer,
    isToken,
    cookie: () => `${name}=${token}; Path=/; HttpOnly; SameSite=Strict`,
  };
}

/** The path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?", 1)[0] as string;
}

/** The value of a parameter of the query, or null. */
export function queryValue(request: IncomingMessage, key: string): string | null {
  const url = request.url ?? "";
  const at = url.indexOf("?");
  return at < 0 ? null : new URLSearchParams(url.slice(at + 1)).get(key);
}

function cookieValues(header: string, name: string): string[] {
  return header
    .split(";", 100)
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
