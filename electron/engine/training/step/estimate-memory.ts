/**
 * @file How much memory a step will take, before it runs.
 */
import { inferTypes } from "../../onnx/infer.ts";
import { peakBytes } from "../../onnx/peak-bytes.ts";
import type { TrainingStep } from "./build-step.ts";

/** The values of a step in its order, the state twice (old and new), and what it is fed. */
export function estimateStepBytes({ graph, initial }: TrainingStep): number {
  const { types } = inferTypes(graph.model, new Map());
  const state = [...initial.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  const held = new Set(initial.keys());
  const fed = graph.model.graph.inputs
    .filter(({ name }) => !held.has(name))
    .reduce((sum, { name }) => sum + 4 * (types.get(name)?.shape ?? []).reduce((product, size) => product * size, 1), 0);
  return peakBytes(graph.model.graph, types) + 2 * state + fed;
}
