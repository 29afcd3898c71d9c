/** @file The search for words: what is typed becomes a filter of the whole app a moment later; the latest answer wins. */
import { engine } from "./engine.svelte.ts";
import { images } from "./images.svelte.ts";
import { notices } from "./notices.svelte.ts";

const pauseMs = 180;
const mostResults = 1_000_000;

class WordSearch {
  text = $state("");
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: AbortController | null = null;

  type(text: string): void {
    this.text = text;
    clearTimeout(this.#timer);
    this.#stop?.abort();
    if (text.trim() === "") images.setFilter({ search: null });
    else this.#timer = setTimeout(() => void this.#find(text.trim()), pauseMs);
  }

  /** New images may match: ask again. */
  again(): void {
    if (this.text.trim() !== "") this.type(this.text);
  }

  /** Removes every filter of the app, the words included. */
  clearAll(): void {
    this.type("");
    images.clearFilter();
  }

  async #find(text: string): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    try {
      const { ids } = await engine.call("images.find", { text, limit: mostResults }, { signal: stop.signal });
      if (!stop.signal.aborted) images.setFilter({ search: { text, ids: new Set(ids) } });
    } catch (error) {
      if (!stop.signal.aborted) notices.fail("The search did not work", error);
    }
  }
}

export const wordSearch = new WordSearch();
