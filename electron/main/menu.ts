/**
 * @file The application menu. What it does is done by the page: an item sends the id of a command of `renderer/app/commands.ts`. Only keys
 * with Ctrl or Cmd stand here; the single letters belong to the page, which knows when somebody is typing.
 */
import type { MenuItemConstructorOptions } from "electron";

export interface MenuOptions {
  readonly platform: NodeJS.Platform;
  readonly name: string;
  /** Reload and the developer tools. */
  readonly development: boolean;
  send(command: string): void;
}

export function menuTemplate({ platform, name, development, send }: MenuOptions): MenuItemConstructorOptions[] {
  const onMac = platform === "darwin";
  const separator: MenuItemConstructorOptions = { type: "separator" };
  const item = (label: string, command: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    id: command,
    click: () => send(command),
    ...(accelerator !== undefined && { accelerator }),
  });
  const menus: MenuItemConstructorOptions[] = [
    {
      label: "&File",
      submenu: [
        item("Open Folder…", "open-folder", "CmdOrCtrl+O"),
        item("Try the Sample Pictures", "open-samples"),
        separator,
        item("Look for Changes", "index-again", "CmdOrCtrl+R"),
        item("Close Collection", "close-collection"),
        separator,
        onMac ? { role: "close" } : { role: "quit" },
      ],
    },
    // On macOS the clipboard keys work only through these.
    {
      label: "&Edit",
      submenu: [
        item("Undo", "undo", "CmdOrCtrl+Z"),
        item("Redo", "redo", "CmdOrCtrl+Shift+Z"),
        separator,
        { role: "cut" },
        { role: "copy" },
        { role: "paste" },
        item("Select All", "select-all", "CmdOrCtrl+A"),
        separator,
        item("Find…", "search", "CmdOrCtrl+F"),
      ],
    },
    {
      label: "&View",
      submenu: [
        item("Library", "go-library", "CmdOrCtrl+1"),
        item("Map", "go-map", "CmdOrCtrl+2"),
        item("Duplicates", "go-duplicates", "CmdOrCtrl+3"),
        item("Outliers", "go-outliers", "CmdOrCtrl+4"),
        item("Classes", "go-classes", "CmdOrCtrl+5"),
        item("Training", "go-training", "CmdOrCtrl+6"),
        item("Encoders", "go-encoders", "CmdOrCtrl+7"),
        separator,
        item("Details", "details"),
        item("Larger Pictures", "larger", "CmdOrCtrl+Plus"),
        item("Smaller Pictures", "smaller", "CmdOrCtrl+-"),
        separator,
        item("All Commands…", "commands", "CmdOrCtrl+K"),
        { role: "togglefullscreen" },
        ...(development ? [separator, { role: "toggleDevTools" } satisfies MenuItemConstructorOptions] : []),
      ],
    },
    { role: "windowMenu" },
    { role: "help", submenu: [item("Keyboard Shortcuts", "shortcuts"), item("About This Machine", "machine")] },
  ];
  return onMac ? [{ label: name, role: "appMenu" }, ...menus] : menus;
}
