/**
 * @file The images that a selection means (protocol/query.ts says how it is written), for exports and searches alike.
 */
import type { QueryTerm } from "#protocol/query.ts";
import type { SavedView } from "#protocol/view-contract.ts";

import { UserError } from "../../base/errors.ts";
import type { Collection } from "../../collection.ts";
import { createWordTest } from "../find.ts";
import { parseQuery } from "./parse-query.ts";
import { selectKeys, type SelectContext, type Test } from "./select-keys.ts";

/**
 * Positions in the catalogue, ascending. An empty selection means every image. Throws UserError `query`, or that what a key needs is not
 * there yet.
 */
export function selectImages(collection: Collection, query: string, labelOf: SelectContext["labelOf"]): Int32Array {
  const { count } = collection.catalogue().columns;
  const tests = testsOf({ collection, labelOf }, parseQuery(query));
  const found: number[] = [];
  for (let position = 0; position < count; position++) if (tests.every((test) => test(position))) found.push(position);
  return Int32Array.from(found);
}

/**
 * A test of a position for each term. A saved view may name others, and none itself.
 *
 * @param within the saved views that are being read
 */
export function testsOf(
  given: Pick<SelectContext, "collection" | "labelOf">,
  terms: readonly QueryTerm[],
  within: readonly number[] = [],
): Test[] {
  const words = terms.some(({ key }) => key === null) ? createWordTest(given.collection) : null;
  const testsOfView = ({ id, name, query }: SavedView): Test[] => {
    if (within.includes(id)) throw new UserError("query", `The saved view "${name}" is defined by itself.`);
    return testsOf(given, parseQuery(query), [...within, id]);
  };
  return terms.map((term) => {
    const test = testOf({ ...given, testsOfView }, term, words);
    return term.negated ? (position) => !test(position) : test;
  });
}

/** A line for each key. */
export function describeSelection(): string[] {
  const rows = Object.entries(selectKeys).map(([key, { value, help }]) => ({ left: `${key}:${value}`, help }));
  const width = 16;
  return [
    `${"WORD".padEnd(width)}  in the file name, the folder or the facts; "in quotes" as it stands`,
    ...rows.map(({ left, help }) => (left.length > width ? `${left}\n  ${"".padEnd(width)}  ${help}` : `${left.padEnd(width)}  ${help}`)),
    `${"-TERM".padEnd(width)}  not this; terms must all hold; KEY:A,B is either`,
  ].map((line) => `  ${line}`);
}

function testOf(context: SelectContext, { key, values }: QueryTerm, words: ReturnType<typeof createWordTest> | null): Test {
  if (key === null) {
    const word = values[0]?.text.toLowerCase() ?? "";
    return (position) => words?.(position, word) ?? false;
  }
  if (!Object.hasOwn(selectKeys, key))
    throw new UserError(
      "query",
      `There is no key "${key}:" in a selection; known: ${Object.keys(selectKeys)
        .map((each) => `${each}:`)
        .join(", ")}. To look for it as a word, put it in quotes.`,
    );
  return (selectKeys[key] as (typeof selectKeys)[string]).test(context, values);
}
