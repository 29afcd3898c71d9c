/**
 * @file As much of vitest as the conformance tests use, for a processor that vitest does not come for: tests run in order, each failure is told, the exit status
 * says whether there was one. Comparisons are Node's own.
 */
import { isDeepStrictEqual } from "node:util";

type Body = (...args: never[]) => unknown;
type Named = (name: string, body: Body, timeoutMs?: number) => void;
interface Cases {
  (cases: readonly unknown[]): Named;
}

const path: string[] = [];
const queue: { readonly name: string; readonly run: () => unknown }[] = [];

export const describe = Object.assign(
  (name: string, body: Body) => {
    path.push(name);
    (body as () => void)();
    path.pop();
  },
  { each: eachOf((name, body) => describe(name, body)) },
);

export const test = Object.assign(
  (name: string, body: Body) => void queue.push({ name: [...path, name].join(" > "), run: body as () => unknown }),
  { each: eachOf((name, body) => test(name, body)), skipIf: (skip: boolean) => (skip ? () => undefined : test) },
);

/** A case is an object, a value, or an array of arguments, as in vitest. */
function eachOf(one: Named): Cases {
  return (cases) => (name, body) =>
    cases.forEach((given) => {
      const args = Array.isArray(given) ? (given as unknown[]) : [given];
      const told =
        typeof given === "object" && given !== null && "name" in given ? String(given.name) : JSON.stringify(given)?.slice(0, 60);
      one(`${name} [${told}]`, (() => (body as (...all: unknown[]) => unknown)(...args)) as Body);
    });
}

class Partial {
  readonly matches: (value: unknown) => boolean;
  constructor(matches: (value: unknown) => boolean) {
    this.matches = matches;
  }
}

function contains(value: unknown, part: unknown): boolean {
  if (part instanceof Partial) return part.matches(value);
  if (typeof part !== "object" || part === null || Array.isArray(part) || ArrayBuffer.isView(part)) return isDeepStrictEqual(value, part);
  return (
    typeof value === "object" &&
    value !== null &&
    Object.entries(part).every(([key, wanted]) => contains((value as Record<string, unknown>)[key], wanted))
  );
}

export const expect = Object.assign(
  (value: unknown) => {
    const require = (holds: boolean, wanted: unknown): void => {
      if (!holds) throw new Error(`got ${tell(value)}, expected ${tell(wanted)}`);
    };
    return {
      toBe: (wanted: unknown) => require(Object.is(value, wanted), wanted),
      toBeNull: () => require(value === null, null),
      toEqual: (wanted: unknown) => require(isDeepStrictEqual(plain(value), plain(wanted)), wanted),
      toBeLessThan: (wanted: number) => require((value as number) < wanted, `less than ${wanted}`),
      toBeLessThanOrEqual: (wanted: number) => require((value as number) <= wanted, `at most ${wanted}`),
      toBeGreaterThan: (wanted: number) => require((value as number) > wanted, `more than ${wanted}`),
      toContain: (wanted: unknown) => require((value as string).includes(wanted as string), wanted),
      toHaveLength: (wanted: number) => require((value as unknown[]).length === wanted, `length ${wanted}`),
      toMatchObject: (wanted: unknown) => require(contains(value, wanted), wanted),
      toThrow: (wanted?: unknown) => {
        const thrown = thrownBy(value as () => unknown);
        const holds = wanted instanceof RegExp ? wanted.test(String((thrown as Error | null)?.message)) : contains(thrown, wanted ?? {});
        require(thrown !== null && holds, wanted ?? "an error");
      },
    };
  },
  {
    objectContaining: (part: object) => new Partial((value) => contains(value, part)),
    stringContaining: (part: string) => new Partial((value) => String(value).includes(part)),
  },
);

/** Runs what was declared. @returns how many tests there were and how many failed */
export async function runAll(): Promise<{ readonly ran: number; readonly failed: number }> {
  let failed = 0;
  for (const { name, run } of queue) {
    try {
      await run();
    } catch (thrown) {
      failed++;
      process.stdout.write(`failed: ${name}: ${(thrown as Error).message}\n`);
    }
  }
  return { ran: queue.length, failed };
}

/** A set as its members: Node compares sets of numbers by identity, which is the same. */
function plain(value: unknown): unknown {
  return value instanceof Set ? [...value].sort() : value;
}

function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (thrown) {
    return thrown;
  }
}

function tell(value: unknown): string {
  const text = ArrayBuffer.isView(value) ? `[${String(value)}]` : JSON.stringify(value);
  return String(text).slice(0, 300);
}
