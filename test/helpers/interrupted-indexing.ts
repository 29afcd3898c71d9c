/**
 * @file Indexing that is killed, and everything it found in a form that two runs can be compared by.
 */
import Database from "better-sqlite3";

import { showPath } from "#engine/base/path-bytes.ts";
import { runJson, startCommand } from "./command-line.ts";

/** Starts to index and sends SIGKILL after `afterMs`. False when it was done before. */
export async function killedWhileIndexing(
  folders: readonly string[],
  workspace: string,
  dataFolder: string,
  afterMs: number,
): Promise<boolean> {
  const child = startCommand(["index", ...folders, "--workspace", workspace, "--json"], dataFolder);
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
  const signal = await ended;
  clearTimeout(timer);
  return signal === "SIGKILL";
}

export interface Findings {
  /** Path -> state, by path. */
  readonly outcomes: readonly (readonly [string, string])[];
  /** "path | path | relation", sorted; with the score to 4 digits. */
  readonly pairs: readonly string[];
  readonly outlierOrder: readonly string[];
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

export async function readFindings(workspace: string, dataFolder: string): Promise<Findings> {
  const sqlite = new Database(`${workspace}/likeness.db`, { readonly: true });
  if (sqlite.pragma("integrity_check", { simple: true }) !== "ok") throw new Error(`${workspace} is damaged`);
  const rows = sqlite.prepare("SELECT path, state, content_id FROM files ORDER BY path").all() as {
    path: Buffer;
    state: string;
    content_id: number;
  }[];
  const embeddings = new Map(
    (sqlite.prepare("SELECT content_id, vector FROM embeddings").all() as { content_id: number; vector: Buffer }[]).map((row) => [
      row.content_id,
      row.vector,
    ]),
  );
  sqlite.close();
  const vectors = new Map<string, Float32Array>();
  for (const row of rows) {
    const vector = embeddings.get(row.content_id);
    if (vector && row.state === "image")
      vectors.set(
        showPath(row.path),
        Float32Array.from(new Float16Array(vector.buffer.slice(vector.byteOffset, vector.byteOffset + vector.length))),
      );
  }
  const { groups } = await runJson<{ groups: { pairs: { a: string; b: string; relation: string; score: number }[] }[] }>(
    ["duplicates", "--workspace", workspace],
    dataFolder,
  );
  const pairs = groups.flatMap((group) =>
    group.pairs.map((pair) => `${[pair.a, pair.b].sort().join(" | ")} | ${pair.relation} | ${pair.score.toFixed(4)}`),
  );
  const { images } = await runJson<{ images: { path: string }[] }>(["outliers", "--workspace", workspace], dataFolder);
  return {
    outcomes: rows.map((row) => [showPath(row.path), row.state] as const),
    pairs: [...new Set(pairs)].sort(),
    outlierOrder: images.map((image) => image.path),
    vectors,
  };
}
