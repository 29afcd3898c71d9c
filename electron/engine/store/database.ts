/**
 * @file Opens the workspace's SQLite file. WAL, one writer: the writer holds an exclusive transaction on a second small database for as
 * long as it lives, so the operating system frees the lock even after kill -9; who holds it is written beside it for the message.
 * Readers need no lock.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

import Database from "better-sqlite3";

import { systemClock, type Clock } from "../base/clock.ts";
import { UserError } from "../base/errors.ts";
import { debug } from "../base/log.ts";
import { explainTrouble } from "../base/trouble.ts";
import { migrate, newestVersion } from "./migrations/table.ts";

export type Sqlite = Database.Database;

/** For queries that only read. Passing it where rows are written is a type error. */
export interface ReadStore {
  readonly sqlite: Sqlite;
  readonly workspace: string;
  readonly access: "read" | "write";
}

/** For queries that write. */
export interface WriteStore extends ReadStore {
  readonly access: "write";
}

export interface OpenedStore<S extends ReadStore> {
  readonly store: S;
  close(): void;
}

/** Locks of stores that are open: one that nobody refers to is garbage, and collecting it would free the lock while the store is still written to. */
const held = new Set<ReturnType<typeof takeLock>>();

/** Opens for writing, making the workspace where it is missing. Throws UserError `workspace-busy` when another process holds it. */
export function openForWriting(workspace: string, clock: Clock = systemClock): OpenedStore<WriteStore> {
  makeFolder(workspace);
  const lock = takeLock(workspace, clock);
  try {
    const sqlite = openFile(workspace, false);
    migrate(sqlite, databasePath(workspace));
    held.add(lock);
    return {
      store: { sqlite, workspace, access: "write" },
      close: () => {
        sqlite.close();
        lock.close();
        held.delete(lock);
      },
    };
  } catch (thrown) {
    lock.close();
    throw explainTrouble(thrown, workspace);
  }
}

/**
 * Opens for reading; the workspace must exist and have this program's version. Everything read until it is closed belongs to one moment,
 * also while another process writes.
 */
export function openForReading(workspace: string): OpenedStore<ReadStore> {
  const sqlite = openFile(workspace, true);
  const version = sqlite.pragma("user_version", { simple: true }) as number;
  if (version !== newestVersion) {
    sqlite.close();
    throw new UserError(
      "workspace-version",
      `The workspace ${workspace} has format ${version}, this program reads format ${newestVersion}. ` +
        (version < newestVersion
          ? "Run `likeness index` once to bring it up to date."
          : "It was written by a newer Likeness: update this one."),
    );
  }
  sqlite.exec("BEGIN");
  return { store: { sqlite, workspace, access: "read" }, close: () => sqlite.close() };
}

/**
 * Deletes a workspace: its database, thumbnails and lock, nothing else, and never an image; a folder that then is empty goes too. Throws
 * UserError `workspace-busy` when another process has it open.
 */
export function deleteWorkspace(workspace: string, clock: Clock = systemClock): void {
  if (!existsSync(databasePath(workspace))) return;
  takeLock(workspace, clock).close();
  for (const folder of ["thumbnails", "previews"]) deletePictures(join(workspace, folder));
  for (const name of ["likeness.db", "likeness.db-wal", "likeness.db-shm", "lock.db", "lock.db-journal", "lock.json"])
    rmSync(join(workspace, name), { force: true });
  for (const [folder, ours] of Object.entries(trainingFolders)) {
    for (const name of listNames(join(workspace, folder)))
      if (ours.test(name)) rmSync(join(workspace, folder, name), { recursive: true, force: true });
    removeIfEmpty(join(workspace, folder));
  }
  removeIfEmpty(workspace);
}

/** What training leaves, by the names that it gives. */
const trainingFolders = { runs: /^run-\d+-/, training: /^pictures-[0-9a-f]+\.u8/, samples: /^(trial|strip)/ };

/** Only what bears the names we give (ab/<hash>.jpg): the folder may have been somebody's before it was ours. */
function deletePictures(folder: string): void {
  for (const shelf of listNames(folder)) {
    if (!/^[0-9a-f]{2}$/.test(shelf)) continue;
    for (const name of listNames(join(folder, shelf)))
      if (/^[0-9a-f]{32}\.jpg/.test(name)) rmSync(join(folder, shelf, name), { force: true });
    removeIfEmpty(join(folder, shelf));
  }
  removeIfEmpty(folder);
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something of somebody else's is in it.
  }
}

export function databasePath(workspace: string): string {
  return join(workspace, "likeness.db");
}

