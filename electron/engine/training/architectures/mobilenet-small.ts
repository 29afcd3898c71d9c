/**
 * @file A small MobileNetV2 (Sandler et al. 2018) for pictures of 32 to 96 pixels: its stages are narrower and fewer, and small pictures are halved later.
 */
import { invertedBottleneck } from "./efficientnet-lite.ts";
import type { Layers } from "./layers.ts";

/** Times wider inside, channels, blocks, stride of the first. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 3, 2],
  [6, 96, 3, 1],
] as const;

/** From this size on the first convolution halves the picture. */
const halvedFromPx = 64;

/** Gives the last feature map, 512 channels at an 8th of the size (a 16th of larger pictures). */
export function mobileNetSmall(layers: Layers, pictures: string): string {
  const side = layers.builder.shapeOf(pictures)[2] as number;
  const stem = layers.convolution(pictures, { outputs: 16, kernel: 3, stride: side >= halvedFromPx ? 2 : 1 });
  let x = layers.relu6(layers.norm(stem));
  for (const [wider, channels, count, stride] of stages)
    for (let block = 0; block < count; block++)
      x = invertedBottleneck(layers, x, { wider, channels, stride: block === 0 ? stride : 1, kernel: 3 });
  return layers.relu6(layers.norm(layers.convolution(x, { outputs: 512, kernel: 1 })));
}
