/**
 * @file The similarity curve of the map, 1 / (1 + a d^(2b)): a and b are fitted so that it follows UMAP's target, which is 1 up to the
 * minimum distance and falls exponentially beyond it (McInnes, Healy and Melville, 2018, https://arxiv.org/abs/1802.03426, section 4.2).
 */

export interface Curve {
  readonly a: number;
  readonly b: number;
}

const samples = 300;
const maximumIterations = 200;

/** Least squares by Levenberg-Marquardt over 300 points in [0, 3 spread]. With the defaults: a = 1.577, b = 0.895. */
export function fitCurve({ minimumDistance = 0.1, spread = 1 }: { minimumDistance?: number; spread?: number } = {}): Curve {
  const targets: { distance: number; value: number }[] = [];
  for (let index = 0; index < samples; index++) {
    const distance = (index * 3 * spread) / (samples - 1);
    targets.push({ distance, value: distance < minimumDistance ? 1 : Math.exp(-(distance - minimumDistance) / spread) });
  }
  const residual = (a: number, b: number): number =>
    targets.reduce((sum, { distance, value }) => sum + (value - 1 / (1 + a * distance ** (2 * b))) ** 2, 0);

  let a = 1;
  let b = 1;
  let damping = 1e-3;
  let current = residual(a, b);
  for (let iteration = 0; iteration < maximumIterations; iteration++) {
    let aa = 0;
    let ab = 0;
    let bb = 0;
    let ra = 0;
    let rb = 0;
    for (const { distance, value } of targets) {
      if (distance === 0) continue;
      const power = distance ** (2 * b);
      const fitted = 1 / (1 + a * power);
      const byA = -power * fitted * fitted;
      const byB = 2 * a * Math.log(distance) * byA;
      aa += byA * byA;
      ab += byA * byB;
      bb += byB * byB;
      ra += byA * (value - fitted);
      rb += byB * (value - fitted);
    }
    const determinant = aa * (1 + damping) * bb * (1 + damping) - ab * ab;
    const stepA = (ra * bb * (1 + damping) - rb * ab) / determinant;
    const stepB = (rb * aa * (1 + damping) - ra * ab) / determinant;
    const next = residual(a + stepA, b + stepB);
    if (next < current && a + stepA > 0 && b + stepB > 0) {
      a += stepA;
      b += stepB;
      damping /= 10;
      if (current - next < 1e-14) break;
      current = next;
    } else {
      damping *= 10;
      if (damping > 1e10) break;
    }
  }
  return { a, b };
}
