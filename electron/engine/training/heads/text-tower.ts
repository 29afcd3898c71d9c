/**
 * @file A small reader of texts: a learnt vector for each piece of text, layers of attention (Vaswani et al. 2017, with norms in front) or none, the mean of what
 * is there, and a linear layer.
 */
import { createRandom, type Random } from "../../base/random.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { excluded } from "../losses/pairs.ts";
import type { MethodContext } from "../methods/method.ts";

export interface TextTowerOptions {
  /** [n, length] int64; 0 fills up. */
  readonly tokens: string;
  readonly vocabulary: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly outputs: number;
  /** Rows of the table are looked up: quicker with a large vocabulary, but no gradient of ours passes that way cheaply. */
  readonly looksUp?: boolean;
}

/** What is needed of a method's surroundings: the tower stands in a training step and, alone, in what is written down. */
export type TowerContext = Pick<MethodContext, "draft" | "random" | "online">;

/** @returns [n, outputs] */
export function textTower(context: TowerContext, options: TextTowerOptions): string {
  const { operators, builder } = context.draft;
  const { tokens, vocabulary, width, layers, outputs } = options;
  const [count = 0, length = 0] = operators.shape(tokens);
  const random = createRandom(context.random.uint32());
  const parts = new Parts(context, random);
  const isThere = operators.exceeds(tokens, builder.constant("int64", [], [0])); // [n, length]
  const table = parts.normal("pieces", [vocabulary, width], 0.05);
  const flat = builder.reshape(tokens, [count * length]);
  // Each piece of text as a row of zeros and a one: the sum over a batch of what the same piece should become needs no scattering then.
  let x = options.looksUp === true ? builder.node("Gather", [table, flat]) : operators.matMul(operators.oneHot(flat, vocabulary), table); // [n length, width]
  if (layers > 0) {
    const places = operators.matMul(operators.matrix(count * length, length, (row, place) => (row % length === place ? 1 : 0)), parts.normal("places", [length, width], 0.01)); // prettier-ignore
    x = operators.add(x, places);
    const mask = builder.reshape(operators.scale(operators.shift(isThere, -1), -excluded), [count, 1, 1, length]);
    for (let layer = 0; layer < layers; layer++) x = attentionLayer(parts, x, { ...options, mask, count, length, name: `layer${layer}` });
  }
  const present = builder.reshape(isThere, [count, length, 1]);
  const sum = operators.sum(operators.multiply(builder.reshape(x, [count, length, width]), present), [1]);
  const mean = operators.divide(sum, operators.atLeast(operators.sum(present, [1]), 1));
  return parts.linear("last", parts.norm("norm", mean), [width, outputs]);
}

interface LayerOptions extends TextTowerOptions {
  /** [n, 1, 1, length] */
  readonly mask: string;
  readonly count: number;
  readonly length: number;
  readonly name: string;
}

/** @param x [n length, width] */
function attentionLayer(parts: Parts, x: string, { name, width, heads: asked, mask, count, length }: LayerOptions): string {
  const { operators, builder } = parts.context.draft;
  const heads = width % asked === 0 ? asked : 1;
  const perHead = width / heads;
  const normed = parts.norm(`${name}/norm1`, x);
  const [queries, keys, values] = ["queries", "keys", "values"].map((kind) => {
    const flat = parts.linear(`${name}/${kind}`, normed, [width, width]);
    return operators.permute(builder.reshape(flat, [count, length, heads, perHead]), [0, 2, 1, 3]);
  }) as [string, string, string];
  const scores = operators.scale(operators.matMul(queries, operators.transpose(keys)), 1 / Math.sqrt(perHead));
  const seen = operators.matMul(operators.softmax(operators.add(scores, mask)), values);
  const joined = builder.reshape(operators.permute(seen, [0, 2, 1, 3]), [count * length, width]);
  const attended = operators.add(x, parts.linear(`${name}/joined`, joined, [width, width]));
  const inner = parts.linear(`${name}/inner`, parts.norm(`${name}/norm2`, attended), [width, 4 * width]);
  return operators.add(attended, parts.linear(`${name}/outer`, operators.unary("Relu", inner), [4 * width, width]));
}

/** Layers with their parameters. */
class Parts {
  readonly context: TowerContext;
  readonly #random: Random;

  constructor(context: TowerContext, random: Random) {
    this.context = context;
    this.#random = random;
  }

  normal(name: string, shape: readonly number[], deviation: number): string {
    const draw = (): Float32Array => Float32Array.from({ length: elementCount(shape) }, () => this.#random.normal() * deviation);
    return this.#parameter(name, shape, draw);
  }

  linear(name: string, x: string, [inputs, outputs]: readonly [number, number]): string {
    const { operators } = this.context.draft;
    const bias = this.#parameter(`${name}/bias`, [outputs], () => new Float32Array(outputs));
    return operators.add(operators.matMul(x, this.normal(`${name}/weights`, [inputs, outputs], 1 / Math.sqrt(inputs))), bias);
  }

  /** LayerNormalization (Ba et al. 2016) over the last axis. */
  norm(name: string, x: string): string {
    const { operators } = this.context.draft;
    const axis = operators.shape(x).length - 1;
    const width = operators.shape(x)[axis] as number;
    const centred = operators.subtract(x, operators.column(operators.mean(x, [axis])));
    const variance = operators.column(operators.mean(operators.multiply(centred, centred), [axis]));
    const unit = operators.divide(centred, operators.unary("Sqrt", operators.shift(variance, 1e-5)));
    const scale = this.#parameter(`${name}/scale`, [width], () => new Float32Array(width).fill(1));
    return operators.add(
      operators.multiply(unit, scale),
      this.#parameter(`${name}/shift`, [width], () => new Float32Array(width)),
    );
  }

  #parameter(name: string, shape: readonly number[], initial: () => Float32Array): string {
    const { draft, online } = this.context;
    return online.of(draft.parameter(`text/${name}`, shape, initial));
  }
}
