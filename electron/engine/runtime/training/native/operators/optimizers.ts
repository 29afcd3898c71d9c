/**
 * @file Steps of optimizers and running averages: in the place of the old state where nobody reads that any more (order.ts sees to it).
 */
import { floatOf, intOf } from "../../../../onnx/attributes.ts";
import { count, type Place } from "../place.ts";
import type { Plan } from "../plan.ts";
import { at } from "../steps.ts";
import type { Handler } from "./handler.ts";

export const sgdStep: Handler = (plan, operation) => {
  const [weights, g, velocity, rate] = operation.inputs.map((name) => plan.plain(plan.placeOf(name))) as [Place, Place, Place, Place];
  const { node } = operation;
  const settings = [floatOf(node, "momentum", 0), floatOf(node, "decay", 0), intOf(node, "nesterov", 0)];
  const made = [inPlace(plan, operation.outputs[0], weights), inPlace(plan, operation.outputs[1], velocity)];
  const numbers = (): number[] => [count(weights), ...settings, ...[weights, g, velocity, rate, ...made].map(at)];
  plan.emit({ kind: "sgd", reads: [weights, g, velocity, rate], writes: made, numbers });
  return true;
};

export const adamStep: Handler = (plan, operation) => {
  const given = operation.inputs.map((name) => plan.plain(plan.placeOf(name)));
  const [weights, , first, second] = given as [Place, Place, Place, Place];
  const { node } = operation;
  const settings = [floatOf(node, "beta1", 0.9), floatOf(node, "beta2", 0.999), floatOf(node, "epsilon", 1e-8), floatOf(node, "decay", 0), intOf(node, "decoupled", 0)]; // prettier-ignore
  const made = [weights, first, second].map((place, index) => inPlace(plan, operation.outputs[index], place));
  const numbers = (): number[] => [count(weights), ...settings, ...[...given, ...made].map(at)];
  plan.emit({ kind: "adam", reads: given, writes: made, numbers });
  return true;
};

export const average: Handler = (plan, operation) => {
  const given = operation.inputs.map((name) => plan.plain(plan.placeOf(name)));
  const [old] = given as [Place];
  if (old.kind !== "float32") return false;
  const to = inPlace(plan, operation.outputs[0], old);
  plan.emit({ kind: "average", reads: given, writes: [to], numbers: () => [count(old), ...[...given, to].map(at)] });
  return true;
};

/** The state keeps its place when this operation was the last to read the old one. */
function inPlace(plan: Plan, name: string | undefined, old: Place): Place {
  const place = plan.isFree(old) || (old.stretch.isState && old.stretch.pendingReads === 0) ? old : plan.place(old.kind, old.shape);
  if (name !== undefined && name !== "") plan.bind(name, place);
  return place;
}
