/**
 * @file Contents: the series of slices that a medical file belongs to, told by its stored facts, so that the files of a series are found without reading the facts of
 * all; and formats counted quickly. The patient is in no column of any table.
 */
import type { Migration } from "./table.ts";

export const tellSeries: Migration = {
  name: "015-tell-series",
  sql: `
    ALTER TABLE contents ADD COLUMN series_uid TEXT GENERATED ALWAYS AS (metadata ->> '$.dicom.seriesInstanceUid') VIRTUAL;
    CREATE INDEX contents_series ON contents (series_uid) WHERE series_uid IS NOT NULL;
    CREATE INDEX contents_format ON contents (format) WHERE format IS NOT NULL; -- counted by itself: what kind of pictures these are
  `,
};
