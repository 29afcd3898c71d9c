/** @file Which dialog is open; one at a time. */

export type DialogName = "commands" | "shortcuts" | "folder" | "machine" | "encoder" | "export" | "table" | "collection" | "saveView";

class Dialogs {
  open = $state<DialogName | null>(null);
  /** Shown above the folder browser, for instance after a dropped folder that the browser will not name. */
  hint = $state("");

  show(name: DialogName, hint = ""): void {
    this.hint = hint;
    this.open = name;
  }

  close(): void {
    this.open = null;
  }
}

export const dialogs = new Dialogs();
