/**
 * @file A device that is opened before it is known whether anything will be run on it: opening takes tenths of a second during which a folder is listed, and the folder may hold nothing.
 */
import type { ChosenDevice } from "./devices.ts";

export interface OpenedAhead {
  /** Begins to open, once. What goes wrong is told to whoever takes it. */
  start(): void;
  /** The device; closing it is the taker's business. */
  take(): Promise<ChosenDevice>;
  /** Closes what was opened and never taken. */
  release(): Promise<void>;
}

export function openedAhead(open: () => Promise<ChosenDevice>): OpenedAhead {
  let opening: Promise<ChosenDevice> | null = null;
  let isTaken = false;
  const start = (): Promise<ChosenDevice> => (opening ??= open());
  return {
    start: () => {
      start().catch(() => undefined);
    },
    take: () => {
      isTaken = true;
      return start();
    },
    release: async () => {
      if (isTaken || opening === null) return;
      const opened = await opening.catch(() => null);
      await opened?.session.close();
    },
  };
}
