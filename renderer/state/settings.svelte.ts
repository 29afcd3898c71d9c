/** @file What a person set and expects to find again: kept in the browser's storage, read before the first paint. */
import { sortOrders, type SortOrder } from "./arrange.ts";

export const themes = ["system", "dark", "light"] as const;
export type Theme = (typeof themes)[number];

const key = "likeness.settings";
export const smallestPicture = 64;
export const largestPicture = 360;

class Settings {
  theme = $state<Theme>("system");
  pictureSize = $state(168);
  square = $state(false);
  names = $state(false);
  sort = $state<SortOrder>("folder");
  details = $state(true);
  detailsWidth = $state(300);
  railOpen = $state(true);
  /** Each slice of a series is shown, instead of one for all. */
  everySlice = $state(false);

  constructor() {
    this.#read();
    $effect.root(() => {
      $effect(() => this.#write());
      $effect(() => applyTheme(this.theme));
    });
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => applyTheme(this.theme));
    applyTheme(this.theme);
  }

  setPictureSize(size: number): void {
    this.pictureSize = Math.round(Math.min(largestPicture, Math.max(smallestPicture, size)));
  }

  #read(): void {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
      if (typeof stored !== "object" || stored === null) return;
      const values = stored as Record<string, unknown>;
      this.theme = themes.find((theme) => theme === values["theme"]) ?? this.theme;
      this.sort = sortOrders.find((sort) => sort === values["sort"]) ?? this.sort;
      if (typeof values["pictureSize"] === "number") this.setPictureSize(values["pictureSize"]);
      if (typeof values["detailsWidth"] === "number") this.detailsWidth = values["detailsWidth"];
      if (typeof values["square"] === "boolean") this.square = values["square"];
      if (typeof values["names"] === "boolean") this.names = values["names"];
      if (typeof values["details"] === "boolean") this.details = values["details"];
      if (typeof values["everySlice"] === "boolean") this.everySlice = values["everySlice"];
      if (typeof values["railOpen"] === "boolean") this.railOpen = values["railOpen"];
    } catch {
      // Storage that is switched off or holds something else: the defaults serve.
    }
  }

  #write(): void {
    const { theme, pictureSize, square, names, sort, details, detailsWidth, railOpen, everySlice } = this;
    const text = JSON.stringify({ theme, pictureSize, square, names, sort, details, detailsWidth, railOpen, everySlice });
    try {
      localStorage.setItem(key, text);
    } catch {
      // The same: what cannot be kept is only for this visit.
    }
  }
}

function applyTheme(theme: Theme): void {
  const light = theme === "light" || (theme === "system" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset["theme"] = light ? "light" : "dark";
}

export const settings = new Settings();
