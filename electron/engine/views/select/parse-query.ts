/**
 * @file Reads a selection as a person types it. Terms stand between spaces and must all hold:
 *
 *     word            in the file name, the folder or the facts ("more words" in quotes are one)
 *     key:value       one of the keys of select-keys.ts; `key:a,b` is either of them, `key:*` any, `key:"a, b"` takes the text as it stands
 *     -term           not this
 *
 * Inside quotes two quotes are one.
 */
import { UserError } from "../../base/errors.ts";

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

/** Throws UserError `query` where a quote is not closed or a key has no value. */
export function parseQuery(query: string): QueryTerm[] {
  const reader = { query, at: 0 };
  const terms: QueryTerm[] = [];
  for (;;) {
    skipSpaces(reader);
    if (reader.at >= query.length) return terms;
    terms.push(readTerm(reader));
  }
}

interface Reader {
  readonly query: string;
  at: number;
}

function readTerm(reader: Reader): QueryTerm {
  const { query } = reader;
  const negated = /^-\S/.test(query.slice(reader.at, reader.at + 2));
  if (negated) reader.at++;
  const key = /^\p{L}+(?=:)/u.exec(query.slice(reader.at))?.[0];
  if (key === undefined) return { key: null, values: [readValue(reader, /\s/)], negated };
  reader.at += key.length + 1;
  const values = [readValue(reader, /[\s,]/)];
  while (query[reader.at] === ",") {
    reader.at++;
    values.push(readValue(reader, /[\s,]/));
  }
  if (values.some(({ text, quoted }) => text === "" && !quoted))
    throw new UserError("query", `"${key}:" in the selection "${query}" has no value; expected for example ${key}:VALUE or ${key}:A,B.`);
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
    if (character === undefined) throw new UserError("query", `A quote is opened in the selection "${query}" and never closed.`);
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
