/** @file Handlers of which a test writes only those it calls; the others say that they were not meant to be. */
import type { Events, EventName, Handlers } from "#protocol/contract.ts";
import type { Subscribe } from "#protocol/server.ts";
import { methods } from "#protocol/validate.ts";

export function someHandlers(own: Partial<Handlers>): Handlers {
  const others = methods.map((method) => [method, () => Promise.reject(new Error(`${method} was not expected here`))]);
  return { ...Object.fromEntries(others), ...own } as Handlers;
}

export interface EventSource {
  readonly subscribe: Subscribe;
  emit<E extends EventName>(name: E, value: Events[E]): void;
  readonly listeners: number;
}

export function eventSource(): EventSource {
  const listeners = new Set<Parameters<Subscribe>[0]>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit: (name, value) => listeners.forEach((listener) => listener(name, value)),
    get listeners() {
      return listeners.size;
    },
  };
}

/** Resolves as soon as `condition` holds; the test's own time limit ends the wait. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
