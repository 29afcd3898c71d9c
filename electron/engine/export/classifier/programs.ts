/**
 * @file Programs that use an exported classifier, in Python and in JavaScript: the class of each picture on the command line, or "?" where it is not sure enough.
 */
import type { EncoderCard } from "../../encoders/encoder-card.ts";
import { preparing } from "../encoder/preparing.ts";
import { classesKey, probabilitiesName, thresholdKey } from "./add-classifier.ts";
import type { LinearClassifier } from "./linear-classifier.ts";

/** Needs onnxruntime, Pillow and numpy. */
export function pythonProgram(card: EncoderCard): string {
  const { mean, std, python } = preparing(card);
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
mean, std = np.float32(${mean}), np.float32(${std})


def classify(path):
    ${python.join("\n    ")}
    return session.run(["${probabilitiesName}"], {${JSON.stringify(card.input.name)}: batch})[0][0]


for path in sys.argv[1:]:
    probabilities = classify(path)
    best = int(probabilities.argmax())
    print(json.dumps({"path": path, "label": classes[best] if probabilities[best] >= threshold else None, "confidence": float(probabilities[best])}))
`;
}

/** Needs onnxruntime-node and sharp. */
export function javascriptProgram(card: EncoderCard, { classes, threshold }: LinearClassifier): string {
  const { mean, std, javascript, shape } = preparing(card);
  return `// Prints the class of each picture: node use.mjs PICTURE...
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
import { fileURLToPath } from "node:url";

const session = await InferenceSession.create(fileURLToPath(new URL("model.onnx", import.meta.url)));
const classes = ${JSON.stringify(classes)};
const threshold = ${threshold};
const mean = ${mean}, std = ${std};

async function classify(path) {
  ${javascript.join("\n  ")}
  const made = await session.run({ ${JSON.stringify(card.input.name)}: new Tensor("float32", batch, ${shape}) });
  return made.${probabilitiesName}.data.slice(0, classes.length);
}

for (const path of process.argv.slice(2)) {
  const probabilities = await classify(path);
  const confidence = Math.max(...probabilities);
  console.log(JSON.stringify({ path, label: confidence >= threshold ? classes[probabilities.indexOf(confidence)] : null, confidence }));
}
`;
}
