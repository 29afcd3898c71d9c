/**
 * @file Einsum: the gradient of one factor is the Einsum of the result's gradient with the other factors. "..." gets letters of its own first; a
 * letter twice in one factor is a diagonal; a letter that only this factor has was summed away, so its gradient repeats.
 */
import { textOf } from "../../onnx/attributes.ts";
import { ints, text, type GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Node } from "../../onnx/model.ts";
import { expanded, outputGradient, sumTo, type Gradient } from "../gradient.ts";

interface Equation {
  readonly terms: readonly string[];
  readonly output: string;
  /** Size of each letter; a factor that has it as 1 is repeated. */
  readonly sizes: ReadonlyMap<string, number>;
}

export const einsum: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const equation = equationOf(builder, node);
  const g = outputGradient(context);
  return node.inputs.map((input, at) => (wanted[at] === true ? factorGradient(builder, { node, equation, g, input, at }) : null));
};

function equationOf(builder: GraphBuilder, node: Node): Equation {
  const written = textOf(node, "equation", "").replaceAll(" ", "");
  const [given = "", wanted] = written.split("->");
  const free = [...alphabet].filter((letter) => !written.includes(letter));
  const spread = (term: string, rank: number): string => {
    const count = rank - term.replace("...", "").length;
    // The last of the free letters stand for the last dimensions, as they broadcast.
    return term.replace(
      "...",
      free
        .slice(0, mostSpread)
        .slice(mostSpread - count)
        .join(""),
    );
  };
  const terms = given.split(",").map((term, at) => spread(term, builder.shapeOf(node.inputs[at] as string).length));
  const letters = terms.join("");
  const once = [...new Set(letters)].filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  const spreads = free.slice(0, mostSpread).filter((letter) => letters.includes(letter));
  const implied = [...spreads, ...once.filter((letter) => !spreads.includes(letter))].join("");
  const output = wanted === undefined ? implied : wanted.replace("...", spreads.join(""));
  const sizes = new Map<string, number>();
  terms.forEach((term, at) =>
    [...term].forEach((letter, axis) => {
      const size = builder.shapeOf(node.inputs[at] as string)[axis] as number;
      if (size !== 1 || !sizes.has(letter)) sizes.set(letter, size);
    }),
  );
  return { terms, output, sizes };
}

const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** Dimensions that "..." may stand for. */
const mostSpread = 8;

interface Factor {
  readonly node: Node;
  readonly equation: Equation;
  readonly g: string;
  readonly input: string;
  readonly at: number;
}

function factorGradient(builder: GraphBuilder, { node, equation: { terms, output, sizes }, g, input, at }: Factor): string {
  const term = terms[at] as string;
  const own = [...new Set(term)];
  const others = terms.filter((_, other) => other !== at);
  const reached = own.filter((letter) => output.includes(letter) || others.some((other) => other.includes(letter)));
  const values = [g, ...node.inputs.filter((_, other) => other !== at)];
  const isPlain = others.length === 0 && output === reached.join("");
  const found = isPlain ? g : builder.node("Einsum", values, { equation: text(`${[output, ...others].join(",")}->${reached.join("")}`) });
  // [..letters that others have too..] -> one axis for each letter.
  const kept = own.map((letter) => (reached.includes(letter) ? (builder.shapeOf(found)[reached.indexOf(letter)] as number) : 1));
  const full = own.map((letter) => sizes.get(letter) as number);
  const perLetter = expanded(builder, kept.length === reached.length ? found : builder.reshape(found, kept), full);
  return sumTo(builder, own.length === term.length ? perLetter : onDiagonal(builder, { value: perLetter, own, term, sizes }), input);
}

/** One axis for each letter -> one for each place of the term, 0 where places of one letter differ. */
function onDiagonal(
  builder: GraphBuilder,
  given: { readonly value: string; readonly own: readonly string[]; readonly term: string; readonly sizes: ReadonlyMap<string, number> },
): string {
  const { own, term, sizes } = given;
  let value = given.value;
  let letters = [...own];
  const { elementType } = builder.typeOf(value);
  // A letter's first place is there; each further one becomes an axis behind, joined to the first by the unit matrix.
  const order: number[] = [];
  const firsts = new Set<string>();
  for (const letter of term) {
    if (!firsts.has(letter)) {
      order.push(own.indexOf(letter));
      firsts.add(letter);
      continue;
    }
    const size = sizes.get(letter) as number;
    const unit = Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
    const shape = letters.map((_, at) => (at === own.indexOf(letter) ? size : 1));
    const matrix = builder.constant(elementType, [...shape, size], unit);
    value = builder.node("Mul", [builder.reshape(value, [...builder.shapeOf(value), 1]), matrix]);
    order.push(letters.length);
    letters = [...letters, letter];
  }
  return builder.node("Transpose", [value], { perm: ints(order) });
}
