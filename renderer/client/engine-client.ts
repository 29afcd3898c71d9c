/** @file The client for an engine that lives in the page itself; every other engine is reached through the protocol's own client. */
import type { Client } from "#protocol/client.ts";

import type { EmbeddedBridge } from "./bridge.ts";

export function embeddedClient(host: EmbeddedBridge): Client {
  return {
    async call(method, params, options) {
      const result = await host.handlers[method](params, { signal: new AbortController().signal });
      if (options?.signal?.aborted === true) throw new DOMException("stopped on request", "AbortError");
      return result;
    },
    on: (event, handler) => host.on(event, handler),
    onConnection: (handler) => host.onConnection(handler),
    close: () => undefined,
  };
}
