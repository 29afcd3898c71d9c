/**
 * @file Operators as the losses use them, right for every version of ONNX's operator set that a network may bring along.
 */
import { reduceBy, reduceSum } from "../../autodiff/gradient.ts";
import { int, ints, type GraphBuilder } from "../../onnx/graph-builder.ts";
import { elementCount } from "../../onnx/tensor-values.ts";

export class Operators {
  readonly builder: GraphBuilder;

  constructor(builder: GraphBuilder) {
    this.builder = builder;
  }

  shape(value: string): readonly number[] {
    return this.builder.shapeOf(value);
  }

  number(value: number): string {
    return this.builder.constant("float32", [], [value]);
  }

  add(...values: readonly string[]): string {
    return values.reduce((sum, value) => this.builder.node("Add", [sum, value]));
  }

  subtract(one: string, other: string): string {
    return this.builder.node("Sub", [one, other]);
  }

  multiply(one: string, other: string): string {
    return this.builder.node("Mul", [one, other]);
  }

  divide(one: string, other: string): string {
    return this.builder.node("Div", [one, other]);
  }

  scale(value: string, factor: number): string {
    return factor === 1 ? value : this.multiply(value, this.number(factor));
  }

  shift(value: string, term: number): string {
    return term === 0 ? value : this.add(value, this.number(term));
  }

  unary(
    opType: "Exp" | "Log" | "Sqrt" | "Neg" | "Relu" | "Abs" | "Reciprocal" | "Sigmoid" | "Tanh" | "Cos" | "Sin" | "Softplus",
    value: string,
  ): string {
    return this.builder.node(opType, [value]);
  }

  /** Over `axes`, which go. */
  sum(value: string, axes: readonly number[]): string {
    return this.#without(reduceSum(this.builder, value, axes), value, axes);
  }

  /** Over everything: one number without dimensions. */
  total(value: string): string {
    return this.sum(
      value,
      this.shape(value).map((_, axis) => axis),
    );
  }

  /** Of all numbers of all values: one number without dimensions. Row by row first, which keeps all of a graphics card at work. */
  sumOfSquares(values: readonly string[]): string {
    const rows = values.map((value) => {
      const [first = 1, ...rest] = this.shape(value);
      const flat = this.builder.reshape(value, rest.length === 0 ? [1, first] : [first, elementCount(rest)]);
      return this.builder.reshape(reduceBy(this.builder, "ReduceSumSquare", flat, [1]), [rest.length === 0 ? 1 : first]);
    });
    return this.total(rows.length === 1 ? (rows[0] as string) : this.builder.node("Concat", rows, { axis: int(0) }));
  }

  mean(value: string, axes: readonly number[]): string {
    const count = axes.reduce((product, axis) => product * (this.shape(value)[axis] as number), 1);
    return this.scale(this.sum(value, axes), 1 / count);
  }

  /** Of all numbers. */
  average(value: string): string {
    return this.mean(
      value,
      this.shape(value).map((_, axis) => axis),
    );
  }

  /** Over the last axis, which stays as 1. No gradient passes. */
  largest(value: string): string {
    return this.detach(reduceBy(this.builder, "ReduceMax", value, [this.shape(value).length - 1]));
  }

  /** The same value, through which no gradient passes. */
  detach(value: string): string {
    return this.builder.training("StopGradient", [value], 1)[0] as string;
  }

  /** ln of the sum of exp over the last axis, which goes. */
  logSumExp(value: string): string {
    const largest = this.largest(value);
    const axis = this.shape(value).length - 1;
    const sum = this.sum(this.unary("Exp", this.subtract(value, largest)), [axis]);
    return this.add(this.unary("Log", sum), this.builder.reshape(largest, this.shape(sum)));
  }

  /** Over the last axis. */
  softmax(value: string): string {
    return this.builder.node("Softmax", [value], { axis: int(this.shape(value).length - 1) });
  }

