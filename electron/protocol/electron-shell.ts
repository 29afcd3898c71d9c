/**
 * @file What the three parts of the Electron shell (main process, preload script, engine process) say to each other besides the contract.
 * Pictures, calls and events never pass through the main process; it only makes the channels and hands out their ends.
 */
export { portMessageKind } from "./transports/handed-port.ts";

/** The app's own URL scheme: `likeness://app/`, `likeness://thumbnail/ID`, `likeness://image/ID`. */
export const scheme = "likeness";
export const appOrigin = "likeness://app";

/** Electron IPC channels between a page's preload script and the main process. */
export const shellChannels = {
  /** Page -> main: hand me a port to the engine, now and whenever there is a new engine. */
  connect: "likeness:connect",
  /** Main -> page: the port. */
  port: "likeness:port",
  /** Page -> main, answered: the system's folder dialog. */
  chooseFolder: "likeness:choose-folder",
  /** Page -> main, answered: the system's dialog for any path, by a `PathRequest`. */
  choosePath: "likeness:choose-path",
  /** Main -> page: the id of a command chosen in the menu. */
  menu: "likeness:menu",
} as const;

export const pathKinds = ["folder", "file", "new-file"] as const;

/** A path that a person is asked for. */
export interface PathRequest {
  readonly kind: (typeof pathKinds)[number];
  readonly title: string;
  /** Of a file: its ending without a dot, one of these; empty: any. */
  readonly endings: readonly string[];
  /** What a new file would be called. */
  readonly name: string;
}

/** What came from a page, checked; null: it is no request. */
export function readPathRequest(value: unknown): PathRequest | null {
  if (typeof value !== "object" || value === null) return null;
  const { kind, title, endings, name } = value as Record<string, unknown>;
  const known = pathKinds.find((each) => each === kind);
  if (known === undefined || typeof title !== "string" || typeof name !== "string" || !Array.isArray(endings)) return null;
  if (!endings.every((each): each is string => typeof each === "string" && /^[a-z0-9.]{1,20}$/.test(each))) return null;
  return { kind: known, title, endings, name };
}

/** Main process -> engine process. */
export type ToEngineProcess =
  /** A port comes along: serve the contract on it. */
  | { readonly kind: "client" }
  /** Child `id` runs; a port to it comes along. */
  | { readonly kind: "child-started"; readonly id: number }
  /** It is gone, or never came; `why` is for people. */
  | { readonly kind: "child-gone"; readonly id: number; readonly why: string }
  /** Commit everything and leave. */
  | { readonly kind: "close" };

/** Engine process -> main process. */
export type FromEngineProcess =
  /** It listens; ports may be sent. */
  | { readonly kind: "ready" }
  /** Start a child process for me (an engine process cannot: the fuse that lets Electron run as Node is off). */
  | { readonly kind: "start-child"; readonly id: number; readonly entry: string }
  | { readonly kind: "kill-child"; readonly id: number };
