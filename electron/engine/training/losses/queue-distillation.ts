/**
 * @file Distillation through a queue (the idea of Fang et al. 2021, SEED, arXiv 2101.04731): the student should find the pictures of a queue as similar as its
 * teacher does.
 *
 *   L = mean_i KL( softmax(T_i Q / t) || softmax(S_i Q / t) )
 */
import type { Operators } from "../step/operators.ts";

export interface QueueDistillationOptions {
  /** [n, d] unit rows, without gradient. */
  readonly teacher: string;
  /** [n, d] unit rows. */
  readonly student: string;
  /** [m, d] unit rows: what the teacher made of other pictures. */
  readonly queue: string;
  readonly temperature: number;
}

export function queueDistillation(operators: Operators, { teacher, student, queue, temperature }: QueueDistillationOptions): string {
  const logShares = (value: string): string => operators.logSoftmax(operators.scale(operators.products(value, queue), 1 / temperature));
  const wanted = operators.detach(logShares(teacher));
  const [rows = 0] = operators.shape(wanted);
  const difference = operators.subtract(wanted, logShares(student));
  return operators.scale(operators.total(operators.multiply(operators.unary("Exp", wanted), difference)), 1 / rows);
}
