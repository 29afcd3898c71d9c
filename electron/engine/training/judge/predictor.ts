/**
 * @file Whether training is likely to help.
 */
export interface Prediction {
  readonly uniformity: number;
  readonly advice: string;
}

export function predict({ uniformity }: { readonly uniformity: number; readonly encoder: string }): Prediction {
  return { uniformity, advice: "unknown" };
}
