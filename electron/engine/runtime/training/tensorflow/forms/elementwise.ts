/**
 * @file Operators that work on each number alone, or on numbers that stand at the same place after broadcasting. They take a picture as it is held.
 */
import type { Tensor } from "@tensorflow/tfjs";

import { floatOf, intOf, textOf } from "../../../../onnx/attributes.ts";
import { elementCount } from "../../../../onnx/tensor-values.ts";
import { heldShape, relayout, type Layout } from "../layout.ts";
import type { TensorflowApi } from "../load.ts";
import { has, type Form, type FormContext, type Operation } from "../operation.ts";

type Compute = (tensors: readonly Tensor[], context: FormContext) => Tensor;

/** The layout of the first picture that is as large as the result. */
export function sharedLayout({ inputs, outputs, layoutOf }: FormContext): Layout {
  const shape = outputs[0]?.shape ?? [];
  if (shape.length !== 4) return "plain";
  const whole = inputs.flatMap((type, at) => (type !== null && String(type.shape) === String(shape) ? [layoutOf(at)] : []));
  return whole.find((layout) => layout !== "plain") ?? "plain";
}

/** @param count how many of the inputs are tensors; the rest is known at once */
export function pointwise(context: FormContext, compute: Compute, count = context.inputs.length): Operation {
  const { api } = context;
  const layout = sharedLayout(context);
  const places = context.inputs.flatMap((type, at) => (type === null || at >= count ? [] : [at]));
  // A value of fewer axes broadcasts from the last one on: it takes the place that it has in the plain picture.
  const lifted = places.map((at) => {
    const shape = context.inputs[at]?.shape ?? [];
    if (layout === "plain" || shape.length === 4 || elementCount(shape) === 1) return null;
    return [...Array<number>(4 - shape.length).fill(1), ...shape];
  });
  return {
    takes: places.map((input) => ({ input, layout: context.inputs[input]?.shape.length === 4 ? layout : "plain" })),
    gives: [layout],
    run: (tensors) => {
      const given = tensors.map((tensor, at) => {
        const shape = lifted[at] ?? null;
        return shape === null ? tensor : relayout(api, api.reshape(tensor, shape), { shape, from: "plain", to: layout });
      });
      const made = compute(given, context);
      // Numbers without axes may have been among them where the result has some.
      const shape = heldShape(context.outputs[0]?.shape ?? [], layout);
      return [String(made.shape) === String(shape) ? made : api.broadcastTo(made, shape)];
    },
  };
}

const unary =
  (compute: (api: TensorflowApi, x: Tensor) => Tensor): Form =>
  (context) =>
    pointwise(context, ([x]) => compute(context.api, x as Tensor), 1);

const binary =
  (compute: (api: TensorflowApi, one: Tensor, other: Tensor) => Tensor): Form =>
  (context) =>
    pointwise(context, ([one, other]) => compute(context.api, one as Tensor, other as Tensor));

/** Any number of inputs, two by two. */
const chained =
  (compute: (api: TensorflowApi, one: Tensor, other: Tensor) => Tensor): Form =>
  (context) =>
    pointwise(context, (tensors) =>
      tensors.length === 1 ? context.api.clone(tensors[0] as Tensor) : tensors.reduce((one, other) => compute(context.api, one, other)),
    );

const passOn: Form = unary((api, x) => api.clone(x));

const clip: Form = (context) => {
  const { api, node } = context;
  const bound = (index: number, name: string, open: number): number | null =>
    has(context, index) ? (context.constant(index)?.[0] ?? null) : floatOf(node, name, open);
  const [low, high] = [bound(1, "min", -Infinity), bound(2, "max", Infinity)];
  if (low !== null && high !== null) {
    if (low === 0 && high === 6) return pointwise(context, ([x]) => api.relu6(x as Tensor), 1);
    return pointwise(context, ([x]) => api.minimum(api.maximum(x as Tensor, low), high), 1);
  }
  return pointwise(context, ([x, ...bounds]) => {
    const [least, most] = has(context, 1) ? bounds : [undefined, bounds[0]];
    const raised = least === undefined ? (x as Tensor) : api.maximum(x as Tensor, least);
    return most === undefined ? api.clone(raised) : api.minimum(raised, most);
  });
};

/** To the type that the result has. */
const cast: Form = (context) => {
  const to = context.outputs[0]?.elementType;
  const type = to === "float32" || to === "bool" ? to : "int32";
  return pointwise(context, ([x]) => context.api.cast(x as Tensor, type), 1);
};

const gelu: Form = (context) => {
  const isTanh = textOf(context.node, "approximate", "none") === "tanh";
  return pointwise(context, ([value]) => {
    const { api } = context;
    const x = value as Tensor;
    const inner = isTanh
      ? api.tanh(api.mul(api.add(x, api.mul(api.mul(x, api.square(x)), 0.044715)), Math.sqrt(2 / Math.PI)))
      : api.erf(api.mul(x, Math.SQRT1_2));
    return api.mul(api.mul(x, 0.5), api.add(inner, 1));
  });
};

const mod: Form = (context) => {
  // fmod takes the sign of the dividend, the other that of the divisor.
  const isFloating = intOf(context.node, "fmod", 0) === 1;
  return pointwise(context, ([one, other]) => {
    const { api } = context;
    const [a, b] = [one as Tensor, other as Tensor];
    if (!isFloating) return api.mod(a, b);
    const size = api.mod(api.abs(a), api.abs(b));
    return api.mul(api.sign(a), size);
  });
};

