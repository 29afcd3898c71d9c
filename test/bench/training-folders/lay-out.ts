/**
 * @file A source of labelled pictures as a person would have them without labels: files under neutral names in one flat folder, the labels in a table beside it.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Source } from "../verdict/sources.ts";

export interface LaidOutFolder {
  readonly name: string;
  readonly pictures: string;
  /** path,label; hidden from everything but `likeness evaluate`. */
  readonly labels: string;
}

/** Of copies of one file only the first, so that none has two labels; what cannot be read as a picture stays, as it would for a person. */
export async function layOut(source: Source, under: string): Promise<LaidOutFolder> {
  const place = join(under, source.name.replaceAll(" ", "-"));
  const folder: LaidOutFolder = { name: source.name, pictures: join(place, "pictures"), labels: join(place, "labels.csv") };
  if (existsSync(place)) return folder;
  const unfinished = `${place}.part`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(join(unfinished, "pictures"), { recursive: true });
  const lines = ["path,label"];
  const known = new Set<string>();
  for (const [index, { load, label }] of source.pictures.entries()) {
    const bytes = await load();
    const hash = createHash("sha256").update(bytes).digest("hex");
    if (known.has(hash)) continue;
    known.add(hash);
    const name = `${String(index).padStart(5, "0")}.png`;
    await writeFile(join(unfinished, "pictures", name), bytes);
    lines.push(`pictures/${name},"${label}"`);
  }
  await writeFile(join(unfinished, "labels.csv"), `${lines.join("\n")}\n`);
  await rename(unfinished, place);
  return folder;
}
