/**
 * @file Pairs: what was done to one picture to get the other, besides saving it again. Written by the verifier, read where a person looks at the pair.
 */
import type { Migration } from "./table.ts";

export const noteEdits: Migration = {
  name: "012-note-edits",
  sql: `
    -- JSON (protocol/duplicate-model.ts, PictureEdit, from a to b); NULL: nothing, or judged before this was noted
    ALTER TABLE pairs ADD COLUMN edit TEXT;
  `,
};
