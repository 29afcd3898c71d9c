/** @file Everything the app can do, by name: the command palette, the shortcuts, the shortcut sheet and the menu all read this list. */
import type { IconName } from "../widgets/icons.ts";
import { chooseFolder, closeCollection, indexAgain, openRecent, openSamples } from "../state/collections.ts";
import { dialogs } from "../state/dialogs.svelte.ts";
import { encoderImport } from "../state/encoder-import.svelte.ts";
import { encoders } from "../state/encoders.svelte.ts";
import { engine } from "../state/engine.svelte.ts";
import { exportKinds, kindTitles } from "../state/export-form.ts";
import { exporting } from "../state/exporting.svelte.ts";
import { frame } from "../state/frame.svelte.ts";
import { images, sequenceOf } from "../state/images.svelte.ts";
import { jobs } from "../state/jobs.svelte.ts";
import { route, type ViewName } from "../state/route.svelte.ts";
import { flagFilters, sortOrders, type SortOrder } from "../state/arrange.ts";
import { selection } from "../state/selection.svelte.ts";
import { settings, themes } from "../state/settings.svelte.ts";
import { viewer } from "../state/viewer.svelte.ts";
import { watch } from "../state/watch.svelte.ts";
import { wordSearch } from "../state/word-search.svelte.ts";
import { flagWords } from "../widgets/words.ts";
import { duplicateCommands, reviewsDuplicates } from "./duplicate-commands.ts";
import { viewCommands } from "./filters/view-commands.ts";
import { labelCommands } from "./label-commands.ts";

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly group: "Go to" | "Selection" | "Classes" | "Show" | "Collection" | "Jobs" | "Help";
  readonly icon: IconName;
  /** As shown, such as "Ctrl+K"; see `shortcuts.ts` for how it is read. */
  readonly keys?: string;
  run(): void;
}

export const sortNames: Record<SortOrder, string> = {
  folder: "Folder",
  date: "Date, newest first",
  odd: "Oddest first",
  size: "Largest first",
  name: "Name",
};

export const views: readonly { name: ViewName; title: string; icon: IconName; keys?: string }[] = [
  { name: "library", title: "Library", icon: "library", keys: "G" },
  { name: "map", title: "Map", icon: "map", keys: "M" },
  { name: "duplicates", title: "Duplicates", icon: "duplicates", keys: "D" },
  { name: "outliers", title: "Outliers", icon: "outliers", keys: "O" },
  { name: "classes", title: "Classes", icon: "classes", keys: "C" },
  { name: "training", title: "Training", icon: "training", keys: "T" },
  { name: "encoders", title: "Encoders", icon: "encoders" },
];

/** What can be done now: some commands need a collection, a selection or a job. */
export function availableCommands(): Command[] {
  return [
    ...(engine.collection === null
      ? []
      : [...goCommands(), ...selectionCommands(), ...viewCommands(), ...stepCommands(), ...showCommands()]),
    ...collectionCommands(),
    ...jobCommands(),
    ...helpCommands(),
  ];
}

/** One key undoes what is done where the person is. */
function stepCommands(): Command[] {
  return reviewsDuplicates() ? duplicateCommands() : labelCommands();
}

/** By its id, from the application menu; what cannot be done now does nothing. */
export function runCommand(id: string): void {
  const focused = document.activeElement;
  if (focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement) {
    // What is typed has its own selection, and its own steps to undo.
    if (id === "select-all") return focused.select();
    if (id === "undo" || id === "redo") return void document.execCommand(id);
  }
  availableCommands()
    .find((command) => command.id === id)
    ?.run();
}

export function focusSearch(): void {
  document.querySelector<HTMLInputElement>("[data-search]")?.select();
}

function goCommands(): Command[] {
  return views.map(({ name, title, icon, keys }) => ({
    id: `go-${name}`,
    title,
    icon,
    group: "Go to",
    ...(keys && { keys }),
    run: () => route.go(name),
  }));
}

function selectionCommands(): Command[] {
  const current = selection.current;
  const commands: Command[] = [
    { id: "search", title: "Search words", group: "Selection", icon: "search", keys: "F", run: focusSearch },
    {
      id: "select-all",
      title: "Select everything shown",
      group: "Selection",
      icon: "check",
      keys: "Ctrl+A",
      run: () => selection.selectAll(sequenceOf(images.arrangement.order)),
    },
  ];
  if (selection.size > 0)
    commands.push({
      id: "select-none",
      title: "Clear the selection",
      group: "Selection",
      icon: "close",
      keys: "Escape",
      run: () => selection.clear(),
    });
  if (images.filtered)
    commands.push({ id: "clear-filter", title: "Remove all filters", group: "Selection", icon: "close", run: () => wordSearch.clearAll() });
  for (const flag of flagFilters) {
    if (images.filter.flag !== flag)
      commands.push({
        id: `filter-${flag}`,
        title: `Only: ${flagWords[flag]}`,
        group: "Selection",
        icon: "filter",
        run: () => images.setFilter({ flag }),
      });
  }
  if (current !== null) {
    commands.push(
      { id: "search-with", title: "Search with this picture", group: "Selection", icon: "plus", run: () => addToSearch("+") },
      { id: "search-without", title: "Search away from this picture", group: "Selection", icon: "minus", run: () => addToSearch("-") },
      { id: "similar", title: "More like this", group: "Selection", icon: "similar", keys: "S", run: () => showSimilar() },
      {
        id: "open",
        title: "Open large",
        group: "Selection",
        icon: "zoom",
        keys: "Space",
        run: () => viewer.open(current, sequenceOf(images.arrangement.order)),
      },
    );
  }
  return commands;
}

