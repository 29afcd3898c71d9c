import { expect, test } from "vitest";

import { migratedTo } from "../../helpers/migrated.ts";
import { newestVersion } from "#engine/store/migrations/table.ts";

/** Hot queries must find their rows through an index: a scan over 100,000 rows per file would make indexing quadratic. */
const hotQueries: readonly [string, RegExp][] = [
  ["SELECT * FROM files WHERE path = ?", /USING INDEX sqlite_autoindex_files_1/],
  ["SELECT * FROM files WHERE content_id = ?", /USING INDEX files_content/],
  ["SELECT * FROM contents WHERE hash = ?", /USING INDEX sqlite_autoindex_contents_1/],
  ["SELECT hash FROM contents WHERE size_bytes = ? LIMIT ?", /USING COVERING INDEX contents_size_hash/],
  ["SELECT 1 FROM embeddings WHERE encoder_key = ? AND content_id = ?", /USING PRIMARY KEY/],
  ["SELECT score FROM outliers WHERE encoder_key = ? AND content_id = ?", /USING PRIMARY KEY/],
  ["SELECT content_id, score FROM outliers WHERE encoder_key = ? ORDER BY score DESC", /USING (COVERING )?INDEX outliers_score/],
  ["SELECT kind FROM issues WHERE content_id = ?", /USING PRIMARY KEY/],
  ["SELECT class_id FROM labels WHERE project_id = ? AND content_id = ?", /USING PRIMARY KEY/],
  ["SELECT id, what FROM label_steps WHERE project_id = ? AND undone = 0 ORDER BY id DESC LIMIT 1", /USING INDEX label_steps_project/],
  ["SELECT said_at FROM apart_pairs WHERE a = ? AND b = ?", /USING PRIMARY KEY/],
  ["SELECT 1 FROM files WHERE content_id = ? AND state = 'image'", /USING (COVERING )?INDEX files_(content|state)/],
  ["SELECT id, what FROM apart_steps WHERE undone = ? ORDER BY id DESC LIMIT 1", /USING INDEX apart_steps_undone/],
  ["SELECT before FROM label_changes WHERE step_id = ? AND content_id = ?", /USING PRIMARY KEY/],
];

test.each(hotQueries)("%s", (sql, expected) => {
  const sqlite = migratedTo(newestVersion);
  const plan = sqlite.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...Array.from(sql.matchAll(/\?/g), () => 1)) as { detail: string }[];
  const text = plan.map((row) => row.detail).join("; ");
  expect(text).toMatch(expected);
  expect(text).not.toMatch(/SCAN|TEMP B-TREE/);
});
