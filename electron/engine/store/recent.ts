/**
 * @file The collections somebody opened before, and which was last: one small JSON file in the data directory, replaced atomically.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import type { RecentCollection } from "#protocol/model.ts";

import { fsPath, parseShownPath } from "../base/path-bytes.ts";
import { warn } from "../base/log.ts";
import { writeWhole } from "../base/write-whole.ts";
import { databasePath } from "./database.ts";

type RecentEntry = Omit<RecentCollection, "available">;

export interface RecentList {
  list(): RecentCollection[];
  /** The workspace used last, if it is still there. */
  last(): string | null;
  /** Puts a collection first. */
  remember(entry: RecentEntry): void;
  forget(workspace: string): void;
  /** A place for the workspace of a new collection that starts with this folder. */
  newWorkspace(folder: Buffer): string;
}

const keptCount = 20;

export function openRecentList(dataFolder: string): RecentList {
  const path = join(dataFolder, "recent.json");
  const read = (): RecentEntry[] => {
    if (!existsSync(path)) return [];
    try {
      const entries = JSON.parse(readFileSync(path, "utf8")) as unknown;
      return Array.isArray(entries) ? entries.filter(isEntry) : [];
    } catch (thrown) {
      warn(`${path} is not readable and is started anew`, thrown);
      return [];
    }
  };
  const save = (entries: RecentEntry[]): void => {
    mkdirSync(dataFolder, { recursive: true });
    writeWhole(path, JSON.stringify(entries.slice(0, keptCount), null, 1));
  };
  return {
    list: () =>
      read().map((entry) => ({
        ...entry,
        available: existsSync(databasePath(entry.workspace)) && entry.folders.some((folder) => existsSync(fsPath(parseShownPath(folder)))),
      })),
    last: () => read().find((entry) => existsSync(databasePath(entry.workspace)))?.workspace ?? null,
    remember: (entry) => save([entry, ...read().filter((each) => resolve(each.workspace) !== resolve(entry.workspace))]),
    forget: (workspace) => save(read().filter((each) => resolve(each.workspace) !== resolve(workspace))),
    newWorkspace: (folder) => {
      const name =
        basename(folder.toString("utf8"))
          .replace(/[^\p{L}\p{N}._-]+/gu, "-")
          .slice(0, 40) || "collection";
      return join(dataFolder, "collections", `${name}-${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`);
    },
  };
}

function isEntry(value: unknown): value is RecentEntry {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Partial<RecentEntry>;
  return (
    typeof entry.workspace === "string" &&
    typeof entry.name === "string" &&
    Array.isArray(entry.folders) &&
    typeof entry.openedAt === "number" &&
    typeof entry.images === "number"
  );
}
