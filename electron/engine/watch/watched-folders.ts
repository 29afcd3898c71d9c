/**
 * @file The subscriptions of a collection's folders, one each, and why one of them is not listened to.
 */
import { UserError, messageOf } from "../base/errors.ts";
import { showPath, type PathBytes } from "../base/path-bytes.ts";
import { liesOnNetwork } from "./network-folder.ts";
import { isThere } from "./places-to-list.ts";
import type { Hint, Subscribe, Subscription } from "./subscribe.ts";

export interface WatchedFolders {
  /**
   * Listens to these and to no others. Gives the folders that are listened to from now on, of which everything must be listed.
   * @param renew whether a folder is listened to anew, though it is already or could not be
   */
  attend(folders: readonly PathBytes[], renew: (folder: PathBytes) => boolean): Promise<PathBytes[]>;
  /** In words, null where every change is heard. */
  readonly trouble: string | null;
  /** One of them is not there now. */
  readonly isAway: boolean;
  close(): Promise<void>;
}

interface Watched {
  subscription: Subscription | null;
  trouble: string | null;
}

export interface WatchedFoldersOptions {
  readonly subscribe: Subscribe;
  readonly leaveOut: readonly PathBytes[];
  readonly onHints: (hints: readonly Hint[]) => void;
}

export function createWatchedFolders({ subscribe, leaveOut, onHints }: WatchedFoldersOptions): WatchedFolders {
  const watched = new Map<string, Watched>();
  let away = 0;

  const forget = async (key: string): Promise<void> => {
    const { subscription } = watched.get(key) ?? {};
    watched.delete(key);
    await subscription?.close();
  };
  const begin = async (folder: PathBytes): Promise<Watched> => {
    const own: Watched = { subscription: null, trouble: null };
    // The system stopped telling, or has lost something: all is listened to and looked at anew.
    const onEnd = (reason: string): void => {
      own.trouble = reason;
      onHints([{ path: folder, isNew: true }]);
    };
    try {
      own.subscription = await subscribe(folder, { leaveOut, onHints, onEnd });
      if (await liesOnNetwork(folder)) own.trouble = `${showPath(folder)} lies on a network drive, which does not tell what others change.`;
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      own.trouble = messageOf(thrown);
    }
    return own;
  };
  return {
    attend: async (folders, renew) => {
      const wanted = new Map(folders.map((folder) => [folder.toString("latin1"), folder]));
      for (const key of [...watched.keys()]) if (!wanted.has(key)) await forget(key);
      away = 0;
      const fresh: PathBytes[] = [];
      for (const [key, folder] of wanted) {
        if (!isThere(folder)) {
          await forget(key);
          away++;
          const trouble = `The folder ${showPath(folder)} is not there. What is known of its pictures stays.`;
          watched.set(key, { subscription: null, trouble });
          continue;
        }
        if (watched.has(key) && !renew(folder)) continue;
        await forget(key);
        watched.set(key, await begin(folder));
        fresh.push(folder);
      }
      return fresh;
    },
    get trouble() {
      const reasons = [...watched.values()].flatMap(({ trouble }) => (trouble === null ? [] : [trouble]));
      return reasons.length === 0 ? null : reasons.join(" ");
    },
    get isAway() {
      return away > 0;
    },
    close: async () => {
      for (const key of [...watched.keys()]) await forget(key);
    },
  };
}
