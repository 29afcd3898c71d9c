/**
 * @file A change of tone as programs make it: each of red, green and blue on its own, cut off at black and white. What was cut off cannot be undone, so the fainter picture is always brought to the stronger.
 */
import type { Planes } from "../picture.ts";
import type { Tone } from "../tiles.ts";

export const sameTone: Tone = { lumaGain: 1, lumaBias: 0, chromaGain: 1, blueBias: 0, redBias: 0 };

export function applyTone(planes: Planes, tone: Tone): Planes {
  const { width, height } = planes;
  const made: Planes = { width, height, luma: new Float32Array(width * height), blue: new Float32Array(width * height), red: new Float32Array(width * height) }; // prettier-ignore
  for (let at = 0; at < made.luma.length; at++) {
    const luma = tone.lumaGain * planes.luma[at] + tone.lumaBias;
    const redDifference = tone.chromaGain * planes.red[at] + tone.redBias;
    const blueDifference = tone.chromaGain * planes.blue[at] + tone.blueBias;
    const red = within(luma + redDifference / 0.713);
    const blue = within(luma + blueDifference / 0.564);
    const green = within((luma - 0.299 * (luma + redDifference / 0.713) - 0.114 * (luma + blueDifference / 0.564)) / 0.587);
    const value = 0.299 * red + 0.587 * green + 0.114 * blue;
    made.luma[at] = value;
    made.blue[at] = (blue - value) * 0.564;
    made.red[at] = (red - value) * 0.713;
  }
  return made;
}

/** The change back. */
export function inverseTone({ lumaGain, lumaBias, chromaGain, blueBias, redBias }: Tone): Tone {
  return { lumaGain: 1 / lumaGain, lumaBias: -lumaBias / lumaGain, chromaGain: 1 / chromaGain, blueBias: -blueBias / chromaGain, redBias: -redBias / chromaGain }; // prettier-ignore
}

function within(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
