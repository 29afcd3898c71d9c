/**
 * @file What a file asks of the process that reads it, told before it is taken: time, which whoever watches the clock then grants to long files and large pictures
 * only, and memory, of which much is asked for by one process at a time. What is claimed counts no further than the file's own bytes can pay for it: a header of
 * eighty bytes buys no minute. A process does one file after the other, so there is one demand at a time; where nobody listens nothing is refused.
 */
import { DecodeError } from "./decode-error.ts";

/** Every file has this long. */
export const baseMs = 8000;
/** Slow disks and networks give this much at least. */
const bytesPerMs = 5000;
/** The slowest of our codecs on a slow machine. */
const pixelsPerMs = 350;
/** Flat pictures pack well: so many pixels a byte may honestly stand for. */
const pixelsPerByte = 2000;
const mostPixelMs = 120_000;

/** Pictures that need more than this to be decoded are decoded alone. */
export const sharedMemoryBytes = 700_000_000;
/** The most that one picture may need. */
export const pictureMemoryBytes = 2_500_000_000;

/** Thrown where a picture asks for more memory than its process may take beside others. The same request is answered when it is made again alone. */
export class LargePicture extends Error {}

export interface DemandListener {
  /** No other process decodes a large picture now. */
  readonly isAlone: boolean;
  /** The request needs up to this long, from now on. */
  readonly onTime: (ms: number) => void;
}

let listener: DemandListener | null = null;
let fileBytes = 0;
let toldMs = baseMs;

/** For the next request; null: nobody listens. */
export function listenToDemands(next: DemandListener | null): void {
  listener = next;
  fileBytes = 0;
  toldMs = baseMs;
}

/** A file of this size is about to be read. */
export function demandBytes(sizeBytes: number): void {
  fileBytes = Math.max(fileBytes, sizeBytes);
  tell(0);
}

/** A picture is about to be decoded that takes about so much memory for each pixel. Throws `DecodeError` for more than a picture may ask for. */
export function demandPixels(pixels: number, bytesPerPixel: number): void {
  const memoryBytes = pixels * bytesPerPixel;
  if (memoryBytes > pictureMemoryBytes)
    throw new DecodeError(
      "too-large",
      `${Math.round(pixels / 1e6)} million pixels; of this kind at most ${Math.floor(pictureMemoryBytes / bytesPerPixel / 1e6)} million are decoded`,
    );
  if (listener !== null && !listener.isAlone && memoryBytes > sharedMemoryBytes) throw new LargePicture();
  tell(Math.min(mostPixelMs, Math.min(pixels, fileBytes * pixelsPerByte) / pixelsPerMs));
}

/** In steps, so that a file of a thousand pictures cannot ask a thousand times. */
function tell(pixelMs: number): void {
  const ms = baseMs + fileBytes / bytesPerMs + pixelMs;
  if (listener === null || ms < toldMs * 1.4) return;
  toldMs = ms;
  listener.onTime(Math.round(ms));
}
