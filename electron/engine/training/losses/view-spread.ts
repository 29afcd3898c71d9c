/**
 * @file How far the views of a picture lie from their mean (the prediction part of LeJEPA, Balestriero and LeCun 2025, arXiv 2511.08544).
 *
 *   L = mean over views v, pictures i and numbers of (z_vi - mean_v z_vi)^2
 */
import type { Operators } from "../step/operators.ts";

/** @param z [views n, d], all pictures as the first view sees them, then as the second, ... */
export function viewSpread(operators: Operators, z: string, views: number): string {
  const { builder } = operators;
  const [rows = 0, width = 0] = operators.shape(z);
  const images = rows / views;
  const split = builder.reshape(z, [views, images, width]);
  const centre = builder.reshape(operators.mean(split, [0]), [1, images, width]);
  const difference = operators.subtract(split, centre);
  return operators.average(operators.multiply(difference, difference));
}
