/**
 * @file A change of tone as programs make it: each of red, green and blue on its own, cut off at black and white. What was cut off cannot be undone, so the fainter picture is always brought to the stronger.
 */
import { emptyPlanes, readColour, storeColour, type Planes } from "../picture.ts";
import type { Tone } from "../tiles.ts";

export function applyTone(planes: Planes, tone: Tone): Planes {
  const made = emptyPlanes(planes.width, planes.height);
  const colour = new Float64Array(3);
  for (let at = 0; at < made.luma.length; at++) {
    const luma = tone.lumaGain * planes.luma[at] + tone.lumaBias;
    readColour(luma, tone.chromaGain * planes.blue[at] + tone.blueBias, tone.chromaGain * planes.red[at] + tone.redBias, colour);
    storeColour(made, at, withinLevels(colour[0]), withinLevels(colour[1]), withinLevels(colour[2]));
  }
  return made;
}

/** The change back. */
export function inverseTone({ lumaGain, lumaBias, chromaGain, blueBias, redBias }: Tone): Tone {
  return { lumaGain: 1 / lumaGain, lumaBias: -lumaBias / lumaGain, chromaGain: 1 / chromaGain, blueBias: -blueBias / chromaGain, redBias: -redBias / chromaGain }; // prettier-ignore
}

/** As a program cuts off: at black and at white. */
export function withinLevels(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
