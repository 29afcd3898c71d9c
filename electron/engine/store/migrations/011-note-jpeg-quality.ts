/**
 * @file Contents: how finely a JPEG was quantised, as the quality that a standard encoder would have been told. Of two copies of one size the finer is the better one to keep.
 */
import type { Migration } from "./table.ts";

export const noteJpegQuality: Migration = {
  name: "011-note-jpeg-quality",
  sql: `
    -- 1..100; NULL: no JPEG, or read before this was noted
    ALTER TABLE contents ADD COLUMN jpeg_quality INTEGER CHECK (jpeg_quality BETWEEN 1 AND 100);
  `,
};
