/**
 * @file The engine's process with the real engine in it, under the real supervisor, over stub ports: serves the contract, decodes pictures
 * in real children that the main process starts for it, and commits before it leaves.
 */
import { fork } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { MessagePortMain } from "electron";
import { expect, it, vi } from "vitest";

import { type Client, createClient } from "#protocol/client.ts";
import { isFinished, type JobSnapshot } from "#protocol/progress.ts";
import { mainPortTransport } from "#protocol/transports/message-port.ts";

import type { ChildProcessHandle } from "../../../electron/main/engine-children.ts";
import { createSupervisor } from "../../../electron/main/engine-supervisor.ts";
import { motifSharp } from "../../fixtures/pictures.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { until } from "../protocol/some-handlers.ts";
import { stubChannel, stubProcess } from "./stub-electron.ts";

it("indexes a folder with children that main started, and commits before it leaves", async () => {
  const data = temporaryFolder("engine");
  const photos = join(temporaryFolder("photos"), "photos");
  mkdirSync(photos);
  for (const width of [64, 80, 96])
    await motifSharp(width)
      .jpeg()
      .toFile(join(photos, `${width}.jpg`));
  process.env["LIKENESS_DATA"] = data;
  const utility = stubProcess();
  (process as { parentPort?: unknown }).parentPort = utility.parentPort;
  const exit = vi.spyOn(process, "exit").mockImplementation((code) => (utility.exit(Number(code)), undefined as never));
  const entries: string[] = [];
  let client: Client | null = null;
  const supervisor = createSupervisor({
    forkEngine: () => utility.handle,
    forkChild: (entry) => (entries.push(entry), realChild(entry)),
    channel: stubChannel,
    killProcess: (pid) => process.kill(pid, "SIGKILL"),
    now: () => performance.now(),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    onStart: (started) => (client = started),
    onGiveUp: () => undefined,
  });
  supervisor.start();
  await import("../../../electron/utility/engine-process.ts");
  await until(() => client !== null);

  const page = createClient(mainPortTransport(supervisor.connect()!));
  await expect(page.call("images.columns", {})).rejects.toMatchObject({ name: "UserError", code: "no-collection" });
  const jobs: JobSnapshot[] = [];
  page.on("job", (job) => jobs.push(job));
  const { collection } = await page.call("collection.openFolder", { path: photos });
  await until(() => jobs.some((job) => isFinished(job.state)));
  expect(jobs.at(-1)).toMatchObject({ state: "done", report: { images: 3 } });
  expect(entries.length).toBeGreaterThan(0);
  expect(entries.every((entry) => entry.endsWith("pixel-child.ts"))).toBe(true);
  const columns = await page.call("images.columns", {});
  expect([...columns.widths].toSorted((a, b) => a - b)).toEqual([64, 80, 96]);
  const file = await client!.call("images.file", { id: columns.ids[0] as never, kind: "thumbnail" });
  expect(existsSync(Buffer.from(file.path))).toBe(true);

  await supervisor.stop();
  expect(exit).toHaveBeenCalledWith(0);
  expect(existsSync(join(collection.workspace, "likeness.db"))).toBe(true);
  // Committed and closed: SQLite has folded its log in.
  expect(existsSync(join(collection.workspace, "likeness.db-wal"))).toBe(false);
});

/** A real process that believes to be one of Electron's; the port it is sent stands for its channel. */
function realChild(entry: string): ChildProcessHandle {
  const child = fork(entry, [], {
    serialization: "advanced",
    execArgv: ["--import", fileURLToPath(new URL("parent-port-shim.mjs", import.meta.url))],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  child.on("error", () => undefined);
  return {
    get pid() {
      return child.pid;
    },
    kill: () => child.kill(),
    once: (_event, listener) => child.once("exit", (code) => listener(code ?? -1)),
    stderr: child.stderr,
    postMessage(_message, [port] = []) {
      const line = port as MessagePortMain;
      line.on("message", ({ data }) => child.connected && child.send(data as object));
      line.on("close", () => child.connected && child.disconnect());
      child.on("message", (message) => line.postMessage(message));
      line.start();
    },
  };
}
