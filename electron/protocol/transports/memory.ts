/**
 * @file Two ends in one process: for tests, and for the command line, whose engine is its own process. Messages are cloned as a
 * MessagePort would, so nothing that works here fails on a real connection.
 */
import { packArrays } from "../typed-arrays.ts";
import { type Transport, TransportState } from "./transport.ts";

declare function structuredClone<T>(value: T, options: { transfer: ArrayBuffer[] }): T;

export function memoryPair(): { client: Transport; server: Transport } {
  const states = { client: new TransportState("open"), server: new TransportState("open") };
  return { client: end(states.client, states.server), server: end(states.server, states.client) };
}

function end(own: TransportState, other: TransportState): Transport {
  return {
    listen: (listener) => own.attach(listener),
    send(message) {
      if (own.current !== "open") return;
      const packed = packArrays(message);
      const copy = structuredClone(packed.message, { transfer: packed.moved });
      void Promise.resolve().then(() => other.deliver(copy));
    },
    close() {
      own.set("closed");
      void Promise.resolve().then(() => other.set("closed"));
    },
  };
}
