/**
 * @file README.md of an exported encoder: what it is, where it came from, what its training found, how to use it.
 */
import type { SmallerEncoder } from "#protocol/model.ts";

import type { EncoderCard } from "../../encoders/encoder-card.ts";
import type { Fields } from "../../encoders/card-fields.ts";
import type { EncoderOrigin } from "../../encoders/registry.ts";
import { textModelName, type TextTower } from "../../encoders/text-tower.ts";

import { javascriptSnippet, pythonSnippet } from "./snippets.ts";

export interface ModelCardParts {
  readonly card: EncoderCard;
  readonly origin: EncoderOrigin;
  readonly maxDifference: number;
  readonly version: string;
  readonly smaller: readonly SmallerEncoder[];
}

const origins: Readonly<Record<EncoderOrigin, string>> = {
  bundled: "It ships with Likeness.",
  imported: "It was imported into Likeness; its weights are those of the original file.",
  trained: "It was trained with Likeness.",
};

export function modelCard({ card, origin, maxDifference, version, smaller }: ModelCardParts): string {
  const { input, output } = card;
  return [
    `# ${card.name}`,
    "",
    `An image encoder: it turns a picture into ${output.dimensions} numbers, and pictures that look alike get numbers that are close (cosine). ${origins[origin]}`,
    "",
    ...section("Where it is from", [
      ["Source", card.source],
      ["Licence", card.licence],
      ...Object.entries(card.provenance ?? {}),
      ["Identity in Likeness", card.id],
    ]),
    ...(card.report === null ? [] : ["## What its training found", "", ...reportLines(card.report), ""]),
    "## What it expects",
    "",
    ...preprocessingLines(card),
    "",
    `The numbers in \`${output.name}\` are brought to length 1. Exported by Likeness ${version}; the file was opened again and its vectors differ from those in the app by at most ${maxDifference.toExponential(1)}.`,
    "",
    ...(smaller.length === 0 ? [] : ["## Smaller forms", "", ...smallerLines(smaller), ""]),
    ...(card.spatial.length === 0 ? [] : ["## Feature maps", "", ...featureMapLines(card.spatial), ""]),
    ...(card.text === undefined ? [] : ["## Texts", "", ...textLines(card.text), ""]),
    "## Python",
    "",
    "With `onnxruntime`, `Pillow` and `numpy`, in the folder of the model: `python embed.py PICTURE`.",
    "",
    "```python",
    pythonSnippet(card).trimEnd(),
    "```",
    "",
    "## JavaScript",
    "",
    "With `onnxruntime-node` and `sharp`, in the folder of the model: `node embed.mjs PICTURE`.",
    "",
    "```js",
    javascriptSnippet(card).trimEnd(),
    "```",
    "",
    `All of this is in \`encoder.json\` too: \`likeness encoders import model.onnx\` takes the encoder in again. Its input is \`${input.name}\`.`,
    "",
  ].join("\n");
}

function textLines({ tokenizer, input, output }: TextTower): string[] {
  const { tokens, mask, elementType, context, fillsUp, padding } = input;
  const how =
    tokenizer.kind === "tokenizer.json"
      ? "`tokenizer.json` (Hugging Face's `tokenizers`, its marks around the text kept)"
      : "`vocabulary.json` (byte pairs: number 0 fills up, a byte has its value + 1, then the pairs in their order; small letters, pieces do not cross words)";
  return [
    `\`${textModelName}\` turns a text into a vector in the same space: the closer (cosine), the better a text fits a picture.`,
    "",
    `- Tokens: ${how}; at most ${context}${fillsUp ? `, filled up to that with ${padding}` : ""}.`,
    `- Input: \`${tokens}\`, ${elementType} [texts, tokens]${mask === null ? "" : `, with \`${mask}\`, 1 where a token stands`}.`,
    `- Output: \`${output.name}\`, to be brought to length 1.`,
  ];
}

function section(title: string, rows: readonly (readonly [string, string])[]): string[] {
  return [`## ${title}`, "", ...rows.map(([label, value]) => `- ${label}: ${value}`), ""];
}

function preprocessingLines({ input }: EncoderCard): string[] {
  const { size, layout, colour, range, mean, std, batch } = input;
  return [
    `1. The picture upright (by its EXIF orientation), in sRGB, ${size} x ${size} px: stretched, not cropped, with bicubic interpolation that averages where it shrinks.`,
    `2. Channels in the order ${colour}; bytes 0 to 255 become ${range[0]} to ${range[1]}.`,
    `3. Minus ${mean.join(", ")}, divided by ${std.join(", ")}, channel by channel.`,
    `4. float32, ${layout === "NCHW" ? `[${batch ?? "batch"}, 3, ${size}, ${size}]` : `[${batch ?? "batch"}, ${size}, ${size}, 3]`}${batch === null ? "" : `: always ${batch} pictures`}.`,
  ];
}

function smallerLines(smaller: readonly SmallerEncoder[]): string[] {
  const what = { fp16: "weights as float16, computed in float32", int8: "convolutions in whole numbers of 8 bits" };
  return [
    "The same encoder in less space. Vectors of different forms should not be mixed in one index.",
    "",
    "| file | what | MB | cosine with model.onnx, mean and lowest | of ten nearest kept |",
    "|---|---|---|---|---|",
    ...smaller.map(
      ({ form, file, bytes, cosine, lowestCosine, neighboursKept }) =>
        `| \`${file}\` | ${what[form]} | ${(bytes / 1e6).toFixed(1)} | ${cosine.toFixed(4)}, ${lowestCosine.toFixed(4)} | ${neighboursKept === null ? "not tried: no collection was open" : `${(100 * neighboursKept).toFixed(1)} %`} |`,
    ),
  ];
}

function featureMapLines(spatial: readonly string[]): string[] {
  return ["Further outputs, [batch, channels, height, width], finest first:", "", ...spatial.map((name) => `- \`${name}\``)];
}

/** What the trainer wrote: a value is a line; what was measured of several encoders, a record each, is a table with a column for each. */
function reportLines(report: Fields): string[] {
  const measured = Object.entries(report).filter((entry): entry is [string, Fields] => isRecord(entry[1]));
  const lines = Object.entries(report)
    .filter(([, value]) => !isRecord(value))
    .map(([name, value]) => `- ${inWords(name)}: ${shown(value)}`);
  return [...lines, ...(lines.length > 0 && measured.length > 0 ? [""] : []), ...(measured.length > 0 ? table(measured) : [])];
}

function table(columns: readonly [string, Fields][]): string[] {
  const rows = [...new Set(columns.flatMap(([, fields]) => Object.keys(fields)))];
  return [
    `| | ${columns.map(([name]) => inWords(name)).join(" | ")} |`,
    `|---|${columns.map(() => "---|").join("")}`,
    ...rows.map((row) => `| ${inWords(row)} | ${columns.map(([, fields]) => shown(fields[row])).join(" | ")} |`),
  ];
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** "viewRetrieval" -> "view retrieval". */
function inWords(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (typeof value === "number") return String(Number(value.toPrecision(4)));
  return typeof value === "string" ? value.replaceAll("|", "\\|").replaceAll("\n", " ") : JSON.stringify(value);
}