const withAlpha =
  (absent: number, compute: (api: TensorflowApi, x: Tensor, alpha: number) => Tensor): Form =>
  (context) => {
    const alpha = floatOf(context.node, "alpha", absent);
    return pointwise(context, ([x]) => compute(context.api, x as Tensor, alpha), 1);
  };

const hardSigmoid: Form = (context) => {
  const [alpha, beta] = [floatOf(context.node, "alpha", 0.2), floatOf(context.node, "beta", 0.5)];
  return pointwise(context, ([x]) => context.api.clipByValue(context.api.add(context.api.mul(x as Tensor, alpha), beta), 0, 1), 1);
};

const where: Form = (context) =>
  pointwise(context, ([condition, one, other]) => context.kernels.select(condition as Tensor, one as Tensor, other as Tensor));

export const elementwiseForms: Readonly<Record<string, Form>> = {
  Abs: unary((api, x) => api.abs(x)),
  Acos: unary((api, x) => api.acos(x)),
  Acosh: unary((api, x) => api.acosh(x)),
  Add: binary((api, a, b) => api.add(a, b)),
  And: binary((api, a, b) => api.logicalAnd(a, b)),
  Asin: unary((api, x) => api.asin(x)),
  Asinh: unary((api, x) => api.asinh(x)),
  Atan: unary((api, x) => api.atan(x)),
  Atanh: unary((api, x) => api.atanh(x)),
  Cast: cast,
  CastLike: cast,
  Ceil: unary((api, x) => api.ceil(x)),
  Celu: withAlpha(1, (api, x, alpha) => api.add(api.relu(x), api.minimum(api.mul(api.expm1(api.div(x, alpha)), alpha), 0))),
  Clip: clip,
  Cos: unary((api, x) => api.cos(x)),
  Cosh: unary((api, x) => api.cosh(x)),
  Div: binary((api, a, b) => api.div(a, b)),
  Dropout: passOn,
  Elu: withAlpha(1, (api, x, alpha) => api.add(api.relu(x), api.mul(api.expm1(api.minimum(x, 0)), alpha))),
  Equal: binary((api, a, b) => api.equal(a, b)),
  Erf: unary((api, x) => api.erf(x)),
  Exp: unary((api, x) => api.exp(x)),
  Floor: unary((api, x) => api.floor(x)),
  Gelu: gelu,
  Greater: binary((api, a, b) => api.greater(a, b)),
  GreaterOrEqual: binary((api, a, b) => api.greaterEqual(a, b)),
  HardSigmoid: hardSigmoid,
  HardSwish: unary((api, x) => api.mul(x, api.clipByValue(api.add(api.mul(x, 1 / 6), 0.5), 0, 1))),
  Identity: passOn,
  IsNaN: unary((api, x) => api.isNaN(x)),
  IsInf: unary((api, x) => api.isInf(x)),
  LeakyRelu: withAlpha(0.01, (api, x, alpha) => api.leakyRelu(x, alpha)),
  Less: binary((api, a, b) => api.less(a, b)),
  LessOrEqual: binary((api, a, b) => api.lessEqual(a, b)),
  Log: unary((api, x) => api.log(x)),
  Max: chained((api, a, b) => api.maximum(a, b)),
  Mean: (context) =>
    pointwise(context, (tensors) => {
      const sum = tensors.reduce((one, other) => context.api.add(one, other));
      return context.api.mul(sum, 1 / tensors.length);
    }),
  Min: chained((api, a, b) => api.minimum(a, b)),
  Mish: unary((api, x) => api.mul(x, api.tanh(api.softplus(x)))),
  Mod: mod,
  Mul: binary((api, a, b) => api.mul(a, b)),
  Neg: unary((api, x) => api.neg(x)),
  Not: unary((api, x) => api.logicalNot(x)),
  Or: binary((api, a, b) => api.logicalOr(a, b)),
  PRelu: binary((api, x, slope) => api.add(api.relu(x), api.mul(slope, api.minimum(x, 0)))),
  Pow: binary((api, a, b) => api.pow(a, b)),
  Reciprocal: unary((api, x) => api.reciprocal(x)),
  Relu: unary((api, x) => api.relu(x)),
  Round: unary((api, x) => api.round(x)),
  Selu: (context) => {
    const [alpha, gamma] = [floatOf(context.node, "alpha", 1.6732631921768188), floatOf(context.node, "gamma", 1.0507010221481323)];
    return unary((api, x) => api.mul(api.add(api.relu(x), api.mul(api.expm1(api.minimum(x, 0)), alpha)), gamma))(context);
  },
  Sigmoid: unary((api, x) => api.sigmoid(x)),
  Sign: unary((api, x) => api.sign(x)),
  Sin: unary((api, x) => api.sin(x)),
  Sinh: unary((api, x) => api.sinh(x)),
  Softplus: unary((api, x) => api.softplus(x)),
  Softsign: unary((api, x) => api.div(x, api.add(api.abs(x), 1))),
  Sqrt: unary((api, x) => api.sqrt(x)),
  Sub: binary((api, a, b) => api.sub(a, b)),
  Sum: chained((api, a, b) => api.add(a, b)),
  Tan: unary((api, x) => api.tan(x)),
  Tanh: unary((api, x) => api.tanh(x)),
  ThresholdedRelu: (context) => {
    const alpha = floatOf(context.node, "alpha", 1);
    return pointwise(
      context,
      ([x]) => context.kernels.select(context.api.greater(x as Tensor, alpha), x as Tensor, context.api.scalar(0)),
      1,
    );
  },
  Where: where,
  Xor: binary((api, a, b) => api.logicalXor(a, b)),
};
