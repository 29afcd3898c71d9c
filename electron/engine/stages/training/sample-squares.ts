/**
 * @file Some pictures of the collection as squares, for a trial or to be shown: read by the pixel children through a file of their own.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { startTimer, type Clock } from "../../base/clock.ts";
import { throwIfAborted } from "../../base/errors.ts";
import { inLanes } from "../../base/lanes.ts";
import { samplePlaces } from "../../base/sample-rows.ts";
import type { ChildPool } from "../../children/child-pool.ts";
import type { ReadStore } from "../../store/database.ts";
import { filesOfContent } from "../../store/queries/files.ts";
import { openTensorFile } from "../tensor-file.ts";
import type { Contents } from "./plan-facts.ts";

export interface SampleSquares {
  /** Places among all contents, ascending. */
  readonly places: Int32Array;
  /** Image id of each, 0 where none is there. */
  readonly ids: Int32Array;
  /** [places, side, side, 3] RGB */
  readonly bytes: Uint8Array;
  /** Of one picture, without the start of the children. */
  readonly secondsEach: number;
}

export interface SampleRequest {
  readonly store: ReadStore;
  readonly children: ChildPool;
  readonly contents: Contents;
  readonly sidePx: number;
  readonly limit: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Of the folder that they pass through. */
  readonly name: string;
}

const sampleSeed = 7;
let made = 0;

/** A picture that cannot be read any more is grey. */
export async function readSampleSquares(request: SampleRequest): Promise<SampleSquares> {
  const { store, children, contents, sidePx, limit, clock, signal } = request;
  const places = samplePlaces(contents.length, limit, sampleSeed);
  const bytesEach = sidePx * sidePx * 3;
  const bytes = new Uint8Array(places.length * bytesEach).fill(128);
  const ids = new Int32Array(places.length);
  const folder = join(store.workspace, "samples", `${request.name}-${++made}`);
  mkdirSync(folder, { recursive: true });
  const file = openTensorFile(folder, bytesEach);
  let sinceFirst: (() => number) | null = null;
  let seconds = 0;
  try {
    await inLanes(
      Array.from(places, (place, at) => ({ place, at })),
      children.size * 2,
      async ({ place, at }) => {
        // Between two pictures, so that no child writes to a file that is gone.
        throwIfAborted(signal);
        const source = filesOfContent(store, contents[place]?.id ?? -1).find(({ state }) => state === "image");
        if (source === undefined) return;
        ids[at] = source.id;
        const offset = file.take();
        const told = await children.run(
          "square",
          { path: source.path, side: sidePx, place: { file: file.path, offset } },
          { urgent: true },
        );
        if (told === null) file.read(offset, bytes.subarray(at * bytesEach, (at + 1) * bytesEach));
        file.giveBack(offset);
        seconds = sinceFirst?.() ?? 0;
        sinceFirst ??= startTimer(clock);
      },
    );
  } finally {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return { places, ids, bytes, secondsEach: places.length > 1 ? seconds / (places.length - 1) : seconds };
}
