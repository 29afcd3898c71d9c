/**
 * @file What a collection can be narrowed by, with counts: each facet among the images that pass all terms of the present selection but its own, so that a
 * person sees what another choice would leave.
 */
import { facetKeys, type Facet, type FacetKey } from "#protocol/view-contract.ts";

import type { Collection } from "../../collection.ts";
import { factColumns, type TextColumn } from "./fact-columns.ts";
import { shapeOf, shapes } from "./fact-keys.ts";
import { parseQuery } from "./parse-query.ts";
import { testsOf } from "./select-images.ts";
import type { SelectContext } from "./select-keys.ts";

const mostValues = 500;
const binCount = 40;

/** Facets of which the collection has at least two values, or one that not every image has. Throws as `selectImages` does. */
export function listFacets(collection: Collection, query: string, labelOf: SelectContext["labelOf"]): Facet[] {
  const { count } = collection.catalogue().columns;
  const terms = parseQuery(query);
  const tests = testsOf({ collection, labelOf }, terms);
  const failed = terms.map((_, at) => Uint8Array.from({ length: count }, (_none, position) => (tests[at]?.(position) === true ? 0 : 1)));
  const among = (key: FacetKey): Uint8Array => {
    const passes = new Uint8Array(count).fill(1);
    terms.forEach((term, at) => {
      if (term.key !== key) failed[at]?.forEach((fails, position) => fails === 1 && (passes[position] = 0));
    });
    return passes;
  };
  return facetKeys.flatMap((key) => {
    const facet = makers[key]({ collection, labelOf }, among(key));
    return facet === null || !narrows(facet, count) ? [] : [{ key, ...facet }];
  });
}

type Made = Omit<Facet, "key"> & { readonly distinct: number };
type Maker = (context: Pick<SelectContext, "collection" | "labelOf">, passes: Uint8Array) => Made | null;

const makers: Readonly<Record<FacetKey, Maker>> = {
  date: ({ collection }, passes) => {
    const { times } = collection.catalogue().columns;
    return { ...numbers(times, passes), values: years(times, passes) };
  },
  camera: ({ collection }, passes) => texts(factColumns(collection).cameras, passes),
  orientation: ({ collection }, passes) => {
    const { widths, heights } = collection.catalogue().columns;
    const codes = Int32Array.from(widths, (width, at) => 1 + shapes.indexOf(shapeOf(width, heights[at] as number)));
    return texts({ codes, texts: ["", ...shapes] }, passes);
  },
  megapixels: ({ collection }, passes) => numbers(factColumns(collection).megapixels, passes),
  format: ({ collection }, passes) => texts(factColumns(collection).formats, passes),
  in: ({ collection }, passes) => folders(collection, passes),
  label: ({ collection, labelOf }, passes) => (labelOf === null ? null : texts(labelColumn(collection, labelOf), passes)),
  modality: ({ collection }, passes) => texts(factColumns(collection).modalities, passes),
  "body-part": ({ collection }, passes) => texts(factColumns(collection).bodyParts, passes),
  frames: ({ collection }, passes) => numbers(factColumns(collection).frames, passes),
};

function narrows({ images, distinct }: Made, count: number): boolean {
  return distinct > 1 || (distinct === 1 && images < count);
}

function texts({ codes, texts: known }: TextColumn, passes: Uint8Array): Made {
  const counts = new Int32Array(known.length);
  const everywhere = new Uint8Array(known.length);
  let images = 0;
  for (let position = 0; position < codes.length; position++) {
    const code = codes[position] as number;
    if (code === 0) continue;
    images++;
    everywhere[code] = 1;
    if (passes[position] === 1) counts[code] = (counts[code] as number) + 1;
  }
  const values = known
    .map((text, code) => ({ text, images: counts[code] as number, isThere: everywhere[code] === 1 }))
    .filter(({ isThere }) => isThere)
    .sort((one, other) => other.images - one.images || (one.text < other.text ? -1 : 1));
  return {
    images,
    values: values.slice(0, mostValues).map(({ text, images: left }) => ({ text, images: left })),
    cut: values.length > mostValues,
    range: null,
    distinct: values.length,
  };
}

