/** @file Products of matrices, and reductions. */
import { intOf, intsOf, textOf } from "../attributes.ts";
import { axisOf, broadcast, inputAt, numbersAt, refuse, shared, type Rule } from "./rule.ts";

const matMul: Rule = (context) => {
  const [one, other] = [inputAt(context, 0), inputAt(context, 1)];
  // A vector is a row on the left, a column on the right, and that side is taken away again.
  const left = one.shape.length === 1 ? [1, ...one.shape] : one.shape;
  const right = other.shape.length === 1 ? [...other.shape, 1] : other.shape;
  if (left.at(-1) !== right.at(-2)) refuse(context.node, `multiplies [${one.shape.join(", ")}] by [${other.shape.join(", ")}]`);
  const rows = one.shape.length === 1 ? [] : [left.at(-2) as number];
  const columns = other.shape.length === 1 ? [] : [right.at(-1) as number];
  return [{ ...one, shape: [...broadcast(context.node, [left.slice(0, -2), right.slice(0, -2)]), ...rows, ...columns] }];
};

const gemm: Rule = (context) => {
  const [one, other] = [inputAt(context, 0), inputAt(context, 1)];
  const turned = (name: string, shape: readonly number[]): readonly number[] =>
    intOf(context.node, name, 0) === 0 ? shape : [...shape].reverse();
  const [left, right] = [turned("transA", one.shape), turned("transB", other.shape)];
  if (left.length !== 2 || left[1] !== right[0]) refuse(context.node, `multiplies [${left.join(", ")}] by [${right.join(", ")}]`);
  return [{ ...one, shape: [left[0] as number, right[1] as number] }];
};

/** "bij,bjk->bik", with "..." for dimensions that broadcast. */
const einsum: Rule = (context) => {
  const equation = textOf(context.node, "equation", "").replaceAll(" ", "");
  const [given = "", wanted] = equation.split("->");
  const terms = given.split(",");
  const sizes = new Map<string, number>();
  const spread: number[][] = [];
  for (const [index, term] of terms.entries()) {
    const { shape } = inputAt(context, index);
    const letters = term.replace("...", "");
    const free = shape.length - letters.length;
    const before = term.includes("...") ? term.indexOf("...") : letters.length;
    if (free < 0 || (free > 0 && !term.includes("..."))) refuse(context.node, `takes [${shape.join(", ")}] as "${term}"`);
    spread.push([...shape.slice(before, before + free)]);
    [...letters].forEach((letter, at) => {
      const size = shape[at < before ? at : at + free] as number;
      if (size !== 1 || !sizes.has(letter)) sizes.set(letter, size);
    });
  }
  const all = given.replaceAll(",", "").replaceAll("...", "");
  const implied = `${given.includes("...") ? "..." : ""}${[...new Set(all)]
    .filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter))
    .sort()
    .join("")}`;
  const output = wanted ?? implied;
  const shape = output
    .split("...")
    .flatMap((part, at) => [
      ...(at > 0 ? broadcast(context.node, spread) : []),
      ...[...part].map((letter) => sizes.get(letter) ?? refuse(context.node, `has "${letter}" in its output only`)),
    ]);
  return [{ ...inputAt(context, 0), shape }];
};

const reduction: Rule = (context) => {
  const image = inputAt(context, 0);
  const { node } = context;
  const rank = image.shape.length;
  const given = intsOf(node, "axes", null) ?? numbersAt(context, 1);
  if ((given === null || given.length === 0) && intOf(node, "noop_with_empty_axes", 0) === 1) return [image];
  const axes = given === null || given.length === 0 ? image.shape.map((_, at) => at) : given.map((axis) => axisOf(node, axis, rank));
  return [{ ...image, shape: without(image.shape, axes, intOf(node, "keepdims", 1) === 1) }];
};

const argReduction: Rule = (context) => {
  const { shape } = inputAt(context, 0);
  const axis = axisOf(context.node, intOf(context.node, "axis", 0), shape.length);
  return [{ elementType: "int64", shape: without(shape, [axis], intOf(context.node, "keepdims", 1) === 1) }];
};

function without(shape: readonly number[], axes: readonly number[], keep: boolean): number[] {
  return keep ? shape.map((size, at) => (axes.includes(at) ? 1 : size)) : shape.filter((_, at) => !axes.includes(at));
}

export const productRules = {
  MatMul: matMul,
  Gemm: gemm,
  Einsum: einsum,
  ...shared(
    [
      "ReduceL1",
      "ReduceL2",
      "ReduceLogSum",
      "ReduceLogSumExp",
      "ReduceMax",
      "ReduceMean",
      "ReduceMin",
      "ReduceProd",
      "ReduceSum",
      "ReduceSumSquare",
    ],
    reduction,
  ),
  ...shared(["ArgMax", "ArgMin"], argReduction),
} as const satisfies Readonly<Record<string, Rule>>;
