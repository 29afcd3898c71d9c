/**
 * @file Finds nodes that one kernel does together: BatchNormalization with the Add and the Relu or Clip behind it, their gradients, and an Add of two gradients
 * of which a convolution makes one. What one such operation does not hand out is never written to memory.
 */
import { BugError } from "../../../base/errors.ts";
import { floatOf } from "../../../onnx/attributes.ts";
import type { Graph, Node } from "../../../onnx/model.ts";
import { isOurs, trainingDomain } from "../../../onnx/shapes/training.ts";
import type { Types } from "../../../onnx/type-table.ts";
import type { Limits, Operation } from "./operation.ts";

/** Inputs of `Normalize`: x, scale, bias, residual or "". Outputs: y, mean, variance. */
export const normalize = "Normalize";
/** Inputs of `NormalizeGradient`: g, x, scale, mean, variance, bias or "", y or "". Outputs: gradients of x, scale, bias, and of the residual or "". */
export const normalizeGradient = "NormalizeGradient";
/** Inputs: g, weights, what it is added to. */
export const addInputGradient = "AddInputGradient";

interface Uses {
  /** Nodes that read a value. */
  readonly readers: ReadonlyMap<string, readonly Node[]>;
  readonly makers: ReadonlyMap<string, Node>;
  readonly results: ReadonlySet<string>;
}

export function fuse(nodes: readonly Node[], graph: Graph, types: Types): Operation[] {
  const uses = usesOf(nodes, graph);
  /** Node -> what stands in its place; null: done elsewhere. */
  const replaced = new Map<Node, Operation | null>();
  /** y of a BatchNormalization with limits -> how it was made. */
  const limited = new Map<string, { readonly operation: Operation; readonly normalization: Node }>();
  for (const node of nodes) if (isOurs(node, "BatchNormalizationTraining")) fuseForward({ node, uses, types, replaced, limited });
  for (const node of nodes) {
    if (isOurs(node, "ReluGradient") || isOurs(node, "ClipGradient")) fuseBackward({ node, uses, replaced, limited });
    if (node.domain === "" && node.opType === "Add") fuseSum({ node, nodes, uses, types, replaced });
  }
  const operations = nodes.flatMap((node) => {
    const operation = replaced.get(node);
    if (operation !== undefined) return operation === null ? [] : [operation];
    return [plainOperation(node)];
  });
  return inOrder(operations);
}

/** What several became stands where the last of them stood; readers of what the others made wait for it. */
function inOrder(operations: readonly Operation[]): Operation[] {
  const toCome = new Set(operations.flatMap(({ outputs }) => outputs.filter((name) => name !== "")));
  const waiting = new Map<string, Operation[]>();
  const ordered: Operation[] = [];
  const place = (operation: Operation): void => {
    const missing = operation.inputs.find((name) => toCome.has(name));
    if (missing !== undefined) {
      waiting.set(missing, [...(waiting.get(missing) ?? []), operation]);
      return;
    }
    ordered.push(operation);
    for (const name of operation.outputs) toCome.delete(name);
    for (const name of operation.outputs) {
      const ready = waiting.get(name) ?? [];
      waiting.delete(name);
      ready.forEach(place);
    }
  };
  operations.forEach(place);
  if (ordered.length !== operations.length) throw new BugError("fused nodes wait for each other");
  return ordered;
}

function plainOperation(node: Node): Operation {
  const { inputs, outputs } = node;
  if (isOurs(node, "BatchNormalizationTraining")) return { kind: normalize, inputs: [...inputs, ""], outputs, node };
  if (isOurs(node, "BatchNormalizationGradient"))
    return { kind: normalizeGradient, inputs: [...inputs, "", ""], outputs: [...outputs, ""], node };
  return {
    kind: node.domain === "" || node.domain === trainingDomain ? node.opType : `${node.domain}.${node.opType}`,
    inputs,
    outputs,
    node,
  };
}

function usesOf(nodes: readonly Node[], graph: Graph): Uses {
  const readers = new Map<string, Node[]>();
  const makers = new Map<string, Node>();
  for (const node of nodes) {
    for (const name of new Set(node.inputs)) if (name !== "") readers.set(name, [...(readers.get(name) ?? []), node]);
    for (const name of node.outputs) makers.set(name, node);
  }
  return { readers, makers, results: new Set(graph.outputs.map(({ name }) => name)) };
}

/** The only node that reads a value which is no result. */
function onlyReader({ readers, results }: Uses, name: string): Node | null {
  const found = readers.get(name) ?? [];
  return found.length === 1 && !results.has(name) ? (found[0] as Node) : null;
}

/** Of a Relu, or a Clip with known bounds. */
export function limitsOf(node: Node, types: Types): Limits | null {
  if (node.domain !== "") return null;
  if (node.opType === "Relu") return { low: 0, high: Infinity };
  if (node.opType !== "Clip") return null;
  const bound = (index: number, attribute: string, absent: number): number | null => {
    const name = node.inputs[index] ?? "";
    return name === "" ? floatOf(node, attribute, absent) : (types.known.get(name)?.values[0] ?? null);
  };
  const [low, high] = [bound(1, "min", -Infinity), bound(2, "max", Infinity)];
  return low === null || high === null ? null : { low, high };
}

