/** @file Operators whose outputs are as large as their inputs, or as these broadcast. */
import { elementTypes, type ElementType } from "../element-type.ts";
import { intOf } from "../attributes.ts";
import { broadcast, inputAt, refuse, shared, type Rule, type RuleContext, type StaticType } from "./rule.ts";

const same: Rule = (context) => [inputAt(context, 0)];

const asBool: Rule = (context) => [{ ...inputAt(context, 0), elementType: "bool" }];

function joined(context: RuleContext): StaticType {
  const inputs = context.inputs.filter((input) => input !== null);
  return {
    elementType: inputAt(context, 0).elementType,
    shape: broadcast(
      context.node,
      inputs.map(({ shape }) => shape),
    ),
  };
}

const broadcasting: Rule = (context) => [joined(context)];

const comparing: Rule = (context) => [{ ...joined(context), elementType: "bool" }];

function cast({ node, inputs }: RuleContext): StaticType[] {
  const { shape } = inputs[0] ?? refuse(node, "has no input");
  return [{ elementType: typeOf(node.attributes.has("to") ? intOf(node, "to", 0) : 0) ?? refuse(node, "casts to an unknown type"), shape }];
}

function typeOf(number: number): ElementType | null {
  return number > 0 ? (elementTypes[number] ?? null) : null;
}

export const elementwiseRules = {
  ...shared([
    "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Ceil", "Celu", "Clip", "Cos", "Cosh", "CumSum", "Elu", "Erf", "Exp", "Floor",
    "Gelu", "GroupNormalization", "HardSigmoid", "HardSwish", "Hardmax", "Identity", "InstanceNormalization", "LRN", "LeakyRelu", "Log", "LogSoftmax",
    "LpNormalization", "MeanVarianceNormalization", "Mish", "Neg", "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softmax",
    "Softplus", "Softsign", "Sqrt", "Tan", "Tanh", "ThresholdedRelu", "Trilu",
  ], same),
  ...shared([
    "Add", "And", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Div", "Max", "Mean", "Min", "Mod", "Mul", "Or", "Pow", "Sub", "Sum", "Xor",
  ], broadcasting),
  ...shared(["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"], comparing),
  ...shared(["IsInf", "IsNaN", "Not"], asBool),
  Where: (context) => [{ ...joined(context), elementType: inputAt(context, 1).elementType }],
  // Its slope broadcasts to the picture, never the other way round.
  PRelu: same,
  Cast: cast,
  CastLike: (context) => [{ ...inputAt(context, 0), elementType: inputAt(context, 1).elementType }],
  Dropout: (context) => [
    inputAt(context, 0),
    { ...inputAt(context, 0), elementType: context.version < 10 ? inputAt(context, 0).elementType : "bool" },
  ],
  BatchNormalization: (context) => {
    const [image, scale] = [inputAt(context, 0), inputAt(context, 1)];
    const running = context.inputs[3] ?? scale;
    return [image, running, running, running, running];
  },
  LayerNormalization: (context) => {
    const image = inputAt(context, 0);
    const axis = intOf(context.node, "axis", -1);
    const from = axis < 0 ? axis + image.shape.length : axis;
    const statistic: StaticType = { elementType: "float32", shape: image.shape.map((size, at) => (at < from ? size : 1)) };
    return [image, statistic, statistic];
  },
  EyeLike: (context) => [
    { ...inputAt(context, 0), elementType: typeOf(intOf(context.node, "dtype", 0)) ?? inputAt(context, 0).elementType },
  ],
} as const satisfies Readonly<Record<string, Rule>>; // prettier-ignore