export function showSimilar(): void {
  const id = selection.current;
  if (id === null) return;
  viewer.close();
  route.goSimilar(id);
}

/** The current picture as a term beside the words. */
function addToSearch(sign: "+" | "-"): void {
  const id = selection.current;
  if (id === null) return;
  viewer.close();
  if (route.view !== "map") route.go("library");
  wordSearch.addImage(id, sign);
}

function showCommands(): Command[] {
  return [
    {
      id: "details",
      title: frame.detailsShown ? "Hide details" : "Show details",
      group: "Show",
      icon: "panel",
      keys: "I",
      run: () => frame.toggleDetails(),
    },
    {
      id: "square",
      title: settings.square ? "Pictures in rows" : "Pictures in squares",
      group: "Show",
      icon: settings.square ? "rows" : "squares",
      run: () => void (settings.square = !settings.square),
    },
    {
      id: "names",
      title: settings.names ? "File names only on hover" : "Always show file names",
      group: "Show",
      icon: "text",
      run: () => void (settings.names = !settings.names),
    },
    {
      id: "larger",
      title: "Larger pictures",
      group: "Show",
      icon: "zoom",
      keys: "+",
      run: () => settings.setPictureSize(settings.pictureSize * 1.2),
    },
    {
      id: "smaller",
      title: "Smaller pictures",
      group: "Show",
      icon: "zoom",
      keys: "-",
      run: () => settings.setPictureSize(settings.pictureSize / 1.2),
    },
    ...sortOrders
      .filter((sort) => sort !== settings.sort)
      .map((sort): Command => ({
        id: `sort-${sort}`,
        title: `Order: ${sortNames[sort]}`,
        group: "Show",
        icon: "sort",
        run: () => void (settings.sort = sort),
      })),
  ];
}

function collectionCommands(): Command[] {
  const open = engine.collection;
  const commands: Command[] = [
    { id: "open-folder", title: "Open a folder", group: "Collection", icon: "folder", run: () => void chooseFolder() },
    { id: "open-samples", title: "Try the sample pictures", group: "Collection", icon: "sample", run: () => void openSamples() },
  ];
  if (open !== null) {
    commands.push(
      { id: "index-again", title: "Look for changes in the folders", group: "Collection", icon: "refresh", run: () => void indexAgain() },
      {
        id: "watch",
        title: watch.on ? "Stop watching the folders" : "Watch the folders",
        group: "Collection",
        icon: "refresh",
        run: () => void watch.choose(!watch.on),
      },
      { id: "properties", title: "Properties of the collection", group: "Collection", icon: "info", run: () => dialogs.show("collection") },
      ...exportKinds.map((kind): Command => ({
        id: `export-${kind}`,
        title: `Export ${kindTitles[kind].toLowerCase()}`,
        group: "Collection",
        icon: "download",
        run: () => void exporting.begin(kind),
      })),
      { id: "import-encoder", title: "Take an encoder in", group: "Collection", icon: "encoders", run: () => void encoderImport.choose() },
      ...encoders.list
        .filter(({ id }) => id !== open.encoder.id)
        .map((encoder): Command => ({
          id: `encoder-${encoder.id}`,
          title: `Use the encoder ${encoder.name}`,
          group: "Collection",
          icon: "encoders",
          run: () => void encoders.choose(encoder),
        })),
      { id: "close-collection", title: "Close this collection", group: "Collection", icon: "close", run: () => void closeCollection() },
    );
  }
  for (const recent of engine.recent) {
    if (recent.available && recent.workspace !== open?.workspace) {
      commands.push({
        id: `recent-${recent.workspace}`,
        title: `Open ${recent.name}`,
        group: "Collection",
        icon: "clock",
        run: () => void openRecent(recent.workspace),
      });
    }
  }
  return commands;
}

function jobCommands(): Command[] {
  return jobs.active.flatMap((job): Command[] => [
    job.state === "paused"
      ? { id: `resume-${job.id}`, title: `Go on with: ${job.title}`, group: "Jobs", icon: "play", run: () => jobs.resume(job.id) }
      : { id: `pause-${job.id}`, title: `Pause: ${job.title}`, group: "Jobs", icon: "pause", run: () => jobs.pause(job.id) },
    { id: `cancel-${job.id}`, title: `Cancel: ${job.title}`, group: "Jobs", icon: "stop", run: () => jobs.cancel(job.id) },
  ]);
}

function helpCommands(): Command[] {
  const themeNames = { system: "Colours of the system", dark: "Dark colours", light: "Light colours" } as const;
  const themeIcons = { system: "system", dark: "moon", light: "sun" } as const;
  return [
    { id: "commands", title: "All commands", group: "Help", icon: "command", keys: "Ctrl+K", run: () => dialogs.show("commands") },
    { id: "shortcuts", title: "Keyboard shortcuts", group: "Help", icon: "keyboard", keys: "?", run: () => dialogs.show("shortcuts") },
    { id: "machine", title: "About this machine", group: "Help", icon: "info", run: () => dialogs.show("machine") },
    ...themes
      .filter((theme) => theme !== settings.theme)
      .map((theme): Command => ({
        id: `theme-${theme}`,
        title: themeNames[theme],
        group: "Show",
        icon: themeIcons[theme],
        run: () => void (settings.theme = theme),
      })),
  ];
}
