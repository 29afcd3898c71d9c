/**
 * @file Reads just enough of an ICC profile (ICC.1:2010, 7.2, 9.2.41, 10.13) to tell plain sRGB, which needs no conversion, from the rest.
 */

/** True for the usual names of sRGB as a matrix and a curve. Anything unsure is false: converting through the profile is always right. */
export function isPlainSrgb(profile: Buffer): boolean {
  if (profile.length < 132 || profile.toString("latin1", 16, 20) !== "RGB ") return false;
  const count = profile.readUInt32BE(128);
  let named = false;
  for (let index = 0; index < count && index < 100; index++) {
    const entry = 132 + index * 12;
    if (entry + 12 > profile.length) return false;
    const name = profile.toString("latin1", entry, entry + 4);
    // Profiles of tables (sRGB v4 "preference") render differently.
    if (name.startsWith("A2B")) return false;
    if (name !== "desc") continue;
    const start = profile.readUInt32BE(entry + 4);
    const tag = profile.subarray(start, start + Math.min(profile.readUInt32BE(entry + 8), 4096));
    named = /^sRGB(?: IEC61966-2[.-]1| built-in|2014)?$/.test(descriptionOf(tag).trim());
  }
  return named;
}

/** What a profile calls itself; empty where it does not. */
export function profileName(profile: Buffer): string {
  const count = profile.length < 132 ? 0 : Math.min(100, profile.readUInt32BE(128));
  for (let index = 0; index < count; index++) {
    const entry = 132 + index * 12;
    if (entry + 12 > profile.length) return "";
    if (profile.toString("latin1", entry, entry + 4) !== "desc") continue;
    const start = profile.readUInt32BE(entry + 4);
    return descriptionOf(profile.subarray(start, start + Math.min(profile.readUInt32BE(entry + 8), 4096))).trim();
  }
  return "";
}

/** Text of a "desc" (version 2: ASCII) or of the first record of an "mluc" (version 4: UTF-16). */
function descriptionOf(tag: Buffer): string {
  if (tag.length < 28) return "";
  const type = tag.toString("latin1", 0, 4);
  if (type === "desc") return untilZero(tag.toString("latin1", 12, 12 + Math.min(tag.readUInt32BE(8), 200)));
  if (type !== "mluc") return "";
  const length = Math.min(tag.readUInt32BE(20), 200) & ~1;
  const start = tag.readUInt32BE(24);
  if (start + length > tag.length) return "";
  return untilZero(
    Buffer.from(tag.subarray(start, start + length))
      .swap16()
      .toString("utf16le"),
  );
}

function untilZero(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
