/**
 * @file Whether a folder lies on a drive of another machine. The system tells changes that are made from here, and says nothing of those made elsewhere.
 */
import { statfs } from "node:fs/promises";

import { fsPath, type PathBytes } from "../base/path-bytes.ts";

/** Of Linux (statfs(2)): NFS, SMB, SMB2, CIFS, AFS, Ceph, 9P (also Windows' drives under WSL), what sshfs and the like bring in through FUSE. */
const networkTypes = new Set([0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x5346414f, 0x00c36400, 0x01021997, 0x65735546]);

export async function liesOnNetwork(folder: PathBytes): Promise<boolean> {
  if (process.platform === "win32") return folder.toString("utf8").startsWith("\\\\");
  if (process.platform !== "linux") return false;
  try {
    return networkTypes.has((await statfs(fsPath(folder))).type);
  } catch {
    return false;
  }
}
