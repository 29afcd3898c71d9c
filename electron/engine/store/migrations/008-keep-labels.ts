/**
 * @file Labels: which of them a person looked at and kept, although what is learnt from the others would call the picture something else.
 */
import type { Migration } from "./table.ts";

export const keepLabels: Migration = {
  name: "008-keep-labels",
  sql: `
    ALTER TABLE labels ADD COLUMN kept INTEGER NOT NULL DEFAULT 0 CHECK (kept IN (0, 1));
  `,
};
