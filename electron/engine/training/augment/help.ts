/**
 * @file Augmentation in words: what each setting does, and what each kind of picture is spared and why.
 */
import type { PresetName } from "./presets.ts";
import type { AugmentSetting } from "./settings.ts";

export const augmentHelp: Readonly<Record<AugmentSetting, string>> = {
  cropAreaMin: "smallest part of the picture that a view shows",
  cropAreaMax: "largest part of the picture that a view shows",
  cropAspect: "how far a crop may be stretched: its longest side over its shortest",
  flipHorizontal: "how often a view is mirrored",
  flipVertical: "how often a view stands on its head",
  quarterTurn: "how often a view is turned by a quarter, a half or three quarters",
  rotation: "how often a view is turned a little",
  rotationDegrees: "how far it is turned at most, in degrees",
  jitter: "how often the colours change",
  brightness: "how much the brightness changes, as a part of itself",
  contrast: "how much the contrast changes, as a part of itself",
  saturation: "how much the strength of colours changes, as a part of itself",
  hue: "how far colours move around the colour circle, in parts of a whole turn",
  grey: "how often a view loses its colours",
  blur: "how often a view is blurred",
  blurSigmaMin: "least blur, in pixels of a view of 224",
  blurSigmaMax: "most blur, in pixels of a view of 224",
  noise: "how often a view gets noise",
  noiseMax: "strongest noise; 1 is white",
  noiseShared: "1: the same noise in all colours, as a scanner has it",
  solarize: "how often bright parts become their negative",
  solarizeFrom: "what counts as bright; 1 is white",
  cutout: "how often a rectangle is covered",
  cutoutAreaMin: "smallest covered part",
  cutoutAreaMax: "largest covered part",
};

export interface PresetWords {
  readonly title: string;
  readonly summary: string;
  /** What is not done to such pictures, and why. */
  readonly leftOut: readonly string[];
  readonly source: string;
}

export const presetWords: Readonly<Record<PresetName, PresetWords>> = {
  photo: {
    title: "Photographs",
    summary: "Crops, mirroring, changed colours, some blur: what the methods were made for.",
    leftOut: [],
    source: "the paper of each method; SimCLR, arXiv 2002.05709, appendix A",
  },
  "medical-grey": {
    title: "Medical, grey",
    summary: "Mild crops, small turns, brightness and contrast, a scanner's noise.",
    leftOut: [
      "No mirroring: it would swap left and right, and which side a finding is on means something.",
      "No changes of hue or saturation: grey levels carry the finding.",
      "No strong crops: a small part of a scan may lack what it shows.",
    ],
    source: "own choice, from what a view must not change",
  },
  microscopy: {
    title: "Microscopy",
    summary: "All turns and mirror images, stains that vary, some noise.",
    leftOut: ["No strong crops: a view must still show whole cells."],
    source: "own choice: no up and no left under a microscope",
  },
  satellite: {
    title: "From above",
    summary: "All turns and mirror images, colours kept near.",
    leftOut: ["No strong changes of colour: crops and water are told by theirs."],
    source: "own choice: no up and no left from above",
  },
  document: {
    title: "Documents",
    summary: "Crops of half a page and more, a little askew, faded or blurred.",
    leftOut: ["No mirroring: mirrored letters are no letters."],
    source: "own choice, after what scanners do",
  },
  none: {
    title: "Nothing changed",
    summary: "Every view is the whole picture.",
    leftOut: ["Nothing is changed: most methods then have nothing to learn."],
    source: "for comparison",
  },
};
