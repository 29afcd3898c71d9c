/**
 * @file Products of matrices.
 */
import type { Tensor } from "@tensorflow/tfjs";

import { floatOf, intOf, textOf } from "../../../../onnx/attributes.ts";
import { broadcast, inputAt } from "../../../../onnx/shapes/rule.ts";
import { has, plainly, unsupported, type Form } from "../operation.ts";

const matMul: Form = (context) => {
  const { api } = context;
  const [left, right] = [inputAt(context, 0).shape, inputAt(context, 1).shape];
  const result = context.outputs[0]?.shape ?? [];
  const batch = broadcast(context.node, [left.slice(0, -2), right.slice(0, -2)]);
  // Batches that differ are spread out: the JavaScript backend takes the wrong ones otherwise.
  const spread = (x: Tensor): Tensor =>
    String(x.shape.slice(0, -2)) === String(batch) ? x : api.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
  const isSpread = left.length > 2 && right.length > 2;
  return plainly(context, [0, 1], (one, other) => {
    // A vector is a row on the left, a column on the right.
    const a = left.length === 1 ? api.reshape(one as Tensor, [1, ...left]) : (one as Tensor);
    const b = right.length === 1 ? api.reshape(other as Tensor, [...right, 1]) : (other as Tensor);
    const made = isSpread ? api.matMul(spread(a), spread(b)) : api.matMul(a, b);
    return made.rank === result.length ? made : api.reshape(made, [...result]);
  });
};

const gemm: Form = (context) => {
  const { api, node } = context;
  const [alpha, beta] = [floatOf(node, "alpha", 1), floatOf(node, "beta", 1)];
  const [turnsA, turnsB] = [intOf(node, "transA", 0) !== 0, intOf(node, "transB", 0) !== 0];
  return plainly(context, has(context, 2) ? [0, 1, 2] : [0, 1], (a, b, c) => {
    const product = api.matMul(a as Tensor, b as Tensor, turnsA, turnsB);
    const scaled = alpha === 1 ? product : api.mul(product, alpha);
    return c === undefined ? scaled : api.add(scaled, beta === 1 ? c : api.mul(c, beta));
  });
};

const einsum: Form = (context) => {
  const { api, node } = context;
  const equation = textOf(node, "equation", "").replaceAll(" ", "");
  if (equation.includes("...") || !equation.includes("->")) return unsupported(node, `its equation is "${equation}"`);
  const [terms = [], [result = ""] = []] = equation.split("->").map((side) => side.split(","));
  // TensorFlow.js sums up what both have, and nothing else.
  const isPlain =
    [...terms, result].every((term) => new Set(term).size === term.length) &&
    terms.every((term) => [...term].every((letter) => result.includes(letter) || terms.every((each) => each.includes(letter))));
  if (!isPlain) return unsupported(node, `its equation is "${equation}"`);
  const sizes = new Map<string, number>();
  terms.forEach((term, at) =>
    [...term].forEach((letter, axis) => {
      const size = context.inputs[at]?.shape[axis] as number;
      if ((sizes.get(letter) ?? size) !== size) unsupported(node, `its equation is "${equation}" with sizes that broadcast`);
      sizes.set(letter, size);
    }),
  );
  if (context.inputs.length > 2) return unsupported(node, `it joins ${context.inputs.length} tensors; TensorFlow.js joins 2`);
  return plainly(
    context,
    context.inputs.map((_, at) => at),
    (...tensors) => api.einsum(equation, ...tensors),
  );
};

export const productForms: Readonly<Record<string, Form>> = { Einsum: einsum, Gemm: gemm, MatMul: matMul };
