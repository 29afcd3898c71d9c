/**
 * @file A small real collection, drawn and indexed, among whose files are names that mean something elsewhere: to HTML, to spreadsheets, to a reader
 * of right-to-left text.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { createEngine, type Engine } from "#engine/engine.ts";
import { drawCollection, type DrawnCollection } from "../fixtures/collection.ts";
import { indexNow } from "./in-process.ts";

export const hostileNames = [
  "<img src=x onerror=alert(1)>.jpg",
  '"><script>document.title=1<!--.jpg',
  "'onmouseover='alert(1).jpg",
  "&lt;b&gt;.jpg",
  '=HYPERLINK("evil"),x.jpg',
  "a\u202egpj.exe.jpg",
  "line\nbreak.jpg",
  `${"long".repeat(50)}.jpg`,
] as const;

export interface IndexedCollection {
  readonly engine: Engine;
  readonly drawn: DrawnCollection;
  /** Of the images. */
  readonly folder: string;
  /** Images in all. */
  readonly count: number;
}

/** `home` is an empty folder; close the engine afterwards. */
export async function indexedCollection(home: string): Promise<IndexedCollection> {
  const folder = join(home, "pictures");
  mkdirSync(join(folder, "hostile"), { recursive: true });
  const drawn = await drawCollection(folder);
  hostileNames.forEach((name, index) => copyFileSync(join(folder, `kind-1/picture-${index}.jpg`), join(folder, "hostile", name)));
  const engine = await createEngine({ dataFolder: join(home, "data"), cores: 2 });
  await engine.openForFolder(folder, null);
  await indexNow(engine, [folder]);
  return { engine, drawn, folder, count: drawn.images.length + hostileNames.length };
}
