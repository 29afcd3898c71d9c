/** @file Filters and saved views as commands: found in the palette, two of them by a key. */
import type { SavedView } from "#protocol/view-contract.ts";

import { dialogs } from "../../state/dialogs.svelte.ts";
import { filterEditor } from "../../state/filter-editor.svelte.ts";
import { images } from "../../state/images.svelte.ts";
import { savedViews } from "../../state/saved-views.svelte.ts";
import type { Command } from "../commands.ts";

export function viewCommands(): Command[] {
  return [
    { id: "add-filter", title: "Add a filter", group: "Selection", icon: "filter", keys: "Shift+Ctrl+F", run: () => filterEditor.add() },
    ...(images.filtered
      ? [{ id: "save-view", title: "Save view", group: "Selection", icon: "plus", keys: "Shift+Ctrl+S", run: () => dialogs.show("saveView") } as const] // prettier-ignore
      : []),
    ...savedViews.list.flatMap((view): Command[] => [
      { id: `view-${view.id}`, title: `Open the view ${view.name}`, group: "Go to", icon: "filter", run: () => savedViews.open(view) },
      { id: `rename-view-${view.id}`, title: `Rename the view ${view.name}`, group: "Go to", icon: "text", run: () => startRenaming(view) },
      {
        id: `delete-view-${view.id}`,
        title: `Delete the view ${view.name}`,
        group: "Go to",
        icon: "close",
        run: () => void savedViews.delete(view),
      },
    ]),
  ];
}

export function startRenaming(view: SavedView): void {
  savedViews.renaming = view;
  dialogs.show("saveView");
}
