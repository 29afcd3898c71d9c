/** @file Losses that compare no pairs of a batch, or not only: as their papers write them, one sum after the other. */
import { dot, logSumExp, mean, softmax, unit, type Rows } from "./vectors.ts";

export function cosineRegression(predictions: Rows, targets: Rows): number {
  return mean(predictions.map((row, at) => 2 - 2 * dot(row, targets[at] as readonly number[])));
}

/** [n, k] scores -> [n, k] codes, after the matrix form of the paper with its sums 1/k and 1/n. */
export function sinkhorn(scores: Rows, epsilon: number, iterations: number): number[][] {
  const samples = scores.length;
  const prototypes = (scores[0] as readonly number[]).length;
  const codes = scores.map((row) => row.map((score) => Math.exp(score / epsilon)));
  for (let round = 0; round < iterations; round++) {
    for (let prototype = 0; prototype < prototypes; prototype++) {
      let sum = 0;
      for (const row of codes) sum += row[prototype] as number;
      for (const row of codes) row[prototype] = (row[prototype] as number) / (sum * prototypes);
    }
    for (const row of codes) {
      const sum = row.reduce((total, value) => total + value, 0);
      row.forEach((value, at) => (row[at] = value / (sum * samples)));
    }
  }
  return codes.map((row) => row.map((value) => value * samples));
}

/** Codes of the first two lists of scores, predicted by all others. */
export function swappedPrediction(codes: readonly Rows[], scores: readonly Rows[], temperature: number): number {
  const terms: number[] = [];
  codes.forEach((code, view) =>
    scores.forEach((crop, at) => {
      if (at === view) return;
      const entropies = crop.map((row, sample) => {
        const shares = softmax(row.map((score) => score / temperature));
        return -(code[sample] as readonly number[]).reduce(
          (sum, share, prototype) => sum + share * Math.log(shares[prototype] as number),
          0,
        );
      });
      terms.push(mean(entropies));
    }),
  );
  return mean(terms);
}

/** @param logits [n, n] of first views against second ones */
export function alignmentEntropy(logits: Rows, smoothing: number): number {
  const entropies: [number[], number[]] = [[], []];
  logits.forEach((row, one) =>
    row.forEach((logit, other) => {
      const said = 1 / (1 + Math.exp(-logit));
      const wanted = one === other ? 1 - smoothing / 2 : smoothing / 2;
      entropies[one === other ? 0 : 1].push(-wanted * Math.log(said) - (1 - wanted) * Math.log(1 - said));
    }),
  );
  return (mean(entropies[0]) + mean(entropies[1])) / 2;
}

/** [n, n] logits -> [n, n]: how much a picture counts as a negative of another; the mean of a row's others is 1. */
export function negativeWeights(logits: Rows, least: number): number[][] {
  const likely = (one: number, other: number): number => 1 / (1 + Math.exp(-(logits[one]?.[other] as number)));
  return logits.map((row, one) => {
    const raw = row.map((_, other) => Math.max(least, 1 - (likely(one, other) + likely(other, one)) / 2));
    const middle = mean(raw.filter((_, other) => other !== one));
    return raw.map((value) => value / middle);
  });
}

/** [n][places][channels] features and keys: the key of each place's match. */
export function denseMatches(from: readonly Rows[], to: readonly Rows[], keys: readonly Rows[]): number[][][] {
  return from.map((places, image) =>
    places.map((place) => {
      const likeness = (to[image] as Rows).map((other) => dot(unit(place), unit(other)));
      return [...((keys[image] as Rows)[likeness.indexOf(Math.max(...likeness))] as readonly number[])];
    }),
  );
}

/** @param counts whether negative `other` counts for picture `image` */
export function denseContrast(
  queries: readonly Rows[],
  keys: readonly Rows[],
  negatives: Rows,
  temperature: number,
  counts: (image: number, other: number) => boolean = () => true,
): number {
  return mean(
    queries.flatMap((places, image) =>
      places.map((place, at) => {
        const own = dot(place, (keys[image] as Rows)[at] as readonly number[]) / temperature;
        const others = negatives.flatMap((row, other) => (counts(image, other) ? [dot(place, row) / temperature] : []));
        return logSumExp([own, ...others]) - own;
      }),
    ),
  );
}

export function symmetricCrossEntropy(logits: Rows): number {
  const rows = logits.map((row, at) => logSumExp(row) - (row[at] as number));
  const columns = logits.map((row, at) => logSumExp(logits.map((other) => other[at] as number)) - (row[at] as number));
  return (mean(rows) + mean(columns)) / 2;
}

export function instanceClassification(logits: Rows, places: readonly number[], smoothing: number): number {
  return mean(
    logits.map((row, at) => {
      const logShares = row.map((value) => value - logSumExp(row));
      return -((1 - smoothing) * (logShares[places[at] as number] as number) + smoothing * mean(logShares));
    }),
  );
}

export function sigReg(z: Rows, directions: Rows): number {
  const knots = 17;
  const step = 3 / (knots - 1);
  return mean(
    directions.map((direction) => {
      const lengths = z.map((row) => dot(row, direction));
      let integral = 0;
      for (let knot = 0; knot < knots; knot++) {
        const time = knot * step;
        const bell = Math.exp((-time * time) / 2);
        const real = mean(lengths.map((length) => Math.cos(time * length))) - bell;
        const imaginary = mean(lengths.map((length) => Math.sin(time * length)));
        integral += (knot === 0 || knot === knots - 1 ? step : 2 * step) * (real * real + imaginary * imaginary) * bell;
      }
      return integral * z.length;
    }),
  );
}

export function viewSpread(z: Rows, views: number): number {
  const images = z.length / views;
  const squares: number[] = [];
  for (let image = 0; image < images; image++)
    for (let at = 0; at < (z[0] as readonly number[]).length; at++) {
      const numbers = Array.from({ length: views }, (_, view) => z[view * images + image]?.[at] as number);
      for (const value of numbers) squares.push((value - mean(numbers)) ** 2);
    }
  return mean(squares);
}

export function queueDistillation(teacher: Rows, student: Rows, queue: Rows, temperature: number): number {
  return mean(
    teacher.map((row, at) => {
      const wanted = softmax(queue.map((key) => dot(row, key) / temperature));
      const said = softmax(queue.map((key) => dot(student[at] as readonly number[], key) / temperature));
      return wanted.reduce((sum, share, key) => sum + share * (Math.log(share) - Math.log(said[key] as number)), 0);
    }),
  );
}
