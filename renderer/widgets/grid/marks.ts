/** @file The small corner marks of a picture: what they say in words. */
import { imageFlags, type ImageColumns } from "#protocol/model.ts";

import { oddFrom } from "../../state/arrange.ts";
import { oddText } from "../format.ts";
import type { IconName } from "../icons.ts";

export interface Mark {
  readonly icon: IconName;
  readonly text: string;
}

export function marksOf(columns: ImageColumns, index: number): Mark[] {
  const bits = columns.flags[index];
  const marks: Mark[] = [];
  if (bits & imageFlags.identicalFile) marks.push({ icon: "sheets", text: "The same file is here more than once" });
  else if (bits & imageFlags.duplicate) marks.push({ icon: "sheets", text: "The same picture is here more than once" });
  if (columns.percentiles[index] >= oddFrom) marks.push({ icon: "outliers", text: oddText(columns.percentiles[index]) });
  if (bits & imageFlags.issue) marks.push({ icon: "warning", text: "Has a quality issue; the details say which" });
  return marks;
}
