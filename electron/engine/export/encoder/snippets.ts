/**
 * @file Ten lines that use an exported encoder, in Python and in JavaScript, with its own numbers in them. Tests run both.
 */
import type { EncoderCard } from "../../encoders/encoder-card.ts";
import { preparing } from "./preparing.ts";

/** A program: prints the unit vector of the picture named on its command line. Needs onnxruntime, Pillow and numpy. */
export function pythonSnippet(card: EncoderCard): string {
  const { input, output } = card;
  const { mean, std, python } = preparing(card);
  return `import sys, numpy as np, onnxruntime
from PIL import Image, ImageOps
session = onnxruntime.InferenceSession("model.onnx")
mean, std = np.float32(${mean}), np.float32(${std})
def embed(path):
    ${python.join("\n    ")}
    vector = session.run([${JSON.stringify(output.name)}], {${JSON.stringify(input.name)}: batch})[0][0]
    return vector / np.linalg.norm(vector)
print(embed(sys.argv[1]).tolist())
`;
}

/** The same as an ES module. Needs onnxruntime-node and sharp. */
export function javascriptSnippet(card: EncoderCard): string {
  const { input, output } = card;
  const { mean, std, javascript, shape } = preparing(card);
  return `import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
const session = await InferenceSession.create("model.onnx");
const mean = ${mean}, std = ${std};
async function embed(path) {
  ${javascript.join("\n  ")}
  const vector = (await session.run({ ${JSON.stringify(input.name)}: new Tensor("float32", batch, ${shape}) }))[${JSON.stringify(output.name)}].data.slice(0, ${output.dimensions});
  return vector.map((value) => value / Math.hypot(...vector));
}
console.log(JSON.stringify([...(await embed(process.argv[2]))]));
`;
}
