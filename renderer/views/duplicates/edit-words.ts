/** @file What differs between the kept picture and another one of its group, in words. */
import { turnOf, type Affine } from "#protocol/affine.ts";
import type { DuplicateGroup, PictureEdit } from "#protocol/duplicate-model.ts";
import type { ImageId } from "#protocol/model.ts";

/** "cropped to 82 %, tilted by 3.2°"; empty where nothing but saving again was done, or where nobody compared the two. */
export function editWords({ pairs }: Pick<DuplicateGroup, "pairs">, kept: ImageId, other: ImageId): string {
  const pair = pairs.find(({ a, b }) => (a === kept && b === other) || (a === other && b === kept));
  if (pair?.edit === undefined) return "";
  const { shared } = pair.edit;
  const isKeptFirst = pair.a === kept;
  return wordsOf(pair.edit, isKeptFirst ? { kept: shared.a, other: shared.b } : { kept: shared.b, other: shared.a }, isKeptFirst);
}

const leastTilt = 0.5;
const leastTaken = 0.97;

function wordsOf(
  { orientation, map, toned, grey, caption, written, frame }: PictureEdit,
  shown: { readonly kept: number; readonly other: number },
  isKeptFirst: boolean,
): string {
  const words: string[] = [];
  if (orientation >= 4) words.push("mirrored");
  if ((orientation & 3) !== 0) words.push((orientation & 3) === 2 ? "turned by 180°" : "turned by 90°");
  const tilt = map === null ? 0 : Math.abs(turnOf(map as unknown as Affine) * 180) / Math.PI;
  if (tilt >= leastTilt) words.push(`tilted by ${tilt.toFixed(1)}°`);
  else if (shown.kept < leastTaken) words.push(frame ? "without the frame of the kept one" : `cropped to ${percent(shown.kept)}`);
  else if (shown.other < leastTaken)
    words.push(
      frame ? `a frame around it: ${percent(1 - shown.other)} of it` : `shows more: the kept one is ${percent(shown.other)} of it`,
    );
  if (toned) words.push("brightness or contrast differ");
  if (grey) words.push("one of the two is grey");
  if (caption > 0) words.push(`something is written over ${(written === "a") === isKeptFirst ? "the kept one" : "it"}`);
  return words.join(", ");
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
