/**
 * @file The only code that a page of the desktop app shares with Electron. Runs sandboxed, before the page; gives it five functions and,
 * on request, a port to the engine. It exposes no channel by name and nothing of `ipcRenderer`.
 */
import { contextBridge, ipcRenderer, webUtils } from "electron";

import { portMessageKind, shellChannels, type PathRequest } from "#protocol/electron-shell.ts";

/** What the page finds as `window.likeness`. */
export interface ElectronBridge {
  readonly kind: "electron";
  /** The path of a dropped file or folder on this machine; empty for one that has none. */
  pathForFile(file: File): string;
  /** The system's folder dialog; null when it was cancelled. */
  chooseFolder(): Promise<string | null>;
  /** The system's dialog for a folder, a file or a new file; null when it was cancelled. */
  choosePath(request: PathRequest): Promise<string | null>;
  /** Commands chosen in the application menu, by their id. */
  onMenu(handler: (command: string) => void): void;
  /** Asks for a port to the engine; it comes as a window message (see `handedPortTransport`), and another with every new engine. */
  requestEngine(): void;
}

const bridge: ElectronBridge = {
  kind: "electron",
  pathForFile: (file) => webUtils.getPathForFile(file),
  chooseFolder: async () => {
    const path: unknown = await ipcRenderer.invoke(shellChannels.chooseFolder);
    return typeof path === "string" ? path : null;
  },
  choosePath: async (request) => {
    const path: unknown = await ipcRenderer.invoke(shellChannels.choosePath, request);
    return typeof path === "string" ? path : null;
  },
  onMenu: (handler) => {
    ipcRenderer.on(shellChannels.menu, (_event, command: unknown) => {
      if (typeof command === "string") handler(command);
    });
  },
  requestEngine: () => ipcRenderer.send(shellChannels.connect),
};

contextBridge.exposeInMainWorld("likeness", bridge);

// A port cannot pass the context bridge; a window message carries it. The page takes it only from its own window.
ipcRenderer.on(shellChannels.port, (event) => window.postMessage(portMessageKind, "*", event.ports));
