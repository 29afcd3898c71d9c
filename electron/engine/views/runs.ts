/**
 * @file A run as a client shows it: what it was planned to be, what it tells while it goes on, and the neighbours that it left to be looked at.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { EncoderId } from "#protocol/model.ts";
import type { RunDetails, RunMetrics, RunNeighbours, TrainingRequest } from "#protocol/training.ts";

import type { Collection } from "../collection.ts";
import type { Engine } from "../engine.ts";
import { readEncoderCard } from "../encoders/encoder-card.ts";
import { contentByHash } from "../store/queries/contents.ts";
import { summarisePlan } from "../stages/training/plan-summary.ts";
import { readRunMetrics } from "../stages/training/run-metrics.ts";
import { readPlaces } from "../stages/training/run-places.ts";
import { readProbeNeighbours } from "../training/trainer/probe-neighbours.ts";
import { planName, type RunPlan } from "../training/trainer/run-plan.ts";
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
  const frozen = plan === null ? null : frozenOf(plan);
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
  const catalogue = collection.catalogue();
  const ids = Int32Array.from(plan.probe, (place) => {
    const content = contentByHash(collection.store, places[place] ?? "");
    return content === undefined ? 0 : (firstImageOf(catalogue, content.id) ?? 0);
  });
  return { ids, ...neighbours };
}

function folderOf({ workspace }: Collection, id: string): string {
  return join(workspace, "runs", id);
}

function readPlan(folder: string): RunPlan | null {
  const path = join(folder, planName);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as RunPlan) : null;
}

/** Null where it was removed since. */
function frozenOf({ baseline }: RunPlan): EncoderId | null {
  try {
    return readEncoderCard(baseline).id as EncoderId;
  } catch {
    return null;
  }
}

/** A request as it was made, without what the run added to it. */
function requestOf(stored: TrainingRequest & { readonly run?: string }): TrainingRequest {
  const { run: _, ...request } = stored;
  return request;
}
