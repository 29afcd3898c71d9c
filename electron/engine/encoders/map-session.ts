/**
 * @file A session that gives a feature map of an encoder in place of its embedding: for parts of pictures.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { UserError } from "../base/errors.ts";
import { readModel } from "../onnx/read.ts";
import { writeModel } from "../onnx/write.ts";
import { openInference, type InferenceSessionHandle } from "../runtime/inference.ts";
import { byteNormalisation } from "./byte-normalisation.ts";
import type { EncoderCard } from "./encoder-card.ts";
import { addFeatureMaps } from "./feature-maps.ts";

export interface MapSession {
  readonly channels: number;
  /** Cells along each side. */
  readonly side: number;
  /** @param pixels [size, size, 3]  @returns [channels, side, side], of length 1 as a whole */
  mapOf(pixels: Uint8Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** A map of fewer cells a side tells no places apart. */
const fewestCells = 7;

/** Of the deepest map with enough cells. Throws UserError `no-feature-maps`. */
export async function openMapSession(card: EncoderCard, threads: number): Promise<MapSession> {
  const { model, spatial } = addFeatureMaps(readModel(new Uint8Array(readFileSync(card.modelPath))), card);
  const maps = spatial.flatMap((name) => {
    const [, channels, side] = model.graph.outputs.find((output) => output.name === name)?.type?.shape ?? [];
    return typeof channels === "number" && typeof side === "number" ? [{ name, channels, side }] : [];
  });
  const chosen = maps.filter(({ side }) => side >= fewestCells).at(-1) ?? maps[0];
  if (chosen === undefined)
    throw new UserError("no-feature-maps", `The encoder ${card.id} has no feature maps, so parts of pictures cannot be sought with it.`);
  const { name: outputName, channels, side } = chosen;
  const outputs = model.graph.outputs.filter(({ name }) => name === outputName);
  const bytes = writeModel({ ...model, graph: { ...model.graph, outputs } });
  const session = await openCut(card, { bytes, outputName, dimensions: channels * side * side, threads });
  return { channels, side, mapOf: (pixels) => session.embed(pixels.slice(), 1), close: () => session.close() };
}

/** ONNX Runtime opens files; this one is wanted no longer once it is open. */
async function openCut(
  { input }: EncoderCard,
  { bytes, ...rest }: { bytes: Uint8Array; outputName: string; dimensions: number; threads: number },
): Promise<InferenceSessionHandle> {
  const folder = mkdtempSync(join(tmpdir(), "likeness-maps-"));
  try {
    const modelPath = join(folder, "maps.onnx");
    writeFileSync(modelPath, bytes);
    const { name, layout, size, colour, batch } = input;
    return await openInference({ ...rest, modelPath, input: { name, layout, size, colour, batch, ...byteNormalisation(input) }, device: "cpu" }); // prettier-ignore
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
