/** @file The window: how it is locked down, where it opens, its menu, and the folder named on the command line. */
import { EventEmitter } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { MenuItemConstructorOptions } from "electron";
import { describe, expect, it, vi } from "vitest";

import { folderArgument } from "../../../electron/main/folder-argument.ts";
import { menuTemplate } from "../../../electron/main/menu.ts";
import { readWindowState, writeWindowState } from "../../../electron/main/window-state.ts";
import { watchWindow, windowOptions } from "../../../electron/main/window.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { stubClock } from "./stub-electron.ts";

const display = { x: 0, y: 25, width: 1920, height: 1055 };
const bounds = { x: 100, y: 100, width: 1200, height: 800 };

it("is sandboxed, isolated and without Node", () => {
  const { webPreferences, show } = windowOptions({
    state: { bounds: null, maximized: false },
    preload: "/p.cjs",
    dark: true,
    development: false,
  });
  expect(webPreferences).toMatchObject({
    preload: "/p.cjs",
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
    navigateOnDragDrop: false,
    devTools: false,
  });
  expect(show).toBe(false);
});

describe("where it was", () => {
  it("is remembered", () => {
    const file = join(temporaryFolder("state"), "window.json");
    writeWindowState(file, { bounds, maximized: true });
    expect(readWindowState(file, [display])).toEqual({ bounds, maximized: true });
    expect(windowOptions({ state: readWindowState(file, [display]), preload: "", dark: false, development: true })).toMatchObject(bounds);
    expect(readdirSync(join(file, ".."))).toEqual(["window.json"]);
  });

  it.each([
    ["to the right of every display", { ...bounds, x: 1900 }],
    ["above every display", { ...bounds, y: -200 }],
    ["below every display", { ...bounds, y: 1075 }],
    ["on a display that was unplugged", { ...bounds, x: 3000 }],
  ])("is forgotten when that is %s", (_where, gone) => {
    const file = join(temporaryFolder("state"), "window.json");
    writeWindowState(file, { bounds: gone, maximized: false });
    expect(readWindowState(file, [display]).bounds).toBeNull();
    expect(readWindowState(file, [display, { ...display, x: gone.x, y: gone.y }]).bounds).toEqual(gone);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    "{}",
    '{"bounds":1}',
    '{"bounds":{"x":0,"y":0,"width":10,"height":10}}',
    '{"bounds":{"x":0,"y":0,"width":1e9,"height":800}}',
    '{"bounds":{"x":"0","y":0,"width":900,"height":800}}',
    '{"bounds":{"x":0.5,"y":0,"width":900,"height":800}}',
  ])("does not trip over the file %j", (text) => {
    const file = join(temporaryFolder("state"), "window.json");
    writeFileSync(file, text);
    expect(readWindowState(file, [display])).toEqual({ bounds: null, maximized: false });
  });

  it("is not worth failing for", () => {
    writeWindowState("/nowhere/window.json", { bounds, maximized: false });
    expect(readWindowState("/nowhere/window.json", [display]).bounds).toBeNull();
  });
});

describe("an open window", () => {
  function open(maximized = false) {
    const clock = stubClock();
    const webContents = new EventEmitter();
    const window = Object.assign(new EventEmitter(), {
      webContents,
      show: vi.fn(),
      maximize: vi.fn(),
      reload: vi.fn(),
      getNormalBounds: () => bounds,
      isMaximized: () => true,
    });
    const save = vi.fn();
    const onPageLost = vi.fn();
    watchWindow(window as unknown as Parameters<typeof watchWindow>[0], { maximized, now: clock.now, save, onPageLost });
    return {
      clock,
      window,
      save,
      onPageLost,
      crash: (reason: string) => webContents.emit("render-process-gone", {}, { reason, exitCode: 1 }),
    };
  }

  it("is shown when there is something to see", () => {
    const { window } = open(true);
    expect(window.show).not.toHaveBeenCalled();
    window.emit("ready-to-show");
    expect([window.show.mock.calls.length, window.maximize.mock.calls.length]).toEqual([1, 1]);
  });

  it("remembers where it was when it closes", () => {
    const { window, save } = open();
    window.emit("close");
    expect(save).toHaveBeenCalledWith({ bounds, maximized: true });
  });

  it("loads its page again when that dies, three times in a minute and no more", () => {
    const { window, crash, clock, onPageLost } = open();
    crash("clean-exit");
    expect(window.reload).not.toHaveBeenCalled();
    for (let time = 0; time < 3; time += 1) crash("crashed");
    expect(window.reload).toHaveBeenCalledTimes(3);
    clock.advance(60_001);
    for (let time = 0; time < 3; time += 1) crash("oom");
    expect(window.reload).toHaveBeenCalledTimes(6);
    expect(onPageLost).not.toHaveBeenCalled();
    crash("oom");
    expect(window.reload).toHaveBeenCalledTimes(6);
    expect(onPageLost).toHaveBeenCalledWith("oom");
  });
});

