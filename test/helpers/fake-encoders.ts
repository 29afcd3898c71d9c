/**
 * @file Encoders of the fake engine: the bundled one in use, an imported pair with a long name that has seen a part, a trained one that has seen all; a look at
 * any file finds one with neighbours.
 */
import type { Handlers } from "#protocol/contract.ts";
import type { EncoderContract, EncoderInspection, EncoderListing } from "#protocol/encoder-contract.ts";
import type { EncoderId, EncoderSummary, ImageId, JobId } from "#protocol/model.ts";

import { fakeEncoder } from "./fake-answers.ts";

export interface FakeEncodersOptions {
  readonly images: () => number;
  readonly start: () => JobId;
  readonly use: (encoder: EncoderSummary) => void;
}

const listed = (images: number): EncoderListing[] => [
  {
    ...fakeEncoder,
    size: 160,
    output: "embedding",
    licence: "Apache-2.0",
    from: "github.com/tensorflow/tpu, converted from the published weights",
    provenance: [],
    bytes: 13.6e6,
    use: { embedded: images, unseen: 0 },
  },
  {
    id: "clip-vit-b-32-4f1c22aa" as EncoderId,
    name: "CLIP ViT-B/32 of a laboratory whose name does not fit on one line of any window at all",
    dimensions: 512,
    source: "imported",
    size: 224,
    output: "image_embeds",
    text: true,
    licence: "not stated: that of whoever made the model",
    from: "imported from vision_model.onnx",
    provenance: [
      { label: "Original file", text: "vision_model.onnx" },
      { label: "SHA-256 of the original", text: "9f2c".repeat(16) },
      { label: "Preprocessing", text: "from preprocess.json" },
    ],
    bytes: 605e6,
    use: { embedded: Math.floor(images / 4), unseen: images - Math.floor(images / 4) },
  },
  {
    id: "run-1-coast-after" as EncoderId,
    name: "Coast, adapter",
    dimensions: 384,
    source: "trained",
    size: 160,
    output: "embedding",
    licence: "Apache-2.0",
    from: "trained on Holiday 2024 from EfficientNet-Lite0",
    provenance: [{ label: "Method", text: "vicreg, adapter, 400 steps, seed 1" }],
    bytes: 14.1e6,
    use: { embedded: images, unseen: 0 },
  },
];

const inspectionOf = (images: number): EncoderInspection => {
  const count = Math.min(60, images);
  const asked = Math.min(12, count);
  const each = 4;
  const near = (step: number): Int32Array =>
    Int32Array.from({ length: asked * each }, (_, at) => (Math.floor(at / each) + step * ((at % each) + 1)) % count);
  return {
    name: "net",
    bytes: 88e6,
    input: {
      size: 224,
      sizeIsFree: true,
      layout: "NCHW",
      colour: "RGB",
      range: [0, 1],
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      why: "ImageNet's (0 to 1, mean 0.485 0.456 0.406, std 0.229 0.224 0.225), since nothing says otherwise",
    },
    output: { name: "pooled", pooling: "none", dimensions: 768, why: 'the only output, "pooled"' },
    choices: [
      { name: "pooled", type: "float32 [batch, 768]", isOutput: true, rank: 2 },
      { name: "tokens", type: "float32 [batch, 197, 768]", isOutput: false, rank: 3 },
    ],
    hasText: false,
    notes: ['The embedding is the only output, "pooled": 768 numbers.', "Pictures of 224 px (the model leaves the size free), NCHW, RGB, any number at a time."], // prettier-ignore
    problem: null,
    known: null,
    check:
      count < 6
        ? null
        : {
            ids: Array.from({ length: count }, (_, at) => (Math.floor((at * images) / count) + 1) as ImageId),
            asked,
            each,
            neighbours: near(1),
            similarities: Float32Array.from({ length: asked * each }, (_, at) => 0.9 - 0.07 * (at % each)),
            present: near(2),
            spread: { lowest: 0.08, mean: 0.31, highest: 0.97 },
          },
  };
};

export function createFakeEncoders({ images, start, use }: FakeEncodersOptions): Pick<Handlers, keyof EncoderContract> {
  let removed: readonly string[] = [];
  let previous: EncoderId | null = null;
  const all = (): EncoderListing[] => listed(images()).filter(({ id }) => !removed.includes(id));
  return {
    "encoders.list": () => ({ encoders: all(), previous }),
    "encoders.inspect": ({ file }) => {
      if (file.includes("broken")) throw new Error(`${file}: the file ends in the middle of a tensor; expected a whole ONNX file.`);
      return inspectionOf(images());
    },
    "encoders.receive": ({ files }) => ({ paths: files.map(({ name }) => `/tmp/dropped/${name}`) }),
    "encoders.import": () => ({ encoder: listed(images())[1] as EncoderListing, notes: ["The embedding is the only output."] }),
    "encoders.remove": ({ encoder }) => {
      removed = [...removed, encoder];
      return {};
    },
    "encoders.apply": ({ encoder }) => {
      previous = fakeEncoder.id;
      use(all().find(({ id }) => id === encoder) ?? fakeEncoder);
      return { job: start() };
    },
    "encoders.revert": () => {
      previous = null;
      use(fakeEncoder);
      return { encoder: fakeEncoder, unseen: 0 };
    },
    "encoders.evaluate": () => ({ job: start() }),
    "encoders.export": ({ folder }) => ({ files: [`${folder}/model.onnx`], maxDifference: 0, smaller: [] }),
  };
}
