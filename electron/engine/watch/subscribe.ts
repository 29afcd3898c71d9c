/**
 * @file Hears from the system which paths under a folder changed (@parcel/watcher: inotify, FSEvents, ReadDirectoryChangesW). What it tells is a hint and never
 * the truth: events are joined, come late, or not at all where a folder was moved in with folders inside it. So whoever listens lists again what is named,
 * and renews the subscription when a folder came.
 */
import type * as Watcher from "@parcel/watcher";

import { UserError, messageOf } from "../base/errors.ts";
import { debug } from "../base/log.ts";
import { isInside, showPath, splitPath, type PathBytes } from "../base/path-bytes.ts";
import { realPath } from "../ingest/scan/folders.ts";

export interface Hint {
  /** Where something changed, in the spelling of the folder: a file, a folder, or what a file that has no name as text lies in. */
  readonly path: PathBytes;
  /** Nothing was there before. True also of the folder itself where it went away: what comes back at its place is another. */
  readonly isNew: boolean;
}

export interface Subscription {
  close(): Promise<void>;
}

export interface SubscribeOptions {
  /** Real paths of folders of which nothing is told. */
  readonly leaveOut: readonly PathBytes[];
  readonly onHints: (hints: readonly Hint[]) => void;
  /** The system stopped telling. */
  readonly onEnd: (reason: string) => void;
}

export type Subscribe = (folder: PathBytes, options: SubscribeOptions) => Promise<Subscription>;

/** Throws a UserError that says why changes of this folder cannot be heard. */
export const subscribe: Subscribe = async (folder, { leaveOut, onHints, onEnd }) => {
  // A folder that is named through a link is listened to where it lies, and spelled as it was named.
  const real = realPath(folder);
  const place = real.toString("utf8");
  if (!Buffer.from(place, "utf8").equals(real))
    throw new UserError("watch-name", `The system does not tell changes of ${showPath(folder)}: its name is no text.`);
  const inside = leaveOut.filter((path) => isInside(path, real));
  let isClosed = false;
  const hear: Parameters<typeof Watcher.subscribe>[1] = (error, events) => {
    if (isClosed) return;
    if (error !== null) return onEnd(explain(folder, error));
    const hints = events.flatMap(({ path, type }) => {
      const changed = nearestText(path);
      if (!isInside(changed, real) || inside.some((own) => isInside(changed, own))) return [];
      return [
        {
          path: Buffer.concat([folder, changed.subarray(real.length)]),
          isNew: type === "create" || (type === "delete" && changed.equals(real)),
        },
      ];
    });
    if (hints.length > 0) onHints(hints);
  };
  // Names with signs that a pattern is made of would be read as one; then more is heard than needed.
  const ignore = inside.map((path) => path.toString("utf8")).filter((path) => !/[*?[\](){}!+@|]/u.test(path));
  try {
    const { subscribe: begin } = await import("@parcel/watcher");
    const subscription = await begin(place, hear, { ignore });
    return {
      close: async () => {
        isClosed = true;
        // A folder that is gone cannot be left.
        await subscription
          .unsubscribe()
          .catch((thrown: unknown) => debug(`the watch of ${place} could not be ended: ${messageOf(thrown)}`));
      },
    };
  } catch (thrown) {
    throw new UserError("watch-failed", explain(folder, thrown), { cause: thrown });
  }
};

/** A name that is not UTF-8 comes with signs in place of its bytes: then the folder in which it lies stands for it. */
function nearestText(path: string): PathBytes {
  let bytes = Buffer.from(path, "utf8");
  while (bytes.length > 1 && bytes.includes("\ufffd")) bytes = Buffer.from(splitPath(bytes).folder);
  return bytes;
}

function explain(folder: PathBytes, thrown: unknown): string {
  const shown = showPath(folder);
  const message = messageOf(thrown);
  if (/No space left on device|limit/iu.test(message))
    return `${shown} has more folders than this system may watch for this user (on Linux: fs.inotify.max_user_watches).`;
  if (/Cannot find (module|package)|prebuild/iu.test(message)) return `There is no watcher of folders for this system.`;
  return `The system does not tell changes of ${shown} (${message}).`;
}
