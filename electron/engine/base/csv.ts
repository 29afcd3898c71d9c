/**
 * @file Tables as text (RFC 4180): fields with commas, quotes and line breaks in quotes. Semicolons and tabs are read as separators too, where the
 * first line has one and no comma.
 */
import { UserError } from "./errors.ts";

/** The rows that are not empty. Throws UserError `csv` where a quote is not closed. */
export function readCsv(text: string): string[][] {
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const separator = separatorOf(source);
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let quoted = false;
  let at = 0;
  const endField = (): void => {
    row.push(field);
    field = "";
  };
  const endRow = (): void => {
    endField();
    if (row.some((each) => each.trim() !== "")) rows.push(row);
    row = [];
  };
  while (at < source.length) {
    const character = source[at++] as string;
    if (quoted) {
      if (character !== '"') field += character;
      else if (source[at] === '"') field += source[at++] as string;
      else quoted = false;
    } else if (character === '"' && field === "") quoted = true;
    else if (character === separator) endField();
    else if (character === "\n" || character === "\r") {
      if (character === "\r" && source[at] === "\n") at++;
      endRow();
    } else field += character;
  }
  if (quoted) throw new UserError("csv", `A quote is opened in row ${rows.length + 1} and never closed.`);
  endRow();
  return rows;
}

function separatorOf(source: string): string {
  let quoted = false;
  const seen = new Set<string>();
  for (const character of source) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "\n" || character === "\r")) break;
    else if (!quoted) seen.add(character);
  }
  return seen.has(",") ? "," : seen.has(";") ? ";" : seen.has("\t") ? "\t" : ",";
}
