/**
 * @file Optimizers as nodes: each turns a parameter and its gradient into the next value of the parameter, and keeps its own state.
 */
import { float, int } from "../../onnx/graph-builder.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import type { Draft, Parameter } from "../step/draft.ts";

export interface OptimizerOptions {
  readonly momentum: number;
  readonly decay: number;
  readonly nesterov: boolean;
  readonly beta1: number;
  readonly beta2: number;
  /** LARS: how far a step may go, relative to the length of the weights. */
  readonly trust: number;
}

export interface OptimizerStep {
  readonly draft: Draft;
  readonly parameter: Parameter;
  readonly gradient: string;
  /** Value of one number: the learning rate. */
  readonly rate: string;
  readonly options: OptimizerOptions;
}

/** Gives the next value of the parameter. */
export type Optimizer = (step: OptimizerStep) => string;

export const optimizerNames = ["sgd", "adam", "adamw", "lars"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

/** Momentum (Sutskever et al. 2013 in PyTorch's form); decay is part of the gradient. */
const sgd: Optimizer = ({ draft, parameter, gradient, rate, options }) => {
  const velocity = zeroState(draft, parameter, "velocity");
  const [weights = "", moved = ""] = draft.builder.training("SgdStep", [parameter.name, gradient, velocity, rate], 2, {
    momentum: float(options.momentum),
    decay: float(parameter.decays ? options.decay : 0),
    nesterov: int(options.nesterov ? 1 : 0),
  });
  draft.update(velocity, moved);
  return weights;
};

/** Kingma and Ba 2014; Loshchilov and Hutter 2017 where decay is decoupled from the gradient. */
function adamLike(isDecoupled: boolean): Optimizer {
  return ({ draft, parameter, gradient, rate, options }) => {
    const first = zeroState(draft, parameter, "first-moment");
    const second = zeroState(draft, parameter, "second-moment");
    const inputs = [parameter.name, gradient, first, second, rate, draft.scalar("step")];
    const [weights = "", mean = "", square = ""] = draft.builder.training("AdamStep", inputs, 3, {
      beta1: float(options.beta1),
      beta2: float(options.beta2),
      epsilon: float(1e-8),
      decay: float(parameter.decays ? options.decay : 0),
      decoupled: int(isDecoupled ? 1 : 0),
    });
    draft.update(first, mean);
    draft.update(second, square);
    return weights;
  };
}

/**
 * LARS (You et al. 2017): the learning rate of each layer follows the ratio of the lengths of its weights and its gradient. Norms and biases
 * take plain steps.
 */
const lars: Optimizer = (step) => {
  const { draft, parameter, gradient, rate, options } = step;
  if (!parameter.decays) return sgd(step);
  const { operators } = draft;
  const length = (value: string): string => operators.unary("Sqrt", operators.total(operators.multiply(value, value)));
  const decayed = options.decay === 0 ? gradient : operators.add(gradient, operators.scale(parameter.name, options.decay));
  const lengths = length(parameter.name);
  const ratio = operators.divide(operators.scale(lengths, options.trust), operators.shift(length(decayed), 1e-9));
  // Weights that are 0 would never move.
  const isZero = draft.builder.node("Equal", [lengths, operators.number(0)]);
  const trusted = draft.builder.node("Where", [isZero, operators.number(1), ratio]);
  const scaled = operators.multiply(decayed, trusted);
  return sgd({ ...step, gradient: scaled, rate, options: { ...options, decay: 0 } });
};

function zeroState(draft: Draft, { name }: Parameter, what: string): string {
  const shape = draft.operators.shape(name);
  return draft.state(`${name}/${what}`, shape, () => new Float32Array(elementCount(shape)));
}

export const optimizers: Readonly<Record<OptimizerName, Optimizer>> = { sgd, adam: adamLike(false), adamw: adamLike(true), lars };
