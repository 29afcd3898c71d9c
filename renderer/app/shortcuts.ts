/** @file Keys for the whole window. A key typed into a field belongs to the field; views handle their own arrows. */
import { dialogs } from "../state/dialogs.svelte.ts";
import { selection } from "../state/selection.svelte.ts";
import { viewer } from "../state/viewer.svelte.ts";
import { availableCommands, focusSearch } from "./commands.ts";

/** "Ctrl+K", "Shift+Ctrl+Z", "g", "?"... as `Command.keys` writes it (upper case; Cmd counts as Ctrl). Shift is named only with Ctrl: alone it is in the sign. */
export function keyName(event: { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean }): string {
  if (event.altKey) return "";
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  if (!event.ctrlKey && !event.metaKey) return key;
  return event.shiftKey && /^[A-Z]$/u.test(key) ? `Shift+Ctrl+${key}` : `Ctrl+${key}`;
}

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const name = keyName(event);
  if (name === "Ctrl+K") {
    event.preventDefault();
    if (dialogs.open === "commands") dialogs.close();
    else dialogs.show("commands");
    return;
  }
  if (dialogs.open !== null || isTyping(event.target)) return;
  if (name === "/") {
    event.preventDefault();
    focusSearch();
    return;
  }
  if (name === "Escape") {
    if (viewer.id === null) selection.clear();
    return;
  }
  const command = availableCommands().find((one) => one.keys?.toUpperCase() === name.toUpperCase());
  if (command === undefined) return;
  if (event.target instanceof HTMLButtonElement && name === "Space") return;
  event.preventDefault();
  command.run();
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== "range" && target.type !== "checkbox";
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}
