/**
 * @file Whether a folder lies on a drive of another machine. The system tells changes that are made from here, and says nothing of those made elsewhere.
 */
import { readFile } from "node:fs/promises";

import { isInside, type PathBytes } from "../base/path-bytes.ts";
import { realPath } from "../ingest/scan/folders.ts";

/** As Linux names them; 9p is also how WSL brings in the drives of Windows. */
const networkKinds = /^(nfs4?|cifs|smb3|smbfs|9p|afs|ceph|glusterfs|fuse\.(sshfs|rclone|s3fs|gvfsd-fuse|davfs2?|glusterfs))$/u;

export async function liesOnNetwork(folder: PathBytes): Promise<boolean> {
  if (process.platform === "win32") return folder.toString("utf8").startsWith("\\\\");
  if (process.platform !== "linux") return false;
  try {
    return networkKinds.test(kindOfMount(await readFile("/proc/self/mountinfo"), realPath(folder)) ?? "");
  } catch {
    return false;
  }
}

/**
 * The kind of file system that holds a path.
 * @param mounts as /proc/PID/mountinfo has them (proc(5)): the fifth field is the place, the one after the dash the kind
 */
export function kindOfMount(mounts: Buffer, path: PathBytes): string | null {
  let found: { readonly place: Buffer; readonly kind: string } | null = null;
  for (const line of mounts.toString("latin1").split("\n")) {
    const fields = line.split(" ");
    const kind = fields[fields.indexOf("-", 6) + 1];
    const written = fields[4];
    if (kind === undefined || written === undefined || fields.indexOf("-", 6) < 0) continue;
    const place = Buffer.from(
      written.replace(/\\([0-7]{3})/gu, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
      "latin1",
    );
    // Of two at one place the later one hides the earlier.
    if (isInside(path, place) && (found === null || place.length >= found.place.length)) found = { place, kind };
  }
  return found?.kind ?? null;
}
