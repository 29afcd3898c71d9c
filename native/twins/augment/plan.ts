/**
 * @file The plan of a view: one row of numbers that says all that will be done to a picture. Whoever draws the numbers (training/augment) decides,
 * the kernel only does; so the kernel knows no chance, and a view can be made again from its row. The native kernel has the same table
 * (src/kernels/augment/plan.h).
 */
import { kernelError } from "../../kernel-error.ts";

/** Name, lowest and highest value of each column. */
const columns = [
  // The rectangle that the view shows, as parts of the picture's side.
  ["cropLeft", 0, 1],
  ["cropTop", 0, 1],
  ["cropWidth", 1e-3, 1],
  ["cropHeight", 1e-3, 1],
  // 0..7. Bit 2: the view's columns are the picture's rows; then bit 0: mirrored left to right, bit 1: upside down.
  ["orientation", 0, 7],
  // The sine of a turn of at most 45 degrees about the view's centre; 0: none, and the crop is scaled with antialiasing.
  ["sine", -0.7072, 0.7072],
  // Factors of torchvision's definitions; 1: left out. Hue is a part of a whole turn; 0: left out.
  ["brightness", 0, 10],
  ["contrast", 0, 10],
  ["saturation", 0, 10],
  ["hue", -0.5, 0.5],
  // Four digits to the base of 4, the first to be done lowest: 0 brightness, 1 contrast, 2 saturation, 3 hue.
  ["order", 0, 255],
  ["grey", 0, 1],
  // In pixels of the view; below 0.1 there is nothing to be seen of it, and it is left out.
  ["blurSigma", 0, 64],
  // The standard deviation, as a part of white; one number for all three channels where `noiseShared` is 1.
  ["noise", 0, 1],
  ["noiseShared", 0, 1],
  // Two halves of 16 bits: a float32 holds no integer of 32.
  ["noiseSeedLow", 0, 65535],
  ["noiseSeedHigh", 0, 65535],
  // What is at least so bright (as a part of white) is turned into its negative; 2: nothing is.
  ["solarize", 0, 2],
  // In pixels of the view, filled with the encoder's mean; width or height 0: none.
  ["cutoutLeft", 0, 4096],
  ["cutoutTop", 0, 4096],
  ["cutoutWidth", 0, 4096],
  ["cutoutHeight", 0, 4096],
] as const;

export type PlanColumn = (typeof columns)[number][0];

/** Numbers in a plan. */
export const planLength = columns.length;

/** Column -> its index in a plan. */
export const planColumn = Object.fromEntries(columns.map(([name], index) => [name, index])) as Readonly<Record<PlanColumn, number>>;

/** Throws where a number of a plan lies outside its column's range. */
export function checkPlans(kernel: string, plans: Float32Array): void {
  for (let at = 0; at < plans.length; at++) {
    const value = plans[at];
    const [name, low, high] = columns[at % planLength];
    if (value >= low && value <= high) continue;
    const view = Math.floor(at / planLength);
    throw kernelError("out-of-range", `${kernel}: plans has a ${name} outside its range in view ${view}`);
  }
}
