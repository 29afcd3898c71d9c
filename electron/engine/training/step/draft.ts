/**
 * @file A training step under construction: the graph, what is fed to it at each step, the state that it carries along, and the numbers it tells.
 */
import { BugError } from "../../base/errors.ts";
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import { Operators } from "./operators.ts";

export interface Parameter {
  /** The graph's input that holds it. */
  readonly name: string;
  /** Norms and biases are not pulled towards 0. */
  readonly decays: boolean;
  /** A value that its learning rate is multiplied with; null: none. */
  readonly rateScale: string | null;
  /** What is done to it after the optimizer, such as making rows unit length. */
  readonly after: ((value: string) => string) | null;
}

export interface ParameterOptions {
  readonly decays?: boolean;
  readonly rateScale?: string;
  readonly after?: (value: string) => string;
}

export class Draft {
  readonly builder: GraphBuilder;
  readonly operators: Operators;
  readonly parameters = new Map<string, Parameter>();
  readonly initial = new Map<string, HostTensor>();
  readonly metrics = new Map<string, string>();
  readonly #updates = new Map<string, string>();
  readonly #scalars = new Set<string>();
  readonly #feeds = new Set<string>();

  constructor(builder: GraphBuilder) {
    this.builder = builder;
    this.operators = new Operators(builder);
  }

  /** Numbers that the optimizer changes. The same name again is the same parameter. */
  parameter(name: string, shape: readonly number[], initial: () => Float32Array, options: ParameterOptions = {}): string {
    if (this.parameters.has(name)) return name;
    this.#hold(name, shape, initial());
    this.parameters.set(name, {
      name,
      decays: options.decays ?? shape.length > 1,
      rateScale: options.rateScale ?? null,
      after: options.after ?? null,
    });
    return name;
  }

  /** Numbers that live from step to step; `update` must say what they become. */
  state(name: string, shape: readonly number[], initial: () => Float32Array): string {
    if (!this.initial.has(name)) this.#hold(name, shape, initial());
    return name;
  }

  /** What a state (or a parameter) is at the next step. */
  update(name: string, value: string): void {
    if (!this.initial.has(name)) throw new BugError(`"${name}" is no state of the step`);
    if (this.#updates.has(name)) throw new BugError(`the state "${name}" is updated twice`);
    this.#updates.set(name, value);
  }

  /** A number that is fed at each step. */
  scalar(name: string): string {
    if (!this.#scalars.has(name)) {
      this.builder.input(name, "float32", []);
      this.#scalars.add(name);
    }
    return name;
  }

  feed(name: string, elementType: "float32" | "int64", shape: readonly number[]): string {
    if (!this.#feeds.has(name)) {
      this.builder.input(name, elementType, shape);
      this.#feeds.add(name);
    }
    return name;
  }

  /** A number that each step tells. */
  metric(name: string, value: string): void {
    this.metrics.set(name, value);
  }

  get scalars(): readonly string[] {
    return [...this.#scalars];
  }

  get feeds(): readonly string[] {
    return [...this.#feeds];
  }

  updated(name: string): string | null {
    return this.#updates.get(name) ?? null;
  }

  get updates(): ReadonlyMap<string, string> {
    return this.#updates;
  }

  #hold(name: string, shape: readonly number[], data: Float32Array): void {
    if (data.length !== elementCount(shape)) throw new BugError(`${name} of [${shape.join(", ")}] begins with ${data.length} numbers`);
    this.builder.input(name, "float32", shape);
    this.initial.set(name, { type: "float32", shape, data });
  }
}
