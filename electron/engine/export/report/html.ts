/**
 * @file HTML in which nothing that comes from outside can become markup: what is put into an `html` text is escaped unless it was made by `html` itself.
 */

/** Text that is HTML already. Made by `html` only. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Null, undefined and false leave nothing. */
export type Html = Markup | string | number | null | undefined | false | readonly Html[];

/** Attributes must be written in double quotes. */
export function html(texts: TemplateStringsArray, ...values: readonly Html[]): Markup {
  return new Markup(texts.reduce((made, text, index) => made + written(values[index - 1]) + text));
}

/** Text from a file system. It may break behind a slash, and marks in it that turn the direction of writing end with it. */
export function name(text: string): Markup {
  const parts = text.split(/(?<=[\\/])/);
  return html`<bdi>${parts.map((part, index) => html`${index > 0 && new Markup("<wbr>")}${part}`)}</bdi>`;
}

function written(value: Html): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Markup) return value.text;
  return Array.isArray(value) ? (value as readonly Html[]).map(written).join("") : escaped(String(value as string | number));
}

const marks: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "`": "&#96;" };

function escaped(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\uFFFD").replace(/[&<>"'`]/g, (mark) => marks[mark] as string);
}
