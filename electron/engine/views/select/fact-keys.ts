/**
 * @file The keys of a selection that ask for facts of the picture or its file: when, by which camera, how large, of what kind.
 */
import type { QueryValue } from "#protocol/query.ts";

import { imageFormats } from "../../ingest/decode/types.ts";
import { factColumns, type FactColumns, type TextColumn } from "./fact-columns.ts";
import type { SelectContext, SelectKey, Test } from "./select-keys.ts";
import { dayStretches, isAny, numberStretches, oneOf, textTest, type Stretch } from "./select-values.ts";

export const shapes = ["landscape", "portrait", "square"] as const;
export type Shape = (typeof shapes)[number];

/** Sides that differ by less than a fiftieth count as equal. */
export function shapeOf(width: number, height: number): Shape {
  if (Math.abs(width - height) * 50 < Math.max(width, height)) return "square";
  return width > height ? "landscape" : "portrait";
}

export const factKeys: Readonly<Record<string, SelectKey>> = {
  date: { value: "DAYS", help: "taken (else changed) then: 2024, 2024-05, 2024-05-17, 2024-05..2025", test: onDays },
  camera: { value: "NAME", help: "by this camera; * stands for any characters: camera:canon*", test: textKey(({ cameras }) => cameras) },
  format: { value: "NAME", help: `${imageFormats.slice(0, 4).join(", ")} ...`, test: ofFormat },
  megapixels: {
    value: "N..M",
    help: "10^6 pixels; either end may be left out",
    test: numberKey("megapixels", ({ megapixels }) => megapixels),
  },
  width: { value: "N..M", help: "pixels as shown", test: sideKey("width", "widths") },
  height: { value: "N..M", help: "pixels as shown", test: sideKey("height", "heights") },
  orientation: { value: shapes.join("|"), help: "by its sides as shown", test: ofShape },
  frames: { value: "N..M", help: "frames, pages or slices of a file or a series", test: numberKey("frames", ({ frames }) => frames) },
  modality: { value: "NAME", help: "DICOM: CT, MR, DX ...", test: textKey(({ modalities }) => modalities) },
  "body-part": { value: "NAME", help: "DICOM: CHEST ...", test: textKey(({ bodyParts }) => bodyParts) },
};

const otherNames: Readonly<Record<string, string>> = { jpg: "jpeg", tif: "tiff", jpe: "jpeg", dcm: "dicom" };

function onDays({ collection }: SelectContext, values: readonly QueryValue[]): Test {
  return within(collection.catalogue().columns.times, dayStretches("date", values));
}

function ofFormat({ collection }: SelectContext, values: readonly QueryValue[]): Test {
  const { codes, texts } = factColumns(collection).formats;
  if (isAny(values)) return () => true;
  const wanted = new Set<string>(
    values.map((value) => oneOf("format", { ...value, text: otherNames[value.text.toLowerCase()] ?? value.text }, imageFormats)),
  );
  const passes = texts.map((text) => wanted.has(text));
  return (position) => passes[codes[position] as number] === true;
}

function ofShape({ collection }: SelectContext, values: readonly QueryValue[]): Test {
  const { widths, heights } = collection.catalogue().columns;
  const wanted = new Set(isAny(values) ? shapes : values.map((value) => oneOf("orientation", value, shapes)));
  return (position) => wanted.has(shapeOf(widths[position] as number, heights[position] as number));
}

/** `key:*`: where it is known at all. */
function textKey(columnOf: (facts: FactColumns) => TextColumn): SelectKey["test"] {
  return ({ collection }, values) => {
    const { codes, texts } = columnOf(factColumns(collection));
    const test = isAny(values) ? (text: string) => text !== "" : textTest(values);
    const passes = texts.map(test);
    return (position) => passes[codes[position] as number] === true;
  };
}

function numberKey(key: string, columnOf: (facts: FactColumns) => Float64Array | Int32Array): SelectKey["test"] {
  return ({ collection }, values) => within(columnOf(factColumns(collection)), numberStretches(key, values));
}

function sideKey(key: string, side: "widths" | "heights"): SelectKey["test"] {
  return ({ collection }, values) => within(collection.catalogue().columns[side], numberStretches(key, values));
}

function within(numbers: Float64Array | Int32Array, stretches: readonly Stretch[]): Test {
  return (position) => {
    const number = numbers[position] as number;
    return stretches.some(({ from, to }) => number >= from && number <= to);
  };
}
