/** @file How much memory the values of a graph take at most, when its nodes run in their order and a value is let go after its last use. */
import { byteLength } from "./element-type.ts";
import type { Graph } from "./model.ts";
import type { StaticType } from "./shapes/rule.ts";
import { elementCount } from "./tensor-values.ts";

/** Without initializers and inputs, which are there all the time. Values that only change their shape count as copies. */
export function peakBytes(graph: Graph, types: ReadonlyMap<string, StaticType>): number {
  const lastUse = new Map<string, number>();
  graph.nodes.forEach(({ inputs }, at) => {
    for (const name of inputs) lastUse.set(name, at);
  });
  for (const { name } of graph.outputs) lastUse.set(name, Infinity);
  const sizeOf = (name: string): number => {
    const type = types.get(name);
    return type === undefined ? 0 : byteLength(type.elementType, elementCount(type.shape));
  };
  const made = new Set<string>();
  let held = 0;
  let most = 0;
  graph.nodes.forEach(({ inputs, outputs }, at) => {
    for (const name of outputs) {
      if (name === "") continue;
      made.add(name);
      held += sizeOf(name);
    }
    most = Math.max(most, held);
    for (const name of new Set([...inputs, ...outputs])) {
      if (!made.has(name) || (lastUse.get(name) ?? at) !== at) continue;
      made.delete(name);
      held -= sizeOf(name);
    }
  });
  return most;
}
