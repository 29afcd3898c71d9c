/**
 * @file The main process as a whole, with Electron's place taken by a stub and the engine's by the test: what is set up before and after
 * Electron is ready, who gets ports, who is refused, and how it ends.
 */
import { EventEmitter } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { BrowserWindowConstructorOptions, CustomScheme, MenuItemConstructorOptions, MessagePortMain } from "electron";
import { beforeAll, describe, expect, it, vi } from "vitest";

import { createClient } from "#protocol/client.ts";
import { mainPortTransport } from "#protocol/transports/message-port.ts";

import { until } from "../protocol/some-handlers.ts";
import { stubChannel } from "./stub-electron.ts";
import { type StubEngine, stubEngine } from "./stub-engine.ts";

const state = {
  order: [] as string[],
  schemes: [] as unknown[],
  switches: [] as string[],
  paths: new Map<string, string>(),
  forked: [] as { entry: string; options: unknown }[],
  handlers: new Map<string, (...args: unknown[]) => unknown>(),
  windows: [] as unknown[],
  menu: [] as unknown[],
  errors: [] as string[],
  quits: 0,
  lock: null as unknown,
};

interface StubWindow extends EventEmitter {
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents: EventEmitter & { readonly posted: { channel: string; ports: MessagePortMain[] }[]; readonly sent: unknown[][] };
  readonly loaded: string[];
}

const engines: StubEngine[] = [];
const app = new EventEmitter();
const ipcMain = new EventEmitter();

vi.doMock("electron", () => {
  class BrowserWindow extends EventEmitter {
    readonly options: BrowserWindowConstructorOptions;
    readonly loaded: string[] = [];
    readonly webContents = Object.assign(new EventEmitter(), {
      posted: [] as { channel: string; ports: MessagePortMain[] }[],
      sent: [] as unknown[][],
      postMessage: (channel: string, _message: unknown, ports: MessagePortMain[]) => this.webContents.posted.push({ channel, ports }),
      send: (...args: unknown[]) => this.webContents.sent.push(args),
      setWindowOpenHandler: () => state.order.push("window locked"),
    });
    constructor(options: BrowserWindowConstructorOptions) {
      super();
      this.options = options;
      state.windows.push(this);
      state.order.push("window made");
      app.emit("web-contents-created", {}, this.webContents);
    }
    loadURL(url: string): Promise<void> {
      state.order.push("page loaded");
      this.loaded.push(url);
      return Promise.resolve();
    }
    isDestroyed = (): boolean => false;
    isMinimized = (): boolean => false;
    focus = (): number => state.order.push("focused");
  }
  const session = {
    on: () => undefined,
    setPermissionRequestHandler: () => state.order.push("session locked"),
    setPermissionCheckHandler: () => undefined,
    setDevicePermissionHandler: () => undefined,
    webRequest: { onBeforeRequest: () => undefined },
  };
  return {
    app: Object.assign(app, {
      isPackaged: true,
      name: "Likeness",
      isReady: () => true,
      enableSandbox: () => state.order.push("sandboxed"),
      commandLine: { appendSwitch: (...parts: string[]) => state.switches.push(parts.join("=")) },
      setPath: (name: string, path: string) => state.paths.set(name, path),
      getPath: (name: string) => state.paths.get(name) ?? "/nowhere",
      requestSingleInstanceLock: (data: unknown) => ((state.lock = data), true),
      whenReady: () => Promise.resolve(),
      quit: () => (state.quits += 1),
    }),
    BrowserWindow,
    dialog: {
      showErrorBox: (_title: string, message: string) => state.errors.push(message),
      showOpenDialog: (_window: unknown, options: { properties: string[] }) =>
        Promise.resolve({ canceled: false, filePaths: [options.properties.includes("openFile") ? "/chosen.onnx" : "/chosen"] }),
      showSaveDialog: (_window: unknown, options: { defaultPath: string }) =>
        Promise.resolve({ canceled: false, filePath: `/saved/${options.defaultPath}` }),
      showMessageBox: () => Promise.resolve({ response: 1 }),
    },
    ipcMain: Object.assign(ipcMain, {
      handle: (channel: string, handler: (...args: unknown[]) => unknown) => state.handlers.set(channel, handler),
    }),
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
      setApplicationMenu: (menu: unknown[]) => (state.menu = menu),
    },
    MessageChannelMain: function MessageChannelMain() {
      return stubChannel();
    },
    nativeTheme: { shouldUseDarkColors: true },
    protocol: {
      registerSchemesAsPrivileged: (schemes: unknown[]) => (state.order.push("scheme registered"), (state.schemes = schemes)),
      handle: (scheme: string, handler: (...args: unknown[]) => unknown) => (
        state.order.push("scheme handled"),
        state.handlers.set(scheme, handler)
      ),
    },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1000, height: 800 } }] },
    session: { defaultSession: session },
    utilityProcess: {
      fork: (entry: string, _args: string[], options: unknown) => {
        state.forked.push({ entry, options });
        const engine = stubEngine({
          "app.state": () => ({ collection: null, recent: [], version: String(engines.length) }),
          "collection.openFolder": ({ path }) => Promise.reject(new Error(`asked for ${path}`)),
        });
        engines.push(engine);
        return engine.process.handle;
      },
    },
  };
});

