/** @file The folders that hold images as a tree with counts; a chain of folders that each hold only one folder is one line. */

export interface FolderNode {
  /** Absolute, what the filter takes. */
  readonly path: string;
  readonly title: string;
  /** Images in it and below. */
  readonly count: number;
  readonly children: readonly FolderNode[];
}

interface Building {
  path: string;
  title: string;
  own: number;
  readonly children: Map<string, Building>;
}

/** `counts[i]` images lie directly in `folders[i]`. */
export function folderTree(folders: readonly string[], counts: ArrayLike<number>): FolderNode[] {
  const root: Building = { path: "", title: "", own: 0, children: new Map() };
  folders.forEach((folder, index) => {
    const separator = folder.includes("\\") && !folder.includes("/") ? "\\" : "/";
    let node = root;
    let path = folder.startsWith(separator) ? "" : null;
    for (const part of folder.split(separator).filter(Boolean)) {
      path = path === null ? part : `${path}${separator}${part}`;
      let child = node.children.get(part);
      if (child === undefined) {
        child = { path, title: part, own: 0, children: new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    node.own += counts[index];
  });
  // The way down to the first fork says nothing: start there.
  let top = root;
  while (top.own === 0 && top.children.size === 1) top = [...top.children.values()][0];
  if (top === root) return [...root.children.values()].map(finish);
  if (top.own > 0 && top.children.size === 0) return [finish(top)];
  return top.own > 0 ? [finish(top)] : [...top.children.values()].map(finish);
}

function finish(node: Building): FolderNode {
  let { title } = node;
  let last = node;
  while (last.own === 0 && last.children.size === 1) {
    last = [...last.children.values()][0];
    title += ` / ${last.title}`;
  }
  const children = [...last.children.values()].map(finish);
  return { path: last.path, title, count: last.own + children.reduce((sum, child) => sum + child.count, 0), children };
}
