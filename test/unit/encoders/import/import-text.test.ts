/** @file The text half of a pair: taken in beside the image half, its vectors those of the graph, and refused in words where the two do not belong together. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, onTestFinished, test } from "vitest";

import { readEncoderCard } from "#engine/encoders/encoder-card.ts";
import { importEncoder, type ImportRequest } from "#engine/encoders/import/import-encoder.ts";
import { findEncoder, type RegisteredEncoder } from "#engine/encoders/registry.ts";
import { textRequest } from "#engine/encoders/text-tower.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { openTextInference, type TextSessionHandle } from "#engine/runtime/inference.ts";
import { openTokenizer } from "#engine/runtime/text/tokenizer.ts";
import { imageHalf, pairDimensions, savePair, textHalf, type TextHalf } from "../../../helpers/small-pairs.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

function place(half: TextHalf = {}, more: Partial<ImportRequest> = {}): ImportRequest {
  const home = temporaryFolder();
  const { image, text, tokenizer, preprocess } = savePair(join(home, "pair"), half);
  return { file: image, text, tokenizer, preprocess, dataFolder: join(home, "data"), threads: 1, ...more };
}

async function open({ card }: RegisteredEncoder): Promise<TextSessionHandle> {
  const session = await openTextInference(textRequest(card, 1) as NonNullable<ReturnType<typeof textRequest>>);
  onTestFinished(() => session.close());
  return session;
}

/** The original file's own answer, one text at a time, unit length. */
async function original(request: ImportRequest, text: string, half: TextHalf): Promise<number[]> {
  const session = await InferenceSession.create(request.text as string);
  const tokens = [
    ...openTokenizer("tokenizer.json", request.tokenizer as string).encode(text, typeof half.length === "number" ? half.length : 77),
  ];
  const mask = tokens.map(() => 1);
  while (typeof half.length === "number" && tokens.length < half.length) {
    tokens.push(0);
    mask.push(0);
  }
  const rows = half.batch === undefined || half.batch === "batch" ? 1 : half.batch;
  const tensor = (values: readonly number[]): Tensor => {
    const all = Array.from({ length: rows }, () => values).flat();
    return half.elementType === "int32"
      ? new Tensor("int32", Int32Array.from(all), [rows, values.length])
      : new Tensor("int64", BigInt64Array.from(all, BigInt), [rows, values.length]);
  };
  const outputs = await session.run({ input_ids: tensor(tokens), ...(half.mask === true && { attention_mask: tensor(mask) }) });
  const row = [...(outputs["text_embeds"]?.data as Float32Array)].slice(0, pairDimensions);
  const length = Math.hypot(...row);
  return row.map((value) => value / length);
}

const texts = ["a photo of a red dog", "blue", "", "green cat in the dark, été 👍", "a photo of a red dog ".repeat(40)];

describe.each<[string, TextHalf]>([
  ["free sizes, as exporters leave them", {}],
  ["a mask beside the tokens", { mask: true }],
  ["a fixed length", { length: 16 }],
  ["a fixed length with a mask", { length: 12, mask: true, elementType: "int32" }],
  ["a fixed batch", { batch: 2, length: 16 }],
])("%s", (_, half) => {
  test("gives the vectors that the original gives, whatever stands beside a text", async () => {
    const request = place(half);
    const { encoder, notes } = await importEncoder(request);
    expect(notes.join(" ")).toContain('Texts go in as "input_ids"');
    expect(encoder.card.text?.input).toMatchObject({
      mask: half.mask === true ? "attention_mask" : null,
      context: half.length ?? 77,
      fillsUp: half.length !== undefined,
      batch: half.batch ?? null,
    });
    const vectors = await (await open(encoder)).embed(texts);
    for (const [row, text] of texts.entries()) {
      const wanted = await original(request, text, half);
      wanted.forEach((value, at) => expect(vectors[row * pairDimensions + at]).toBeCloseTo(value, 5));
    }
  });
});

