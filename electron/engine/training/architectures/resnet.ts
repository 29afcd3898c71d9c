/**
 * @file Residual nets for small pictures (He et al. 2015, "Deep Residual Learning"; the stem of its CIFAR form: 3 x 3, no max-pool).
 */
import type { Layers } from "./layers.ts";

export interface ResNetOptions {
  /** Channels of the first stage; each further one has twice as many at half the size. */
  readonly width: number;
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
}

/** Gives the last feature map. */
export function resNet(layers: Layers, pictures: string, { width, blocks }: ResNetOptions): string {
  let x = layers.relu(layers.norm(layers.convolution(pictures, { outputs: width, kernel: 3 })));
  blocks.forEach((count, stage) => {
    for (let block = 0; block < count; block++) x = basicBlock(layers, x, width * 2 ** stage, stage > 0 && block === 0 ? 2 : 1);
  });
  return x;
}

function basicBlock(layers: Layers, x: string, channels: number, stride: number): string {
  const first = layers.relu(layers.norm(layers.convolution(x, { outputs: channels, kernel: 3, stride })));
  const second = layers.norm(layers.convolution(first, { outputs: channels, kernel: 3 }));
  const isSame = stride === 1 && layers.builder.shapeOf(x)[1] === channels;
  const shortcut = isSame ? x : layers.norm(layers.convolution(x, { outputs: channels, kernel: 1, stride }));
  return layers.relu(layers.add(second, shortcut));
}
