/** @file What the preload script gives to the page: five things, and no way to anything else of Electron. */
import { EventEmitter } from "node:events";

import { beforeAll, expect, it, vi } from "vitest";

import type { ElectronBridge } from "../../../electron/preload/preload.ts";

const ipc = Object.assign(new EventEmitter(), { send: vi.fn(), invoke: vi.fn() });
const posted: unknown[][] = [];
const exposed = new Map<string, unknown>();
let bridge: ElectronBridge;

beforeAll(async () => {
  vi.doMock("electron", () => ({
    contextBridge: { exposeInMainWorld: (name: string, value: unknown) => exposed.set(name, value) },
    ipcRenderer: ipc,
    webUtils: { getPathForFile: (file: File) => `/dropped/${file.name}` },
  }));
  vi.stubGlobal("window", { postMessage: (...args: unknown[]) => posted.push(args) });
  await import("../../../electron/preload/preload.ts");
  bridge = exposed.get("likeness") as ElectronBridge;
});

it("exposes exactly this", () => {
  expect([...exposed.keys()]).toEqual(["likeness"]);
  expect(Object.keys(bridge).toSorted()).toEqual(["chooseFolder", "choosePath", "kind", "onMenu", "pathForFile", "requestEngine"]);
  expect(bridge.kind).toBe("electron");
});

it("asks for a port only when the page does, and passes on what comes", () => {
  expect(ipc.send).not.toHaveBeenCalled();
  bridge.requestEngine();
  expect(ipc.send).toHaveBeenCalledExactlyOnceWith("likeness:connect");
  const port = {};
  ipc.emit("likeness:port", { ports: [port] }, null);
  expect(posted).toEqual([["likeness:engine-port", "*", [port]]]);
});

it("gives the page strings and no events of Electron", async () => {
  expect(bridge.pathForFile(new File([], "a.jpg"))).toBe("/dropped/a.jpg");
  for (const [answer, path] of [
    ["/chosen", "/chosen"],
    [null, null],
    [{ path: "/x" }, null],
  ] as const) {
    ipc.invoke.mockResolvedValueOnce(answer);
    expect(await bridge.chooseFolder()).toBe(path);
  }
  const request = { kind: "file", title: "Choose", endings: ["onnx"], name: "" } as const;
  ipc.invoke.mockResolvedValueOnce("/a.onnx");
  expect(await bridge.choosePath(request)).toBe("/a.onnx");
  expect(ipc.invoke).toHaveBeenLastCalledWith("likeness:choose-path", request);
  ipc.invoke.mockResolvedValueOnce({ canceled: true });
  expect(await bridge.choosePath(request)).toBeNull();
  const heard: unknown[][] = [];
  bridge.onMenu((...args) => heard.push(args));
  ipc.emit("likeness:menu", { sender: ipc }, "go-map");
  ipc.emit("likeness:menu", { sender: ipc }, 5);
  expect(heard).toEqual([["go-map"]]);
});
