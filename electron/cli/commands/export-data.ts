/**
 * @file `likeness export data`: the images of a selection as a table, as vectors, as COCO, or as folders of copies or links.
 */
import { exportClasses, exportFormats, placements, type ExportedData, type ExportFormat } from "#protocol/model.ts";

import { writeQuery } from "#protocol/query.ts";

import { describeSelection } from "../../engine/engine.ts";
import { CliUsageError, oneOf, optionalText, requiredText, type Command, type CommandInput } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withCollection } from "../session.ts";
import { stopSignal } from "../stop-signal.ts";

export const dataOptions: Command["options"] = {
  format: { type: "string", value: "F", help: `data: ${exportFormats.join("|")}` },
  select: { type: "string", value: "QUERY", help: "data: only these images (see below)" },
  view: { type: "string", value: "NAME", help: "data: only the images of this saved view" },
  by: {
    type: "string",
    value: "WHAT",
    help: `data, coco and folders: sorted by ${exportClasses.join("|")} (label where there are some, else cluster)`,
  },
  placement: {
    type: "string",
    value: "P",
    help: `data, folders: ${placements.join("|")} (copy); a hard link is the very file, edit neither`,
  },
  "dry-run": { type: "boolean", help: "data: only say what would be written" },
};

export async function describeSelections(): Promise<string> {
  return Promise.resolve(["A selection (--select) is terms with spaces between them:", ...describeSelection()].join("\n"));
}

export function exportData(input: CommandInput): Promise<number> {
  if (input.values["format"] === undefined) throw new CliUsageError(`--format is missing; expected one of ${exportFormats.join(", ")}.`);
  const format = oneOf(input, "format", exportFormats, "csv");
  const out = requiredText(input, "out");
  const by = input.values["by"] === undefined ? undefined : oneOf(input, "by", exportClasses, "label");
  if (by !== undefined && format !== "coco" && format !== "folders")
    throw new CliUsageError(`--by is for --format coco and folders, not ${format}.`);
  if (input.values["placement"] !== undefined && format !== "folders")
    throw new CliUsageError(`--placement is for --format folders, not ${format}.`);
  const placement = oneOf(input, "placement", placements, "copy");
  const view = optionalText(input, "view");
  const select = [
    view === undefined ? "" : writeQuery([{ key: "view", values: [{ text: view, quoted: true }], negated: false }]),
    optionalText(input, "select") ?? "",
  ]
    .join(" ")
    .trim();
  const dryRun = input.values["dry-run"] === true;
  return withCollection(input, async (engine) => {
    const request = { format, out, placement, dryRun, ...(by && { by }), ...(select !== "" && { select }) };
    const exported = await engine.exports.data(request, stopSignal());
    printResult(input.json, exported, () => lines(exported, format));
    return 0;
  });
}

function* lines(
  { files, images, leftOut, folders, bytes = 0, renamed = 0, dryRun }: ExportedData,
  format: ExportFormat,
): Generator<string> {
  for (const { name, images: count } of folders ?? []) yield `${String(count).padStart(8)}  ${name}`;
  const size = bytes > 0 ? `, ${(bytes / 1e6).toFixed(1)} MB` : "";
  yield `${images} images${size} ${dryRun ? "would be written" : "written"} to ${files.join(" and ")}${format === "folders" ? " (the list) and the folders beside it" : ""}`;
  if (renamed > 0) yield `${renamed} of them under another name, since theirs was taken`;
  if (leftOut > 0)
    yield `${leftOut} images of the selection are not among them: ${format === "npy" ? "without an embedding" : "without a class, or gone since"}`;
}
