/** @file How what stands out is shown: what is ordinary is dimmed, evenly, and what stands out stays as it is. */
import type { StandingOutPart } from "#protocol/outlier-model.ts";

/** Nothing is dimmed from here on; the strengths say that one ordinary place in twenty is stronger. */
const lit = 0.5;
/** The picture shows through. */
const most = 0.75;
/** From this share on there is no part to speak of. */
const nearlyAll = 0.75;

/** RGBA bytes of which the last tells how much is dimmed. */
export function dimmingOf(strengths: Float32Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * strengths.length);
  strengths.forEach((strength, cell) => (pixels[4 * cell + 3] = 255 * most * Math.max(0, 1 - strength / lit)));
  return pixels;
}

/** What a person is told of it. */
export function standingOutText({ box, share }: Pick<StandingOutPart, "box" | "share">): string {
  if (box === null) return "No single part stands out: it is unusual as a whole.";
  if (share >= nearlyAll) return "Nearly all of it is unlike them.";
  return `The lit part, ${Math.max(1, Math.round(100 * share))} % of it, is unlike them.`;
}
