/**
 * @file The engine's side of the contract over any transport, one `serve` per client. Nothing that arrives is trusted: the method must
 * be in the contract and its parameters must have the shape the contract says before a handler sees them. A client that goes away
 * aborts what it had in flight.
 */
import { type CancelSignal, type EventName, type Events, type Handlers, type Method, type Params } from "./contract.ts";
import { readClientMessage, RpcError, type ServerMessage, toWireError } from "./rpc-messages.ts";
import type { Transport } from "./transports/transport.ts";
import { isMethod, wrongParams } from "./validate.ts";

/** Hears every event of the engine until the returned function is called. */
export type Subscribe = (listener: <E extends EventName>(name: E, value: Events[E]) => void) => () => void;

/** More calls than this at the same time are refused, so that one client cannot exhaust the engine. */
export const callLimit = 512;

declare class AbortController {
  readonly signal: CancelSignal;
  abort(): void;
}

/** Answers one client until it goes away or `close` is called. */
export function serve(transport: Transport, handlers: Handlers, subscribe: Subscribe): { close(): void } {
  const inFlight = new Map<number, AbortController>();
  let unsubscribe: (() => void) | null = null;

  function stop(): void {
    unsubscribe?.();
    unsubscribe = null;
    for (const controller of inFlight.values()) controller.abort();
    inFlight.clear();
  }

  async function answer(id: number, method: string, params: unknown): Promise<void> {
    if (inFlight.has(id)) return reply(transport, refusal(id, "duplicate-call", `call ${id} is still being answered`));
    if (inFlight.size >= callLimit)
      return reply(transport, refusal(id, "too-many-calls", `${inFlight.size} calls are being answered, ${callLimit} are allowed`));
    if (!isMethod(method)) return reply(transport, refusal(id, "unknown-method", `there is no method ${JSON.stringify(method)}`));
    const wrong = wrongParams(method, params);
    if (wrong !== null) return reply(transport, refusal(id, "bad-params", `${method}: ${wrong}`));
    const controller = new AbortController();
    inFlight.set(id, controller);
    try {
      const result = await handle(handlers, method, params, controller.signal);
      if (inFlight.get(id) === controller) reply(transport, { kind: "result", id, result });
    } catch (thrown) {
      if (inFlight.get(id) === controller) reply(transport, { kind: "error", id, error: toWireError(thrown) });
    } finally {
      if (inFlight.get(id) === controller) inFlight.delete(id);
    }
  }

  transport.listen({
    state(state) {
      if (state === "open") unsubscribe ??= subscribe((name, value) => reply(transport, { kind: "event", name, value }));
      else stop();
    },
    message(value) {
      const message = readClientMessage(value);
      if (message === null) transport.close();
      else if (message.kind === "cancel") inFlight.get(message.id)?.abort();
      else void answer(message.id, message.method, message.params);
    },
  });
  return {
    close() {
      stop();
      transport.close();
    },
  };
}

async function handle<M extends Method>(handlers: Handlers, method: M, params: unknown, signal: CancelSignal): Promise<unknown> {
  return await handlers[method](params as Params<M>, { signal });
}

function refusal(id: number, code: string, message: string): ServerMessage {
  return { kind: "error", id, error: { code, message, kind: "protocol" } };
}

/** A result that cannot be written becomes an error; an event that cannot is dropped. */
function reply(transport: Transport, message: ServerMessage): void {
  try {
    transport.send(message);
  } catch (thrown) {
    if (message.kind !== "result") return;
    const error =
      thrown instanceof RpcError
        ? toWireError(thrown)
        : { code: "bad-message", message: `the answer cannot be sent: ${String(thrown)}`, kind: "bug" as const };
    transport.send({ kind: "error", id: message.id, error });
  }
}
