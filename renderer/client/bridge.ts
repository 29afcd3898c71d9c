/**
 * @file What a host may put on the window before the app starts. The Electron preload script sets an `electron` bridge; a page that
 * carries its own engine (the tests) sets an `embedded` one; a plain browser has none and talks to the server it came from.
 */
import type { PathRequest } from "#protocol/electron-shell.ts";
import type { EventName, Events, Handlers } from "#protocol/contract.ts";
import type { ImageId } from "#protocol/model.ts";
import type { ConnectionState } from "#protocol/transports/transport.ts";

export interface ElectronBridge {
  readonly kind: "electron";
  /** Asks the preload script to hand over the engine's port (`transports/handed-port.ts`). */
  requestEngine(): void;
  /** The path of a dropped file or folder on this machine. */
  pathForFile(file: File): string;
  /** The system's folder dialog; null when it was cancelled. */
  chooseFolder(): Promise<string | null>;
  /** The system's dialog for a folder, a file or a new file; null when it was cancelled. */
  choosePath(request: PathRequest): Promise<string | null>;
  /** Commands chosen in the application menu, by their id in `app/commands.ts`. */
  onMenu(handler: (command: string) => void): void;
}

export interface EmbeddedBridge {
  readonly kind: "embedded";
  readonly handlers: Handlers;
  on<E extends EventName>(event: E, handler: (value: Events[E]) => void): () => void;
  onConnection(handler: (state: ConnectionState) => void): () => void;
  pictureUrl(id: ImageId, kind: "thumbnail" | "image"): string;
}

declare global {
  interface Window {
    readonly likeness?: ElectronBridge | EmbeddedBridge;
  }
}

export function bridge(): ElectronBridge | EmbeddedBridge | null {
  return window.likeness ?? null;
}

export function electronBridge(): ElectronBridge | null {
  const found = bridge();
  return found?.kind === "electron" ? found : null;
}
