/**
 * @file Sizes of our source files, in lines: the median, the ninetieth percentile, the longest. Files are meant to be small and about
 * one subject; more than `mostLines` is a fault.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const mostLines = 400;

const root = fileURLToPath(new URL("..", import.meta.url));
const sourceEndings = [".ts", ".mjs", ".js", ".svelte", ".css", ".cc", ".h"];

/** Our source files with their lines, shortest first. New files that git does not ignore count as well. */
export function measureFiles(): { readonly path: string; readonly lines: number }[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  return listed
    .split("\0")
    .filter((path) => sourceEndings.some((ending) => path.endsWith(ending)))
    .flatMap((path) => {
      try {
        return [{ path, lines: readFileSync(join(root, path), "utf8").split("\n").length - 1 }];
      } catch {
        return []; // removed and not yet committed
      }
    })
    .sort((a, b) => a.lines - b.lines);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = measureFiles();
  const at = (share: number): number => files[Math.min(files.length - 1, Math.floor(files.length * share))]?.lines ?? 0;
  const longest = files.slice(-5).reverse();
  process.stdout.write(
    `${files.length} files; lines: median ${at(0.5)}, p90 ${at(0.9)}; longest: ${longest.map(({ path, lines }) => `${path} ${lines}`).join(", ")}\n`,
  );
  const tooLong = files.filter(({ lines }) => lines > mostLines);
  for (const { path, lines } of tooLong) process.stderr.write(`${path} has ${lines} lines, at most ${mostLines} are meant\n`);
  process.exitCode = tooLong.length > 0 ? 1 : 0;
}
