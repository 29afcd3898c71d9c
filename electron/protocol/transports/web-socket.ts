/**
 * @file Messages over WebSocket. The client's side comes back by itself after a loss, more slowly each time; the server's side serves
 * one accepted socket. Frames are binary (`frame.ts`); a frame that is not ours ends the connection with the reason.
 */
import { decodeFrame, encodeFrame, frameLimitBytes } from "../frame.ts";
import { type Transport, TransportState } from "./transport.ts";

/** The part of a browser's WebSocket (and of `ws`, which has the same face) that is needed. */
export interface ClientSocket {
  binaryType: string;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "close" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}

/** The part of an accepted `ws` socket that is needed. */
export interface ServerSocket {
  readonly bufferedAmount: number;
  send(bytes: Uint8Array): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  on(type: "message", listener: (data: unknown, isBinary: boolean) => void): unknown;
  on(type: "close", listener: () => void): unknown;
  on(type: "error", listener: (error: Error) => void): unknown;
}

declare function setTimeout(run: () => void, milliseconds: number): unknown;
declare function clearTimeout(timer: unknown): void;

const firstDelayMs = 250;
const longestDelayMs = 10_000;

/** Milliseconds to wait before attempt `attempt` (0 = the first after a loss). */
export function reconnectDelayMs(attempt: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt, 16));
}

export interface ReconnectOptions {
  readonly delayMs?: (attempt: number) => number;
  readonly limitBytes?: number;
}

/** `open` makes a new socket; it is called again after every loss until `close`. */
export function reconnectingSocketTransport(open: () => ClientSocket, options: ReconnectOptions = {}): Transport {
  const state = new TransportState("connecting");
  const delayMs = options.delayMs ?? reconnectDelayMs;
  let socket: ClientSocket | null = null;
  let timer: unknown = null;
  let attempt = 0;

  function connect(): void {
    timer = null;
    const next = open();
    socket = next;
    next.binaryType = "arraybuffer";
    next.addEventListener("open", () => {
      if (socket !== next || state.current === "closed") return next.close();
      attempt = 0;
      state.set("open");
    });
    next.addEventListener("message", (event) => {
      if (socket === next) receive(next, event.data);
    });
    // An error is always followed by a close.
    next.addEventListener("error", () => undefined);
    next.addEventListener("close", () => {
      if (socket !== next) return;
      socket = null;
      if (state.current === "closed") return;
      if (state.current === "open") state.set("lost");
      timer = setTimeout(connect, delayMs(attempt));
      attempt += 1;
    });
  }

  function receive(from: ClientSocket, data: unknown): void {
    let message: unknown;
    try {
      message = decodeFrame(toBytes(data), options.limitBytes);
    } catch {
      // A broken frame: start over with a clean connection.
      return from.close(4002, "broken frame");
    }
    state.deliver(message);
  }

  return {
    listen(listener) {
      state.attach(listener);
      if (state.current === "connecting") connect();
    },
    send(message) {
      if (state.current === "open") socket?.send(encodeFrame(message, options.limitBytes));
    },
    close() {
      state.set("closed");
      if (timer !== null) clearTimeout(timer);
      socket?.close(1000);
    },
  };
}

export interface ServeSocketOptions {
  /** Largest message accepted. */
  readonly limitBytes?: number;
  /** A client that lets more than this pile up unread is cut off. */
  readonly unreadLimitBytes?: number;
}

/** An accepted socket as a transport; it never comes back, the client makes a new one. */
export function serverSocketTransport(socket: ServerSocket, options: ServeSocketOptions = {}): Transport {
  const { limitBytes = frameLimitBytes, unreadLimitBytes = frameLimitBytes } = options;
  const state = new TransportState("open");
  return {
    listen(listener) {
      state.attach(listener);
      socket.on("message", (data, isBinary) => {
        let message: unknown;
        try {
          if (!isBinary) throw new Error("messages are binary frames");
          message = decodeFrame(toBytes(data), limitBytes);
        } catch (thrown) {
          socket.close(1002, closeReason(thrown));
          return;
        }
        state.deliver(message);
      });
      socket.on("close", () => state.set("closed"));
      socket.on("error", () => socket.terminate());
    },
    send(message) {
      if (state.current !== "open") return;
      const frame = encodeFrame(message);
      if (socket.bufferedAmount > unreadLimitBytes) return socket.terminate();
      socket.send(frame);
    },
    close() {
      state.set("closed");
      socket.close(1000);
    },
  };
}

function toBytes(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new TypeError("messages are binary frames");
}

/** WebSocket allows 123 bytes; anything outside ASCII could exceed that. */
function closeReason(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 120);
}