test("the card holds the text half and is read back; its id differs from that of the image half alone", async () => {
  const request = place({}, { context: 20 });
  const { encoder } = await importEncoder(request);
  const folder = dirname(encoder.card.modelPath);
  expect(readdirSync(folder).sort()).toEqual(["encoder.json", "model.onnx", "text.onnx", "tokenizer.json"]);
  expect(readEncoderCard(folder).text).toEqual({
    modelPath: join(folder, "text.onnx"),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    tokenizer: { kind: "tokenizer.json", path: join(folder, "tokenizer.json"), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    input: { tokens: "input_ids", mask: null, kinds: null, elementType: "int64", batch: null, context: 20, padding: 0, fillsUp: false },
    output: { name: "text_embeds", normalise: "l2" },
  });
  const { text: _, tokenizer: __, context: ___, ...alone } = request;
  expect((await importEncoder(alone)).encoder.card.id).not.toBe(encoder.card.id);
});

test("what the tokenizer's files say of length and filling is taken, and a person's word goes before it", async () => {
  const request = place();
  writeFileSync(
    join(dirname(request.tokenizer as string), "tokenizer_config.json"),
    JSON.stringify({ model_max_length: 31, pad_token: "<|endoftext|>" }),
  );
  const told = (await importEncoder(request)).encoder.card.text?.input;
  expect(told?.context).toBe(31);
  expect(told?.padding).toBe(openTokenizer("tokenizer.json", request.tokenizer as string).tokenOf("<|endoftext|>"));
  writeFileSync(
    request.preprocess as string,
    JSON.stringify({ range: [0, 1], mean: [0, 0, 0], std: [1, 1, 1], text: { context: 9, padding: 4, fillsUp: true } }),
  );
  expect((await importEncoder(request)).encoder.card.text?.input).toMatchObject({ context: 9, padding: 4, fillsUp: true });
});

test("damaged files of the text half are found", async () => {
  const request = place();
  const { card } = (await importEncoder(request)).encoder;
  const path = card.text?.tokenizer.path as string;
  writeFileSync(path, `${readFileSync(path, "utf8")} `);
  expect(() => findEncoder(card.id, request.dataFolder)).toThrow(/tokenizer\.json has SHA-256 .* import again/);
});

describe("is refused", () => {
  test("where the halves have different widths", async () => {
    await expect(importEncoder(place({ dimensions: 48 }))).rejects.toThrow(
      /text_model\.onnx: The text model gives text_embeds: float32 \[batch, 48\], the image model 32 numbers; expected as many: the two must be halves of one pair\./,
    );
  });

  test("without its tokenizer", async () => {
    const { tokenizer: _, ...request } = place();
    await expect(importEncoder(request)).rejects.toThrow(/A text model goes with its tokenizer: got a text model and no tokenizer/);
  });

  test("where it takes pictures", async () => {
    const request = place();
    writeFileSync(request.text as string, writeModel(imageHalf()));
    await expect(importEncoder(request)).rejects.toThrow(/text_model\.onnx: The text model takes pictures .* Export the two halves apart/);
  });

  test("where an asked output is not there, or its shape says another width at run time", async () => {
    await expect(importEncoder(place({}, { textOutput: "sentence" }))).rejects.toThrow(/has no output "sentence"; it has text_embeds: /);
    await expect(importEncoder(place({}, { textOutput: "last_hidden_state" }))).rejects.toThrow(
      /The text half does not run: the text model gives float32 \[2, \d+, 32\] for 2 texts; expected 32 numbers each/,
    );
  });

  test("where every text has the same tokens", async () => {
    const request = place();
    const json = JSON.parse(readFileSync(request.tokenizer as string, "utf8")) as { model: { vocab: Record<string, number> } };
    for (const piece of Object.keys(json.model.vocab)) json.model.vocab[piece] = 5;
    writeFileSync(request.tokenizer as string, JSON.stringify({ ...json, post_processor: null }));
    await expect(importEncoder(request)).rejects.toThrow(/The text half gives two different texts the same vector/);
    expect(readdirSync(join(request.dataFolder, "encoders"))).toEqual([]);
  });

  test.each([
    [{ length: 9000 } satisfies TextHalf, /reads 9000 tokens; expected 1 to 8192/],
    [{ batch: 5000 } satisfies TextHalf, /takes 5000 texts at a time; expected 1 to 4096/],
  ])("where its sizes are beyond all measure: %o", async (half, message) => {
    await expect(importEncoder(place(half))).rejects.toThrow(message);
  });

  test("where its length is another than asked for", async () => {
    await expect(importEncoder(place({ length: 16 }, { context: 12 }))).rejects.toThrow(
      /reads 16 tokens, 12 were asked for; expected the same/,
    );
  });
});

test.each([
  [
    "text.file",
    (text: Record<string, unknown>) => void (text["file"] = "../text.onnx"),
    'text.file is "../text.onnx"; expected the name of a file beside it',
  ],
  [
    "text.tokenizer.kind",
    (text: Record<string, unknown>) => void (text["tokenizer"] = { kind: "magic", file: "t", sha256: "0" }),
    'text.tokenizer.kind is "magic"; expected tokenizer.json or byte-pairs',
  ],
  [
    "text.input.context",
    (text: Record<string, unknown>) => void ((text["input"] as Record<string, unknown>)["context"] = 0),
    "text.input.context is 0; expected a whole number from 1 to 8192",
  ],
])("a card whose %s is wrong is refused", async (_, spoil, message) => {
  const { card } = (await importEncoder(place())).encoder;
  const path = join(dirname(card.modelPath), "encoder.json");
  const json = JSON.parse(readFileSync(path, "utf8")) as { text: Record<string, unknown> };
  spoil(json.text);
  writeFileSync(path, JSON.stringify(json));
  expect(() => readEncoderCard(dirname(path))).toThrow(`${path}: ${message}`);
});

test("a text half that lies about its width is told apart by running it", async () => {
  const request = place();
  const model = textHalf({ dimensions: 16 });
  const outputs = model.graph.outputs.map((value) => ({ ...value, type: null }));
  writeFileSync(request.text as string, writeModel({ ...model, graph: { ...model.graph, outputs: outputs.slice(0, 1) } }));
  await expect(importEncoder(request)).rejects.toThrow(/for 2 texts; expected 32 numbers each, as many as the image model gives/);
});
