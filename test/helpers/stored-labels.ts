/** @file The labels of the only collection of a data folder, as its store holds them: one line for each file. */
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
  const [workspace] = readdirSync(join(dataFolder, "collections"));
  const { store, close } = openForReading(join(dataFolder, "collections", workspace as string));
  try {
    return readAll<StoredLabel>(
      store,
      `SELECT labels.content_id AS content, label_classes.name, labels.source, CAST(files.path AS TEXT) AS path FROM labels
      JOIN label_classes ON label_classes.id = labels.class_id
      JOIN files ON files.content_id = labels.content_id AND files.state = 'image'`,
    );
  } finally {
    close();
  }
}
