/**
 * @file Which pictures belong together, as somebody said it, for judging a training: labels given by hand where there are enough, else sub-folders. Labels that were accepted in bulk say only what
 * neighbours said before, and are left out.
 */
import type { JudgedBy } from "#protocol/model.ts";

import { splitPath } from "../../base/path-bytes.ts";
import type { ReadStore } from "../../store/database.ts";
import { filesOfContent } from "../../store/queries/files.ts";
import { listLabels, listProjects } from "../../store/queries/labels.ts";
import { runRow } from "../../store/queries/runs.ts";
import { fewLabels } from "../../training/methods/few-labels.ts";

/** Of every place, -1 where nothing is said. */
type Labels = readonly number[];

export interface GivenLabels {
  readonly labels: Labels;
  readonly project: string;
}

/**
 * One picture among n moves their accuracy by 100 / n points, which count half in the verdict (training/judge/verdict.ts), and 0.75 points are "helped". From 67 on no single picture decides.
 */
export const fewestGiven = 67;
/** Five neighbours vote: with six pictures all voters can be of the picture's own class. */
const fewestOfClass = 6;
const fewestOfFolder = 5;

/** Sub-folders say something of what is in them, where there are several and not one for each picture. */
export function folderLabels(store: ReadStore, contents: readonly { readonly id: number }[]): Labels | null {
  const folders = contents.map(({ id }) => {
    const file = filesOfContent(store, id).find(({ state }) => state === "image");
    return file === undefined ? "" : Buffer.from(splitPath(file.path).folder).toString("latin1");
  });
  const counts = new Map<string, number>();
  for (const folder of folders) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  const useful = [...counts].filter(([, count]) => count >= fewestOfFolder).map(([folder]) => folder);
  if (useful.length < 2) return null;
  return folders.map((folder) => useful.indexOf(folder));
}

/**
 * Labels that were clicked or imported, of the project that has most of them. Null where there are none, and where the training begins with an encoder that learnt from labels: it knows them.
 * @param from id of the encoder to begin with
 */
export function givenLabels(store: ReadStore, contents: readonly { readonly id: number }[], from: string): GivenLabels | null {
  if (runRow(store, from)?.method === fewLabels.id) return null;
  const placeOf = new Map(contents.map(({ id }, place) => [id, place]));
  let best: { readonly given: GivenLabels; readonly count: number } | null = null;
  for (const { id, name } of listProjects(store)) {
    const told = listLabels(store, id).filter(({ contentId, source }) => source !== "accepted" && placeOf.has(contentId));
    if (told.length <= (best?.count ?? 0)) continue;
    const labels = Array<number>(contents.length).fill(-1);
    for (const { contentId, classId } of told) labels[placeOf.get(contentId) as number] = classId;
    best = { given: { labels, project: name }, count: told.length };
  }
  return best?.given ?? null;
}

/** What a run with this probe is judged by; null where nothing is said of its pictures. */
export function judgeBy(
  probe: readonly number[],
  { given, folders }: { readonly given: GivenLabels | null; readonly folders: Labels | null },
): { readonly labels: Labels | null; readonly judgedBy: JudgedBy | null } {
  const known = given === null ? null : givenIn(probe, given);
  if (given !== null && known !== null)
    return { labels: known, judgedBy: describe(probe, known, { kind: "given", project: given.project }) };
  return { labels: folders, judgedBy: folders === null ? null : describe(probe, folders, { kind: "folders", project: null }) };
}

/** Of the probe alone, and without classes that have too few there; null where too few are left to judge by. */
function givenIn(probe: readonly number[], { labels }: GivenLabels): Labels | null {
  const counts = new Map<number, number>();
  for (const place of probe) counts.set(labels[place], (counts.get(labels[place]) ?? 0) + 1);
  const useful = new Set([...counts].filter(([label, count]) => label >= 0 && count >= fewestOfClass).map(([label]) => label));
  const asked = probe.filter((place) => useful.has(labels[place]));
  if (useful.size < 2 || asked.length < fewestGiven) return null;
  const kept = Array<number>(labels.length).fill(-1);
  for (const place of asked) kept[place] = labels[place];
  return kept;
}

function describe(probe: readonly number[], labels: Labels, source: Pick<JudgedBy, "kind" | "project">): JudgedBy {
  const told = probe.map((place) => labels[place]).filter((label) => label >= 0);
  return { ...source, pictures: told.length, classes: new Set(told).size };
}