  logSoftmax(value: string): string {
    return this.builder.node("LogSoftmax", [value], { axis: int(this.shape(value).length - 1) });
  }

  /** Rows of unit length: the last axis. */
  normalise(value: string): string {
    const axis = this.shape(value).length - 1;
    const squares = reduceSum(this.builder, this.multiply(value, value), [axis]);
    return this.divide(value, this.unary("Sqrt", this.shift(squares, 1e-12)));
  }

  /** The last two axes change places. */
  transpose(value: string): string {
    const rank = this.shape(value).length;
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    return this.builder.node("Transpose", [value], { perm: ints([...axes.slice(0, -2), rank - 1, rank - 2]) });
  }

  matMul(one: string, other: string): string {
    return this.builder.node("MatMul", [one, other]);
  }

  /** [n, d] and [m, d] -> [n, m]: every row with every row. */
  products(one: string, other: string): string {
    return this.matMul(one, this.transpose(other));
  }

  /** 1 where the two are equal, else 0. They broadcast; no gradient passes. */
  equals(one: string, other: string): string {
    return this.#asNumbers("Equal", one, other);
  }

  /** 1 where the one is greater, else 0. They broadcast; no gradient passes. */
  exceeds(one: string, other: string): string {
    return this.#asNumbers("Greater", one, other);
  }

  /** [n] whole numbers -> [n, count]: 1 in the column of the number, else 0. */
  oneHot(places: string, count: number): string {
    const [rows = 0] = this.shape(places);
    const columns = this.builder.constant(
      "int64",
      [1, count],
      Array.from({ length: count }, (_, column) => column),
    );
    return this.equals(this.builder.reshape(places, [rows, 1]), columns);
  }

  /** The largest of each row as 1 and the rest as 0; where several are largest they share the 1. No gradient passes. */
  argmax(value: string): string {
    const hits = this.equals(value, this.largest(value));
    return this.detach(this.divide(hits, this.column(this.sum(hits, [this.shape(hits).length - 1]))));
  }

  /** At least `least`. */
  atLeast(value: string, least: number): string {
    return this.shift(this.unary("Relu", this.shift(value, -least)), least);
  }

  /** [...] -> [..., 1]. */
  column(value: string): string {
    return this.builder.reshape(value, [...this.shape(value), 1]);
  }

  /** Rows `from` to `to` (without it) of the first axis. */
  rows(value: string, from: number, to: number): string {
    if (from === 0 && to === this.shape(value)[0]) return value;
    const { builder } = this;
    return builder.node("Slice", [value, builder.list([from]), builder.list([to]), builder.list([0])]);
  }

  /** One behind the other along the first axis. */
  stack(values: readonly string[]): string {
    return values.length === 1 ? (values[0] as string) : this.builder.node("Concat", values, { axis: int(0) });
  }

  /** One beside the other along the last axis. */
  beside(values: readonly string[]): string {
    return values.length === 1 ? (values[0] as string) : this.builder.node("Concat", values, { axis: int(-1) });
  }

  /** The axes in another order. */
  permute(value: string, order: readonly number[]): string {
    return this.builder.node("Transpose", [value], { perm: ints(order) });
  }

  /** A constant [rows, columns] from a rule. */
  matrix(rows: number, columns: number, rule: (row: number, column: number) => number): string {
    const values = Array.from({ length: rows * columns }, (_, at) => rule(Math.floor(at / columns), at % columns));
    return this.builder.constant("float32", [rows, columns], values);
  }

  #asNumbers(opType: "Equal" | "Greater", one: string, other: string): string {
    // 1 is ONNX's number of float32.
    return this.builder.node("Cast", [this.builder.node(opType, [one, other])], { to: int(1) });
  }

  #without(reduced: string, value: string, axes: readonly number[]): string {
    return this.builder.reshape(
      reduced,
      this.shape(value).filter((_, axis) => !axes.includes(axis)),
    );
  }
}
