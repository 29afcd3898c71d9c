/**
 * @file The folder in numbers.
 */
import { listUnreadable } from "../../../store/queries/files.ts";
import { showPath } from "../../../base/path-bytes.ts";
import { shownIn, type ReportContext, type Section } from "../context.ts";
import { html, name, type Html } from "../html.ts";
import { counted, day, number, share, size } from "../words.ts";

const mostUnreadable = 30;

export function summarySection(context: ReportContext): Section {
  const { collection, images, folders } = context;
  const { counts } = collection.summary();
  const bytes = images.reduce((sum, image) => sum + image.sizeBytes, 0);
  const taken = images.map(({ metadata }) => metadata.capturedAt).filter((time) => time !== undefined);
  const unreadable = listUnreadable(collection.store);
  const facts: readonly (readonly [string, Html])[] = [
    [folders.length === 1 ? "Folder" : "Folders", folders.map((folder) => html`<div>${name(folder)}</div>`)],
    ["Images", html`${number(images.length)} <span class="second">${size(bytes)}</span>`],
    [
      "Formats",
      tally(images.map(({ content }) => content.format.toUpperCase()))
        .map(([format, count]) => `${format} ${number(count)}`)
        .join(", "),
    ],
    ["Sizes", sizes(images.map(({ width, height }) => [width, height]))],
    [
      "Taken",
      taken.length === 0
        ? "not recorded"
        : `${day(least(taken))} to ${day(most(taken))} (recorded in ${share(taken.length, images.length)})`,
    ],
    ["Not readable", counts.unreadable === 0 ? "none" : counted(counts.unreadable, "file")],
    ["Gone since", counts.missing === 0 ? "none" : counted(counts.missing, "file")],
  ];
  const broken =
    unreadable.length > 0 &&
    html`<h3>Files that cannot be read</h3>
      <ul class="plain">
        ${unreadable.slice(0, mostUnreadable).map((file) => html`<li>${name(shownIn(context, showPath(file.path)))} <span class="second">${file.error_message}</span></li>`)}
        ${unreadable.length > mostUnreadable && html`<li class="second">and ${number(unreadable.length - mostUnreadable)} more</li>`}
      </ul>`;
  return {
    id: "summary",
    title: "The folder",
    note: counted(images.length, "image"),
    body: html`<dl class="facts">
        ${facts.map(
          ([label, value]) =>
            html`<dt>${label}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
      ${broken}`,
  };
}

function tally(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1]);
}

function sizes(pairs: readonly (readonly [number, number])[]): string {
  if (pairs.length === 0) return "none";
  const sorted = [...pairs].sort((one, other) => one[0] * one[1] - other[0] * other[1]);
  const shown = ([width, height]: readonly [number, number]): string => `${width} x ${height}`;
  const middle = sorted[Math.floor(sorted.length / 2)] as readonly [number, number];
  return `${shown(sorted[0] as readonly [number, number])} to ${shown(sorted.at(-1) as readonly [number, number])}, middle ${shown(middle)}`;
}

/** A spread of a hundred thousand arguments would be too many. */
function least(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other));
}

function most(values: readonly number[]): number {
  return values.reduce((one, other) => Math.max(one, other));
}
