/**
 * @file Contents that were compared with all others that were there, by encoder and version of the verifier.
 */
import type { ReadStore, WriteStore } from "../database.ts";
import { readAll, write } from "../statements.ts";

export function listCompared(store: ReadStore, encoderKey: number, verifierVersion: number): Set<number> {
  const sql = "SELECT content_id FROM compared WHERE encoder_key = ? AND verifier_version = ?";
  return new Set(readAll<{ content_id: number }>(store, sql, encoderKey, verifierVersion).map((row) => row.content_id));
}

/** From now on these and no others are compared: what is away when others come has not been compared with them. */
export function replaceCompared(store: WriteStore, encoderKey: number, contentIds: readonly number[], verifierVersion: number): void {
  const [known, wanted] = [listCompared(store, encoderKey, verifierVersion), new Set(contentIds)];
  write(store, "DELETE FROM compared WHERE encoder_key = ? AND verifier_version <> ?", encoderKey, verifierVersion);
  for (const id of known)
    if (!wanted.has(id)) write(store, "DELETE FROM compared WHERE encoder_key = ? AND content_id = ?", encoderKey, id);
  const insert = "INSERT INTO compared (encoder_key, content_id, verifier_version) VALUES (?, ?, ?)";
  for (const id of wanted) if (!known.has(id)) write(store, insert, encoderKey, id, verifierVersion);
}
