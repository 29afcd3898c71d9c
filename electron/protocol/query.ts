/**
 * @file How a selection of images is written, read and written by engine and app alike: what a chip shows is a term of a selection, and what the command line
 * takes is the same text. Terms stand between spaces and must all hold:
 *
 *     word            in the file name, the folder or the facts ("more words" in quotes are one)
 *     key:value       one of the keys of the engine's selections; `key:a,b` is either of them, `key:*` any, `key:"a, b"` takes the text as it stands
 *     key:from..to    of a key that takes numbers or dates; either end may be left out
 *     -term           not this
 *
 * Inside quotes two quotes are one.
 */

export interface QueryTerm {
  /** Null: a word. In small letters. */
  readonly key: string | null;
  /** At least one. */
  readonly values: readonly QueryValue[];
  readonly negated: boolean;
}

export interface QueryValue {
  readonly text: string;
  /** Quoted text has no special meaning. */
  readonly quoted: boolean;
}

/** A quote that is not closed, or a key without a value. The message is a sentence for a person. */
export class QuerySyntaxError extends Error {}

const keyPattern = /^\p{L}+(?:-\p{L}+)*(?=:)/u;

/** Throws `QuerySyntaxError`. */
export function parseQuery(query: string): QueryTerm[] {
  const reader = { query, at: 0 };
  const terms: QueryTerm[] = [];
  for (;;) {
    skipSpaces(reader);
    if (reader.at >= query.length) return terms;
    terms.push(readTerm(reader));
  }
}

/** The text that `parseQuery` reads as these terms. */
export function writeQuery(terms: readonly QueryTerm[]): string {
  return terms
    .map(({ key, values, negated }) => {
      const written = values.map((value) => (value.quoted || needsQuotes(value.text, key) ? quote(value.text) : value.text));
      return `${negated ? "-" : ""}${key === null ? "" : `${key}:`}${written.join(",")}`;
    })
    .join(" ");
}

/** A value taken as it stands: in quotes only where it would be read in another way. */
export function plainValue(text: string): QueryValue {
  return { text, quoted: text.includes("*") || text.includes("..") || needsQuotes(text, "") };
}

/** The text between two ends, either of which may be missing. */
export function rangeText(from: string | null, to: string | null): string {
  return from !== null && from === to ? from : `${from ?? ""}..${to ?? ""}`;
}

interface Reader {
  readonly query: string;
  at: number;
}

function readTerm(reader: Reader): QueryTerm {
  const { query } = reader;
  const negated = /^-\S/.test(query.slice(reader.at, reader.at + 2));
  if (negated) reader.at++;
  const key = keyPattern.exec(query.slice(reader.at))?.[0];
  if (key === undefined) return { key: null, values: [readValue(reader, /\s/)], negated };
  reader.at += key.length + 1;
  const values = [readValue(reader, /[\s,]/)];
  while (query[reader.at] === ",") {
    reader.at++;
    values.push(readValue(reader, /[\s,]/));
  }
  if (values.some(({ text, quoted }) => text === "" && !quoted))
    throw new QuerySyntaxError(`"${key}:" in the selection "${query}" has no value; expected for example ${key}:VALUE or ${key}:A,B.`);
  return { key: key.toLowerCase(), values, negated };
}

function readValue(reader: Reader, end: RegExp): QueryValue {
  const { query } = reader;
  const start = reader.at;
  if (query[start] !== '"') {
    while (reader.at < query.length && !end.test(query[reader.at] as string)) reader.at++;
    return { text: query.slice(start, reader.at), quoted: false };
  }
  let text = "";
  for (reader.at++; ; reader.at++) {
    const character = query[reader.at];
    if (character === undefined) throw new QuerySyntaxError(`A quote is opened in the selection "${query}" and never closed.`);
    if (character !== '"') text += character;
    else if (query[reader.at + 1] === '"') text += query[++reader.at] as string;
    else break;
  }
  reader.at++;
  return { text, quoted: true };
}

function skipSpaces(reader: Reader): void {
  while (/\s/.test(reader.query[reader.at] ?? "")) reader.at++;
}

function needsQuotes(text: string, key: string | null): boolean {
  if (text === "" || text.startsWith('"') || /\s/.test(text)) return true;
  return key === null ? /^-./.test(text) || keyPattern.test(text) : text.includes(",");
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
