/**
 * @file Search by region: a box on a picture finds that part in others, with its place. The vector of the cut-out part tells which pictures are looked at closely;
 * feature maps of those are made when asked for and not kept.
 */
import type { ImageId } from "#protocol/model.ts";
import type { RegionResult } from "#protocol/text-contract.ts";

import type { CellMap } from "../base/cell-map.ts";
import { UserError } from "../base/errors.ts";
import { inLanes } from "../base/lanes.ts";
import type { Engine } from "../engine.ts";
import { bestWindow, cellsOf, meanCell, regionVector, type Box } from "../search/region.ts";
import { encoderPixels } from "./encoder-pixels.ts";
import { nearestImages } from "./similar.ts";

export interface RegionRequest {
  readonly id: ImageId;
  /** Shares of the picture. */
  readonly box: Box;
  readonly count: number;
  /** Pictures that are looked at closely. */
  readonly among?: number | undefined;
}

const usualAmong = 200;
/** Pictures whose cells tell what every cell has. */
const centreOf = 32;

export async function searchRegion(engine: Engine, { id, box, count, among = usualAmong }: RegionRequest): Promise<RegionResult[]> {
  checkBox(box);
  const collection = engine.requireCollection();
  const own = await encoderPixels(engine, id);
  const cut = await (await engine.querySession()).embed(cutOut(own, collection.encoder().card.input.size, box), 1);
  const candidates = nearestImages(collection, cut, among, new Set([id])).map((each) => each.id);
  const session = await engine.mapSession();
  const { channels, side } = session;
  const mapOf = async (pixels: Uint8Array): Promise<CellMap> => ({ channels, side, values: await session.mapOf(pixels) });
  const source = await mapOf(own);
  const first = candidates.slice(0, centreOf);
  // One that cannot be read any more is no match; the next scan tells of it.
  const lookAt = async (each: ImageId): Promise<CellMap | null> => {
    const pixels = await encoderPixels(engine, each).catch((thrown: unknown) => {
      if (thrown instanceof UserError) return null;
      throw thrown;
    });
    return pixels && mapOf(pixels);
  };
  const seen = new Map<ImageId, CellMap | null>();
  await inLanes(first, engine.cores, async (each) => void seen.set(each, await lookAt(each)));
  const centre = meanCell([source, ...first.map((each) => seen.get(each) ?? null).filter((map) => map !== null)]);
  const query = regionVector(source, box, centre);
  if (query === null) throw new UserError("region-empty", "The part that was chosen has nothing of its own. Choose another or a larger one."); // prettier-ignore
  const size = cellsOf(box, source.side);
  const found: RegionResult[] = [];
  await inLanes(candidates, engine.cores, async (each) => {
    const known = seen.get(each);
    const map = known === undefined ? await lookAt(each) : known;
    if (map !== null) found.push({ id: each, ...bestWindow(map, query, size, centre) });
  });
  return found.sort((one, other) => other.similarity - one.similarity || one.id - other.id).slice(0, count);
}

function checkBox(box: Box): void {
  const [left, top, width, height] = box;
  const isInside = left >= 0 && top >= 0 && width > 0 && height > 0 && left + width <= 1.000001 && top + height <= 1.000001;
  if (box.length !== 4 || !isInside)
    throw new UserError(
      "bad-box",
      `The box is [${box.join(", ")}]; expected left, top, width and height as shares of the picture, 0 to 1.`,
    );
}

/** The box drawn over the whole square, each pixel the nearest one. */
function cutOut(pixels: Uint8Array, size: number, [left, top, width, height]: Box): Uint8Array {
  const along = (at: number, from: number, length: number): number => Math.min(size - 1, Math.floor((from + ((at + 0.5) / size) * length) * size)); // prettier-ignore
  const cut = new Uint8Array(pixels.length);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const from = 3 * (along(row, top, height) * size + along(column, left, width));
      cut.set(pixels.subarray(from, from + 3), 3 * (row * size + column));
    }
  return cut;
}
