/** @file How a person wants the map drawn, kept in the browser's storage; and where they left it, kept until the window is closed. */
import type { Camera } from "./camera.ts";
import { colourModes, type ColourMode } from "./looks.ts";

const key = "likeness.map";
export const smallestFactor = 0.5;
export const largestFactor = 2.5;
export const faintest = 0.2;

class MapSettings {
  colourBy = $state<ColourMode>("cluster");
  /** Times the size that fits the zoom. */
  pointSize = $state(1);
  /** Times the opacity that fits the crowd. */
  opacity = $state(1);
  pictures = $state(true);
  panel = $state(true);

  constructor() {
    this.#read();
    $effect.root(() => {
      $effect(() => {
        const { colourBy, pointSize, opacity, pictures, panel } = this;
        try {
          localStorage.setItem(key, JSON.stringify({ colourBy, pointSize, opacity, pictures, panel }));
        } catch {
          // What cannot be kept is only for this visit.
        }
      });
    });
  }

  #read(): void {
    try {
      const values = JSON.parse(localStorage.getItem(key) ?? "{}") as Record<string, unknown> | null;
      const { colourBy, pointSize, opacity, pictures, panel } = values ?? {};
      this.colourBy = colourModes.find((mode) => mode === colourBy) ?? this.colourBy;
      if (typeof pointSize === "number") this.pointSize = Math.min(largestFactor, Math.max(smallestFactor, pointSize));
      if (typeof opacity === "number") this.opacity = Math.min(1, Math.max(faintest, opacity));
      if (typeof pictures === "boolean") this.pictures = pictures;
      if (typeof panel === "boolean") this.panel = panel;
    } catch {
      // Storage that is switched off or holds something else: the defaults serve.
    }
  }
}

export const mapSettings = new MapSettings();

/** The view of a collection's map when it was last left; null when it was the whole map. */
export const lastView: { workspace: string; camera: Camera | null } = { workspace: "", camera: null };
