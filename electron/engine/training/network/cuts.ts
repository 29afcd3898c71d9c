/**
 * @file How much of a picture is alive between two nodes of a graph: a cut where little is lets little be kept of the part before it.
 */
import type { Model } from "../../onnx/model.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import type { Types } from "../../onnx/type-table.ts";

/** [nodes + 1]: numbers that are made before node `at` and needed from it on. What follows from no picture is not counted. */
export function numbersAcross({ graph }: Model, { types }: Types): Float64Array {
  const { nodes } = graph;
  const lastUse = new Map<string, number>(graph.outputs.map(({ name }) => [name, nodes.length]));
  nodes.forEach(({ inputs }, at) => {
    for (const name of inputs) lastUse.set(name, Math.max(at, lastUse.get(name) ?? 0));
  });
  const changes = new Float64Array(nodes.length + 2);
  const seen = new Set<string>();
  const count = (name: string, madeAt: number): void => {
    const numbers = elementCount(types.get(name)?.shape ?? []);
    const until = lastUse.get(name) ?? madeAt;
    seen.add(name);
    changes[madeAt + 1] = (changes[madeAt + 1] as number) + numbers;
    changes[until + 1] = (changes[until + 1] as number) - numbers;
  };
  for (const { name } of graph.inputs) count(name, -1);
  nodes.forEach(({ inputs, outputs }, at) => {
    if (inputs.some((name) => seen.has(name))) for (const name of outputs) if (name !== "") count(name, at);
  });
  let alive = 0;
  return changes.slice(0, nodes.length + 1).map((change) => (alive += change));
}

/** The place in `from` to `to` (both may be it) where least is alive; of several the last. */
export function narrowest(across: Float64Array, from: number, to: number): number {
  let best = to;
  for (let at = to; at >= Math.max(0, from); at--) if ((across[at] as number) < (across[best] as number)) best = at;
  return best;
}
