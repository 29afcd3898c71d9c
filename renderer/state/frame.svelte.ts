/** @file Whether there is room for the details beside the view; in a narrow window they lie over it, only when asked for. */
import { settings } from "./settings.svelte.ts";

const narrowWindow = matchMedia("(max-width: 820px)");

class Frame {
  narrow = $state(narrowWindow.matches);
  #overlay = $state(false);

  constructor() {
    narrowWindow.addEventListener("change", () => {
      this.narrow = narrowWindow.matches;
      this.#overlay = false;
    });
  }

  get detailsShown(): boolean {
    return this.narrow ? this.#overlay : settings.details;
  }

  toggleDetails(): void {
    if (this.narrow) this.#overlay = !this.#overlay;
    else settings.details = !settings.details;
  }
}

export const frame = new Frame();
