/**
 * @file A model around a graph of our own.
 */
import { productVersion } from "../base/version.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import type { Model } from "./model.ts";
import { trainingDomain } from "./shapes/training.ts";

export function modelOf(builder: GraphBuilder, outputs: readonly string[], name = "likeness"): Model {
  return {
    irVersion: 8n,
    opsets: new Map([
      ["", builder.version],
      [trainingDomain, 1],
    ]),
    producerName: "likeness",
    producerVersion: productVersion,
    domain: "",
    modelVersion: 0n,
    docString: "",
    graph: builder.finish(outputs, name),
    functions: [],
    metadata: new Map(),
    unknown: new Uint8Array(0),
  };
}
