/** @file How a key is written in lists of commands. */

/** "Ctrl+K", "Shift+Ctrl+Z", "g", "?"... as `Command.keys` writes it (upper case; Cmd counts as Ctrl). Shift is named only with Ctrl: alone it is in the sign. */
export function keyName(event: { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean }): string {
  if (event.altKey) return "";
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  if (!event.ctrlKey && !event.metaKey) return key;
  return event.shiftKey && /^[A-Z]$/u.test(key) ? `Shift+Ctrl+${key}` : `Ctrl+${key}`;
}
