/**
 * @file The wire between a pool and one of its child processes, whoever made the process: child_process.fork here, Electron's
 * utilityProcess.fork in the desktop app.
 */

/** Parent to child. */
export interface ChildRequest {
  readonly id: number;
  readonly operation: string;
  readonly request: unknown;
  /** No other child decodes a large picture until this is answered. */
  readonly isAlone?: boolean;
}

/** Child to parent. */
export type ChildReply =
  | { readonly kind: "ready" }
  | { readonly kind: "progress"; readonly id: number; readonly value: unknown }
  /** The request in hand may take this long from now on. */
  | { readonly kind: "expects"; readonly id: number; readonly ms: number }
  /** Its picture needs so much memory that it must be asked for again, alone. */
  | { readonly kind: "large"; readonly id: number }
  | { readonly kind: "done"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: "bug"; readonly id: number; readonly message: string; readonly stack: string; readonly code?: string };

export interface ChildPort {
  post(message: ChildRequest): void;
  /** Called once, by the pool, before anything is posted. */
  onMessage(listener: (message: ChildReply) => void): void;
  /** Called once when the process is gone, for whatever reason; `why` is for people. */
  onExit(listener: (why: string) => void): void;
  /** At once and for certain (SIGKILL): a hang in native code answers to nothing else. */
  kill(): void;
}

export type SpawnChild = () => ChildPort;