describe("the menu", () => {
  const items = (template: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
    template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? items(item.submenu) : [])]);
  const build = (
    platform: NodeJS.Platform,
    development = false,
    send: (command: string) => void = () => undefined,
  ): MenuItemConstructorOptions[] => items(menuTemplate({ platform, name: "Likeness", development, send }));

  it("sends commands that the app has", () => {
    const read = (name: string): string => readFileSync(new URL(`../../../renderer/app/${name}`, import.meta.url), "utf8");
    const source = read("commands.ts") + read("label-commands.ts");
    const views = [...source.matchAll(/\{ name: "([a-z]+)", title/g)].map((match) => `go-${match[1]}`);
    const known = new Set([...[...source.matchAll(/id: "([a-z-]+)"/g)].map((match) => match[1] as string), ...views]);
    const sent: string[] = [];
    const commands = build("linux", false, (command) => sent.push(command)).filter((item) => item.id !== undefined);
    for (const item of commands) (item.click as unknown as () => void)();
    expect(sent).toEqual(commands.map((item) => item.id));
    expect(sent.length).toBeGreaterThan(10);
    expect(sent.filter((command) => !known.has(command))).toEqual([]);
  });

  it.each(["linux", "darwin", "win32"] as const)("takes no key of the page and none twice on %s", (platform) => {
    const keys = build(platform).flatMap((item) => (item.accelerator === undefined ? [] : [String(item.accelerator)]));
    expect(keys.every((key) => key.startsWith("CmdOrCtrl+"))).toBe(true);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("has the developer tools only while developing", () => {
    expect(build("linux").some((item) => item.role === "toggleDevTools")).toBe(false);
    expect(build("linux", true).some((item) => item.role === "toggleDevTools")).toBe(true);
  });

  it("has the application menu on macOS only", () => {
    expect(build("darwin").some((item) => item.role === "appMenu")).toBe(true);
    expect(build("win32").some((item) => item.role === "appMenu")).toBe(false);
    expect(build("win32").some((item) => item.role === "quit")).toBe(true);
  });
});

describe("the folder on the command line", () => {
  it.each<[string, string[], boolean, string | null]>([
    ["packaged", ["/app/Likeness", "photos"], true, "photos"],
    ["packaged, after options", ["/app/Likeness", "--no-sandbox", "-x", "photos"], true, "photos"],
    ["while developing", ["/electron", "/app", "photos"], false, "photos"],
    ["while developing, among Electron's options", ["/electron", "--inspect=0", "--no-sandbox", "/app", "-x", "photos"], false, "photos"],
    ["none", ["/electron", "/app"], false, null],
    ["an empty one", ["/app/Likeness", ""], true, null],
    ["only options", ["/app/Likeness", "--inspect"], true, null],
    ["a missing one", ["/app/Likeness", "missing"], true, null],
    ["a file", ["/app/Likeness", "a file.txt"], true, null],
  ])("%s", (_what, argv, packaged, folder) => {
    const cwd = temporaryFolder("argument");
    mkdirSync(join(cwd, "photos"));
    writeFileSync(join(cwd, "a file.txt"), "");
    expect(folderArgument({ argv, cwd, packaged })).toBe(folder === null ? null : join(cwd, folder));
  });

  it("may be absolute", () => {
    const folder = temporaryFolder("argument");
    expect(folderArgument({ argv: ["/app/Likeness", folder], cwd: "/", packaged: true })).toBe(folder);
  });
});
