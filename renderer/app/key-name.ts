/** @file How a key is written in lists of commands. */

/** "Ctrl+K", "Shift+Ctrl+Z", "g", "?"... as `Command.keys` writes it (upper case; Cmd counts as Ctrl). Shift is named only with Ctrl: alone it is in the sign. */
export function keyName(event: {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  code?: string;
}): string {
  if (event.altKey) return "";
  // On some keyboards the row of digits gives digits only with Shift.
  const digit = event.shiftKey || event.ctrlKey || event.metaKey ? undefined : /^Digit(\d)$/u.exec(event.code ?? "")?.[1];
  if (digit !== undefined) return digit;
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  if (!event.ctrlKey && !event.metaKey) return key;
  return event.shiftKey && /^[A-Z]$/u.test(key) ? `Shift+Ctrl+${key}` : `Ctrl+${key}`;
}
