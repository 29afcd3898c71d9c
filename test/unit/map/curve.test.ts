import { describe, expect, test } from "vitest";

import { fitCurve } from "#engine/map/curve.ts";

describe("fitCurve", () => {
  // The values that umap-learn's least squares (scipy's curve_fit) gives.
  for (const [minimumDistance, a, b] of [
    [0.1, 1.5769434603, 0.8950608779],
    [0.5, 0.5830300205, 1.3341669931],
    [0.001, 1.9290863, 0.7915054],
  ] as const)
    test(`minimum distance ${minimumDistance}`, () => {
      const curve = fitCurve({ minimumDistance });
      expect(curve.a).toBeCloseTo(a, 3);
      expect(curve.b).toBeCloseTo(b, 3);
    });
});
