/**
 * @file Parquet files (https://parquet.apache.org) through hyparquet-writer, with the types said and not guessed: a table without rows has them too.
 */
import { fileWriter, ParquetWriter, type ColumnSource } from "hyparquet-writer";
import type { SchemaElement } from "hyparquet";

import { throwIfAborted } from "../base/errors.ts";
import { intoPlace } from "./whole-file.ts";

export type ParquetKind = "text" | "whole" | "number" | "flag" | "time" | "vector";

export interface ParquetColumn {
  readonly name: string;
  readonly kind: ParquetKind;
  /** Values of the rows from `start` to before `end`. Times are milliseconds since 1970; a vector is never null. */
  readonly slice: (start: number, end: number) => readonly (string | number | boolean | Float32Array | null)[];
}

/** Rows in one group: what is held in memory at once. Of vectors fewer, since the writer takes each number as a value of its own. */
const groupRows = 8192;
const groupVectors = 1024;

export async function writeParquet(
  file: string,
  { rows, columns, about }: { rows: number; columns: readonly ParquetColumn[]; about: Readonly<Record<string, string>> },
  signal?: AbortSignal,
): Promise<void> {
  await intoPlace(file, async (temporary) => {
    const writer = new ParquetWriter({
      writer: fileWriter(temporary),
      schema: [{ name: "root", num_children: columns.length }, ...columns.flatMap(schemaOf)],
      kvMetadata: Object.entries(about).map(([key, value]) => ({ key, value })),
      createdBy: "Likeness",
    });
    const group = columns.some(({ kind }) => kind === "vector") ? groupVectors : groupRows;
    for (let start = 0; start < rows; start += group) {
      throwIfAborted(signal);
      const end = Math.min(rows, start + group);
      await writer.write({ columnData: columns.map((column) => sourceOf(column, start, end)), rowGroupSize: group });
      // Other work gets its turn between two groups.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writer.finish();
  });
}

function schemaOf({ name, kind }: ParquetColumn): SchemaElement[] {
  switch (kind) {
    case "text":
      return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" }];
    case "whole":
      return [{ name, type: "INT64", repetition_type: "OPTIONAL" }];
    case "number":
      return [{ name, type: "DOUBLE", repetition_type: "OPTIONAL" }];
    case "flag":
      return [{ name, type: "BOOLEAN", repetition_type: "OPTIONAL" }];
    case "time":
      return [{ name, type: "INT64", converted_type: "TIMESTAMP_MILLIS", repetition_type: "OPTIONAL" }];
    case "vector":
      return [
        { name, converted_type: "LIST", repetition_type: "REQUIRED", num_children: 1 },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        { name: "element", type: "FLOAT", repetition_type: "REQUIRED" },
      ];
  }
}

function sourceOf({ name, kind, slice }: ParquetColumn, start: number, end: number): ColumnSource {
  const values = slice(start, end);
  if (kind === "whole") return { name, data: values.map((value) => (value === null ? null : BigInt(value as number))) };
  if (kind === "time") return { name, data: values.map((value) => (value === null ? null : new Date(value as number))) };
  // A vector's numbers do not repeat: neither a dictionary nor bounds help whoever reads them.
  if (kind === "vector") return { name, data: values.map((value) => [...(value as Float32Array)]), statistics: false, encoding: "PLAIN" };
  return { name, data: [...values] };
}
