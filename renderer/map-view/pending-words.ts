/** @file What is said while there is no map: the step that runs, seen from the map. */
import { indexStages, type IndexStage, type JobSnapshot } from "#protocol/progress.ts";

const words: Record<IndexStage, { readonly title: string; readonly text: string }> = {
  scan: { title: "Looking for pictures", text: "The map is drawn once the pictures have been read and compared." },
  embed: {
    title: "Reading pictures",
    text: "Each picture is described in numbers first; the map is drawn from them. The library can be used meanwhile.",
  },
  neighbours: { title: "Comparing pictures", text: "Every picture looks for the ones most like it. The map is next." },
  map: { title: "Drawing the map", text: "Like pictures are brought side by side. This is the last step before the map." },
  duplicates: { title: "The map is being stored", text: "It appears here in a moment." },
  outliers: { title: "The map is being stored", text: "It appears here in a moment." },
};

export function pendingWords(job: JobSnapshot): { readonly title: string; readonly text: string } {
  const stage = indexStages.find((name) => name === job.stage);
  return stage === undefined ? { title: "The map comes next", text: `First: ${job.title}.` } : words[stage];
}
