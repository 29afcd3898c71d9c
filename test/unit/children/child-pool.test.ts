/**
 * @file The pool with real processes that hang, crash and misbehave: each trouble costs exactly one request.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, describe, expect, test } from "vitest";

import { BugError, CancellationError } from "#engine/base/errors.ts";
import { createChildPool, spawnWithChildProcess, type ChildPool } from "#engine/children/child-pool.ts";

import type { TroubledOperations } from "../../fixtures/troubled-child.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const troubled = fileURLToPath(new URL("../../fixtures/troubled-child.ts", import.meta.url));
let pool: ChildPool<TroubledOperations>;

function open(size: number, timeoutMs = 20_000, idleMs = 30_000): ChildPool<TroubledOperations> {
  pool = createChildPool<TroubledOperations>({ size, timeoutMs, idleMs, spawn: spawnWithChildProcess(troubled) });
  return pool;
}

afterEach(() => pool.close());

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z ");
  } catch {
    return false;
  }
}

async function until(condition: () => boolean, limitMs: number): Promise<boolean> {
  for (let waited = 0; waited < limitMs; waited += 50) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return condition();
}

describe("answers", () => {
  test("results, failures and bugs stay apart", async () => {
    open(2);
    expect(await pool.run("echo", 5)).toBe(5);
    expect(await pool.run("fail", 5)).toEqual({ failure: { code: "corrupt", message: "not a picture" } });
    await expect(pool.run("bug", 5)).rejects.toBeInstanceOf(BugError);
    await expect(pool.run("bug", 5)).rejects.toThrow(/cannot read properties/);
    expect(await pool.run("echo", 6)).toBe(6);
  });

  test("two hundred requests over two children all come back", async () => {
    open(2);
    const results = await Promise.all(Array.from({ length: 200 }, (_, index) => pool.run("echo", index)));
    expect(results).toEqual(Array.from({ length: 200 }, (_, index) => index));
    expect(new Set(await Promise.all(Array.from({ length: 8 }, (_, index) => pool.run("pid", index)))).size).toBe(2);
  });

  test("a stream takes no more requests than children can hold", async () => {
    open(1);
    let taken = 0;
    let seen = 0;
    let furthest = 0;
    function* numbers(): Generator<number> {
      while (taken < 40) yield taken++;
    }
    for await (const { outcome } of pool.stream("echo", numbers())) {
      furthest = Math.max(furthest, taken - seen);
      seen += outcome === undefined ? 0 : 1;
    }
    expect(seen).toBe(40);
    expect(furthest).toBeLessThanOrEqual(5);
  });

  test("urgent requests overtake those that wait", async () => {
    open(1);
    const order: string[] = [];
    const slow = Array.from({ length: 10 }, (_, index) => pool.run("slow", index).then(() => order.push("slow")));
    const urgent = pool.run("echo", 1, { urgent: true }).then(() => order.push("urgent"));
    await Promise.all([...slow, urgent]);
    expect(order.indexOf("urgent")).toBeLessThanOrEqual(4);
  });
});

describe("trouble costs one request", () => {
  test.each(["sleep", "spin"] as const)("a hang (%s) ends as a timeout, what waited behind it is answered", async (kind) => {
    open(1, 600);
    const first = pool.run("echo", 1);
    const hung = pool.run(kind, 0);
    const behind = [2, 3, 4, 5, 6].map((value) => pool.run("echo", value));
    expect(await first).toBe(1);
    expect(await hung).toEqual({ failure: { code: "timeout", message: "no result after 0.6 s" } });
    expect(await Promise.all(behind)).toEqual([2, 3, 4, 5, 6]);
  });

  test("a slow queue is no hang: the clock runs from when the child turns to a request", async () => {
    open(1, 400);
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => pool.run("slow", index)));
    expect(results).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  test("a crash is tried once more, alone, then it is the outcome", async () => {
    const note = join(temporaryFolder("crash"), "note");
    open(2);
    const before = [1, 2, 3].map((value) => pool.run("echo", value));
    const crashed = pool.run("crash", { note });
    const behind = Array.from({ length: 20 }, (_, index) => pool.run("echo", index));
    expect(await Promise.all(before)).toEqual([1, 2, 3]);
    const outcome = await crashed;
    expect(outcome).toMatchObject({ failure: { code: "crash" } });
    expect(JSON.stringify(outcome)).toMatch(/SIGSEGV|signal/);
    expect(await Promise.all(behind)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(readFileSync(note, "utf8")).toBe("xx");
  });

  test("one that crashes only once has a result", async () => {
    open(1);
    expect(await pool.run("crashOnce", { note: join(temporaryFolder("crash"), "note") })).toBe(7);
  });

  test("children that cannot start are a bug, not an endless loop", async () => {
    const entry = join(temporaryFolder("start"), "broken.mjs");
    writeFileSync(entry, 'throw new Error("no engine here");');
    pool = createChildPool<TroubledOperations>({ size: 2, spawn: spawnWithChildProcess(entry) });
    await expect(pool.run("echo", 1)).rejects.toThrow(/do not start.*no engine here/s);
  });
});

describe("large pictures", () => {
  test("are decoded one at a time, each in a child that ends with it, while others go on", async () => {
    const note = join(temporaryFolder("large"), "note");
    open(3);
    const large = Array.from({ length: 4 }, () => pool.run("large", { note }));
    const others = Array.from({ length: 60 }, (_, index) => pool.run("echo", index));
    const processes = await Promise.all(large);
    expect(await Promise.all(others)).toEqual(Array.from({ length: 60 }, (_, index) => index));
    expect(readFileSync(note, "utf8")).toBe("()()()()");
    expect(new Set(processes).size).toBe(4);
    expect(await until(() => processes.every((id) => !isRunning(id as number)), 5000)).toBe(true);
  });

  test("have a turn although small ones never stop coming", async () => {
    const note = join(temporaryFolder("large"), "note");
    open(2);
    let wanted = true;
    const busy = Array.from({ length: 12 }, async () => {
      while (wanted) await pool.run("slow", 1);
    });
    await pool.run("large", { note });
    wanted = false;
    await Promise.all(busy);
    expect(readFileSync(note, "utf8")).toBe("()");
  });

  test("a long file has more time, a short one that hangs has not", async () => {
    open(1, 300);
    expect(await pool.run("lengthy", { sizeBytes: 1_000 })).toMatchObject({ failure: { code: "timeout" } });
    expect(await pool.run("lengthy", { sizeBytes: 100_000_000 })).toBe(1);
  });
});

test("a program that cannot be run is a bug that names it", async () => {
  pool = createChildPool<TroubledOperations>({ size: 1, spawn: spawnWithChildProcess(troubled, {}, "/nowhere/node") });
  await expect(pool.run("echo", 1)).rejects.toThrow(/do not start.*ENOENT/s);
});

describe("endings", () => {
  test("an aborted request rejects at once and the child goes on", async () => {
    open(1);
    await pool.run("echo", 0);
    const stop = new AbortController();
    const running = pool.run("slow", 1, { signal: stop.signal });
    const waiting = pool.run("slow", 2, { signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toBeInstanceOf(CancellationError);
    await expect(waiting).rejects.toBeInstanceOf(CancellationError);
    await expect(pool.run("echo", 3, { signal: stop.signal })).rejects.toBeInstanceOf(CancellationError);
    expect(await pool.run("echo", 4)).toBe(4);
  });

  test("close ends the children and what is unanswered", async () => {
    open(2);
    const pid = (await pool.run("pid", 0)) as number;
    const hung = pool.run("spin", 0);
    const rejected = expect(hung).rejects.toBeInstanceOf(CancellationError);
    await pool.close();
    await rejected;
    expect(await until(() => !isRunning(pid), 2000)).toBe(true);
    await expect(pool.run("echo", 1)).rejects.toBeInstanceOf(CancellationError);
  });

  test("children with nothing to do are let go and come back", async () => {
    open(1, 20_000, 100);
    const pid = (await pool.run("pid", 0)) as number;
    expect(await until(() => !isRunning(pid), 3000)).toBe(true);
    expect(await pool.run("pid", 0)).not.toBe(pid);
  });

  test.skipIf(!existsSync("/proc/self/stat")).each([
    ["sleep", "by a thread of the addon", {}],
    ["spin", "by a thread of the addon", {}],
    ["spin", "without the addon", { LIKENESS_NATIVE: "off" }],
  ])("no child outlives a parent that is killed (%s, %s)", async (kind, _by, environment) => {
    open(1);
    const parent = spawn(process.execPath, [fileURLToPath(new URL("../../fixtures/doomed-parent.ts", import.meta.url)), kind], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...environment },
    });
    const ids = await new Promise<number[]>((resolve, reject) => {
      parent.stdout.setEncoding("utf8").once("data", (text: string) => resolve(JSON.parse(text) as number[]));
      parent.once("exit", () => reject(new Error("the parent died too early")));
    });
    expect(ids.map(isRunning)).toEqual([true, true]);
    parent.removeAllListeners("exit");
    parent.kill("SIGKILL");
    expect(await until(() => !ids.some(isRunning), 8000)).toBe(true);
  });
});
