/**
 * @file A run as a client shows it: what it was planned to be, what it tells while it goes on, a few pictures by which to see what it does, and the neighbours
 * that it left to be looked at.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { EncoderId } from "#protocol/model.ts";
import type { NearestOthers, RunDetails, RunExamples, RunMetrics, RunNeighbours, TrainingRequest } from "#protocol/training.ts";

import type { Collection } from "../collection.ts";
import type { Engine } from "../engine.ts";
import { contentByHash } from "../store/queries/contents.ts";
import { summarisePlan } from "../stages/training/plan-summary.ts";
import { baselineOf } from "../stages/training/run-baseline.ts";
import { readLooks, readRunMetrics } from "../stages/training/run-metrics.ts";
import { readPlaces } from "../stages/training/run-places.ts";
import { fewestForExamples, readProbeExamples, type ExampleNeighbours } from "../training/trainer/probe-examples.ts";
import { readProbeNeighbours } from "../training/trainer/probe-neighbours.ts";
import { outcomeName, planName, type RunPlan } from "../training/trainer/run-plan.ts";
import { firstImageOf } from "./catalogue.ts";

export function describeRunDetails(
  { training, requireCollection }: Pick<Engine, "training" | "requireCollection">,
  id: string,
): RunDetails {
  const collection = requireCollection();
  const { run, request } = training.show(id);
  const plan = readPlan(folderOf(collection, id));
  const kept = training.encodersOf(id);
  const encoderAt = (name: string | null): EncoderId | null => (name !== null && kept.includes(name) ? (name as EncoderId) : null);
  const frozen = baselineOf(folderOf(collection, id));
  return {
    run,
    request: requestOf(request),
    plan: plan === null ? null : summarisePlan(plan, { from: run.base }),
    encoders: { frozen, whitened: encoderAt(`${id}-whitened`), after: encoderAt(run.encoder) },
  };
}

export function runMetrics(collection: Collection, id: string, after: number): RunMetrics {
  const folder = folderOf(collection, id);
  const plan = readPlan(folder);
  return readRunMetrics(folder, after, plan, plan === null ? 0 : summarisePlan(plan, { from: "" }).viewsPerStep);
}

export function runNeighbours(collection: Collection, id: string): RunNeighbours | null {
  const folder = folderOf(collection, id);
  const plan = readPlan(folder);
  const places = readPlaces(folder);
  const neighbours = readProbeNeighbours(folder);
  if (plan === null || places === null || neighbours === null) return null;
  const imageOf = imagesByPlace(collection, places);
  return { ids: Int32Array.from(plan.probe, imageOf), ...neighbours };
}

export function runExamples(collection: Collection, id: string): RunExamples {
  const folder = folderOf(collection, id);
  const [plan, places, known] = [readPlan(folder), readPlaces(folder), readProbeExamples(folder)];
  const look = readLooks(folder).findLast(({ examples }) => (examples ?? null) !== null);
  const none = { pictures: known?.pictures ?? 0, fewest: fewestForExamples };
  if (known !== null && known.examples.length === 0) return { missing: "too-few", ...none };
  if (plan === null || places === null || known === null || !look?.examples)
    return { missing: existsSync(join(folder, outcomeName)) ? "not-kept" : "not-yet", ...none };
  const { examples, before, neighbours: k, pictures } = known;
  const imageOf = imagesByPlace(collection, places);
  const imageAt = (row: number): number => imageOf(plan.probe[row] ?? -1);
  const shown = ({ rows, similarities }: ExampleNeighbours): NearestOthers => ({
    ids: Int32Array.from(rows, imageAt),
    similarities: Float32Array.from(similarities),
  });
  const isFresh = (row: number, at: number): boolean => {
    const example = Math.floor(at / k);
    return !before.rows.slice(example * k, (example + 1) * k).includes(row);
  };
  return {
    count: examples.length,
    k,
    asked: Int32Array.from(examples, imageAt),
    before: shown(before),
    now: shown(look.examples),
    fresh: Uint8Array.from(look.examples.rows, (row, at) => (isFresh(row, at) ? 1 : 0)),
    step: look.step,
    pictures,
  };
}

/** The image at a place of the run's pictures; 0 where it is gone. */
function imagesByPlace(collection: Collection, places: readonly string[]): (place: number) => number {
  const catalogue = collection.catalogue();
  return (place) => {
    const content = contentByHash(collection.store, places[place] ?? "");
    return content === undefined ? 0 : (firstImageOf(catalogue, content.id) ?? 0);
  };
}

function folderOf({ workspace }: Collection, id: string): string {
  return join(workspace, "runs", id);
}

function readPlan(folder: string): RunPlan | null {
  const path = join(folder, planName);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as RunPlan) : null;
}

/** A request as it was made, without what the run added to it. */
function requestOf(stored: TrainingRequest & { readonly run?: string }): TrainingRequest {
  const { run: _, ...request } = stored;
  return request;
}
