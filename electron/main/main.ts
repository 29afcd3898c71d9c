/**
 * @file The desktop app's main process: owns the window, the menu, the dialogs and the engine's process, and nothing else. Every decision
 * lives in a file beside this one that takes what it needs of Electron as arguments; here they meet the real one.
 */
import { fileURLToPath } from "node:url";
import { join } from "node:path";

import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  nativeTheme,
  protocol,
  screen,
  session,
  utilityProcess,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
} from "electron";

import { readPathRequest, scheme, shellChannels } from "#protocol/electron-shell.ts";

import { choosePath } from "./choose-path.ts";
import { createCollectionMemory } from "./collection-memory.ts";
import { createSupervisor } from "./engine-supervisor.ts";
import { folderArgument } from "./folder-argument.ts";
import { isAppPage, lockContents, lockSession } from "./lock-down.ts";
import { menuTemplate } from "./menu.ts";
import { createSchemeHandler } from "./scheme.ts";
import { readWindowState, writeWindowState } from "./window-state.ts";
import { startPage, watchWindow, windowOptions } from "./window.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const dataFolder = process.env["LIKENESS_DATA"];
const development = !app.isPackaged;

app.enableSandbox();
// The app talks to nobody; this makes Chromium's own services agree.
app.commandLine.appendSwitch("disable-background-networking");
app.commandLine.appendSwitch("disable-component-update");
app.commandLine.appendSwitch("host-resolver-rules", "MAP * ~NOTFOUND");
if (dataFolder !== undefined && dataFolder !== "") app.setPath("userData", join(dataFolder, "window"));
protocol.registerSchemesAsPrivileged([
  { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, stream: true, codeCache: true } },
]);

const stateFile = join(app.getPath("userData"), "window.json");
/** Asked for on the command line, until an engine has opened it. */
let folder = folderArgument({ argv: process.argv, cwd: process.cwd(), packaged: app.isPackaged });
let window: BrowserWindow | null = null;
/** The page has asked for a port. */
let pageConnected = false;
let engineStopped = false;

const memory = createCollectionMemory((message) => dialog.showErrorBox("Likeness", message));

const supervisor = createSupervisor({
  forkEngine: () => utilityProcess.fork(here("./engine-process.js"), [], { serviceName: "Likeness engine", stdio: "inherit" }),
  forkChild: (entry) => utilityProcess.fork(entry, [], { serviceName: "Likeness pictures", stdio: ["ignore", "ignore", "pipe"] }),
  channel: () => new MessageChannelMain(),
  killProcess: (pid) => {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // already gone
    }
  },
  now: () => performance.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  onStart: (client, restarts) => {
    const asked = folder;
    folder = null;
    void memory.follow(client, restarts, asked);
    if (pageConnected) handPort();
  },
  onGiveUp: (exitCode) => void offerRestart(`The engine stopped again and again (exit code ${exitCode}). What it had found is kept.`),
});

/** Gives the page a fresh line to the engine; it drops the one it had. */
function handPort(): void {
  const port = supervisor.connect();
  if (port === null) return;
  if (window === null || window.isDestroyed()) port.close();
  else window.webContents.postMessage(shellChannels.port, null, [port]);
}

async function offerRestart(message: string): Promise<void> {
  const options = { type: "error" as const, message, buttons: ["Try again", "Quit"], defaultId: 0, cancelId: 1 };
  const { response } = await (window === null ? dialog.showMessageBox(options) : dialog.showMessageBox(window, options));
  if (response === 0) supervisor.start();
  else app.quit();
}

function openWindow(): void {
  pageConnected = false;
  const state = readWindowState(
    stateFile,
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const opened = new BrowserWindow(
    windowOptions({ state, preload: here("./preload.cjs"), dark: nativeTheme.shouldUseDarkColors, development }),
  );
  window = opened;
  watchWindow(opened, {
    maximized: state.maximized,
    now: () => performance.now(),
    save: (next) => writeWindowState(stateFile, next),
    onPageLost: (reason) => dialog.showErrorBox("Likeness", `The window stopped again and again (${reason}). Please start Likeness anew.`),
  });
  opened.on("closed", () => {
    if (window === opened) window = null;
  });
  void opened.loadURL(startPage);
}

/** Messages count only when they come from the app's own page. */
function isFromPage(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && event.sender === window?.webContents && isAppPage(frame.url);
}

function listenToPage(): void {
  ipcMain.on(shellChannels.connect, (event) => {
    if (!isFromPage(event)) return;
    pageConnected = true;
    handPort();
  });
  ipcMain.handle(shellChannels.chooseFolder, async (event) => {
    if (!isFromPage(event) || window === null) return null;
    const chosen = await dialog.showOpenDialog(window, { title: "Choose a folder of images", properties: ["openDirectory"] });
    return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
  });
  ipcMain.handle(shellChannels.choosePath, async (event, asked: unknown) => {
    const request = readPathRequest(asked);
    return isFromPage(event) && window !== null && request !== null ? choosePath(window, request) : null;
  });
}

function begin(): void {
  lockSession(session.defaultSession);
  protocol.handle(
    scheme,
    createSchemeHandler({
      rendererFolder: here("../renderer"),
      pictureFile: async (request, signal) => {
        const client = supervisor.client;
        if (client === null) throw new Error("The engine is starting.");
        return await client.call("images.file", request, { signal });
      },
    }),
  );
  listenToPage();
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      menuTemplate({
        platform: process.platform,
        name: app.name,
        development,
        send: (command) => window?.webContents.send(shellChannels.menu, command),
      }),
    ),
  );
  supervisor.start();
  openWindow();
}

function showAgain(asked: unknown): void {
  if (window === null) openWindow();
  if (window?.isMinimized() === true) window.restore();
  window?.focus();
  if (typeof asked !== "object" || asked === null || !("folder" in asked) || typeof asked.folder !== "string") return;
  const client = supervisor.client;
  if (client === null) folder = asked.folder;
  else
    client
      .call("collection.openFolder", { path: asked.folder })
      .catch((thrown: unknown) => dialog.showErrorBox("Likeness", thrown instanceof Error ? thrown.message : String(thrown)));
}

if (app.requestSingleInstanceLock({ folder })) {
  app.on("second-instance", (_event, _argv, _cwd, additionalData) => showAgain(additionalData));
  app.on("web-contents-created", (_event, contents) => lockContents(contents));
  app.on("activate", () => {
    if (app.isReady() && window === null) openWindow();
  });
  app.on("window-all-closed", () => {
    if (process.platform !== "darwin") app.quit();
  });
  app.on("will-quit", (event) => {
    if (engineStopped) return;
    // The engine commits what it holds first.
    event.preventDefault();
    void supervisor.stop().then(() => {
      engineStopped = true;
      app.quit();
    });
  });
  void app.whenReady().then(begin);
} else {
  app.quit();
}
