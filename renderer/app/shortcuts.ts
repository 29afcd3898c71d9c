/** @file Keys for the whole window. A key typed into a field belongs to the field; views handle their own arrows. */
import { dialogs } from "../state/dialogs.svelte.ts";
import { picker } from "../state/picker.svelte.ts";
import { selection } from "../state/selection.svelte.ts";
import { viewer } from "../state/viewer.svelte.ts";
import { availableCommands, focusSearch } from "./commands.ts";
import { keyName } from "./key-name.ts";

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const name = keyName(event);
  if (name === "Ctrl+K") {
    event.preventDefault();
    if (dialogs.open === "commands") dialogs.close();
    else dialogs.show("commands");
    return;
  }
  if (dialogs.open !== null || picker.question !== null || isTyping(event.target)) return;
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
