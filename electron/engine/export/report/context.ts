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

/** A path as the report shows it: relative to the collection's folder where there is one. */
export function shownIn({ folders }: ReportContext, path: string): string {
  const [folder = ""] = folders;
  const prefix = folder.endsWith("/") ? folder : `${folder}/`;
  return folders.length === 1 && path.startsWith(prefix) ? path.slice(prefix.length) : path;
}
