/** @file The words for kinds, relations and states: plain, short, the same everywhere. */
import type { IssueKind, Relation } from "#protocol/model.ts";

import type { FlagFilter, LabelState } from "../state/arrange.ts";

export const flagWords: Record<FlagFilter, string> = {
  duplicate: "Duplicates",
  "same-scene": "Same scene",
  issue: "With an issue",
  odd: "Oddest 1 %",
};

export const labelStateWords: Record<LabelState, string> = {
  labelled: "Labelled",
  predicted: "Told, not labelled",
  unsure: "No class yet",
};

export const relationWords: Record<Relation, { readonly title: string; readonly text: string }> = {
  "identical-file": { title: "Same file", text: "The same bytes, only the name or the folder differs." },
  "identical-pixels": { title: "Same pixels", text: "Every pixel is the same; the files differ (metadata or compression without loss)." },
  "same-picture": { title: "Same picture", text: "The same picture saved in another size, quality or format." },
  "same-scene": { title: "Same scene", text: "Taken of the same scene, but not the same picture. Nothing is proposed to go." },
};

export const issueWords: Record<IssueKind, { readonly title: string; readonly text: string }> = {
  blur: { title: "Blurred", text: "The sharpest part of the centre has hardly any fine detail." },
  dark: { title: "Dark", text: "Nearly all of the picture is close to black." },
  bright: { title: "Bright", text: "Nearly all of the picture is close to white." },
  "low-information": { title: "Nearly empty", text: "Hardly any content: one colour, a blank page, a cover left on." },
  "odd-size": { title: "Unusual size", text: "Much smaller or larger than the others of this collection." },
  "odd-aspect": { title: "Unusual shape", text: "Much longer or narrower than the others of this collection." },
  greyscale: { title: "Greyscale", text: "Without colour in a collection of colour pictures." },
  truncated: { title: "Lost its end", text: "Flat grey from some row on: part of the file was lost before it was saved." },
  "wrong-extension": {
    title: "Wrong extension",
    text: "The name claims another format than the bytes have. Some programs will not open it.",
  },
  "colour-profile": {
    title: "Odd colour profile",
    text: "A profile that is damaged, for other colours, or rare here: its colours may look different elsewhere.",
  },
  "burned-in-text": { title: "Text in the picture", text: "Letters are part of the pixels. In medical pictures they may name a patient." },
};