function openFile(workspace: string, readonly: boolean): Sqlite {
  const path = databasePath(workspace);
  if (readonly && !existsSync(path))
    throw new UserError("workspace-missing", `There is no collection at ${workspace}: run \`likeness index FOLDER\` first.`);
  try {
    const sqlite = new Database(path, { readonly, fileMustExist: readonly, timeout: 10_000 });
    if (!readonly) sqlite.pragma("journal_mode = WAL");
    // NORMAL with WAL: a power cut may lose the last commits, never the file. A kill -9 loses nothing that was committed.
    sqlite.pragma("synchronous = NORMAL");
    sqlite.pragma("foreign_keys = ON");
    sqlite.pragma("temp_store = MEMORY");
    sqlite.pragma("cache_size = -65536");
    sqlite.pragma("mmap_size = 268435456");
    debug(`opened ${path}`);
    return sqlite;
  } catch (thrown) {
    const code = (thrown as { code?: string }).code ?? "";
    if (code === "SQLITE_NOTADB" || code === "SQLITE_CORRUPT")
      throw new UserError(
        "workspace-damaged",
        `${path} is not a readable Likeness database. Move the folder ${workspace} away and index again; no image is affected.`,
        { cause: thrown },
      );
    if (code.startsWith("SQLITE_CANTOPEN") || code.startsWith("SQLITE_READONLY") || code.startsWith("SQLITE_PERM"))
      throw new UserError(
        "workspace-unwritable",
        `${path} cannot be opened (${(thrown as Error).message}): it and its folder must be readable and writable, also for looking only.`,
        { cause: thrown },
      );
    throw thrown;
  }
}

function makeFolder(workspace: string): void {
  try {
    mkdirSync(workspace, { recursive: true });
  } catch (thrown) {
    throw new UserError("workspace-unwritable", `The workspace folder ${workspace} cannot be made: ${(thrown as Error).message}`, {
      cause: thrown,
    });
  }
}

/** Two who ask at one moment, or one who only looks, are in each other's way for an instant: without some patience both would be refused. Whoever holds the lock does so for as long as it lives. */
const lockPatienceMs = 300;

function takeLock(workspace: string, clock: Clock): Sqlite {
  const notePath = join(workspace, "lock.json");
  let lock: Sqlite;
  try {
    lock = new Database(join(workspace, "lock.db"), { timeout: lockPatienceMs });
  } catch (thrown) {
    throw new UserError("workspace-unwritable", `The workspace folder ${workspace} cannot be written: ${(thrown as Error).message}`, {
      cause: thrown,
    });
  }
  try {
    // Not with `locking_mode = EXCLUSIVE`, by which whoever waits keeps a shared lock: two would wait for each other.
    lock.exec("BEGIN EXCLUSIVE");
  } catch (thrown) {
    lock.close();
    const code = (thrown as { code?: string }).code ?? "";
    if (code !== "SQLITE_BUSY")
      throw new UserError("workspace-unwritable", `The workspace folder ${workspace} cannot be written: ${(thrown as Error).message}`, {
        cause: thrown,
      });
    throw new UserError(
      "workspace-busy",
      `The workspace ${workspace} is in use by ${holder(notePath)}. Close that one first, or use another --workspace.`,
      { cause: thrown },
    );
  }
  const note = {
    process: process.pid,
    host: hostname(),
    command: process.argv.slice(1, 4).join(" "),
    since: new Date(clock.now()).toISOString(),
  };
  try {
    writeFileSync(notePath, JSON.stringify(note));
  } catch (thrown) {
    lock.close();
    throw new UserError("workspace-unwritable", `The workspace folder ${workspace} cannot be written: ${(thrown as Error).message}`, {
      cause: thrown,
    });
  }
  return lock;
}

/** True while a process, this one or another, has the workspace open for writing. */
export function isBeingWritten(workspace: string): boolean {
  const path = join(workspace, "lock.db");
  if (!existsSync(path)) return false;
  const lock = new Database(path, { timeout: 0, readonly: true });
  try {
    lock.prepare("SELECT count(*) FROM sqlite_master").get();
    return false;
  } catch (thrown) {
    if ((thrown as { code?: string }).code === "SQLITE_BUSY") return true;
    throw thrown;
  } finally {
    lock.close();
  }
}

function holder(notePath: string): string {
  try {
    const note = JSON.parse(readFileSync(notePath, "utf8")) as { process: number; host: string; since: string };
    return `process ${note.process} on ${note.host} (since ${note.since})`;
  } catch {
    return "another process";
  }
}
