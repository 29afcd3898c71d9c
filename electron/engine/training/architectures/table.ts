/**
 * @file Nets that can be trained from nothing.
 */
import { UserError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { GraphBuilder } from "../../onnx/graph-builder.ts";
import { modelOf } from "../../onnx/new-model.ts";
import type { Network } from "../network/network.ts";
import { efficientNetLite0 } from "./efficientnet-lite.ts";
import { Layers } from "./layers.ts";
import { mobileNetSmall } from "./mobilenet-small.ts";
import { architectureNames, isArchitectureName, type ArchitectureName } from "./names.ts";
import { resNet } from "./resnet.ts";
import { visionTransformer } from "./vision-transformer.ts";

interface Architecture {
  /** Side of the pictures it is meant for. */
  readonly size: number;
  readonly summary: string;
  /** Gives the last feature map [N, C, H, W]. */
  build(layers: Layers, pictures: string): string;
}

export const architectures: Readonly<Record<ArchitectureName, Architecture>> = {
  resnet18: {
    size: 32,
    summary: "ResNet-18 with a 3 x 3 stem, width 64: 11 million weights",
    build: (layers, pictures) => resNet(layers, pictures, { width: 64, blocks: [2, 2, 2, 2] }),
  },
  "efficientnet-lite0": {
    size: 96,
    summary: "EfficientNet-Lite0: 3.4 million weights, for pictures of 96 pixels and more",
    build: efficientNetLite0,
  },
  "resnet-small": {
    size: 32,
    summary: "residual net for pictures of 28 to 64 pixels, width 16: .3 million weights",
    build: (layers, pictures) => resNet(layers, pictures, { width: 16, blocks: [1, 1, 1, 1] }),
  },
  "mobilenet-small": {
    size: 64,
    summary: "MobileNetV2 for pictures of 32 to 96 pixels: .5 million weights",
    build: mobileNetSmall,
  },
  "vit-tiny": {
    size: 32,
    summary: "vision transformer, width 192, 6 blocks, 3 heads, patches of 4 to 16 pixels: 2.7 million weights",
    build: (layers, pictures) => visionTransformer(layers, pictures, { width: 192, blocks: 6, heads: 3 }),
  },
};

/** @param size of the pictures; null: the architecture's own */
export function buildArchitecture(name: string, size: number | null, random: Random): { readonly network: Network; readonly size: number } {
  if (!isArchitectureName(name))
    throw new UserError("architecture-unknown", `There is no architecture "${name}". Known: ${architectureNames.join(", ")}.`);
  const architecture = architectures[name];
  const side = size ?? architecture.size;
  const builder = new GraphBuilder(17);
  const layers = new Layers(builder, random);
  const featureMap = architecture.build(layers, builder.input("image", "float32", [1, 3, side, side]));
  const embedding = layers.pool(featureMap);
  const dimensions = builder.shapeOf(embedding)[1] as number;
  const model = freeBatch(modelOf(builder, [embedding], name));
  return { network: { model, inputs: [{ name: "image", shape: [3, null, null] }], embedding, dimensions, featureMap }, size: side };
}

/** Built for one picture; any number may pass. */
function freeBatch(model: Network["model"]): Network["model"] {
  const free = (info: (typeof model.graph.inputs)[number]): typeof info =>
    info.type === null || info.type.shape === null
      ? info
      : { ...info, type: { ...info.type, shape: ["batch", ...info.type.shape.slice(1)] } };
  return { ...model, graph: { ...model.graph, inputs: model.graph.inputs.map(free), outputs: model.graph.outputs.map(free) } };
}
