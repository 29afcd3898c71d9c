/**
 * @file A queue of vectors as state of a step (He et al. 2019, MoCo): what comes in stands in front, the oldest fall out at the end.
 */
import type { Random } from "../../base/random.ts";
import type { Draft } from "../step/draft.ts";
import { unitRows } from "./unit-rows.ts";

export interface Queue {
  /** [length, width] as this step finds it, unit rows; random before anything came in. */
  readonly value: string;
  /** For the steps after this one. At most `length` rows. */
  enqueue(rows: string): void;
}

export interface QueueOptions {
  readonly name: string;
  readonly length: number;
  readonly width: number;
  readonly random: Random;
}

export function addQueue(draft: Draft, { name, length, width, random }: QueueOptions): Queue {
  const { operators } = draft;
  const state = draft.state(`queue/${name}`, [length, width], () => unitRows(length, width, random));
  return {
    value: operators.detach(state),
    enqueue: (rows) => {
      const [count = 0] = operators.shape(rows);
      const fresh = operators.detach(operators.rows(rows, 0, Math.min(count, length)));
      draft.update(state, count >= length ? fresh : operators.stack([fresh, operators.rows(state, 0, length - count)]));
    },
  };
}

/** As asked for; 0 or less: a quarter of the pictures, so that few of the queue are the picture itself, at most `most`; never shorter than a batch. */
export function queueLength({
  asked,
  population,
  batch,
  most,
}: {
  asked: number;
  population: number;
  batch: number;
  most: number;
}): number {
  return Math.max(batch, asked > 0 ? asked : Math.round(Math.min(most, population / 4)));
}
