/**
 * @file A file that is read or written again and again, opened once: until another one is asked for.
 */
import { closeSync, openSync } from "node:fs";

/** Gives the descriptor of a file; the one before is closed when another file is asked for. */
export function keepOpen(flags: "r" | "r+"): (file: string) => number {
  let opened: { readonly file: string; readonly descriptor: number } | null = null;
  return (file) => {
    if (opened?.file === file) return opened.descriptor;
    if (opened !== null) closeSync(opened.descriptor);
    opened = null;
    opened = { file, descriptor: openSync(file, flags) };
    return opened.descriptor;
  };
}
