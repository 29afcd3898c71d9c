/** @file Undo and redo while duplicates are reviewed: there the steps are what was said to be no duplicate. */
import { apart } from "../state/apart.svelte.ts";
import { route } from "../state/route.svelte.ts";
import { viewer } from "../state/viewer.svelte.ts";
import type { Command } from "./commands.ts";

/** They take the place of the steps of labelling, which the number keys would make elsewhere. */
export function reviewsDuplicates(): boolean {
  return route.view === "duplicates" && viewer.id === null;
}

export function duplicateCommands(): Command[] {
  const { undo, redo } = apart.steps;
  return [
    {
      id: "undo",
      title: undo === null ? "Undo a step of the review" : `Undo: ${undo}`,
      group: "Selection",
      icon: "undo",
      keys: "Ctrl+Z",
      run: () => void apart.undo(),
    },
    {
      id: "redo",
      title: redo === null ? "Redo a step of the review" : `Redo: ${redo}`,
      group: "Selection",
      icon: "undo",
      keys: "Shift+Ctrl+Z",
      run: () => void apart.redo(),
    },
  ];
}
