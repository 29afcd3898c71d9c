/** @file The words of labels: where one came from, how sure a prediction is, which way of learning answers, and whether many may be accepted at once or trained on. */
import {
  fewestAsked,
  labelSources,
  type LabelClass,
  type LabelImport,
  type LabelProject,
  type LabelSource,
  type LabelTablePreview,
  type LearningWay,
} from "#protocol/label-model.ts";

import { count, counted } from "./format.ts";

export const sourceWords: Readonly<Record<LabelSource, string>> = {
  clicked: "labelled by hand",
  accepted: "accepted in bulk",
  "imported-folders": "from its folder",
  "imported-csv": "from a table",
};

/** 0 to 1 as a whole percentage, never 100 % unless it is that; the space does not break. */
export function shareText(share: number): string {
  return `${share < 1 ? Math.min(99, Math.round(100 * share)) : 100}\u00a0%`;
}

/** "Probably cat", by how often such words turn out right. */
export function predictionWords(name: string, confidence: number): string {
  const how = confidence >= 0.95 ? "Almost certainly" : confidence >= 0.8 ? "Probably" : confidence >= 0.5 ? "Perhaps" : "Hardly";
  return `${how} ${name}`;
}

/** "10 by hand, 230 accepted in bulk" */
export function countWords({ bySource }: Pick<LabelClass, "bySource">): string {
  const parts = labelSources.filter((source) => bySource[source] > 0).map((source) => `${count(bySource[source])} ${sourceWords[source]}`);
  return parts.length === 0 ? "no picture yet" : parts.join(", ");
}

const models: Readonly<Record<string, string>> = {
  both: "straight lines and neighbours together",
  propagation: "neighbours pass labels on",
  ridge: "straight lines between classes",
  centroid: "the nearest mean",
};

export function modelWords(model: string): string {
  return models[model] ?? model;
}

export function featureWords(features: string): string {
  if (features === "frozen") return "the encoder's vectors";
  return features === "whitened" ? "whitened vectors" : `vectors of ${features}`;
}

export function accuracyWords({ looAccuracy }: LearningWay): string {
  return looAccuracy === null ? "not known yet" : shareText(looAccuracy);
}

/** The engine's reasons are parts of sentences. */
export function asSentence(text: string): string {
  if (text === "") return "";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/u.test(text) ? "" : "."}`;
}

export function importWords({ images, classes, unmatched }: LabelImport): string {
  const left = unmatched.length === 0 ? "" : ` ${counted(unmatched.length, "path")} could not be matched, the first: ${unmatched[0]}.`;
  return `${counted(images, "picture")} labelled in ${counted(classes.length, "class", "classes")}.${left}`;
}

/** Unmatched paths that are named. */
const mostNamed = 3;

/** "212 of 220 rows match; 8 unmatched: a.jpg, b.jpg, c.jpg and 5 more." */
export function tableWords({ rows, matched, unmatched }: Pick<LabelTablePreview, "rows" | "matched" | "unmatched">): string {
  if (unmatched.length === 0) return rows === 1 ? "The one row matches." : `All ${count(rows)} rows match.`;
  const more = unmatched.length > mostNamed ? ` and ${count(unmatched.length - mostNamed)} more` : "";
  const named = unmatched.slice(0, mostNamed).join(", ");
  return `${count(matched)} of ${counted(rows, "row")} ${matched === 1 || rows === 1 ? "matches" : "match"}; ${count(unmatched.length)} unmatched: ${named}${more}.`;
}

/** What a table changes of what is labelled. */
export function relabelWords(pictures: number): string {
  return `${counted(pictures, "picture has", "pictures have")} another class now and ${pictures === 1 ? "gets" : "get"} the table’s. One step undoes it all.`;
}

/** Labels that a person stands behind one by one. */
export function handLabels({ count: all, bySource }: Pick<LabelClass, "count" | "bySource">): number {
  return all - bySource.accepted;
}

/** With one click a class none can be left out to check confidences by; from two on they hold (test/bench/fewshot). */
const fewestForBulk = 2;

/** Why not many pictures may be accepted at once yet; null where they may. */
export function whyNoBulk(project: LabelProject): string | null {
  const used = project.classes.filter((each) => each.count > 0);
  if (used.length === 0) return "Nothing is labelled yet. Label two pictures of each class, then the rest can be accepted in bulk.";
  if (used.length === 1)
    return `With one class there is nothing to tell it from. Label two pictures that are not ${used[0].name}, of another class or of none.`;
  const few = project.classes.filter((each) => handLabels(each) < fewestForBulk && (each.kind === "normal" || each.count > 0));
  if (few.length === 0) return null;
  const named = few.map((each) => `${each.name} has ${each.count === 0 ? "none" : count(handLabels(each))}`).join(", ");
  return `Two labelled pictures are needed in every class: ${named}. With one alone none can be left out, so nobody knows how far the confidence is to be believed.`;
}

/** Labels that teach: what was accepted in bulk was told from the others. */
export function taughtLabels(project: LabelProject): number {
  return project.classes.reduce((sum, each) => sum + handLabels(each), 0);
}

/** Why a training on these labels could not be judged yet; null where it can. The only label of a class is never left out. */
export function whyNoTuning(project: LabelProject): string | null {
  const used = project.classes.filter((each) => handLabels(each) > 0);
  if (used.length === 0) return "Nothing is labelled by hand yet, so there is nothing to learn from.";
  if (used.length === 1)
    return `Only ${used[0].name} has labels. Label pictures of another class too: there must be something to tell it from.`;
  const asked = used
    .map(handLabels)
    .filter((labelled) => labelled > 1)
    .reduce((sum, labelled) => sum + labelled, 0);
  if (asked >= fewestAsked) return null;
  return `A training is judged by labels that are left out: at least ${fewestAsked}, of classes that have two or more. So far there are ${count(asked)}; with so few, chance could explain any difference. What was accepted in bulk does not count.`;
}
