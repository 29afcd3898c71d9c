/**
 * @file The lines of exported programs that make an encoder's input out of a picture, in Python and in JavaScript.
 */
import { byteNormalisation } from "../../encoders/byte-normalisation.ts";
import type { EncoderCard } from "../../encoders/encoder-card.ts";

export interface Preparing {
  /** Lists of numbers, the same in both languages. */
  readonly mean: string;
  readonly std: string;
  /** Statements that turn `path` into `batch`, with `mean` and `std` at hand. */
  readonly python: readonly string[];
  readonly javascript: readonly string[];
  /** Of `batch`, a list. */
  readonly shape: string;
}

export function preparing({ input }: Pick<EncoderCard, "input">): Preparing {
  const { mean, std } = byteNormalisation(input);
  const { size, batch, layout, colour } = input;
  const plane = size * size;
  const count = batch ?? 1;
  const channels = colour === "BGR" ? "[..., ::-1]" : "";
  const planes = layout === "NCHW" ? ".transpose(2, 0, 1)" : "";
  // Where number i of a picture comes from: channel c of pixel p.
  const place = layout === "NCHW" ? `Math.floor(i / ${plane}) % 3, p = i % ${plane}` : `i % 3, p = Math.floor(i / 3) % ${plane}`;
  const byte = colour === "BGR" ? "pixels[3 * p + 2 - c]" : "pixels[3 * p + c]";
  return {
    mean: list(mean),
    std: list(std),
    python: [
      `image = ImageOps.exif_transpose(Image.open(path)).convert("RGB").resize((${size}, ${size}), Image.BICUBIC)`,
      `pixels = (np.asarray(image, np.float32)${channels} - mean) / std`,
      `batch = np.repeat(pixels${planes}[None], ${count}, axis=0)`,
    ],
    javascript: [
      `const pixels = await sharp(path).rotate().toColourspace("srgb").removeAlpha().resize(${size}, ${size}, { fit: "fill", kernel: "cubic" }).raw().toBuffer();`,
      `const batch = Float32Array.from({ length: ${count * 3 * plane} }, (_, i) => { const c = ${place}; return (${byte} - mean[c]) / std[c]; });`,
    ],
    shape: list(layout === "NCHW" ? [count, 3, size, size] : [count, size, size, 3]),
  };
}

/** Float32 has seven digits. */
function list(values: readonly number[]): string {
  return `[${values.map((value) => Number(value.toPrecision(9))).join(", ")}]`;
}
