/**
 * @file Calibrated negatives (own design, after Rao et al. 2025, MINER): a small net learns beside the encoder whether two embeddings are of one picture, and each
 * negative counts as much as the net takes it for one.
 */
import { mlp } from "../heads/mlp.ts";
import { projector, projectorSettings, setting } from "../heads/projector.ts";
import { alignmentEntropy, negativeWeights } from "../losses/alignment.ts";
import { decoupled } from "../losses/decoupled.ts";
import { contrastiveDefaults } from "./defaults.ts";
import type { Method, MethodContext } from "./method.ts";

export const calibrated: Method = {
  id: "calibrated",
  title: "Calibrated negatives",
  summary: "a learnt judge of likeness says how much each negative counts",
  source: "own design, after Rao et al. 2025 (MINER, CVPR)",
  needs: [],
  settings: {
    temperature: { value: 0.1, low: 0.01, high: 10, help: "of the softmax over similarities" },
    judge: { value: 64, low: 4, high: 1024, whole: true, help: "hidden numbers of the judge" },
    smoothing: { value: 0.1, low: 0, high: 0.9, help: "how unsure the judge is told to stay" },
    ...projectorSettings,
  },
  defaults: contrastiveDefaults,
  views: () => [{ name: "views", count: 2, variants: ["simclr", "simclr"], scale: 1 }],
  build: (context) => {
    const { draft, online, images } = context;
    const { operators } = draft;
    const embeddings = context.encode("views", online);
    const z = operators.normalise(projector(context).apply(embeddings, online));
    // The judge looks at the encoder and does not lead it.
    const fixed = operators.detach(operators.normalise(embeddings));
    const logits = judge(context, operators.rows(fixed, 0, images), operators.rows(fixed, images, 2 * images));
    const contrast = decoupled(operators, z, {
      temperature: setting(context, "temperature"),
      logWeights: negativeWeights(operators, logits),
    });
    const entropy = alignmentEntropy(operators, logits, setting(context, "smoothing"));
    draft.metric("judge", entropy);
    return operators.add(contrast, entropy);
  },
};

/**
 * MLP([u_i, v_j, |u_i - v_j|]) of every pair, [n, n]. The first layer falls into three, two of which see one picture each.
 * @param one and @param other [n, d]
 */
function judge(context: MethodContext, one: string, other: string): string {
  const { draft, online, dimensions } = context;
  const { operators, builder } = draft;
  const [count = 0] = operators.shape(one);
  const hidden = setting(context, "judge");
  const layer = (name: string, sizes: readonly number[], lastBias: boolean) =>
    mlp(context, { name: `judge/${name}`, sizes, norm: false, lastBias });
  const difference = operators.unary(
    "Abs",
    operators.subtract(builder.reshape(one, [count, 1, dimensions]), builder.reshape(other, [1, count, dimensions])),
  );
  const flat = builder.reshape(difference, [count * count, dimensions]);
  const apart = builder.reshape(layer("apart", [dimensions, hidden], true).apply(flat, online), [count, count, hidden]);
  const left = builder.reshape(layer("one", [dimensions, hidden], false).apply(one, online), [count, 1, hidden]);
  const right = builder.reshape(layer("other", [dimensions, hidden], false).apply(other, online), [1, count, hidden]);
  const active = operators.unary("Relu", operators.add(apart, left, right));
  const last = layer("last", [hidden, 1], true).apply(builder.reshape(active, [count * count, hidden]), online);
  return builder.reshape(last, [count, count]);
}
