/** @file What a host needs of the engine; `createEngineHost` makes it, tests bring their own. */
import type { Handlers } from "#protocol/contract.ts";
import type { Subscribe } from "#protocol/server.ts";

export interface EngineHost {
  readonly handlers: Handlers;
  readonly subscribe: Subscribe;
  close(): Promise<void>;
}
