/**
 * @file What a plan must know of the collection and its encoders. The job and whoever only asks what a training would mean get the same.
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";

import { defaultEncoderId, findEncoder } from "../../encoders/registry.ts";
import type { ReadStore } from "../../store/database.ts";
import type { ContentRow } from "../../store/queries/contents.ts";
import { readProperty } from "../../store/queries/properties.ts";
import { scratchPrefix } from "../../training/architectures/names.ts";
import { readLabelsTable } from "../labels-table.ts";
import { folderLabels, givenLabels } from "./judging-labels.ts";
import type { PlanFacts, TrainParameters } from "./make-plan.ts";

export type Contents = readonly Pick<ContentRow, "id" | "hash">[];

export interface FactSources {
  readonly store: ReadStore;
  readonly dataFolder: string;
  readonly threads: number;
  /** All present ones, in the order of their places. */
  readonly contents: Contents;
}

export interface KnownFacts {
  /** Reads tables and folders: only where a plan is to be made. */
  readonly facts: () => PlanFacts;
  /** Where squares of this side lie, and what they are made from. */
  readonly pictures: PlanFacts["picturesPath"];
}

export function factsOf(
  parameters: Pick<TrainParameters, "from" | "labels" | "pairs">,
  { store, dataFolder, threads, contents }: FactSources,
): KnownFacts {
  const isScratch = parameters.from.startsWith(scratchPrefix);
  const baseline = findEncoder(isScratch ? (readProperty(store, "encoder") ?? defaultEncoderId) : parameters.from, dataFolder);
  const fingerprintOf = (sidePx: number): string =>
    createHash("sha256").update(JSON.stringify([sidePx, contents.map(({ hash }) => hash.toString("hex"))])).digest("hex").slice(0, 24); // prettier-ignore
  const pictures = (sidePx: number): { path: string; fingerprint: string } => {
    const fingerprint = fingerprintOf(sidePx);
    return { path: join(store.workspace, "training", `pictures-${fingerprint}.u8`), fingerprint };
  };
  return {
    pictures,
    facts: () => ({
      card: isScratch ? null : baseline.card,
      baselineFolder: dirname(baseline.card.modelPath),
      baselineSize: baseline.card.input.size,
      population: contents.length,
      picturesPath: pictures,
      labels: parameters.labels === null ? null : labelsOf(store, parameters.labels, contents),
      weakLabels: folderLabels(store, contents),
      givenLabels: givenLabels(store, contents, parameters.from),
      texts: parameters.pairs === null ? null : textsOf(store, parameters.pairs, contents),
      folderOfEncoder: (id) => dirname(findEncoder(id, dataFolder).card.modelPath),
      threads,
    }),
  };
}

function labelsOf(store: ReadStore, file: string, contents: Contents): number[] {
  const { contentIds, labels } = readLabelsTable(store, file);
  const known = new Map(Array.from(contentIds, (id, at) => [id, labels[at] as number]));
  return contents.map(({ id }) => known.get(id) ?? -1);
}

/** A table of texts has the form of one of labels, each text a label of its own. */
function textsOf(store: ReadStore, file: string, contents: Contents): string[] {
  const { contentIds, labels, names } = readLabelsTable(store, file);
  const known = new Map(Array.from(contentIds, (id, at) => [id, names[labels[at] as number] as string]));
  return contents.map(({ id }) => known.get(id) ?? "");
}
