/**
 * @file augment in TypeScript, colours: torchvision's definitions (transforms/_functional_tensor.py: adjust_brightness, adjust_contrast,
 * adjust_saturation, adjust_hue, rgb_to_grayscale, solarize) on float32 numbers from 0 to 255. The mean grey of the contrast is added up in 2048ths of a level,
 * so that no order of adding matters.
 */
import { planColumn } from "./plan.ts";
import type { Plan } from "./sample.ts";

const single = Math.fround;
const [redWeight, greenWeight, blueWeight] = [single(0.2989), single(0.587), single(0.114)];
/** 4096 pixels of a row, 255 each, still fit 31 bits. */
const meanSteps = 2048;

/** Three planes of the same length. */
interface Channels {
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
}

/** Colour jitter in the plan's order, then grey. @param planes [3, pixels] */
export function changeColours(planes: Float32Array, plan: Plan): void {
  const pixels = planes.length / 3;
  const channels = { red: planes.subarray(0, pixels), green: planes.subarray(pixels, 2 * pixels), blue: planes.subarray(2 * pixels) };
  for (let order = plan[planColumn.order], turn = 0; turn < 4; turn++, order >>= 2) {
    const change = order & 3;
    if (change === 0) brighten(planes, plan[planColumn.brightness]);
    else if (change === 1) stretchContrast(channels, plan[planColumn.contrast]);
    else if (change === 2) saturate(channels, plan[planColumn.saturation]);
    else turnHue(channels, plan[planColumn.hue]);
  }
  if (plan[planColumn.grey] === 1) {
    for (let at = 0; at < pixels; at++) channels.red[at] = greyOf(channels, at);
    channels.green.set(channels.red);
    channels.blue.set(channels.red);
  }
}

/** What is as bright as the plan says, or brighter, becomes its negative. */
export function solarize(planes: Float32Array, plan: Plan): void {
  if (plan[planColumn.solarize] > 1) return;
  const threshold = single(plan[planColumn.solarize] * 255);
  for (let at = 0; at < planes.length; at++) if (planes[at] >= threshold) planes[at] = 255 - planes[at];
}

function greyOf({ red, green, blue }: Channels, at: number): number {
  const grey = single(single(single(redWeight * red[at]) + single(greenWeight * green[at])) + single(blueWeight * blue[at]));
  return Math.min(grey, 255);
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function brighten(planes: Float32Array, factor: number): void {
  if (factor === 1) return;
  for (let at = 0; at < planes.length; at++) planes[at] = clamp(planes[at] * factor);
}

function stretchContrast(channels: Channels, factor: number): void {
  if (factor === 1) return;
  const pixels = channels.red.length;
  let total = 0;
  for (let at = 0; at < pixels; at++) total += Math.trunc(single(single(greyOf(channels, at) * meanSteps) + 0.5));
  const rest = single(single(1 - factor) * single(total / (meanSteps * pixels)));
  for (const plane of [channels.red, channels.green, channels.blue])
    for (let at = 0; at < pixels; at++) plane[at] = clamp(single(plane[at] * factor) + rest);
}

function saturate(channels: Channels, factor: number): void {
  if (factor === 1) return;
  const other = single(1 - factor);
  for (let at = 0; at < channels.red.length; at++) {
    const rest = single(other * greyOf(channels, at));
    for (const plane of [channels.red, channels.green, channels.blue]) plane[at] = clamp(single(plane[at] * factor) + rest);
  }
}

/**
 * Turns the hue and keeps the largest and the smallest channel. Hue in sixths of a turn: 0 red, 2 green, 4 blue; the way back is the form without
 * cases (channel = largest - chroma x max(0, min(k, 4 - k, 1)), k the distance from 5 for red, 3 for green, 1 for blue).
 */
function turnHue({ red, green, blue }: Channels, turn: number): void {
  if (turn === 0) return;
  const sixths = single(turn * 6);
  for (let at = 0; at < red.length; at++) {
    const [r, g, b] = [red[at], green[at], blue[at]];
    const largest = Math.max(r, g, b);
    const chroma = single(largest - Math.min(r, g, b));
    const isRed = largest === r;
    const isGreen = largest === g;
    const difference = single(isRed ? g - b : isGreen ? b - r : r - g);
    const from = isRed ? 0 : isGreen ? 2 : 4;
    let hue = single(single(single(difference / (chroma > 0 ? chroma : 1)) + from) + sixths);
    hue = hue < 0 ? single(hue + 6) : hue;
    hue = hue >= 6 ? single(hue - 6) : hue;
    red[at] = largest - single(chroma * shareOf(single(hue + 5)));
    green[at] = largest - single(chroma * shareOf(single(hue + 3)));
    blue[at] = largest - single(chroma * shareOf(single(hue + 1)));
  }
}

/** `place` in [1, 12). */
function shareOf(place: number): number {
  const k = place >= 6 ? single(place - 6) : place;
  return Math.max(0, Math.min(k, single(4 - k), 1));
}
