/** @file What pictures can be narrowed by, in words: titles, values, and a term of the filter as a chip says it. */
import { writeQuery, type QueryTerm } from "#protocol/query.ts";
import { facetKeys, type FacetKey } from "#protocol/view-contract.ts";

import { count, dayText, lastPart } from "./format.ts";
import type { IconName } from "./icons.ts";

export const facetWords: Readonly<Record<FacetKey, { readonly title: string; readonly icon: IconName }>> = {
  date: { title: "Date", icon: "clock" },
  camera: { title: "Camera", icon: "focus" },
  orientation: { title: "Shape", icon: "squares" },
  megapixels: { title: "Megapixels", icon: "fit" },
  format: { title: "Format", icon: "sample" },
  in: { title: "Folder", icon: "folder" },
  label: { title: "Class", icon: "classes" },
  modality: { title: "Modality", icon: "region" },
  "body-part": { title: "Body part", icon: "region" },
  frames: { title: "Frames or slices", icon: "sheets" },
};

const shapeWords: Readonly<Record<string, string>> = { landscape: "Landscape", portrait: "Portrait", square: "Square" };

/** A value as a list shows it. `folderTitle` names a folder shortly. */
export function valueText(key: string | null, text: string, folderTitle: (path: string) => string = lastPart): string {
  if (key === "date") return dayWords(text);
  if (key === "orientation") return shapeWords[text.toLowerCase()] ?? text;
  if (key === "format") return text.toUpperCase();
  if (key === "in") return folderTitle(text);
  if (key === "body-part") return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
  return text;
}

const plainTitles: Readonly<Record<string, string>> = {
  width: "Width",
  height: "Height",
  cluster: "Cluster",
  issue: "Issue",
  outlier: "Among the oddest",
  odd: "Oddness",
  duplicate: "Duplicates",
  folder: "Folder path",
  view: "View",
};

export function iconOfTerm({ key }: QueryTerm): IconName {
  return isFacet(key) ? facetWords[key].icon : key === null ? "search" : "filter";
}

/** "Camera: X100V or Z 6", "Date: from 2023", "Format: not PNG", "No camera". */
export function termText(term: QueryTerm, folderTitle?: (path: string) => string): string {
  const { key, values, negated } = term;
  if (key === null) return `${negated ? "Without " : ""}“${values[0]?.text ?? ""}”`;
  const title = isFacet(key) ? facetWords[key].title : plainTitles[key];
  if (title === undefined) return writeQuery([term]);
  if (values.some(({ text, quoted }) => text === "*" && !quoted))
    return negated ? `No ${title.toLowerCase()}` : `Any ${title.toLowerCase()}`;
  const words = values.map(({ text, quoted }) =>
    !quoted && text.includes("..") ? rangeWords(key, text) : valueText(key, text, folderTitle),
  );
  const shown = words.length > 3 ? `${words.slice(0, 2).join(", ")} and ${count(words.length - 2)} more` : words.join(" or ");
  return `${title}: ${negated ? "not " : ""}${shown}`;
}

function rangeWords(key: string, text: string): string {
  const [from = "", to = ""] = text.split("..").map((end) => (key === "date" ? dayWords(end) : end));
  if (from === "") return `up to ${to}`;
  return to === "" ? `from ${from}` : `${from} to ${to}`;
}

/** A whole day as dates are written here; years and months as they stand. */
function dayWords(text: string): string {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/u.exec(text);
  return match === null ? text : dayText(new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3])).getTime());
}

export function isFacet(key: string | null): key is FacetKey {
  return facetKeys.some((each) => each === key);
}
