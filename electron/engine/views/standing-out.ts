/**
 * @file What stands out in a picture among the ordinary ones nearest to it. Feature maps are made when a picture is looked at and not kept; the places are compared in a worker.
 */
import type { ImageId } from "#protocol/model.ts";
import type { StandingOutPart } from "#protocol/outlier-model.ts";

import type { CellMap } from "../base/cell-map.ts";
import { UserError } from "../base/errors.ts";
import { inLanes } from "../base/lanes.ts";
import type { Engine } from "../engine.ts";
import { compute } from "../stages/compute.ts";
import { listOutlierScores, outlierOfContent } from "../store/queries/findings.ts";
import { firstImageOf } from "./catalogue.ts";
import { encoderPixels } from "./encoder-pixels.ts";
import { nearestImages, vectorOfImage } from "./similar.ts";

/** Pictures compared with: enough to tell usual from unusual places. */
const wanted = 8;
/** Neighbours that are looked through for ordinary ones. */
const among = 200;
/** Above this percentile a picture is no example of an ordinary one. */
const ordinaryUpTo = 90;

export async function standingOut(engine: Engine, id: ImageId): Promise<StandingOutPart> {
  const ids = ordinaryNear(engine, id);
  const session = await engine.mapSession();
  const { channels, side } = session;
  const mapOf = async (each: ImageId): Promise<CellMap> => ({
    channels,
    side,
    values: await session.mapOf(await encoderPixels(engine, each)),
  });
  const picture = await mapOf(id);
  const maps = new Map<ImageId, CellMap>();
  await inLanes(ids, engine.cores, async (each) => {
    // One that cannot be read any more is no example; the next scan tells of it.
    const map = await mapOf(each).catch((thrown: unknown) => {
      if (thrown instanceof UserError) return null;
      throw thrown;
    });
    if (map !== null) maps.set(each, map);
  });
  const compared = ids.filter((each) => maps.has(each));
  if (compared.length < 2)
    throw new UserError("too-few-ordinary", "There are too few ordinary pictures to say what stands out in this one.");
  const ordinary = compared.map((each) => maps.get(each) as CellMap);
  return { ...(await compute("standing-out", { picture, ordinary }, {})), compared };
}

/** The named reasons first, then whatever ordinary is near; copies of the picture are none. */
function ordinaryNear(engine: Engine, id: ImageId): ImageId[] {
  const collection = engine.requireCollection();
  const vector = vectorOfImage(collection, id);
  const catalogue = collection.catalogue();
  const row = collection.encoderRow();
  const position = catalogue.positions.get(id) as number;
  const contentId = catalogue.contentIds[position] as number;
  const named = row === null ? null : outlierOfContent(collection.store, row.key, contentId);
  if (row === null || !named) throw new UserError("not-judged", "This picture has not been judged yet: wait until indexing is done.");
  const isOrdinary = new Map(
    listOutlierScores(collection.store, row.key).map((each) => [each.content_id, each.percentile <= ordinaryUpTo]),
  );
  const contents = new Set<number>(named.nearest);
  for (const { id: other } of nearestImages(collection, vector, among, new Set([id]))) {
    if (contents.size >= wanted) break;
    const otherId = catalogue.contentIds[catalogue.positions.get(other) as number] as number;
    if (otherId !== contentId && isOrdinary.get(otherId) === true) contents.add(otherId);
  }
  return [...contents].map((each) => firstImageOf(catalogue, each)).filter((each) => each !== null);
}
