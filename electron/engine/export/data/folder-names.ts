/**
 * @file Names of files and folders that are about to be made: what every file system takes, and none twice.
 */

/** Names of devices on Windows, with any ending. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const longestBytes = 200;

/** A class's name as the name of a folder. */
export function folderName(text: string): string {
  const plain = text.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]/g, "_").replace(/^[. ]+|[. ]+$/g, "");
  const short = shortened(plain);
  return short === "" ? "unnamed" : reserved.test(short) ? `_${short}` : short;
}

/** Cut between characters, so that it fits where names have at most 255 bytes. */
function shortened(text: string): string {
  if (Buffer.byteLength(text) <= longestBytes) return text;
  let bytes = 0;
  let kept = "";
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > longestBytes) break;
    kept += character;
  }
  return kept;
}

/**
 * Gives names out, each once: "a.jpg", then "a (2).jpg". Names that differ in case only are the same on most desktops. Bytes, since a file's
 * name need not be text.
 */
export function createNames(taken: Iterable<Buffer>, kind: "files" | "folders" = "files"): (wanted: Buffer) => Buffer {
  const used = new Set<string>();
  const next = new Map<string, number>();
  const key = (name: Buffer): string => name.toString("utf8").normalize("NFC").toLowerCase();
  for (const name of taken) used.add(key(name));
  return (wanted) => {
    let name = wanted;
    for (let count = next.get(key(wanted)) ?? 2; used.has(key(name)); count++) {
      name = numbered(wanted, count, kind);
      next.set(key(wanted), count + 1);
    }
    used.add(key(name));
    return name;
  };
}

/** "a.jpg" -> "a (2).jpg"; a folder has no ending. */
export function numbered(name: Buffer, count: number, kind: "files" | "folders" = "files"): Buffer {
  const dot = kind === "files" ? name.lastIndexOf(0x2e) : -1;
  const at = dot > 0 ? dot : name.length;
  // What is added may not push a long name over the limit.
  const most = 255 - (name.length - at) - 12;
  let end = Math.min(at, Math.max(1, most));
  while (end > 1 && end < at && ((name[end] as number) & 0xc0) === 0x80) end--;
  return Buffer.concat([name.subarray(0, end), Buffer.from(` (${count})`), name.subarray(at)]);
}
