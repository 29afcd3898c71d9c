/**
 * @file Texts for pictures of clothes, made from what can be seen (brightness, width and height of the thing, its class), and how often a picture's own text is among
 * the ten nearest of all distinct ones.
 */
import { createRandom } from "#engine/base/random.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { projector, setting } from "#engine/training/heads/projector.ts";
import { textTower } from "#engine/training/heads/text-tower.ts";
import type { MethodContext, Settings } from "#engine/training/methods/method.ts";
import { Draft } from "#engine/training/step/draft.ts";

import { classNames, side, type Fashion } from "./fashion.ts";

const brightness = ["black", "dark", "grey", "light", "white"];
const widths = ["thin", "narrow", "medium", "wide", "broad"];
const heights = ["flat", "low", "middling", "high", "tall"];

export function textsOf({ count, bytes, labels }: Fashion): string[] {
  return Array.from({ length: count }, (_, image) => {
    const value = (y: number, x: number): number => bytes[((image * side + y) * side + x) * 3] as number;
    const columns = new Set<number>();
    const rows = new Set<number>();
    let sum = 0;
    let inked = 0;
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        if (value(y, x) < 32) continue;
        columns.add(x);
        rows.add(y);
        sum += value(y, x);
        inked++;
      }
    const word = (words: readonly string[], share: number): string =>
      words[Math.min(words.length - 1, Math.floor(share * words.length))] as string;
    const mean = inked === 0 ? 0 : sum / inked / 256;
    return `a ${word(brightness, mean)} ${word(widths, columns.size / 29)} ${word(heights, rows.size / 29)} ${classNames[labels[image] as number]}`;
  });
}

export interface RecallRequest {
  readonly settings: Settings;
  /** After training. */
  readonly state: ReadonlyMap<string, HostTensor>;
  /** [pictures, dimensions] of the encoder. */
  readonly embeddings: Float32Array;
  readonly dimensions: number;
  readonly texts: readonly string[];
  /** All texts of the collection, among which each picture's own is sought. */
  readonly gallery: readonly string[];
  readonly encode: (text: string) => BigInt64Array;
}

/** Share of pictures whose text is among the ten nearest distinct texts, and what chance would give. */
export async function recallAtTen(
  request: RecallRequest,
): Promise<{ readonly recall: number; readonly chance: number; readonly distinct: number }> {
  const { settings, state, embeddings, dimensions, texts, gallery, encode } = request;
  const distinct = [...new Set(gallery)];
  const builder = new GraphBuilder(17);
  const draft = new Draft(builder);
  const { operators } = draft;
  const online = { label: "online", of: (name: string) => name, keepsStatistics: false };
  const context = { draft, settings, dimensions, random: createRandom(1), online } as unknown as MethodContext;
  const tokens = draft.feed("tokens", "int64", [distinct.length, setting(context, "length")]);
  const pictures = draft.feed("pictures", "float32", [texts.length, dimensions]);
  const seen = operators.normalise(projector(context).apply(pictures, online));
  const [vocabulary, width, layers, heads, outputs] = ["vocabulary", "width", "layers", "heads", "projection"].map((name) => setting(context, name)) as [number, number, number, number, number]; // prettier-ignore
  const read = operators.normalise(textTower(context, { tokens, vocabulary, width, layers, heads, outputs }));
  const cosines = operators.products(seen, read);
  const held = [...draft.initial.keys()].map((input) => ({ input, output: builder.node("Identity", [input]) }));
  const graph = { model: modelOf(builder, [cosines, ...held.map(({ output }) => output)]), state: held };
  const executor = await openOnnxRuntimeExecutor(graph, state, { threads: 2, device: "cpu" });
  const rows = distinct.flatMap((text) => [...encode(text)]);
  const results = await executor.step(
    new Map<string, HostTensor>([
      ["tokens", { type: "int64", shape: [distinct.length, rows.length / distinct.length], data: BigInt64Array.from(rows) }],
      ["pictures", { type: "float32", shape: [texts.length, dimensions], data: embeddings }],
    ]),
  );
  await executor.close();
  const table = results.get(cosines)?.data as Float32Array;
  let hits = 0;
  texts.forEach((text, row) => {
    const own = table[row * distinct.length + distinct.indexOf(text)] as number;
    const nearer = table.subarray(row * distinct.length, (row + 1) * distinct.length).filter((value) => value > own).length;
    if (nearer < 10) hits++;
  });
  return { recall: hits / texts.length, chance: Math.min(1, 10 / distinct.length), distinct: distinct.length };
}