function numbers(column: Float64Array | Int32Array, passes: Uint8Array): Made {
  let [least, most] = [Infinity, -Infinity];
  for (const number of column) {
    if (number < least) least = number;
    if (number > most) most = number;
  }
  const bins = new Int32Array(binCount);
  const width = (most - least) / binCount || 1;
  for (let position = 0; position < column.length; position++)
    if (passes[position] === 1) {
      const bin = Math.min(binCount - 1, Math.floor(((column[position] as number) - least) / width));
      bins[bin] = (bins[bin] as number) + 1;
    }
  const isThere = most >= least;
  return {
    images: column.length,
    values: [],
    cut: false,
    range: isThere ? { least, most, bins } : null,
    distinct: !isThere ? 0 : most > least ? 2 : 1,
  };
}

/** The latest first. */
function years(times: Float64Array, passes: Uint8Array): Facet["values"] {
  const counts = new Map<number, number>();
  for (let position = 0; position < times.length; position++) {
    const year = yearOf(times[position] as number);
    counts.set(year, (counts.get(year) ?? 0) + (passes[position] as number));
  }
  return [...counts]
    .sort(([one], [other]) => other - one)
    .slice(0, mostValues)
    .map(([year, images]) => ({ text: String(year).padStart(4, "0"), images }));
}

const yearMs = 365.25 * 86_400_000;
const yearStarts = new Map<number, number>();

/** In the time of this machine. A date object for each image would take longer than everything else together. */
function yearOf(time: number): number {
  const guess = 1970 + Math.floor(time / yearMs);
  if (time < startOf(guess)) return guess - 1;
  return time >= startOf(guess + 1) ? guess + 1 : guess;
}

function startOf(year: number): number {
  let start = yearStarts.get(year);
  if (start === undefined) {
    const date = new Date(0);
    date.setFullYear(year, 0, 1);
    start = date.setHours(0, 0, 0, 0);
    yearStarts.set(year, start);
  }
  return start;
}

/** Folders that hold images, each with everything below it. */
function folders(collection: Collection, passes: Uint8Array): Made {
  const { folders: known, folderIndexes } = collection.catalogue().columns;
  const counts = new Int32Array(known.length);
  for (let position = 0; position < folderIndexes.length; position++) {
    const folder = folderIndexes[position] as number;
    counts[folder] = (counts[folder] as number) + (passes[position] as number);
  }
  const places = new Map(known.map((folder, at) => [folder, at]));
  const sums = Int32Array.from(counts);
  known.forEach((folder, at) => {
    for (let end = parentEnd(folder); end > 0; end = parentEnd(folder.slice(0, end))) {
      const place = places.get(folder.slice(0, end));
      if (place !== undefined) sums[place] = (sums[place] as number) + (counts[at] as number);
    }
  });
  return {
    images: folderIndexes.length,
    values: known.slice(0, mostValues).map((text, at) => ({ text, images: sums[at] as number })),
    cut: known.length > mostValues,
    range: null,
    distinct: known.length,
  };
}

function parentEnd(folder: string): number {
  return Math.max(folder.lastIndexOf("/"), folder.lastIndexOf("\\"));
}

function labelColumn(collection: Collection, labelOf: NonNullable<SelectContext["labelOf"]>): TextColumn {
  const known = [""];
  const numbersOf = new Map<string, number>();
  const codes = collection.catalogue().contentIds.map((content) => {
    const label = labelOf(content);
    if (label === null) return 0;
    const number = numbersOf.get(label) ?? known.push(label) - 1;
    numbersOf.set(label, number);
    return number;
  });
  return { codes, texts: known };
}
