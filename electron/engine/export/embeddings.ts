/**
 * @file The embeddings of every image, or of some, as a file: .npy with the paths beside it, .parquet (a row each: path, vector) or .csv.
 */
import { UserError } from "../base/errors.ts";
import { showPath } from "../base/path-bytes.ts";
import type { Collection } from "../collection.ts";
import { npyPieces, pathLine } from "./npy.ts";
import { writePieces } from "./whole-file.ts";

export interface WrittenEmbeddings {
  readonly images: number;
  readonly dimensions: number;
  readonly files: readonly string[];
}

export type EmbeddingsFormat = "npy" | "parquet" | "csv";

export interface EmbeddingsRequest {
  readonly file: string;
  /** By the file's ending (.parquet, .csv, else .npy) if not given. */
  readonly format?: EmbeddingsFormat | undefined;
  /** Only count. */
  readonly dryRun?: boolean | undefined;
  /** Positions in the catalogue; every image if not given. */
  readonly positions?: Int32Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Images without an embedding (yet) are left out. */
export async function exportEmbeddings(collection: Collection, request: EmbeddingsRequest): Promise<WrittenEmbeddings> {
  const { file, positions, signal } = request;
  const format = request.format ?? formatOf(file);
  const vectors = collection.vectors();
  if (!vectors || vectors.table.count === 0)
    throw new UserError("no-embeddings", "There are no embeddings yet: run `likeness index FOLDER` first.");
  const { dimensions, values } = vectors.table;
  const catalogue = collection.catalogue();
  const rowOf = new Map<number, number>();
  vectors.contentIds.forEach((id, row) => rowOf.set(id, row));
  const images: EmbeddedImage[] = [];
  for (const position of positions ?? catalogue.contentIds.keys()) {
    const row = rowOf.get(catalogue.contentIds[position] as number);
    if (row === undefined) continue;
    images.push({
      path: showPath(catalogue.paths[position] as Buffer),
      vector: values.subarray(row * dimensions, (row + 1) * dimensions),
    });
  }
  const paths = `${file}.paths.txt`;
  const written = { images: images.length, dimensions, files: format === "npy" ? [file, paths] : [file] };
  if (request.dryRun === true) return written;
  if (format === "csv") await writePieces(file, csvLines(images, dimensions), signal);
  else if (format === "parquet") await writeVectors(file, images, collection.encoder().card.id, signal);
  else {
    await writePieces(file, npyPieces(dimensions, images), signal);
    await writePieces(
      paths,
      images.map(({ path }) => pathLine(path)),
      signal,
    );
  }
  return written;
}

function formatOf(file: string): EmbeddingsFormat {
  return file.endsWith(".csv") ? "csv" : file.endsWith(".parquet") ? "parquet" : "npy";
}

interface EmbeddedImage {
  readonly path: string;
  readonly vector: Float32Array;
}

async function writeVectors(file: string, images: readonly EmbeddedImage[], encoder: string, signal?: AbortSignal): Promise<void> {
  // Only now: most commands never write a table.
  const { writeParquet } = await import("./parquet.ts");
  const rows = (start: number, end: number): readonly EmbeddedImage[] => images.slice(start, end);
  await writeParquet(
    file,
    {
      rows: images.length,
      columns: [
        { name: "path", kind: "text", slice: (start, end) => rows(start, end).map(({ path }) => path) },
        { name: "vector", kind: "vector", slice: (start, end) => rows(start, end).map(({ vector }) => vector) },
      ],
      about: { encoder },
    },
    signal,
  );
}

/** A path begins with a slash or a drive's letter: no spreadsheet takes it for a formula. */
function* csvLines(images: readonly EmbeddedImage[], dimensions: number): Generator<string> {
  yield `path,${Array.from({ length: dimensions }, (_, index) => `e${index}`).join(",")}\n`;
  for (const { path, vector } of images)
    yield `"${path.replaceAll('"', '""')}",${Array.from(vector, (value) => Number(value.toPrecision(7))).join(",")}\n`;
}
