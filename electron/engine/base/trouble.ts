/**
 * @file Trouble with the disk or the database in words that say what to do. It reaches us under many names: of the file system, of SQLite, and through the message
 * of a child process.
 */
import { UserError } from "./errors.ts";

interface Trouble {
  readonly code: string;
  readonly codes: RegExp;
  readonly say: (place: string, what: string) => string;
}

const troubles: readonly Trouble[] = [
  {
    code: "disk-full",
    codes: /^(ENOSPC|EDQUOT|EFBIG|SQLITE_FULL)$/,
    say: (place, what) =>
      `There is no space left where ${place} lies (${what}). What was finished is kept: free some space and start this again, it goes on from there.`,
  },
  {
    code: "workspace-locked",
    codes: /^SQLITE_(BUSY|LOCKED)/,
    say: (place, what) =>
      `Another program holds the database in ${place} (${what}): a backup, a synchronised folder or a database tool. Close it and start this again, it goes on from where it was.`,
  },
  {
    code: "workspace-unwritable",
    codes: /^(EROFS|EACCES|EPERM|SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM)/,
    say: (place, what) => `${place} cannot be written (${what}). It must be writable; what was finished is kept.`,
  },
  {
    code: "workspace-lost",
    codes: /^(EIO|ENODEV|ENXIO|ESTALE|ENOTCONN|SQLITE_IOERR)/,
    say: (place, what) =>
      `The disk with ${place} cannot be read or written now (${what}). If it is removable or on a network, connect it and start this again; what was finished is kept.`,
  },
];

/** The same thrown thing, or the UserError that explains it. `place`: the workspace, where all that we write lies. */
export function explainTrouble(thrown: unknown, place: string): unknown {
  for (let each: unknown = thrown; each instanceof Error; each = each.cause) {
    if (each instanceof UserError) return thrown;
    const code = "code" in each && typeof each.code === "string" ? each.code : "";
    const found = troubles.find(({ codes }) => codes.test(code));
    if (found !== undefined) return new UserError(found.code, found.say(place, each.message), { cause: thrown });
  }
  return thrown;
}
