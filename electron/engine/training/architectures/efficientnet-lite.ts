/**
 * @file EfficientNet-Lite0 (Tan and Le 2019, "EfficientNet"; the Lite form has neither squeeze-and-excitation nor swish).
 */
import type { Layers } from "./layers.ts";

/** Times wider inside, channels, blocks, stride of the first, kernel. */
const stages = [
  [1, 16, 1, 1, 3],
  [6, 24, 2, 2, 3],
  [6, 40, 2, 2, 5],
  [6, 80, 3, 2, 3],
  [6, 112, 3, 1, 5],
  [6, 192, 4, 2, 5],
  [6, 320, 1, 1, 3],
] as const;

/** Gives the last feature map, 1,280 channels at a 32nd of the size. */
export function efficientNetLite0(layers: Layers, pictures: string): string {
  let x = layers.relu6(layers.norm(layers.convolution(pictures, { outputs: 32, kernel: 3, stride: 2 })));
  for (const [wider, channels, count, stride, kernel] of stages)
    for (let block = 0; block < count; block++)
      x = invertedBottleneck(layers, x, { wider, channels, stride: block === 0 ? stride : 1, kernel });
  return layers.relu6(layers.norm(layers.convolution(x, { outputs: 1280, kernel: 1 })));
}

interface Bottleneck {
  readonly wider: number;
  readonly channels: number;
  readonly stride: number;
  readonly kernel: number;
}

/** Wider by a 1 x 1, each channel alone by a k x k, narrower by a 1 x 1 (Sandler et al. 2018, "MobileNetV2"). */
export function invertedBottleneck(layers: Layers, x: string, { wider, channels, stride, kernel }: Bottleneck): string {
  const inputs = layers.builder.shapeOf(x)[1] as number;
  const inner = inputs * wider;
  const wide = wider === 1 ? x : layers.relu6(layers.norm(layers.convolution(x, { outputs: inner, kernel: 1 })));
  const filtered = layers.relu6(layers.norm(layers.convolution(wide, { outputs: inner, kernel, stride, groups: inner })));
  const narrow = layers.norm(layers.convolution(filtered, { outputs: channels, kernel: 1 }));
  return stride === 1 && inputs === channels ? layers.add(narrow, x) : narrow;
}
