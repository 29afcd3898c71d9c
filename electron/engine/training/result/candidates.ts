/**
 * @file The encoders a run can end with: the frozen one as it is and whitened, the tuned one whitened, and both joined. Each is a table of vectors to
 * be judged and a head to be written.
 */
import type { VectorTable } from "../../base/neighbour-graph.ts";
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { addJoined, addUnitLength, addWhitening } from "../whiten/whitening-nodes.ts";
import { applyWhitening, fitWhitening, joinVectors, type Whitening } from "../whiten/whitening.ts";

export type CandidateName = "frozen" | "whitened" | "last" | "best" | "last-joined" | "best-joined";

/** Pictures as one network sees them. */
export interface Seen {
  /** Of the whole folder or a sample, to whiten by. */
  readonly all: VectorTable;
  readonly plain: VectorTable;
  readonly viewA: VectorTable;
  readonly viewB: VectorTable;
}

export interface Candidate {
  readonly name: CandidateName;
  readonly plain: VectorTable;
  readonly viewA: VectorTable;
  readonly viewB: VectorTable;
  /** Behind the embeddings [n, d] of the frozen and of the tuned network. */
  readonly head: (builder: GraphBuilder, frozen: string, tuned: string) => string;
  readonly usesFrozen: boolean;
  readonly usesTuned: boolean;
}

/**
 * @param tuned null: nothing was trained
 * @param canJoin whether frozen and tuned network look at the same input
 * @param prefersJoined the joined ones come before those alone: of equals the first is taken
 */
export function candidatesOf(
  frozen: Seen,
  tuned: { readonly last: Seen; readonly best: Seen | null } | null,
  { seed, canJoin, prefersJoined }: { readonly seed: number; readonly canJoin: boolean; readonly prefersJoined: boolean },
): Candidate[] {
  const frozenWhitening = fitWhitening(frozen.all, { seed });
  const whitened = whitenSeen(frozen, frozenWhitening);
  const made: Candidate[] = [
    { name: "frozen", ...frozen, head: (builder, value) => addUnitLength(builder, value), usesFrozen: true, usesTuned: false },
    {
      name: "whitened",
      ...whitened,
      head: (builder, value) => addWhitening(builder, value, frozenWhitening),
      usesFrozen: true,
      usesTuned: false,
    },
  ];
  for (const which of ["last", "best"] as const) {
    const seen = tuned?.[which] ?? null;
    if (seen === null) continue;
    const whitening = fitWhitening(seen.all, { seed });
    const own = whitenSeen(seen, whitening);
    const behind = (builder: GraphBuilder, value: string): string => addWhitening(builder, value, whitening);
    const alone: Candidate = {
      name: which,
      ...own,
      head: (builder, _, value) => behind(builder, value),
      usesFrozen: false,
      usesTuned: true,
    };
    if (!canJoin) {
      made.push(alone);
      continue;
    }
    const joined: Candidate = {
      name: `${which}-joined`,
      plain: joinVectors(whitened.plain, own.plain),
      viewA: joinVectors(whitened.viewA, own.viewA),
      viewB: joinVectors(whitened.viewB, own.viewB),
      head: (builder, one, other) => addJoined(builder, addWhitening(builder, one, frozenWhitening), behind(builder, other)),
      usesFrozen: true,
      usesTuned: true,
    };
    made.push(...(prefersJoined ? [joined, alone] : [alone, joined]));
  }
  return made;
}

function whitenSeen({ plain, viewA, viewB }: Seen, whitening: Whitening): Omit<Seen, "all"> {
  return {
    plain: applyWhitening(plain, whitening),
    viewA: applyWhitening(viewA, whitening),
    viewB: applyWhitening(viewB, whitening),
  };
}
