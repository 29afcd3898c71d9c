/** @file What is typed into the search as terms: words to look for, and after a minus words to stay away from. Quotes keep words together. */

export interface TextTerm {
  readonly sign: "+" | "-";
  readonly text: string;
}

/**
 * `beach -people "red umbrella"`: words without a sign make one term together; a word or a quotation after + or - is one of its own. A hyphen inside a word, or
 * with a space after it, is none.
 */
export function parseTerms(typed: string): TextTerm[] {
  const plain: string[] = [];
  const signed: TextTerm[] = [];
  for (const [, sign = "", quoted, bare] of typed.matchAll(/(?:^|(?<=\s))([+\-−]?)(?:["“]([^"”]*)["”]?|(\S+))/gu)) {
    const text = (quoted ?? bare ?? "").trim();
    if (text === "" || /^[+\-−]+$/u.test(text)) continue;
    if (sign !== "") signed.push({ sign: sign === "+" ? "+" : "-", text });
    else if (quoted !== undefined) signed.push({ sign: "+", text });
    else plain.push(text);
  }
  return [...(plain.length > 0 ? [{ sign: "+" as const, text: plain.join(" ") }] : []), ...signed];
}

/** Text that is read as these terms again; the first one towards something stands without a sign. */
export function writeTerms(terms: readonly TextTerm[]): string {
  const first = terms.findIndex(({ sign }) => sign === "+");
  return terms.map(({ sign, text }, at) => (at === first ? text : `${sign}${/\s/u.test(text) ? `"${text}"` : text}`)).join(" ");
}
