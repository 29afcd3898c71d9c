/**
 * @file What selections ask of every image, in typed columns beside the catalogue's: made from the contents once per catalogue, so that a question of 100,000
 * images is a walk over numbers.
 */
import type { Collection } from "../../collection.ts";
import type { PictureMetadata } from "../../ingest/decode/types.ts";
import { readRaw } from "../../store/statements.ts";
import { cameraOf } from "../facts.ts";

/** A text per image by its number in `texts`; number 0 is the empty text: not known. */
export interface TextColumn {
  readonly codes: Int32Array;
  readonly texts: readonly string[];
}

/** In the order of the catalogue. */
export interface FactColumns {
  readonly cameras: TextColumn;
  readonly formats: TextColumn;
  readonly modalities: TextColumn;
  readonly bodyParts: TextColumn;
  /** Frames of the file, or slices of the series that it is one of. */
  readonly frames: Int32Array;
  /** 10^6 pixels. */
  readonly megapixels: Float64Array;
}

// By the contents of a catalogue: one that only got other flags has the very same.
const kept = new WeakMap<Int32Array, FactColumns>();

export function factColumns(collection: Collection): FactColumns {
  const { columns, contentIds } = collection.catalogue();
  const known = kept.get(contentIds);
  if (known) return known;
  const ofContent = readContents(collection);
  const spread = ({ codes, texts }: TextColumn): TextColumn => ({ codes: contentIds.map((id) => codes[id] as number), texts });
  const made: FactColumns = {
    cameras: spread(ofContent.cameras),
    formats: spread(ofContent.formats),
    modalities: spread(ofContent.modalities),
    bodyParts: spread(ofContent.bodyParts),
    frames: slicesOfItems(
      columns.series,
      contentIds.map((id) => ofContent.frames[id] as number),
    ),
    megapixels: Float64Array.from(columns.widths, (width, at) => (width * (columns.heights[at] as number)) / 1e6),
  };
  kept.set(contentIds, made);
  return made;
}

function slicesOfItems(series: Int32Array, frames: Int32Array): Int32Array {
  const sizes = new Map<number, number>();
  for (const number of series) if (number >= 0) sizes.set(number, (sizes.get(number) ?? 0) + 1);
  return sizes.size === 0 ? frames : frames.map((count, at) => Math.max(count, sizes.get(series[at] as number) ?? 1));
}

type ContentFacts = Omit<FactColumns, "megapixels">;

/** By content id. */
function readContents({ store }: Collection): ContentFacts {
  const sql = "SELECT id, format, frame_count, metadata FROM contents WHERE error_code IS NULL ORDER BY id";
  const rows = readRaw<[number, string, number, string]>(store, sql);
  const size = 1 + (rows.at(-1)?.[0] ?? 0);
  const cameras = createTextColumn(size);
  const formats = createTextColumn(size);
  const modalities = createTextColumn(size);
  const bodyParts = createTextColumn(size);
  const frames = new Int32Array(size);
  for (const [id, format, frameCount, written] of rows) {
    formats.set(id, format);
    frames[id] = frameCount;
    if (written === "{}") continue;
    const metadata = JSON.parse(written) as PictureMetadata;
    cameras.set(id, cameraOf(metadata));
    modalities.set(id, metadata.dicom?.modality ?? "");
    bodyParts.set(id, metadata.dicom?.bodyPart ?? "");
  }
  return { cameras, formats, modalities, bodyParts, frames };
}

interface GrowingTextColumn extends TextColumn {
  set(at: number, text: string): void;
}

function createTextColumn(size: number): GrowingTextColumn {
  const codes = new Int32Array(size);
  const texts = [""];
  const numbers = new Map([["", 0]]);
  return {
    codes,
    texts,
    set: (at, text) => {
      let code = numbers.get(text);
      if (code === undefined) {
        code = texts.length;
        texts.push(text);
        numbers.set(text, code);
      }
      codes[at] = code;
    },
  };
}