beforeAll(async () => {
  process.env["LIKENESS_DATA"] = mkdtempSync(join(tmpdir(), "likeness-main-"));
  process.argv = ["/app/Likeness", "--flag", tmpdir()];
  await import("../../../electron/main/main.ts");
  await until(() => state.windows.length === 1);
});

const window = (): StubWindow => state.windows.at(-1) as StubWindow;
const page = (frame: object = {}) => ({ sender: window().webContents, senderFrame: { url: "likeness://app/", parent: null, ...frame } });

describe("the main process", () => {
  it("locks everything before it shows anything", () => {
    expect(state.order).toEqual([
      "sandboxed",
      "scheme registered",
      "session locked",
      "scheme handled",
      "window made",
      "window locked",
      "page loaded",
    ]);
    expect((state.schemes as CustomScheme[])[0]).toMatchObject({ scheme: "likeness", privileges: { standard: true, secure: true } });
    expect((state.schemes as CustomScheme[])[0]?.privileges?.bypassCSP).toBeUndefined();
    expect(state.switches).toContain("host-resolver-rules=MAP * ~NOTFOUND");
    expect(state.lock).toEqual({ folder: tmpdir() });
    expect(window().loaded).toEqual(["likeness://app/"]);
    expect(window().options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      devTools: false,
    });
    expect(window().options.webPreferences?.preload).toMatch(/preload\.cjs$/);
    expect(state.forked.map(({ entry }) => entry.replace(/.*\//, ""))).toEqual(["engine-process.js"]);
  });

  it("asks the engine for the folder of the command line and tells what is wrong with it", async () => {
    await until(() => state.errors.length === 1);
    expect(state.errors[0]).toBe(`asked for ${tmpdir()}`);
  });

  it("hands a port to the app's page, and to nobody else", async () => {
    for (const event of [
      page({ url: "https://example.com/" }),
      page({ parent: {} }),
      page({ url: "likeness://image/1" }),
      { sender: {}, senderFrame: { url: "likeness://app/", parent: null } },
      { sender: window().webContents, senderFrame: null },
    ])
      ipcMain.emit("likeness:connect", event);
    expect(window().webContents.posted).toEqual([]);
    ipcMain.emit("likeness:connect", page());
    expect(window().webContents.posted.map(({ channel }) => channel)).toEqual(["likeness:port"]);
    const client = createClient(mainPortTransport(window().webContents.posted[0]!.ports[0]!));
    expect((await client.call("app.state", {})).version).toBe("1");
  });

  it("lets the app's page choose a folder, and nobody else", async () => {
    const choose = state.handlers.get("likeness:choose-folder")!;
    expect(await choose(page())).toBe("/chosen");
    expect(await choose(page({ url: "https://example.com/" }))).toBeNull();
  });

  it("asks for a file, a folder or a new file, for the app's page alone and in words that are a request", async () => {
    const choose = state.handlers.get("likeness:choose-path")!;
    const request = { kind: "file", title: "Choose", endings: ["onnx"], name: "" };
    expect(await choose(page(), request)).toBe("/chosen.onnx");
    expect(await choose(page(), { ...request, kind: "folder" })).toBe("/chosen");
    expect(await choose(page(), { ...request, kind: "new-file", name: "pictures.csv" })).toBe("/saved/pictures.csv");
    expect(await choose(page({ url: "https://example.com/" }), request)).toBeNull();
    for (const wrong of [null, "file", { ...request, kind: "any" }, { ...request, endings: ["*"] }, { ...request, title: 1 }])
      expect(await choose(page(), wrong)).toBeNull();
  });

  it("starts a dead engine anew and hands the page a new port unasked", async () => {
    engines[0]!.process.exit(11);
    await until(() => window().webContents.posted.length === 2);
    const client = createClient(mainPortTransport(window().webContents.posted[1]!.ports[0]!));
    expect((await client.call("app.state", {})).version).toBe("2");
  });

  it("sends what is chosen in the menu to the page", () => {
    const file = (state.menu as MenuItemConstructorOptions[]).find((item) => item.label === "&File")!
      .submenu as MenuItemConstructorOptions[];
    (file[0]!.click as unknown as () => void)();
    expect(window().webContents.sent).toEqual([["likeness:menu", "open-folder"]]);
  });

  it("shows the window and opens the folder when it is started a second time", async () => {
    app.emit("second-instance", {}, [], "/", { folder: "/second" });
    expect(state.order.at(-1)).toBe("focused");
    await until(() => state.errors.length === 2);
    expect(state.errors[1]).toBe("asked for /second");
    for (const odd of [null, undefined, 1, {}, { folder: 5 }]) app.emit("second-instance", {}, [], "/", odd);
    expect(state.errors).toHaveLength(2);
  });

  it("lets the engine commit before it quits", async () => {
    const preventDefault = vi.fn();
    app.emit("will-quit", { preventDefault });
    expect(preventDefault).toHaveBeenCalledOnce();
    expect(state.quits).toBe(0);
    await until(() => state.quits === 1);
    expect(engines.at(-1)!.closeAsked).toBe(true);
    app.emit("will-quit", { preventDefault });
    expect(preventDefault).toHaveBeenCalledOnce();
  });
});
