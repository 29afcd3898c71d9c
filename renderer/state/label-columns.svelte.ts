/** @file The labels and predictions of every picture, where whoever filters or draws pictures finds them; `labels.svelte.ts` fills it. */
import type { LabelProject } from "#protocol/label-model.ts";

import type { LabelFacts } from "./label-facts.ts";

class LabelColumnsOnShow {
  /** Null before any project is read. */
  facts = $state.raw<LabelFacts | null>(null);
  /** The project they belong to: positions in `facts` are positions of its classes. */
  project = $state.raw<LabelProject | null>(null);
}

export const labelColumns = new LabelColumnsOnShow();
