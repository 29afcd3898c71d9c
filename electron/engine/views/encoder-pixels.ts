/**
 * @file A picture of the collection as the encoder takes it, read when it is asked for.
 */
import type { ImageId } from "#protocol/model.ts";

import { UserError } from "../base/errors.ts";
import type { Engine } from "../engine.ts";

/** [size, size, 3] */
export async function encoderPixels(engine: Engine, id: ImageId): Promise<Uint8Array> {
  const collection = engine.requireCollection();
  const { paths, positions } = collection.catalogue();
  const position = positions.get(id);
  if (position === undefined) throw new UserError("image-unknown", `There is no image ${id} in this collection (any more).`);
  const { size } = collection.encoder().card.input;
  const request = { path: paths[position] as Buffer, input: { size }, thumbnail: null };
  const answer = await engine.children().run("ingest", request, { urgent: true });
  if ("failure" in answer) throw new UserError(answer.failure.code, `${engine.pathOf(id)} cannot be read: ${answer.failure.message}`);
  return Uint8Array.from(answer.tensor as Uint8Array);
}
