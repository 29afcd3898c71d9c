/**
 * @file Generated text that is kept in git: the layer table in ARCHITECTURE.md, between two comment marks. Without arguments it fails
 * where the text is out of date; `--write` renews it.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { layersAsMarkdown } from "./layers.ts";

const begin = "<!-- made by build/generated.ts from build/layers.ts -->";
const end = "<!-- end of what was made -->";

/** `text` with what lies between the marks renewed. Text without marks is returned as it is. */
export function renew(text: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) return text;
  return `${text.slice(0, from + begin.length)}\n\n${layersAsMarkdown()}\n\n${text.slice(to)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = join(fileURLToPath(new URL("..", import.meta.url)), "ARCHITECTURE.md");
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const renewed = renew(text);
  if (!text.includes(begin)) process.stdout.write("ARCHITECTURE.md has no place for the layer table yet\n");
  else if (renewed === text) process.stdout.write("the layer table in ARCHITECTURE.md is current\n");
  else if (process.argv.includes("--write")) writeFileSync(path, renewed);
  else {
    process.stderr.write("the layer table in ARCHITECTURE.md is out of date: `npm run check -- generated --write` renews it\n");
    process.exitCode = 1;
  }
}
