/**
 * @file What every section of a report reads.
 */
import type { Collection } from "../../collection.ts";
import type { ImageFacts } from "../data/image-facts.ts";
import type { Album } from "./album.ts";
import type { Markup } from "./html.ts";

export interface ReportContext {
  readonly collection: Collection;
  /** In the order of the catalogue. */
  readonly images: readonly ImageFacts[];
  readonly byId: ReadonlyMap<number, ImageFacts>;
  readonly album: Album;
  /** Absolute, shown form; more than one where the collection has several. */
  readonly folders: readonly string[];
}

export interface Section {
  readonly id: string;
  readonly title: string;
  /** Beside the title, and in the list of contents. */
  readonly note: string;
  readonly body: Markup;
}

/** A path as the report shows it: inside the collection's folder where there is one, else behind that folder's own name. */
export function shownIn({ folders }: ReportContext, path: string): string {
  const folder = folders.find((each) => path.startsWith(each) && /[\\/]/.test(path[each.length] ?? ""));
  if (folder === undefined) return path;
  const inside = path.slice(folder.length + 1);
  if (folders.length === 1) return inside;
  const own = lastPart(folder);
  return folders.filter((each) => lastPart(each) === own).length === 1 ? `${own}/${inside}` : path;
}

function lastPart(folder: string): string {
  return folder.split(/[\\/]/).at(-1) ?? folder;
}
