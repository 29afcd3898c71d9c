/** @file The folders of a collection as choices, and which two of them a leakage check most likely means. */
import type { FolderNode } from "./folder-tree.ts";

export interface FolderChoice {
  readonly path: string;
  readonly title: string;
  readonly depth: number;
  readonly count: number;
}

/** Every folder of the tree, parents before their children. */
export function folderChoices(nodes: readonly FolderNode[], depth = 0): FolderChoice[] {
  return nodes.flatMap(({ path, title, count, children }) => [{ path, title, depth, count }, ...folderChoices(children, depth + 1)]);
}

/** What is tested goes first, what was trained on second; else the first two folders of which neither holds the other. Null: there are no two. */
export function likelyPair(choices: readonly FolderChoice[]): { a: string; b: string } | null {
  const named = (pattern: RegExp): FolderChoice | undefined => choices.find(({ title }) => pattern.test(title));
  const [test, train] = [named(/\b(test|val|valid|validation|eval|holdout)\b/iu), named(/\b(train|training)\b/iu)];
  if (test && train && areApart(test.path, train.path)) return { a: test.path, b: train.path };
  for (const [at, one] of choices.entries()) {
    const other = choices.slice(at + 1).find(({ path }) => areApart(one.path, path));
    if (other) return { a: one.path, b: other.path };
  }
  return null;
}

/** Neither is the other or lies in it. */
export function areApart(one: string, other: string): boolean {
  return one !== other && !isBelow(one, other) && !isBelow(other, one);
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
}
