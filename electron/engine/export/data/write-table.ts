/**
 * @file The table of images as CSV or Parquet. Times are UTC.
 */
import { csvLine } from "../../base/csv-text.ts";
import { writeParquet } from "../parquet.ts";
import { writePieces } from "../whole-file.ts";
import type { Cell, TableColumn } from "./image-table.ts";

export async function writeCsvTable(file: string, columns: readonly TableColumn[], signal?: AbortSignal): Promise<void> {
  await writePieces(file, csvTable(columns), signal);
}

export async function writeParquetTable(
  file: string,
  columns: readonly TableColumn[],
  about: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<void> {
  const slices = columns.map(({ name, kind, values }) => ({ name, kind, slice: (start: number, end: number) => values.slice(start, end) }));
  await writeParquet(file, { rows: columns[0]?.values.length ?? 0, columns: slices, about }, signal);
}

/** Lines of several rows at once: a write for each row would cost more than the row. */
const rowsAtOnce = 512;

function* csvTable(columns: readonly TableColumn[]): Generator<string> {
  yield csvLine(columns.map(({ name }) => name));
  const rows = columns[0]?.values.length ?? 0;
  for (let start = 0; start < rows; start += rowsAtOnce) {
    let text = "";
    for (let row = start; row < Math.min(rows, start + rowsAtOnce); row++)
      text += csvLine(columns.map(({ kind, values }) => (kind === "time" ? isoTime(values[row] as Cell) : (values[row] as Cell))));
    yield text;
  }
}

function isoTime(ms: Cell): string | null {
  return ms === null ? null : new Date(ms as number).toISOString();
}
