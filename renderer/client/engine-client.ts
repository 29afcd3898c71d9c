/** @file The engine as the app sees it, whatever carries the messages, and the client for an engine that lives in the page itself. */
import type { EventName, Events, Method, Params, Result } from "#protocol/contract.ts";

import type { EmbeddedBridge } from "./bridge.ts";

/** `connecting` before the first answer, `lost` while it tries to reconnect, `closed` when it has given up. */
export type ConnectionState = "connecting" | "open" | "lost" | "closed";

export interface EngineClient {
  call<M extends Method>(method: M, params: Params<M>, options?: { signal?: AbortSignal }): Promise<Result<M>>;
  on<E extends EventName>(event: E, handler: (value: Events[E]) => void): () => void;
  /** Called at once with the present state and then with every change. */
  onState(handler: (state: ConnectionState) => void): () => void;
}

export function embeddedClient(host: EmbeddedBridge): EngineClient {
  return {
    async call(method, params, options) {
      const result = await host.handlers[method](params, { signal: options?.signal ?? new AbortController().signal });
      options?.signal?.throwIfAborted();
      return result;
    },
    on: (event, handler) => host.on(event, handler),
    onState(handler) {
      handler("open");
      return () => undefined;
    },
  };
}
