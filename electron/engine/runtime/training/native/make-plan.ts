/**
 * @file From a step graph to a program: nodes in order, fused, each put into steps by its handler or left to ONNX Runtime, memory laid out.
 */
import { BugError, UserError } from "../../../base/errors.ts";
import { inferTypes } from "../../../onnx/infer.ts";
import type { Model } from "../../../onnx/model.ts";
import { tensorFrom } from "../../../onnx/tensor-values.ts";
import type { StepGraph } from "../executor.ts";
import { layOut } from "./arena.ts";
import { fuse } from "./fuse.ts";
import { describeOperation, type Operation } from "./operation.ts";
import { handlers } from "./operators/table.ts";
import { orderForState } from "./order.ts";
import { isElementKind, liesAs, type Place } from "./place.ts";
import { Plan, type SessionStep } from "./plan.ts";
import { encodeStep, type Step } from "./steps.ts";

export interface ReadyPlan {
  /** Of the program's memory. */
  readonly bytes: number;
  readonly steps: readonly (Step | SessionStep)[];
  /** The native ones of them, encoded. */
  readonly numbers: Float64Array;
  readonly constants: Plan["constants"];
  /** Inputs of the graph that are fed anew for every step. */
  readonly feeds: ReadonlyMap<string, Place>;
  /** By the names of the inputs that hold it. */
  readonly state: ReadonlyMap<string, Place>;
  readonly results: ReadonlyMap<string, Place>;
}

/** Throws UserError `executor-unsupported` naming the node that nothing here can run. */
export function makePlan(graph: StepGraph): ReadyPlan {
  const { model, state } = graph;
  const types = inferTypes(model, new Map());
  const operations = fuse(orderForState(graph), model.graph, types);
  const plan = new Plan(model, types, countReads(operations, model));
  const held = new Set(state.map(({ input }) => input));
  const inputs = new Map<string, Place>();
  for (const { name } of model.graph.inputs) {
    const { elementType } = plan.typeOf(name);
    if (!isElementKind(elementType)) throw unsupported(`The input ${name} holds ${elementType}; expected float32, int64, int32 or bool.`);
    const place = plan.placeFor(name, "plain", held.has(name) ? "state" : "kept");
    plan.bind(name, place);
    inputs.set(name, place);
  }
  for (const operation of operations) addOperation(plan, operation);

  const results = new Map<string, Place>();
  const becoming = new Map(state.map(({ input, output }) => [output, input]));
  for (const { name } of model.graph.outputs) {
    if (becoming.has(name)) continue;
    const kept = plan.placeFor(name, "plain", "kept");
    plan.copy(plan.placeOf(name), kept);
    results.set(name, kept);
  }
  keepState(plan, state, inputs);

  const bytes = layOut(plan.stretches.filter(({ isKept, lastStep }) => isKept || lastStep >= 0), plan.steps.length); // prettier-ignore
  const numbers = Float64Array.from(plan.steps.flatMap((step) => (step.kind === "session" ? [] : encodeStep(step))));
  const feeds = new Map([...inputs].filter(([name]) => !held.has(name)));
  return {
    bytes,
    steps: plan.steps,
    numbers,
    constants: plan.constants,
    feeds,
    state: new Map([...inputs].filter(([name]) => held.has(name))),
    results,
  };
}

function addOperation(plan: Plan, operation: Operation): void {
  const { kind, outputs } = operation;
  plan.begin(operation);
  // What is known before anything runs needs no step.
  if (outputs.every((name) => plan.knownValues(name) !== null && isElementKind(plan.typeOf(name).elementType))) return;
  if (handlers[kind]?.(plan, operation) === true) return;
  leaveToOnnxRuntime(plan, operation);
}

/** What several nodes became has a kernel always; the rest may be any operator that ONNX Runtime or its standard form in it knows. */
function leaveToOnnxRuntime(plan: Plan, operation: Operation): void {
  const { kind, node, outputs } = operation;
  if (kind !== node.opType) throw unsupported(`${describeOperation(operation)}: our own kernels do not run it in this form.`);
  const given = operation.inputs.filter((name) => name !== "");
  const strange = [...given, ...outputs].find((name) => name !== "" && !isElementKind(plan.typeOf(name).elementType));
  if (strange !== undefined)
    throw unsupported(
      `${describeOperation(operation)} works on ${plan.typeOf(strange).elementType}; our own kernels run float32, int64, int32 and bool.`,
    );
  // Whole numbers that are known may be asked for as such: the standard form of some operators is made from them.
  const constants = given.flatMap((name) => {
    const known = plan.typeOf(name).elementType === "int64" ? plan.knownValues(name) : null;
    return known === null ? [] : [tensorFrom(name, "int64", plan.typeOf(name).shape, known)];
  });
  const reads = given.filter((name) => !constants.some((tensor) => tensor.name === name)).map((name) => plan.plain(plan.placeOf(name)));
  const made = outputs.filter((name) => name !== "");
  const writes = made.map((name) => plan.placeFor(name));
  plan.emit({ kind: "session", operation, constants, reads, writes });
  made.forEach((name, index) => plan.bind(name, writes[index] as Place));
}

/** New state that does not lie in its place yet is brought there; what would be written over before it is read goes by a place of its own. */
function keepState(plan: Plan, state: StepGraph["state"], inputs: ReadonlyMap<string, Place>): void {
  const moves = state.flatMap(({ input, output }) => {
    const to = inputs.get(input);
    if (to === undefined) throw new BugError(`the state ${input} is no input of the graph`);
    const from = plan.placeOf(output);
    return from.stretch === to.stretch && from.offset === to.offset && liesAs(from, to.strides) ? [] : [{ from, to }];
  });
  const safe = moves.map(({ from, to }) => {
    if (!from.stretch.isState) return { from, to };
    const aside = plan.place(from.kind, from.shape);
    plan.copy(from, aside);
    return { from: aside, to };
  });
  for (const { from, to } of safe) plan.copy(from, to);
}

function countReads(operations: readonly Operation[], model: Model): Map<string, number> {
  const reads = new Map<string, number>();
  const read = (name: string): void => void reads.set(name, (reads.get(name) ?? 0) + 1);
  for (const { inputs } of operations) inputs.filter((name) => name !== "").forEach(read);
  for (const { name } of model.graph.outputs) read(name);
  return reads;
}

function unsupported(message: string): UserError {
  return new UserError("executor-unsupported", message);
}