interface Forward {
  readonly node: Node;
  readonly uses: Uses;
  readonly types: Types;
  readonly replaced: Map<Node, Operation | null>;
  readonly limited: Map<string, { readonly operation: Operation; readonly normalization: Node }>;
}

function fuseForward({ node, uses, types, replaced, limited }: Forward): void {
  const [y = ""] = node.outputs;
  let last = onlyReader(uses, y);
  let residual = "";
  if (last?.domain === "" && last.opType === "Add" && !replaced.has(last)) {
    const other = last.inputs[0] === y ? last.inputs[1] : last.inputs[0];
    const sum = last.outputs[0] as string;
    const behind = onlyReader(uses, sum);
    if (other === undefined || other === y || behind === null || !sameShape(types, other, y) || limitsOf(behind, types) === null) return;
    // The other one may be a BatchNormalization too: the later of the two takes the sum in.
    if (replaced.get(last) === null) return;
    residual = other;
    replaced.set(last, null);
    last = behind;
  }
  const limits = last === null ? null : limitsOf(last, types);
  if (last === null || limits === null || last.inputs[0] === undefined) return;
  const operation: Operation = {
    kind: normalize,
    inputs: [...node.inputs.slice(0, 3), residual],
    outputs: [last.outputs[0] as string, ...node.outputs.slice(1)],
    node,
    limits,
  };
  // With a residual it can only run where that is known; statistics are asked for later still.
  replaced.set(node, residual === "" ? operation : null);
  replaced.set(last, residual === "" ? null : operation);
  limited.set(last.outputs[0] as string, { operation, normalization: node });
}

function fuseBackward({ node, uses, replaced, limited }: Omit<Forward, "types">): void {
  const [g = "", y = ""] = node.inputs;
  const made = limited.get(y);
  if (made === undefined) return;
  const [passed = ""] = node.outputs;
  const { operation, normalization } = made;
  if (operation.limits === undefined || !sameLimits(node, operation.limits)) return;
  const behind = (uses.readers.get(passed) ?? []).find(
    (reader) =>
      isOurs(reader, "BatchNormalizationGradient") &&
      reader.inputs[0] === passed &&
      reader.inputs[1] === normalization.inputs[0] &&
      reader.inputs[3] === normalization.outputs[1],
  );
  if (behind === undefined) return;
  const [, x = "", scale = "", mean = "", variance = ""] = behind.inputs;
  const hasResidual = operation.inputs[3] !== "";
  if (!hasResidual && onlyReader(uses, passed) !== behind) return;
  const fused: Operation = {
    kind: normalizeGradient,
    // Without a residual, what the limits let through is found again from x.
    inputs: [g, x, scale, mean, variance, hasResidual ? "" : (normalization.inputs[2] as string), hasResidual ? y : ""],
    outputs: [...behind.outputs, hasResidual ? passed : ""],
    node: behind,
    limits: operation.limits,
  };
  replaced.set(node, fused);
  replaced.set(behind, null);
}

function sameLimits(node: Node, { low, high }: Limits): boolean {
  if (node.opType === "ReluGradient") return low === 0 && high === Infinity;
  return floatOf(node, "min", -Infinity) === low && floatOf(node, "max", Infinity) === high;
}

/** A sum of which a convolution's gradient is the later part. */
function fuseSum({
  node,
  nodes,
  uses,
  types,
  replaced,
}: {
  readonly node: Node;
  readonly nodes: readonly Node[];
  readonly uses: Uses;
  readonly types: Types;
  readonly replaced: Map<Node, Operation | null>;
}): void {
  if (replaced.has(node)) return;
  const [a = "", b = ""] = node.inputs;
  // Pictures of three axes have no kernel here.
  if (!sameShape(types, a, b) || a === b || (types.types.get(a)?.shape.length ?? 0) > 4) return;
  const makers = [a, b].flatMap((name) => {
    const maker = uses.makers.get(name);
    const fits = maker !== undefined && isOurs(maker, "ConvInputGradient") && !replaced.has(maker) && onlyReader(uses, name) === node;
    return fits ? [{ maker, name, at: nodes.indexOf(maker) }] : [];
  });
  const later = makers.sort((one, other) => other.at - one.at)[0];
  if (later === undefined) return;
  const { maker } = later;
  replaced.set(maker, null);
  replaced.set(node, {
    kind: addInputGradient,
    inputs: [...maker.inputs, later.name === a ? b : a],
    outputs: node.outputs,
    node: maker,
  });
}

function sameShape({ types }: Types, a: string, b: string): boolean {
  const [one, other] = [types.get(a)?.shape, types.get(b)?.shape];
  return one !== undefined && other !== undefined && one.length === other.length && one.every((size, axis) => size === other[axis]);
}
