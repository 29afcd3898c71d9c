/**
 * @file Runs: whose labels one learnt from. A collection has several projects of labels, and what was learnt from one says nothing of another.
 */
import type { Migration } from "./table.ts";

export const linkRunsToProjects: Migration = {
  name: "009-link-runs-to-projects",
  sql: `
    -- NULL: of no project's labels, or of one that is gone
    ALTER TABLE runs ADD COLUMN project_id INTEGER REFERENCES label_projects (id) ON DELETE SET NULL;
  `,
};
