import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { UserError } from "#engine/base/errors.ts";
import { databasePath, openForReading, openForWriting } from "#engine/store/database.ts";
import { newestVersion } from "#engine/store/migrations/table.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function codeOfThrown(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.code;
    throw thrown;
  }
  return "nothing thrown";
}

test("a new workspace has the newest format and can be read beside its writer", () => {
  const workspace = join(temporaryFolder(), "w");
  const writer = openForWriting(workspace);
  writer.store.sqlite.exec("INSERT INTO properties VALUES ('name', 'x')");
  const reader = openForReading(workspace);
  expect(reader.store.sqlite.pragma("user_version", { simple: true })).toBe(newestVersion);
  expect(reader.store.sqlite.prepare("SELECT value FROM properties").pluck().get()).toBe("x");
  expect(() => reader.store.sqlite.exec("DELETE FROM properties")).toThrow(/readonly/);
  reader.close();
  writer.close();
});

test("a second writer is refused and told who holds the workspace", () => {
  const workspace = temporaryFolder();
  const first = openForWriting(workspace);
  expect(() => openForWriting(workspace)).toThrow(new RegExp(`in use by process ${process.pid}`));
  expect(codeOfThrown(() => openForWriting(workspace))).toBe("workspace-busy");
  first.close();
  openForWriting(workspace).close();
});

test("kill -9 of a writer frees the lock and keeps what was committed", async () => {
  const workspace = temporaryFolder();
  const script = `
    import { openForWriting } from ${JSON.stringify(join(import.meta.dirname, "../../../electron/engine/store/database.ts"))};
    const { store } = openForWriting(${JSON.stringify(workspace)});
    store.sqlite.exec("INSERT INTO properties VALUES ('name', 'kept')");
    store.sqlite.exec("BEGIN; INSERT INTO properties VALUES ('encoder', 'lost')");
    // Only the store is kept: the lock must not be garbage.
    setTimeout(() => {
      gc();
      setTimeout(() => process.stdout.write("ready"), 20);
    }, 20);
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--expose-gc", "--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  expect(codeOfThrown(() => openForWriting(workspace))).toBe("workspace-busy");
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  const { store, close } = openForWriting(workspace);
  expect(store.sqlite.prepare("SELECT name, value FROM properties").all()).toEqual([{ name: "name", value: "kept" }]);
  expect(store.sqlite.pragma("integrity_check", { simple: true })).toBe("ok");
  close();
});

test("a missing, a damaged and a newer workspace are told apart", () => {
  const folder = temporaryFolder();
  expect(codeOfThrown(() => openForReading(join(folder, "none")))).toBe("workspace-missing");
  mkdirSync(join(folder, "damaged"));
  writeFileSync(databasePath(join(folder, "damaged")), "this is not a database, it only has its name ".repeat(100));
  expect(codeOfThrown(() => openForWriting(join(folder, "damaged")))).toBe("workspace-damaged");
  const newer = openForWriting(join(folder, "newer"));
  newer.store.sqlite.pragma(`user_version = ${newestVersion + 1}`);
  newer.close();
  expect(codeOfThrown(() => openForReading(join(folder, "newer")))).toBe("workspace-version");
  expect(codeOfThrown(() => openForWriting(join(folder, "newer")))).toBe("workspace-version");
});
