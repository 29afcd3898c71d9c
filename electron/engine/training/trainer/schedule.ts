/**
 * @file How the learning rate moves: up in a straight line while the first steps' gradients are wild, then down along half a cosine (Loshchilov and
 * Hutter 2016, "SGDR", without restarts).
 */

export interface Schedule {
  readonly rate: number;
  readonly steps: number;
  readonly warmUpSteps: number;
  /** Of the highest rate, at the end. */
  readonly finalShare: number;
}

/** The rate of step 0, 1, ..., steps - 1. */
export function rateAt({ rate, steps, warmUpSteps, finalShare }: Schedule, step: number): number {
  if (step < warmUpSteps) return (rate * (step + 1)) / warmUpSteps;
  const progress = Math.min(1, (step - warmUpSteps) / Math.max(1, steps - warmUpSteps));
  return rate * (finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
