/**
 * @file A beginning of names that no name of a graph has: graphs of strangers use any, and an encoder that was trained before has ours.
 */
import type { Graph } from "../../onnx/model.ts";

/** `wish/`, or `wish-2/`, `wish-3/`, ... */
export function freshPrefix({ nodes, initializers, inputs }: Graph, wish: string): string {
  const names = [...nodes.flatMap(({ outputs }) => outputs), ...initializers.map(({ name }) => name), ...inputs.map(({ name }) => name)];
  let prefix = `${wish}/`;
  for (let at = 2; names.some((name) => name.startsWith(prefix)); at++) prefix = `${wish}-${at}/`;
  return prefix;
}
