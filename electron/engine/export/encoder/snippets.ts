/**
 * @file Ten lines that use an exported encoder, in Python and in JavaScript, with its own numbers in them. Tests run both.
 */
import type { EncoderCard } from "../../encoders/encoder-card.ts";
import { byteNormalisation } from "../../encoders/byte-normalisation.ts";

/** A program: prints the unit vector of the picture named on its command line. Needs onnxruntime, Pillow and numpy. */
export function pythonSnippet({ input, output }: EncoderCard): string {
  const { mean, std } = byteNormalisation(input);
  const { size, batch, layout, colour } = input;
  const channels = colour === "BGR" ? "[..., ::-1]" : "";
  const planes = layout === "NCHW" ? ".transpose(2, 0, 1)" : "";
  return `import sys, numpy as np, onnxruntime
from PIL import Image, ImageOps
session = onnxruntime.InferenceSession("model.onnx")
mean, std = np.float32(${list(mean)}), np.float32(${list(std)})
def embed(path):
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB").resize((${size}, ${size}), Image.BICUBIC)
    pixels = (np.asarray(image, np.float32)${channels} - mean) / std
    batch = np.repeat(pixels${planes}[None], ${batch ?? 1}, axis=0)
    vector = session.run([${JSON.stringify(output.name)}], {${JSON.stringify(input.name)}: batch})[0][0]
    return vector / np.linalg.norm(vector)
print(embed(sys.argv[1]).tolist())
`;
}

/** The same as an ES module. Needs onnxruntime-node and sharp. */
export function javascriptSnippet({ input, output }: EncoderCard): string {
  const { mean, std } = byteNormalisation(input);
  const { size, batch, layout, colour } = input;
  const plane = size * size;
  const count = batch ?? 1;
  // Where number i of a picture comes from: channel c of pixel p.
  const place = layout === "NCHW" ? `Math.floor(i / ${plane}) % 3, p = i % ${plane}` : `i % 3, p = Math.floor(i / 3) % ${plane}`;
  const byte = colour === "BGR" ? "pixels[3 * p + 2 - c]" : "pixels[3 * p + c]";
  const shape = layout === "NCHW" ? [count, 3, size, size] : [count, size, size, 3];
  return `import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
const session = await InferenceSession.create("model.onnx");
const mean = ${list(mean)}, std = ${list(std)};
async function embed(path) {
  const pixels = await sharp(path).rotate().toColourspace("srgb").removeAlpha().resize(${size}, ${size}, { fit: "fill", kernel: "cubic" }).raw().toBuffer();
  const batch = Float32Array.from({ length: ${count * 3 * plane} }, (_, i) => { const c = ${place}; return (${byte} - mean[c]) / std[c]; });
  const vector = (await session.run({ ${JSON.stringify(input.name)}: new Tensor("float32", batch, ${list(shape)}) }))[${JSON.stringify(output.name)}].data.slice(0, ${output.dimensions});
  return vector.map((value) => value / Math.hypot(...vector));
}
console.log(JSON.stringify([...(await embed(process.argv[2]))]));
`;
}

/** Float32 has seven digits. */
function list(values: readonly number[]): string {
  return `[${values.map((value) => Number(value.toPrecision(9))).join(", ")}]`;
}
