/** @file Products of matrices. */
import { floatOf, intOf } from "../../onnx/attributes.ts";
import { outputGradient, sumTo, turned, type Gradient } from "../gradient.ts";

/** dA = G B^T, dB = A^T G, batches that broadcast added up. A vector is a row on the left and a column on the right. */
export const matMul: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [a, b] = node.inputs as readonly [string, string];
  const [shapeA, shapeB] = [builder.shapeOf(a), builder.shapeOf(b)];
  const left = shapeA.length === 1 ? builder.reshape(a, [1, ...shapeA]) : a;
  const right = shapeB.length === 1 ? builder.reshape(b, [...shapeB, 1]) : b;
  let g = outputGradient(context);
  if (shapeA.length === 1 || shapeB.length === 1) {
    const batch = builder.shapeOf(g).slice(0, builder.shapeOf(g).length - (shapeA.length > 1 ? 1 : 0) - (shapeB.length > 1 ? 1 : 0));
    g = builder.reshape(g, [...batch, builder.shapeOf(left).at(-2) as number, builder.shapeOf(right).at(-1) as number]);
  }
  const back = (gradient: string, matrix: string, value: string): string => {
    const summed = sumTo(builder, gradient, matrix);
    return matrix === value ? summed : builder.reshape(summed, builder.shapeOf(value));
  };
  return [
    wanted[0] === true ? back(builder.node("MatMul", [g, turned(builder, right)]), left, a) : null,
    wanted[1] === true ? back(builder.node("MatMul", [turned(builder, left), g]), right, b) : null,
  ];
};

/** Y = alpha op(A) op(B) + beta C. */
export const gemm: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [a, b, c = ""] = node.inputs as readonly [string, string, string | undefined];
  const g = outputGradient(context);
  const scaled = (value: string, factor: number): string =>
    factor === 1 ? value : builder.node("Mul", [value, builder.scalar(factor, value)]);
  const isTurned = (name: string): boolean => intOf(node, name, 0) !== 0;
  const as = (value: string, turn: boolean): string => (turn ? turned(builder, value) : value);
  const alpha = floatOf(node, "alpha", 1);
  const forA = (): string => {
    const gradient = builder.node("MatMul", [g, as(b, !isTurned("transB"))]);
    return scaled(as(gradient, isTurned("transA")), alpha);
  };
  const forB = (): string => {
    const gradient = builder.node("MatMul", [as(a, !isTurned("transA")), g]);
    return scaled(as(gradient, isTurned("transB")), alpha);
  };
  return [
    wanted[0] === true ? forA() : null,
    wanted[1] === true ? forB() : null,
    ...(c === "" ? [] : [wanted[2] === true ? scaled(sumTo(builder, g, c), floatOf(node, "beta", 1)) : null]),
  ];
};
