/** @file HTTP as bytes: what no polite client would send, and an answer read until the server lets go. */
import { connect, type Socket } from "node:net";

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Everything that came. */
  readonly text: string;
}

/** Sends the bytes and reads until the server closes (or until one whole answer is there when `keepOpen`). */
export function raw(port: number, bytes: string, host = "127.0.0.1"): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, host, () => socket.write(bytes, "latin1"));
    socket.setEncoding("latin1");
    socket.on("data", (data: string) => (text += data));
    socket.on("error", reject);
    socket.on("close", () => resolve(parse(text)));
  });
}

export function get(path: string, headers: Readonly<Record<string, string>>): string {
  return request("GET", path, headers);
}

export function request(method: string, path: string, headers: Readonly<Record<string, string>>, body = ""): string {
  const lines = Object.entries({ Connection: "close", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

/** A connection that says `bytes` and then nothing; resolves with the milliseconds until the server ends it. */
export function timeToEnd(port: number, bytes: string, everyMs?: number): Promise<number> {
  const began = performance.now();
  return new Promise((resolve) => {
    const socket: Socket = connect(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
    const drip = everyMs === undefined ? undefined : setInterval(() => socket.write("x"), everyMs);
    socket.on("error", () => undefined);
    socket.resume();
    socket.on("close", () => {
      clearInterval(drip);
      resolve(performance.now() - began);
    });
  });
}

function parse(text: string): RawAnswer {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]));
  return { status: Number(first.split(" ")[1] ?? 0), headers, body: rest.join("\r\n\r\n"), text };
}
