/**
 * @file The client's side of the contract over any transport: typed calls, cancelling, events, and the state of the connection. A call
 * made while there is no connection waits for one; a call in flight when it is lost fails with `connection-lost`, for nobody can know
 * whether it was carried out.
 */
import type { CancelSignal, EventName, Events, Method, Params, Result } from "./contract.ts";
import { readServerMessage, RpcError, type ServerMessage } from "./rpc-messages.ts";
import type { ConnectionState, Transport } from "./transports/transport.ts";

export interface Client {
  /** Rejects with an `RpcError`; `kind` is "cancelled" when `signal` was aborted. */
  call<M extends Method>(method: M, params: Params<M>, options?: { readonly signal?: CancelSignal | undefined }): Promise<Result<M>>;
  /** Returns the way to stop listening. */
  on<E extends EventName>(event: E, handler: (value: Events[E]) => void): () => void;
  /** Calls `handler` at once with the present state and then with every change. Read again what you show when it becomes "open". */
  onConnection(handler: (state: ConnectionState) => void): () => void;
  close(): void;
}

interface PendingCall {
  readonly method: Method;
  readonly params: unknown;
  sent: boolean;
  settle(outcome: { result: unknown } | { error: RpcError }): void;
}

export function createClient(transport: Transport): Client {
  const pending = new Map<number, PendingCall>();
  const eventHandlers = new Map<string, Set<(value: never) => void>>();
  const stateHandlers = new Set<(state: ConnectionState) => void>();
  let state: ConnectionState = "connecting";
  let lastId = 0;

  function sendCall(id: number, call: PendingCall): void {
    call.sent = true;
    try {
      transport.send({ kind: "call", id, method: call.method, params: call.params });
    } catch (thrown) {
      call.settle({
        error: thrown instanceof RpcError ? thrown : failure("protocol", "bad-message", `${call.method}: ${messageOf(thrown)}`),
      });
    }
  }

  function changeState(next: ConnectionState): void {
    state = next;
    for (const [id, call] of [...pending]) {
      if (next === "open" && !call.sent) sendCall(id, call);
      else if (next === "closed")
        call.settle({ error: failure("connection", "connection-closed", "The connection to the engine is closed.") });
      else if (next === "lost" && call.sent)
        call.settle({ error: failure("connection", "connection-lost", `The connection to the engine was lost during ${call.method}.`) });
    }
    for (const handler of [...stateHandlers]) handler(next);
  }

  function receive(message: ServerMessage): void {
    if (message.kind === "event") {
      for (const handler of [...(eventHandlers.get(message.name) ?? [])]) handler(message.value as never);
      return;
    }
    pending.get(message.id)?.settle(message.kind === "result" ? { result: message.result } : { error: new RpcError(message.error) });
  }

  transport.listen({
    state: changeState,
    message(value) {
      const message = readServerMessage(value);
      if (message !== null) receive(message);
    },
  });

  return {
    call<M extends Method>(method: M, params: Params<M>, options?: { readonly signal?: CancelSignal | undefined }): Promise<Result<M>> {
      const signal = options?.signal;
      if (signal?.aborted === true) return Promise.reject(failure("cancelled", "cancelled", "stopped on request"));
      if (state === "closed") return Promise.reject(failure("connection", "connection-closed", "The connection to the engine is closed."));
      return new Promise<Result<M>>((resolve, reject) => {
        const id = (lastId += 1);
        const call: PendingCall = { method, params, sent: false, settle };
        function settle(outcome: { result: unknown } | { error: RpcError }): void {
          pending.delete(id);
          signal?.removeEventListener("abort", abort);
          if ("error" in outcome) reject(outcome.error);
          else resolve(outcome.result as Result<M>);
        }
        function abort(): void {
          if (call.sent) transport.send({ kind: "cancel", id });
          settle({ error: failure("cancelled", "cancelled", "stopped on request") });
        }
        pending.set(id, call);
        signal?.addEventListener("abort", abort, { once: true });
        if (state === "open") sendCall(id, call);
      });
    },
    on(event, handler) {
      const handlers = eventHandlers.get(event) ?? new Set();
      eventHandlers.set(event, handlers.add(handler));
      return () => handlers.delete(handler);
    },
    onConnection(handler) {
      stateHandlers.add(handler);
      handler(state);
      return () => stateHandlers.delete(handler);
    },
    close: () => transport.close(),
  };
}

function failure(kind: RpcError["kind"], code: string, message: string): RpcError {
  return new RpcError({ kind, code, message });
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
