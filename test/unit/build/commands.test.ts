/** @file The commands: the scripts exist, start on the machine's own Node without a package, and tell fresh from stale. */
import { execFile } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const packageJson = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
  bin: Record<string, string>;
  main: string;
};

interface Stamp {
  readonly fresh: boolean;
  commit(): void;
}

async function load<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(join(root, "build", name)).href)) as T;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "likeness-build-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("package.json", () => {
  it("names every command, and each script is there", () => {
    expect(Object.keys(packageJson.scripts).sort()).toEqual(["bench", "check", "dev", "package", "setup", "start", "test"]);
    for (const script of Object.values(packageJson.scripts)) {
      const [program, path] = script.split(" ") as [string, string];
      expect(program).toBe("node");
      expect(existsSync(join(root, path)), path).toBe(true);
    }
    expect(packageJson.bin).toEqual({ likeness: "./likeness" });
  });

  it("leaves likeness and the checks' entry executable", () => {
    for (const path of ["likeness", ".ci/run"]) expect(() => accessSync(join(root, path), constants.X_OK), path).not.toThrow();
  });
});

describe("the bootstrap", () => {
  it("imports nothing but Node's own modules and its neighbours", () => {
    const modules = readdirSync(join(root, "build")).filter((name) => name.endsWith(".mjs"));
    expect(modules.length).toBeGreaterThan(10);
    for (const name of modules) {
      const source = readFileSync(join(root, "build", name), "utf8");
      for (const [, specifier] of source.matchAll(/^(?:import|export)\s[^"'();=]*?["']([^"']+)["']/gm)) {
        expect(specifier, name).toMatch(/^(node:[\w/]+|\.\/[\w-]+\.mjs)$/);
        if (specifier?.startsWith("./")) expect(existsSync(join(root, "build", specifier)), `${name}: ${specifier}`).toBe(true);
      }
    }
  });
});

describe("findRuntime", () => {
  type Find = (machine: { version: string; execPath: string; platform: string }) => string | null;

  it("takes the machine's own Node from 24 on", async () => {
    const { findRuntime } = await load<{ findRuntime: Find }>("runtime.mjs");
    expect(findRuntime({ version: "24.0.0", execPath: "/own/node", platform: "linux-x64" })).toBe("/own/node");
    expect(findRuntime({ version: "101.2.3", execPath: "/own/node", platform: "aix-ppc64" })).toBe("/own/node");
  });

  it("has nothing to offer where the Node is old and no package holds another", async () => {
    const { findRuntime } = await load<{ findRuntime: Find }>("runtime.mjs");
    expect(findRuntime({ version: "22.9.0", execPath: "/own/node", platform: "aix-ppc64" })).toBeNull();
  });
});

describe("checkStamp", () => {
  it("is fresh after a commit, stale after a change, and looks at contents when only times differ", async () => {
    const { checkStamp } = await load<{ checkStamp: (path: string, sources: string[], salt?: string) => Stamp }>("stamp.mjs");
    const stampPath = join(folder, "out", "x.stamp");
    const source = join(folder, "source.txt");
    writeFileSync(source, "one");
    const first = checkStamp(stampPath, [source]);
    expect(first.fresh).toBe(false);
    first.commit();
    expect(checkStamp(stampPath, [source]).fresh).toBe(true);
    utimesSync(source, 1, 1);
    expect(checkStamp(stampPath, [source]).fresh).toBe(true);
    expect(checkStamp(stampPath, [source], "other compiler").fresh).toBe(false);
    writeFileSync(source, "two");
    expect(checkStamp(stampPath, [source]).fresh).toBe(false);
  });

  it("sees a file come and go", async () => {
    const { checkStamp } = await load<{ checkStamp: (path: string, sources: string[]) => Stamp }>("stamp.mjs");
    const stampPath = join(folder, "x.stamp");
    const sources = join(root, "build");
    checkStamp(stampPath, [sources]).commit();
    expect(checkStamp(stampPath, [sources, join(folder, "missing")]).fresh).toBe(true);
    writeFileSync(join(folder, "new.txt"), "");
    expect(checkStamp(stampPath, [sources, join(folder, "new.txt")]).fresh).toBe(false);
  });

  it("survives a stamp that was cut short", async () => {
    const { checkStamp } = await load<{ checkStamp: (path: string, sources: string[]) => Stamp }>("stamp.mjs");
    writeFileSync(join(folder, "x.stamp"), '{"shape":"a');
    expect(checkStamp(join(folder, "x.stamp"), []).fresh).toBe(false);
  });
});

describe("the closing line of the tests", () => {
  interface Counts {
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
  }
  interface ReportModule {
    countTests(report: unknown, exitCode: number): Counts;
    closingLine(counts: Counts): string;
    failures(report: unknown, root?: string): string[];
  }
  const test = (status: string): { status: string } => ({ status });

  it.each([
    [
      "all well",
      { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [] },
      0,
      "3 passed, 0 failed, 2 skipped",
    ],
    [
      "a file that would not load",
      { numPassedTests: 1, numFailedTests: 0, testResults: [{ status: "failed", assertionResults: [] }] },
      1,
      "1 passed, 1 failed, 0 skipped",
    ],
    [
      "a failed test",
      { numPassedTests: 1, numFailedTests: 1, testResults: [{ status: "failed", assertionResults: [test("failed"), test("passed")] }] },
      1,
      "1 passed, 1 failed, 0 skipped",
    ],
    ["an error outside every test", { numPassedTests: 5, numFailedTests: 0, testResults: [] }, 1, "5 passed, 1 failed, 0 skipped"],
    ["no report at all", null, 1, "0 passed, 1 failed, 0 skipped"],
  ])("counts %s", async (_name, report, exitCode, line) => {
    const { countTests, closingLine } = await load<ReportModule>("test-report.mjs");
    expect(closingLine(countTests(report, exitCode))).toBe(line);
  });

  it("names what failed and the first line of why", async () => {
    const { failures } = await load<ReportModule>("test-report.mjs");
    const failed = {
      status: "failed",
      fullName: "a sum is right",
      failureMessages: ["\u001b[31mexpected 3\u001b[39m\n  at sum.ts", "again"],
    };
    const testResults = [
      { name: "/here/test/a.test.ts", status: "failed", assertionResults: [failed, test("passed")] },
      { name: "/here/test/b.test.ts", status: "failed", message: "no such module\nstack", assertionResults: [] },
      { name: "/here/test/c.test.ts", status: "passed", assertionResults: [test("passed")] },
    ];
    expect(failures({ testResults }, "/here")).toEqual([
      "test/a.test.ts: a sum is right: expected 3; again",
      "test/b.test.ts: no such module",
    ]);
    expect(failures(null)).toEqual([]);
  });
});

describe("./likeness", () => {
  it("works through links and from another folder, and keeps standard output to the command", async () => {
    const first = join(folder, "first");
    const second = join(folder, "second");
    symlinkSync(join(root, "likeness"), first);
    symlinkSync("first", second);
    const { stdout } = await execute(second, ["--version"], { cwd: folder });
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect(stdout).toBe(`${version}\n`);
  });

  it("hands on the exit code", async () => {
    const failed = await execute(join(root, "likeness"), ["no-such-command"], { cwd: dirname(folder) }).catch((thrown: unknown) => thrown);
    expect(failed).toMatchObject({ code: 2, stdout: "" });
  });
});
