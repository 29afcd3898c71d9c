/** @file How a person wants the map drawn, kept in the browser's storage; and where they left it, kept until the window is closed. */
import { engine } from "../state/engine.svelte.ts";
import type { Camera } from "./camera.ts";
import { colourModes, type ColourMode } from "./looks.ts";

const key = "likeness.map";
export const smallestFactor = 0.5;
export const largestFactor = 2.5;
export const faintest = 0.2;

class MapSettings {
  #colourBy = $state<ColourMode>("cluster");
  /** Of medical collections: colours beside grey pictures mean something only when they are asked for. */
  #medicalColourBy = $state<ColourMode>("none");
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
        const { pointSize, opacity, pictures, panel } = this;
        const colours = { colourBy: this.#colourBy, medicalColourBy: this.#medicalColourBy };
        try {
          localStorage.setItem(key, JSON.stringify({ ...colours, pointSize, opacity, pictures, panel }));
        } catch {
          // What cannot be kept is only for this visit.
        }
      });
    });
  }

  get colourBy(): ColourMode {
    return isMedical() ? this.#medicalColourBy : this.#colourBy;
  }

  set colourBy(mode: ColourMode) {
    if (isMedical()) this.#medicalColourBy = mode;
    else this.#colourBy = mode;
  }

  #read(): void {
    try {
      const values = JSON.parse(localStorage.getItem(key) ?? "{}") as Record<string, unknown> | null;
      const { colourBy, medicalColourBy, pointSize, opacity, pictures, panel } = values ?? {};
      this.#colourBy = colourModes.find((mode) => mode === colourBy) ?? this.#colourBy;
      this.#medicalColourBy = colourModes.find((mode) => mode === medicalColourBy) ?? this.#medicalColourBy;
      if (typeof pointSize === "number") this.pointSize = Math.min(largestFactor, Math.max(smallestFactor, pointSize));
      if (typeof opacity === "number") this.opacity = Math.min(1, Math.max(faintest, opacity));
      if (typeof pictures === "boolean") this.pictures = pictures;
      if (typeof panel === "boolean") this.panel = panel;
    } catch {
      // Storage that is switched off or holds something else: the defaults serve.
    }
  }
}

function isMedical(): boolean {
  return engine.collection?.kind.now === "medical";
}

export const mapSettings = new MapSettings();

/** The view of a collection's map when it was last left; null when it was the whole map. */
export const lastView: { workspace: string; camera: Camera | null } = { workspace: "", camera: null };
