/**
 * @file SIGReg (Balestriero and LeCun 2025, LeJEPA, arXiv 2511.08544): along each of many directions the embeddings of a batch should look drawn from a
 * standard normal distribution; Epps and Pulley's test compares characteristic functions.
 *
 *   L = n mean_u integral_-3^3 [ (mean_i cos(t u z_i) - e^(-t^2/2))^2 + (mean_i sin(t u z_i))^2 ] e^(-t^2/2) dt
 *
 * The integrand is even: 17 knots from 0 to 3 by the trapezoidal rule, doubled.
 */
import type { Operators } from "../step/operators.ts";

const farthest = 3;
const knots = 17;

/**
 * @param z [n, d], not of unit length
 * @param directions [m, d] unit rows
 */
export function sigReg(operators: Operators, z: string, directions: string): string {
  const { builder } = operators;
  const [rows = 0] = operators.shape(z);
  const [slices = 0] = operators.shape(directions);
  const step = farthest / (knots - 1);
  const times = Array.from({ length: knots }, (_, knot) => knot * step);
  const bell = times.map((time) => Math.exp((-time * time) / 2));
  const weights = bell.map((value, knot) => value * step * (knot === 0 || knot === knots - 1 ? 1 : 2));
  const lengths = builder.reshape(operators.products(z, directions), [rows, slices, 1]);
  const angles = operators.multiply(lengths, builder.constant("float32", [1, 1, knots], times));
  const real = operators.subtract(operators.mean(operators.unary("Cos", angles), [0]), builder.constant("float32", [1, knots], bell));
  const imaginary = operators.mean(operators.unary("Sin", angles), [0]);
  const errors = operators.add(operators.multiply(real, real), operators.multiply(imaginary, imaginary));
  const weighted = operators.multiply(errors, builder.constant("float32", [1, knots], weights));
  return operators.scale(operators.total(weighted), rows / slices);
}
