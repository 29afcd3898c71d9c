/** @file How the one window is made: locked down, where it was last time, and shown only when there is something to see. */
import type { BrowserWindow, BrowserWindowConstructorOptions } from "electron";

import { appOrigin } from "#protocol/electron-shell.ts";

import type { WindowState } from "./window-state.ts";

export const startPage = `${appOrigin}/`;

export interface WindowOptions {
  readonly state: WindowState;
  readonly preload: string;
  readonly dark: boolean;
  readonly development: boolean;
}

export function windowOptions({ state, preload, dark, development }: WindowOptions): BrowserWindowConstructorOptions {
  return {
    ...(state.bounds ?? { width: 1360, height: 860 }),
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: "Likeness",
    backgroundColor: dark ? "#141416" : "#f6f6f7",
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: development,
    },
  };
}

type WatchedWindow = Pick<BrowserWindow, "on" | "once" | "show" | "maximize" | "getNormalBounds" | "isMaximized" | "reload"> & {
  readonly webContents: Pick<BrowserWindow["webContents"], "on">;
};

export interface WindowEvents {
  readonly maximized: boolean;
  now(): number;
  save(state: WindowState): void;
  /** The page died again and again. */
  onPageLost(reason: string): void;
}

const crashLimit = 3;
const crashWindowMs = 60_000;

/** Shows the window when it has something to show, remembers where it was, and loads the page again when its process dies. */
export function watchWindow(window: WatchedWindow, { maximized, now, save, onPageLost }: WindowEvents): void {
  let crashes: number[] = [];
  window.once("ready-to-show", () => {
    if (maximized) window.maximize();
    window.show();
  });
  window.on("close", () => save({ bounds: window.getNormalBounds(), maximized: window.isMaximized() }));
  window.webContents.on("render-process-gone", (_event, details) => {
    if (details.reason === "clean-exit") return;
    crashes = [...crashes.filter((time) => now() - time < crashWindowMs), now()];
    if (crashes.length > crashLimit) onPageLost(details.reason);
    else window.reload();
  });
}
