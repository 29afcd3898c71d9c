/**
 * @file umapLayout in TypeScript: one epoch of UMAP's gradient descent for a range of items (McInnes, Healy and Melville, 2018,
 * https://arxiv.org/abs/1802.03426, section 4.2), five negative samples per edge, gradients clipped at 4.
 *
 * Every item reads the others where they were when the epoch began and moves only itself, twice as far along an edge because the edge's mirror
 * image would have moved it too. So any split of the items into ranges, and into threads, gives the same map. Random numbers follow from seed,
 * epoch and item alone.
 *
 * The power in the gradients comes from tables over the bits of the squared distance (64 steps an octave, linear between them: relative error
 * below 1e-4), the native kernel's from polynomials; the drawn samples are the same.
 */
import { ArgumentCheck, kernelError, maxCount } from "../kernel-error.ts";

export interface UmapLayoutArguments {
  readonly count: number;
  /** [count + 1]: the edges of item i are offsets[i] .. offsets[i + 1]. */
  readonly offsets: Int32Array;
  /** [edges]: the other end. Both directions of an edge are present. */
  readonly targets: Int32Array;
  /** [edges]: how often an edge is drawn, 2^31 = every epoch. At most 2^31. */
  readonly steps: Uint32Array;
  /** [edges]: below 2^31; carried from epoch to epoch. An edge is drawn when its phase passes 2^31. */
  readonly phases: Uint32Array;
  /** [count, 2]: where the items were when the epoch began. */
  readonly snapshot: Float32Array;
  /** [count, 2]: rows from .. to are read and moved. */
  readonly coordinates: Float32Array;
  /** The curve 1 / (1 + a d^(2b)). */
  readonly a: number;
  readonly b: number;
  /** The learning rate of this epoch. */
  readonly rate: number;
  readonly seed: number;
  readonly epoch: number;
  /** Items from .. to - 1. */
  readonly from: number;
  readonly to: number;
  /** At most so many, native only. */
  readonly threads: number;
}

const negatives = 5;
const clip = 4;
const outside = "umapLayout: an offset or a target lies outside the graph";
/** Keeps the repulsion between near points finite, as in the paper's implementation. */
const softening = 0.001;

/** @returns how many edges were drawn */
export function umapLayout(given: UmapLayoutArguments): number {
  const check = new ArgumentCheck("umapLayout", given);
  const count = check.integer("count", 0, maxCount);
  const offsets = check.array("offsets", "Int32Array", count + 1);
  const targets = check.array("targets", "Int32Array");
  const steps = check.array("steps", "Uint32Array", targets.length);
  const phases = check.array("phases", "Uint32Array", targets.length);
  const snapshot = check.array("snapshot", "Float32Array", count * 2);
  const coordinates = check.array("coordinates", "Float32Array", count * 2);
  const a = check.number("a", 1e-3, 1e3);
  const b = check.number("b", 1e-2, 10);
  const rate = check.number("rate", 0, 1e3);
  const seed = check.integer("seed", 0, 0xffffffff);
  const epoch = check.integer("epoch", 0, maxCount);
  const from = check.integer("from", 0, count);
  const to = check.integer("to", from, count);
  check.integer("threads", 1, 256);

  if (count < 2) return 0;
  const { attraction, repulsion } = tablesFor(a, b);
  let drawn = 0;
  for (let item = from; item < to; item++) {
    const end = offsets[item + 1];
    if (offsets[item] < 0 || end > targets.length || end < offsets[item]) throw kernelError("out-of-range", outside);
    let x = coordinates[2 * item];
    let y = coordinates[2 * item + 1];
    let state = mix(seed, epoch, item);
    for (let edge = offsets[item]; edge < end; edge++) {
      const phase = phases[edge] + steps[edge];
      phases[edge] = phase & 0x7fffffff;
      if (phase < 0x80000000) continue;
      const target = targets[edge];
      if (target < 0 || target >= count) throw kernelError("out-of-range", outside);
      drawn++;
      let offsetX = x - snapshot[2 * target];
      let offsetY = y - snapshot[2 * target + 1];
      let coefficient = lookUp(attraction, offsetX * offsetX + offsetY * offsetY);
      let moveX = 2 * clamp(coefficient * offsetX);
      let moveY = 2 * clamp(coefficient * offsetY);
      for (let sample = 0; sample < negatives; sample++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        // Any item but this one.
        const drawnPlace = Math.floor((state * (count - 1)) / 4294967296);
        const other = drawnPlace >= item ? drawnPlace + 1 : drawnPlace;
        offsetX = x - snapshot[2 * other];
        offsetY = y - snapshot[2 * other + 1];
        coefficient = lookUp(repulsion, offsetX * offsetX + offsetY * offsetY);
        moveX += clamp(coefficient * offsetX);
        moveY += clamp(coefficient * offsetY);
      }
      x += rate * moveX;
      y += rate * moveY;
    }
    coordinates[2 * item] = x;
    coordinates[2 * item + 1] = y;
  }
  return drawn;
}

function clamp(value: number): number {
  return value > clip ? clip : value < -clip ? -clip : value;
}

/** The first state of an item's generator (a 32-bit finaliser over the three numbers); the native kernel has the same lines. */
function mix(seed: number, epoch: number, item: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(epoch + 1, 0xc2b2ae35) ^ Math.imul(item + 1, 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Octaves 2^-24 .. 2^24 of the squared distance; outside them the coefficient of the nearest end holds. */
const lowestExponent = -24;
const octaves = 48;
const stepsPerOctave = 64;
const fractionBits = 23 - Math.log2(stepsPerOctave);
const fractionMask = (1 << fractionBits) - 1;
const fractionScale = 1 / (1 << fractionBits);
const firstBits = (127 + lowestExponent) << 23;
const lastIndex = octaves * stepsPerOctave - 1;

const asFloat = new Float32Array(1);
const asBits = new Int32Array(asFloat.buffer);

function lookUp(table: Float64Array, squared: number): number {
  asFloat[0] = squared;
  const bits = asBits[0] - firstBits;
  const index = bits >> fractionBits;
  if (index < 0) return table[0];
  if (index >= lastIndex) return table[lastIndex];
  const low = table[index];
  return low + (table[index + 1] - low) * ((bits & fractionMask) * fractionScale);
}

interface Tables {
  readonly a: number;
  readonly b: number;
  readonly attraction: Float64Array;
  readonly repulsion: Float64Array;
}

let lastTables: Tables | null = null;

function tablesFor(a: number, b: number): Tables {
  if (lastTables?.a === a && lastTables.b === b) return lastTables;
  const attraction = new Float64Array(lastIndex + 1);
  const repulsion = new Float64Array(lastIndex + 1);
  for (let index = 0; index <= lastIndex; index++) {
    const squared = 2 ** (lowestExponent + Math.floor(index / stepsPerOctave)) * (1 + (index % stepsPerOctave) / stepsPerOctave);
    const power = squared ** b;
    attraction[index] = (-2 * a * b * power) / (squared * (a * power + 1));
    repulsion[index] = (2 * b) / ((softening + squared) * (a * power + 1));
  }
  lastTables = { a, b, attraction, repulsion };
  return lastTables;
}
