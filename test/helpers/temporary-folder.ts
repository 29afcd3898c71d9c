/**
 * @file A folder of a test's own, removed afterwards.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, onTestFinished } from "vitest";

/** Call inside a test. */
export function temporaryFolder(name = "test"): string {
  const folder = mkdtempSync(join(tmpdir(), `likeness-${name}-`));
  onTestFinished(() => remove(folder));
  return folder;
}

/** For a whole suite: `const folder = temporaryFolderFor(beforeAll)`, then `folder()` inside hooks and tests. */
export function temporaryFolderFor(before: (hook: () => void) => void, name = "suite"): () => string {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), `likeness-${name}-`));
  });
  afterAll(() => remove(folder));
  return () => folder;
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
