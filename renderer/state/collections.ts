/** @file Opening and closing collections: what the welcome screen, the menu and a dropped folder all do. */
import type { OpenCollection } from "#protocol/model.ts";

import { electronBridge } from "../client/bridge.ts";
import { clauses } from "./clauses.svelte.ts";
import { dialogs } from "./dialogs.svelte.ts";
import { engine } from "./engine.svelte.ts";
import { filterEditor } from "./filter-editor.svelte.ts";
import { images } from "./images.svelte.ts";
import { jobs } from "./jobs.svelte.ts";
import { labels } from "./labels.svelte.ts";
import { notices } from "./notices.svelte.ts";
import { route } from "./route.svelte.ts";
import { savedViews } from "./saved-views.svelte.ts";
import { selection } from "./selection.svelte.ts";
import { viewer } from "./viewer.svelte.ts";
import { wordSearch } from "./word-search.svelte.ts";

export async function openFolder(path: string): Promise<void> {
  await enter(`${path} could not be opened`, () => engine.call("collection.openFolder", { path }));
}

export async function openRecent(workspace: string): Promise<void> {
  await enter("The collection could not be opened", () => engine.call("collection.open", { workspace }));
}

export async function openSamples(): Promise<void> {
  await enter("The sample pictures could not be made", () => engine.call("collection.openSamples", {}));
}

/** The system's dialog where there is one, else our own browser of the engine's machine. */
export async function chooseFolder(hint = ""): Promise<void> {
  const host = electronBridge();
  if (host === null) {
    dialogs.show("folder", hint);
    return;
  }
  const path = await host.chooseFolder();
  if (path !== null) await openFolder(path);
}

export async function closeCollection(): Promise<void> {
  try {
    await engine.call("collection.close", {});
    forgetShown();
    engine.adopt(null);
    await engine.refresh();
  } catch (error) {
    notices.fail("The collection could not be closed", error);
  }
}

/** Looks at the folders again and brings everything up to date. */
export async function indexAgain(): Promise<void> {
  try {
    await engine.call("collection.index", {});
  } catch (error) {
    notices.fail("The folders could not be read again", error);
  }
}

async function enter(failure: string, open: () => Promise<{ collection: OpenCollection }>): Promise<void> {
  try {
    const { collection } = await open();
    dialogs.close();
    forgetShown();
    engine.adopt(collection);
    route.go("library");
    await engine.refresh();
  } catch (error) {
    notices.fail(failure, error);
  }
}

function forgetShown(): void {
  wordSearch.clear();
  filterEditor.close();
  clauses.reset();
  savedViews.reset();
  images.reset();
  labels.reset();
  selection.reset();
  viewer.close();
  jobs.reset();
}
