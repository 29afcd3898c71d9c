/**
 * @file Text for a CSV file (RFC 4180): lines end in CR LF, fields with commas, quotes or line breaks stand in quotes, a quote is doubled. A
 * field's text that a spreadsheet would take for a formula (it begins with = + - @, their full-width forms, a tab or a line break) gets an
 * apostrophe in front: a file named "=HYPERLINK(...).jpg" must not run when somebody opens the table (OWASP, "CSV Injection"). Numbers
 * are never touched. `withoutGuard` takes it off again.
 */

const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** One field. Null is empty. */
export function csvField(value: string | number | boolean | null): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvLine(values: readonly (string | number | boolean | null)[]): string {
  return `${values.map(csvField).join(",")}\r\n`;
}

/** The text that a field was written from. */
export function withoutGuard(text: string): string {
  return text.startsWith("'") && formula.test(text) ? text.slice(1) : text;
}
