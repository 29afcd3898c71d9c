/**
 * @file README.md of an exported classifier: what it tells apart, how it was made, how sure it must be, how to use it.
 */
import type { EncoderCard } from "../../encoders/encoder-card.ts";
import type { LinearClassifier } from "./linear-classifier.ts";

/** What is known of how good it is. */
export interface ClassifierReport {
  /** Labelled images of each class. */
  readonly counts: readonly number[];
  /** Share of the labelled images that are told by what was learnt from the others; null: too few. */
  readonly looAccuracy: number | null;
  /** Why this one, in a sentence. */
  readonly why: string;
}

export interface ClassifierPageParts {
  readonly card: EncoderCard;
  readonly classifier: LinearClassifier;
  readonly report: ClassifierReport;
  readonly maxDifference: number;
  readonly version: string;
}

export function classifierPage({ card, classifier, report, maxDifference, version }: ClassifierPageParts): string {
  const { classes, threshold, whitening } = classifier;
  return [
    `# ${classes.length} classes on ${card.name}`,
    "",
    `A picture goes in, \`embedding\` (${card.output.dimensions} numbers of length 1) and \`probabilities\` (one of each class, in this order) come out.`,
    "",
    "| class | labelled images |",
    "|---|---|",
    ...classes.map((name, at) => `| ${cell(name)} | ${report.counts[at] ?? 0} |`),
    "",
    "## How it was made",
    "",
    `- Encoder: ${card.name} (${card.id}), licence ${card.licence}`,
    `- Straight lines between classes, on the encoder's vectors ${whitening === null ? "as they are" : "whitened for the folder"}`,
    `- ${report.why}`,
    report.looAccuracy === null
      ? "- Too few labelled images to say how often it is right."
      : `- Each labelled image told by what was learnt from the others: ${(100 * report.looAccuracy).toFixed(1)} % right. Pictures that are unlike those of the folder can be much worse.`,
    "",
    "## When it says nothing",
    "",
    `Below a probability of ${threshold} no class is said. The names and this number stand in the model's metadata too (\`likeness.classes\`, \`likeness.threshold\`). A picture of none of these classes still gets probabilities: they only say which class it is most like.`,
    "",
    "## How to use it",
    "",
    "- `python use.py PICTURE...` with `onnxruntime`, `Pillow` and `numpy`",
    "- `node use.mjs PICTURE...` with `onnxruntime-node` and `sharp`",
    "",
    `How a picture becomes numbers is in \`encoder.json\` and in both programs. Exported by Likeness ${version}; the file was opened again: vectors and probabilities differ from those in the app by at most ${maxDifference.toExponential(1)}.`,
    "",
  ].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
