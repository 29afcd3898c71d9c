/**
 * @file Maps: which points were put beside their neighbours since the map was last laid out.
 */
import type { Migration } from "./table.ts";

export const notePlaced: Migration = {
  name: "017-note-placed",
  sql: `
    -- int32 content ids
    ALTER TABLE maps ADD COLUMN placed BLOB NOT NULL DEFAULT x'';
  `,
};
