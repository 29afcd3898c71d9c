/**
 * @file The part of the contract about narrowing what is shown: images that a selection means (query.ts says how one is written), what a collection has to be
 * narrowed by, and selections that were given a name; and what kind of pictures these are.
 */
import type { DicomPatient } from "./dicom-model.ts";
import type { CollectionKind, ImageColumns, ImageId, OpenCollection } from "./model.ts";

/** What a collection can be narrowed by: keys of a selection. */
export const facetKeys = [
  "date",
  "camera",
  "orientation",
  "megapixels",
  "format",
  "in",
  "label",
  "modality",
  "body-part",
  "frames",
] as const;
export type FacetKey = (typeof facetKeys)[number];

/** One of them, counted among the images that pass all the other terms of a selection. */
export interface Facet {
  readonly key: FacetKey;
  /** Images of which it is known. */
  readonly images: number;
  /** The most frequent first, of folders in their order, of dates the years; how many images each would leave. */
  readonly values: readonly { readonly text: string; readonly images: number }[];
  /** There were more values than are listed. */
  readonly cut: boolean;
  /** Of numbers and dates (milliseconds since 1970), over the whole collection; null: texts only, or nothing is known. */
  readonly range: { readonly least: number; readonly most: number; readonly bins: Int32Array } | null;
}

/** A selection with a name, and how it is looked at. */
export interface SavedView {
  readonly id: number;
  readonly name: string;
  readonly query: string;
  /** Words that rank by meaning and so are no part of a selection; empty: none. */
  readonly search: string;
  /** As the app calls them. */
  readonly sort: string;
  readonly view: string;
}

export interface ViewContract {
  /** Ids of what a selection means, in the order of the columns. */
  "images.select": { params: { query: string }; result: { version: ImageColumns["version"]; ids: Int32Array } };
  /** Only what this collection has, in the order of `facetKeys`. */
  "images.facets": { params: { query: string }; result: { facets: Facet[] } };

  /** Who a medical file says it is of, read from the file: it is stored nowhere. Null where it says nothing. */
  "images.patient": { params: { id: ImageId }; result: { patient: DicomPatient | null } };
  /** What kind of pictures these are; "auto": as their formats say. */
  "collection.setKind": { params: { kind: CollectionKind | "auto" }; result: OpenCollection };

  /** By name. */
  "views.list": { params: Record<string, never>; result: { views: SavedView[] } };
  /** A new one, or in place of the one of that name. */
  "views.save": { params: Omit<SavedView, "id">; result: { views: SavedView[]; id: number } };
  "views.rename": { params: { id: number; name: string }; result: { views: SavedView[] } };
  "views.delete": { params: { id: number }; result: { views: SavedView[] } };
  /** Takes a deletion back. */
  "views.restore": { params: { id: number }; result: { views: SavedView[] } };
}
