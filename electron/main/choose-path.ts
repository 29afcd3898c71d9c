/** @file The system's dialogs for a folder, a file and a new file, as a page asks for them. */
import { dialog, type BrowserWindow, type FileFilter } from "electron";

import type { PathRequest } from "#protocol/electron-shell.ts";

export async function choosePath(window: BrowserWindow, { kind, title, endings, name }: PathRequest): Promise<string | null> {
  const filters: FileFilter[] = endings.length === 0 ? [] : [{ name: endings.map((ending) => `.${ending}`).join(", "), extensions: [...endings] }]; // prettier-ignore
  if (kind === "new-file") {
    const { canceled, filePath } = await dialog.showSaveDialog(window, { title, defaultPath: name, filters });
    return canceled || filePath === "" ? null : filePath;
  }
  const properties = kind === "folder" ? (["openDirectory", "createDirectory"] as const) : (["openFile"] as const);
  const { canceled, filePaths } = await dialog.showOpenDialog(window, { title, properties: [...properties], filters });
  return canceled ? null : (filePaths[0] ?? null);
}
