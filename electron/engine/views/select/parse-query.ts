/**
 * @file Reads a selection as a person types it (protocol/query.ts says how it is written), with what is wrong with it as a person's error.
 */
import { parseQuery as parse, QuerySyntaxError, type QueryTerm } from "#protocol/query.ts";

import { UserError } from "../../base/errors.ts";

/** Throws UserError `query` where a quote is not closed or a key has no value. */
export function parseQuery(query: string): QueryTerm[] {
  try {
    return parse(query);
  } catch (thrown) {
    throw thrown instanceof QuerySyntaxError ? new UserError("query", thrown.message) : thrown;
  }
}
