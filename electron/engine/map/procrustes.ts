/**
 * @file One map laid over another of the same points: turned, mirrored where that fits better, scaled and shifted, but never bent, so that what still differs are
 * moves of points and not how a layout happened to lie. Least squares in closed form (Schönemann, 1966, "A generalized solution of the orthogonal Procrustes
 * problem"; Gower, 1975, "Generalized Procrustes analysis"). In the plane the singular value decomposition is the larger of two complex sums:
 *
 *     rotation:   A = sum of conj(x) y      reflection:   B = sum of x y      (x, y centred points as complex numbers)
 */

export interface Alignment {
  /** [n, 2] `from`, laid over `to`. */
  readonly coordinates: Float32Array;
  /** Turned by so much, counter-clockwise where y points up, after mirroring at the x axis where `reflected`. */
  readonly radians: number;
  readonly reflected: boolean;
  readonly scale: number;
  /** 0..1: the share of the sum of squares of `to` that a `fitted` copy of `from` explains. 1: the same arrangement. */
  readonly agreement: number;
}

/**
 * `fitted` is the scale of least squares; it shrinks what does not fit, down to a point. `equal` gives the copy the extent of `to`, so that two maps
 * which agree little can still be looked at side by side. Turn and shift are the same for both.
 */
export type Scaling = "fitted" | "equal";

/** @param from [n, 2]  @param to [n, 2], the same points in the same order */
export function alignPlaces(from: Float32Array, to: Float32Array, scaling: Scaling): Alignment {
  const count = from.length / 2;
  const [fromX, fromY] = middleOf(from);
  const [toX, toY] = middleOf(to);
  const sums = { from: 0, to: 0, turnReal: 0, turnImaginary: 0, mirrorReal: 0, mirrorImaginary: 0 };
  for (let point = 0; point < count; point++) {
    const x = from[2 * point] - fromX;
    const y = from[2 * point + 1] - fromY;
    const u = to[2 * point] - toX;
    const v = to[2 * point + 1] - toY;
    sums.from += x * x + y * y;
    sums.to += u * u + v * v;
    sums.turnReal += x * u + y * v;
    sums.turnImaginary += x * v - y * u;
    sums.mirrorReal += x * u - y * v;
    sums.mirrorImaginary += x * v + y * u;
  }
  const turned = Math.hypot(sums.turnReal, sums.turnImaginary);
  const mirrored = Math.hypot(sums.mirrorReal, sums.mirrorImaginary);
  const reflected = mirrored > turned;
  const strength = Math.max(turned, mirrored);
  const radians = reflected ? Math.atan2(sums.mirrorImaginary, sums.mirrorReal) : Math.atan2(sums.turnImaginary, sums.turnReal);
  const scale = sums.from === 0 ? 1 : scaling === "equal" ? Math.sqrt(sums.to / sums.from) : strength / sums.from;
  const [cosine, sine] = [scale * Math.cos(radians), scale * Math.sin(radians)];
  const coordinates = new Float32Array(2 * count);
  for (let point = 0; point < count; point++) {
    const x = from[2 * point] - fromX;
    const y = (from[2 * point + 1] - fromY) * (reflected ? -1 : 1);
    coordinates[2 * point] = cosine * x - sine * y + toX;
    coordinates[2 * point + 1] = sine * x + cosine * y + toY;
  }
  const agreement = sums.from === 0 || sums.to === 0 ? 1 : Math.min(1, strength ** 2 / (sums.from * sums.to));
  return { coordinates, radians, reflected, scale, agreement };
}

function middleOf(places: Float32Array): readonly [number, number] {
  const count = Math.max(1, places.length / 2);
  let [x, y] = [0, 0];
  for (let at = 0; at < places.length; at += 2) {
    x += places[at];
    y += places[at + 1];
  }
  return [x / count, y / count];
}
