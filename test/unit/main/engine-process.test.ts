/** @file The engine's process with the real engine in it, over stub ports: serves the contract, and leaves when it is told to. */
import { expect, it, vi } from "vitest";

import { createClient } from "#protocol/client.ts";
import type { FromEngineProcess, ToEngineProcess } from "#protocol/electron-shell.ts";
import { mainPortTransport } from "#protocol/transports/message-port.ts";

import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { until } from "../protocol/some-handlers.ts";
import { stubChannel, stubProcess } from "./stub-electron.ts";

it("serves the engine on each port it is sent, and commits before it leaves", async () => {
  const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
  process.env["LIKENESS_DATA"] = temporaryFolder("engine");
  const utility = stubProcess();
  (process as { parentPort?: unknown }).parentPort = utility.parentPort;
  const heard: FromEngineProcess[] = [];
  utility.handle.on("message", (message) => heard.push(message));
  await import("../../../electron/utility/engine-process.ts");
  await until(() => heard.length === 1);
  expect(heard).toEqual([{ kind: "ready" }]);
  const [one, two] = [1, 2].map(() => {
    const { port1, port2 } = stubChannel();
    utility.handle.postMessage({ kind: "client" } satisfies ToEngineProcess, [port1]);
    return createClient(mainPortTransport(port2));
  });
  expect(await one!.call("app.state", {})).toMatchObject({ collection: null, recent: [] });
  await expect(two!.call("images.columns", {})).rejects.toMatchObject({ name: "UserError", code: "no-collection" });
  utility.handle.postMessage({ kind: "close" } satisfies ToEngineProcess);
  await until(() => exit.mock.calls.length > 0);
  expect(exit).toHaveBeenCalledWith(0);
});
