/**
 * @file Programs that use an exported classifier, in Python and in JavaScript: the class of each picture on the command line, or "?" where it is not sure enough.
 */
import { byteNormalisation } from "../../encoders/byte-normalisation.ts";
import type { EncoderCard } from "../../encoders/encoder-card.ts";
import { classesKey, probabilitiesName, thresholdKey } from "./add-classifier.ts";
import type { LinearClassifier } from "./linear-classifier.ts";

/** Needs onnxruntime, Pillow and numpy. */
export function pythonProgram({ input }: EncoderCard): string {
  const { mean, std } = byteNormalisation(input);
  const { size, batch, layout, colour } = input;
  return `"""Prints the class of each picture: python use.py PICTURE..."""
import json
import os
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

session = onnxruntime.InferenceSession(os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.onnx"))
about = session.get_modelmeta().custom_metadata_map
classes, threshold = json.loads(about["${classesKey}"]), float(about["${thresholdKey}"])
mean, std = np.float32(${list(mean)}), np.float32(${list(std)})


def classify(path):
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB").resize((${size}, ${size}), Image.BICUBIC)
    pixels = (np.asarray(image, np.float32)${colour === "BGR" ? "[..., ::-1]" : ""} - mean) / std
    batch = np.repeat(pixels${layout === "NCHW" ? ".transpose(2, 0, 1)" : ""}[None], ${batch ?? 1}, axis=0)
    return session.run(["${probabilitiesName}"], {${JSON.stringify(input.name)}: batch})[0][0]


for path in sys.argv[1:]:
    probabilities = classify(path)
    best = int(probabilities.argmax())
    print(json.dumps({"path": path, "label": classes[best] if probabilities[best] >= threshold else None, "confidence": float(probabilities[best])}))
`;
}

/** Needs onnxruntime-node and sharp. */
export function javascriptProgram({ input }: EncoderCard, { classes, threshold }: LinearClassifier): string {
  const { mean, std } = byteNormalisation(input);
  const { size, batch, layout, colour } = input;
  const plane = size * size;
  const count = batch ?? 1;
  const place = layout === "NCHW" ? `Math.floor(i / ${plane}) % 3, p = i % ${plane}` : `i % 3, p = Math.floor(i / 3) % ${plane}`;
  const byte = colour === "BGR" ? "pixels[3 * p + 2 - c]" : "pixels[3 * p + c]";
  const shape = layout === "NCHW" ? [count, 3, size, size] : [count, size, size, 3];
  return `// Prints the class of each picture: node use.mjs PICTURE...
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
import { fileURLToPath } from "node:url";

const session = await InferenceSession.create(fileURLToPath(new URL("model.onnx", import.meta.url)));
const classes = ${JSON.stringify(classes)};
const threshold = ${threshold};
const mean = ${list(mean)}, std = ${list(std)};

async function classify(path) {
  const pixels = await sharp(path).rotate().toColourspace("srgb").removeAlpha().resize(${size}, ${size}, { fit: "fill", kernel: "cubic" }).raw().toBuffer();
  const batch = Float32Array.from({ length: ${count * 3 * plane} }, (_, i) => { const c = ${place}; return (${byte} - mean[c]) / std[c]; });
  const made = await session.run({ ${JSON.stringify(input.name)}: new Tensor("float32", batch, ${list(shape)}) });
  return made.${probabilitiesName}.data.slice(0, classes.length);
}

for (const path of process.argv.slice(2)) {
  const probabilities = await classify(path);
  const confidence = Math.max(...probabilities);
  console.log(JSON.stringify({ path, label: confidence >= threshold ? classes[probabilities.indexOf(confidence)] : null, confidence }));
}
`;
}

function list(values: readonly number[]): string {
  return `[${values.map((value) => Number(value.toPrecision(9))).join(", ")}]`;
}
