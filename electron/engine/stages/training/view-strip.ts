/**
 * @file Real views of this person's pictures, by the kernel and the plans that training draws its views with: what the settings mean, before they are used.
 */
import { loadKernels } from "#native/kernels.ts";
import type { ViewStrip } from "#protocol/training.ts";

import { drawViews } from "../../training/augment/draw-views.ts";
import { plainKind } from "../../training/trainer/pictures.ts";
import { shownKinds } from "../../training/trainer/shown-kinds.ts";
import type { RunPlan } from "../../training/trainer/run-plan.ts";
import type { SampleSquares } from "./sample-squares.ts";

export interface StripRequest {
  readonly plan: Pick<RunPlan, "method" | "settings" | "preset" | "augment" | "keptViews" | "seed" | "threads">;
  readonly squares: SampleSquares;
  readonly squareSidePx: number;
  /** Of a view of full size. */
  readonly sidePx: number;
  /** Another number, other views. */
  readonly draw: number;
}

const plainNumbers = { mean: [0, 0, 0], std: [1, 1, 1], white: 255, layout: "NHWC" } as const;
const ground = 128;

export function drawStrip({ plan, squares, squareSidePx, sidePx, draw }: StripRequest): ViewStrip {
  const { kernels, threads } = { kernels: loadKernels(), threads: plan.threads };
  const kinds = shownKinds(plan);
  const pictures = squares.ids.length;
  const columns = 1 + kinds.length;
  const pixels = new Uint8Array(pictures * columns * sidePx * sidePx * 3).fill(ground);
  const batch = { ids: squares.places, bytes: squares.bytes, sidePx: squareSidePx };
  kinds.forEach(({ kind, scale, number }, at) => {
    const sizePx = Math.max(1, Math.round(sidePx * scale));
    const made = drawViews({
      kernels,
      batch,
      kind,
      firstView: number,
      sizePx,
      seed: plan.seed,
      step: draw,
      normalisation: plainNumbers,
      threads,
    });
    place({ made, sizePx, into: pixels, sidePx, columns, column: at + 1, pictures });
  });
  const plain = drawViews({
    kernels,
    batch,
    kind: plainKind,
    firstView: 0,
    sizePx: sidePx,
    seed: plan.seed,
    step: 0,
    normalisation: plainNumbers,
    threads,
  });
  place({ made: plain, sizePx: sidePx, into: pixels, sidePx, columns, column: 0, pictures });
  return { sidePx, pictures, viewsEach: kinds.length, names: kinds.map(({ name }) => name), ids: squares.ids, pixels };
}

interface Placing {
  /** [pictures, sizePx, sizePx, 3] */
  readonly made: Float32Array;
  readonly sizePx: number;
  readonly into: Uint8Array;
  readonly sidePx: number;
  readonly columns: number;
  readonly column: number;
  readonly pictures: number;
}

/** A view of less than full size stands in the middle. */
function place({ made, sizePx, into, sidePx, columns, column, pictures }: Placing): void {
  const inset = Math.floor((sidePx - sizePx) / 2);
  for (let picture = 0; picture < pictures; picture++)
    for (let y = 0; y < sizePx; y++) {
      const from = (picture * sizePx + y) * sizePx * 3;
      const to = (((picture * columns + column) * sidePx + y + inset) * sidePx + inset) * 3;
      for (let at = 0; at < sizePx * 3; at++) into[to + at] = Math.max(0, Math.min(255, Math.round(made[from + at] as number)));
    }
}
