/** @file What can be written down, under which names, and what came of it in words. */
import {
  exportClasses,
  placements,
  type ExportClasses,
  type ExportedClassifier,
  type ExportedData,
  type ExportedEncoder,
  type ExportedReport,
  type ExportFormat,
  type Placement,
  type SmallerEncoder,
} from "#protocol/model.ts";

import { counted, sizeText } from "../widgets/format.ts";

export const exportKinds = ["data", "report", "encoder", "classifier"] as const;
export type ExportKind = (typeof exportKinds)[number];

export const kindTitles: Record<ExportKind, string> = {
  data: "Pictures as data",
  report: "A report",
  encoder: "An encoder",
  classifier: "A classifier",
};

export const formatChoices: readonly { readonly format: ExportFormat; readonly title: string; readonly text: string; readonly ending: string }[] = [
  { format: "csv", title: "Table (CSV)", text: "A line for each picture: path, size, cluster, oddness, groups, label. Opens in any spreadsheet.", ending: "csv" },
  { format: "parquet", title: "Table (Parquet)", text: "The same columns with their types, for pandas, DuckDB and the like.", ending: "parquet" },
  { format: "npy", title: "Vectors (NumPy)", text: "What the encoder in use says of each picture, and beside it the list of paths.", ending: "npy" },
  { format: "coco", title: "COCO", text: "One category for each picture, as training tools read it.", ending: "json" },
  { format: "folders", title: "Folders by class", text: "Copies of the pictures or links to them. Nothing is ever moved or changed.", ending: "" },
]; // prettier-ignore

export const classTitles: Record<ExportClasses, string> = {
  label: "Labels",
  cluster: "Clusters of the map",
  duplicate: "Groups of duplicates",
};
export const classChoices = exportClasses;
export const placementTitles: Record<Placement, string> = {
  copy: "Copies",
  symlink: "Symbolic links, which take no room and break when a picture is moved",
  hardlink: "Hard links, which are the very files: edit neither",
};
export const placementChoices = placements;

/** How a file or folder is called where nobody says. */
export function suggestedName(
  kind: ExportKind,
  { format, encoder, collection }: { format: ExportFormat; encoder: string; collection: string },
): string {
  const base = collection.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/gu, "").toLowerCase() || "collection"; // prettier-ignore
  switch (kind) {
    case "data": {
      const { ending } = formatChoices.find((choice) => choice.format === format) ?? { ending: "" };
      return ending === "" ? `${base}-folders` : `${base}${format === "coco" ? "-coco" : ""}.${ending}`;
    }
    case "report":
      return `${base}.html`;
    case "encoder":
      return encoder;
    case "classifier":
      return `${base}-classifier`;
  }
}

/** The folder of a path and its last part. */
export function splitOut(out: string): { readonly folder: string; readonly name: string } {
  const at = Math.max(out.lastIndexOf("/"), out.lastIndexOf("\\"));
  return { folder: out.slice(0, Math.max(1, at)), name: out.slice(at + 1) };
}

export function joinOut(folder: string, name: string): string {
  return `${folder.replace(/[/\\]$/u, "")}/${name}`;
}

/** What would be, or was, written. */
export function dataWords({ images, leftOut, folders, bytes = 0, renamed = 0, dryRun }: ExportedData): string {
  const where = folders === undefined ? "" : ` in ${counted(folders.length, "folder")}`;
  const size = bytes > 0 ? `, ${sizeText(bytes)}` : "";
  const parts = [`${counted(images, "picture")}${where}${size}${dryRun ? "" : " written"}.`];
  if (leftOut > 0)
    parts.push(`${counted(leftOut, "picture")} ${leftOut === 1 ? "is" : "are"} left out: without a class or an embedding, or gone since.`);
  if (renamed > 0) parts.push(`${counted(renamed, "picture")} ${dryRun ? "get" : "got"} another name, since theirs is taken.`);
  return parts.join(" ");
}

export function reportWords({ images, pictures, bytes }: ExportedReport): string {
  return `${counted(images, "picture")} looked at, ${pictures === 0 ? "no small pictures in it" : `${counted(pictures, "small picture")} in it`}, ${sizeText(bytes)}. It opens in any browser, offline.`;
}

export function proofWords({ maxDifference }: Pick<ExportedEncoder | ExportedClassifier, "maxDifference">): string {
  return maxDifference === 0
    ? "Opened again and run on pictures: it gives exactly the numbers that the app gives."
    : `Opened again and run on pictures: no number differs from the app's by more than ${maxDifference.toExponential(1)}.`;
}

/** How near a smaller form is to the whole. */
export function smallerWords({ cosine, lowestCosine, neighboursKept }: SmallerEncoder): string {
  const kept = neighboursKept === null ? "" : `; ${(100 * neighboursKept).toFixed(1)} % of the ten nearest of each picture stay`;
  return `cosine ${cosine.toFixed(4)} on average, ${lowestCosine.toFixed(4)} at worst${kept}`;
}
