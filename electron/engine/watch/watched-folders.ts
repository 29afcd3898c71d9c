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
   * Listens to these and to no others. Gives the folders that were not listened to until now, of which everything must be listed.
   * @param renew those that are listened to already are listened to anew, and given too
   */
  attend(folders: readonly PathBytes[], renew: boolean): Promise<PathBytes[]>;
  /** In words, null where every change is heard. */
  readonly trouble: string | null;
  /** One of them is not there now. */
  readonly isAway: boolean;
  close(): Promise<void>;
}

interface Watched {
  readonly folder: PathBytes;
  readonly subscription: Subscription | null;
  readonly trouble: string | null;
}

export interface WatchedFoldersOptions {
  readonly subscribe: Subscribe;
  readonly leaveOut: readonly PathBytes[];
  readonly onHints: (hints: readonly Hint[]) => void;
}

export function createWatchedFolders({ subscribe, leaveOut, onHints }: WatchedFoldersOptions): WatchedFolders {
  const watched = new Map<string, Watched>();
  const away = new Set<string>();

  const forget = async (key: string): Promise<void> => {
    const { subscription } = watched.get(key) ?? {};
    watched.delete(key);
    await subscription?.close();
  };
  const begin = async (key: string, folder: PathBytes): Promise<void> => {
    // The system may stop telling later on: then it is begun anew by the next look.
    const onEnd = (reason: string): void => void watched.set(key, { folder, subscription: null, trouble: reason });
    try {
      const subscription = await subscribe(folder, { leaveOut, onHints, onEnd });
      const isRemote = await liesOnNetwork(folder);
      watched.set(key, { folder, subscription, trouble: isRemote ? `${showPath(folder)} lies on a network drive, which does not tell what others change.` : null }); // prettier-ignore
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      watched.set(key, { folder, subscription: null, trouble: messageOf(thrown) });
    }
  };
  return {
    attend: async (folders, renew) => {
      const wanted = new Map(folders.map((folder) => [folder.toString("latin1"), folder]));
      for (const key of [...watched.keys()]) if (!wanted.has(key)) await forget(key);
      for (const key of [...away]) if (!wanted.has(key)) away.delete(key);
      const fresh: PathBytes[] = [];
      for (const [key, folder] of wanted) {
        if (!isThere(folder)) {
          await forget(key);
          away.add(key);
          watched.set(key, { folder, subscription: null, trouble: `The folder ${showPath(folder)} is not there. What is known of its pictures stays.` }); // prettier-ignore
          continue;
        }
        away.delete(key);
        const known = watched.get(key);
        if (known?.subscription && !renew) continue;
        await forget(key);
        await begin(key, folder);
        fresh.push(folder);
      }
      return fresh;
    },
    get trouble() {
      const reasons = [...watched.values()].flatMap(({ trouble }) => (trouble === null ? [] : [trouble]));
      return reasons.length === 0 ? null : reasons.join(" ");
    },
    get isAway() {
      return away.size > 0;
    },
    close: async () => {
      for (const key of [...watched.keys()]) await forget(key);
    },
  };
}
