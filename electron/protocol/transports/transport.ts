/**
 * @file What carries messages. A transport delivers whole messages in order or tells that the connection is gone; it knows nothing of
 * calls. Typed arrays survive every transport; a view into a larger buffer arrives as its own elements only.
 */
import type { Message } from "../rpc-messages.ts";

/**
 * `connecting` before the first contact, `lost` while it tries to get back, `closed` when it has given up or was closed (final).
 * Whatever was in flight when a connection is lost is gone: neither calls nor events are repeated.
 */
export type ConnectionState = "connecting" | "open" | "lost" | "closed";

export interface TransportListener {
  /** What the other side sent, unchecked. */
  message(value: unknown): void;
  state(state: ConnectionState): void;
}

export interface Transport {
  /** Starts delivery; calls `listener.state` with the present state. Once per transport. */
  listen(listener: TransportListener): void;
  /** Sends while open; a message sent in another state is dropped. Throws when the message cannot be written (then nothing was sent). */
  send(message: Message): void;
  close(): void;
}

/** Keeps the state of a transport and tells each change once. `closed` is final. */
export class TransportState {
  current: ConnectionState;
  #listener: TransportListener | null = null;

  constructor(initial: ConnectionState) {
    this.current = initial;
  }

  attach(listener: TransportListener): void {
    if (this.#listener !== null) throw new Error("A transport has one listener.");
    this.#listener = listener;
    listener.state(this.current);
  }

  set(next: ConnectionState): void {
    if (this.current === next || this.current === "closed") return;
    this.current = next;
    this.#listener?.state(next);
  }

  deliver(value: unknown): void {
    if (this.current !== "closed") this.#listener?.message(value);
  }
}
