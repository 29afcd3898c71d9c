/** @file A picture from outside the collection that somebody dropped: its bytes, a preview, and what is like it. */
import type { Neighbour } from "#protocol/model.ts";

import { engine } from "./engine.svelte.ts";
import { reason } from "./notices.svelte.ts";
import { route } from "./route.svelte.ts";

export const similarCount = 200;

class OutsidePicture {
  name = $state("");
  previewUrl = $state<string | null>(null);
  results = $state.raw<readonly Neighbour[] | null>(null);
  failed = $state<string | null>(null);

  async show(file: File): Promise<void> {
    if (this.previewUrl !== null) URL.revokeObjectURL(this.previewUrl);
    this.previewUrl = URL.createObjectURL(file);
    this.name = file.name;
    this.results = null;
    this.failed = null;
    route.go("similar", "dropped");
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const { results } = await engine.call("images.similarToFile", { bytes, name: file.name, count: similarCount });
      if (this.name === file.name) this.results = results;
    } catch (error) {
      this.failed = reason(error);
    }
  }
}

export const outsidePicture = new OutsidePicture();
