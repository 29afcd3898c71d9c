/** @file The labels of the only collection of a data folder, as its store holds them, one line for each file; and what was trained on them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { openForReading } from "#engine/store/database.ts";
import { readAll } from "#engine/store/statements.ts";

export interface StoredLabel {
  readonly content: number;
  readonly name: string;
  readonly source: string;
  readonly path: string;
}

export function storedLabels(dataFolder: string): StoredLabel[] {
  return readOnly<StoredLabel>(
    dataFolder,
    `SELECT labels.content_id AS content, label_classes.name, labels.source, CAST(files.path AS TEXT) AS path FROM labels
    JOIN label_classes ON label_classes.id = labels.class_id
    JOIN files ON files.content_id = labels.content_id AND files.state = 'image'`,
  );
}

/** Which kind of pictures each training was told these are. */
export function augmentsOfRuns(dataFolder: string): string[] {
  return readOnly<{ request: string }>(dataFolder, "SELECT request FROM runs ORDER BY created_at").map(
    ({ request }) => (JSON.parse(request) as { augment: string }).augment,
  );
}

function readOnly<T>(dataFolder: string, sql: string): T[] {
  const [workspace] = readdirSync(join(dataFolder, "collections"));
  const { store, close } = openForReading(join(dataFolder, "collections", workspace as string));
  try {
    return readAll<T>(store, sql);
  } finally {
    close();
  }
}
