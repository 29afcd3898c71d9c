/**
 * @file The kernels: the few inner loops that decide how long a job takes, each in C++ (src/kernels) and, with the same results, in TypeScript
 * (twins). Both tables are total: a kernel named in `KernelTable` must exist in each, or this file does not compile (twins) or the addon is
 * refused with a reason (native).
 */
import { availableParallelism } from "node:os";

import { instructionLevels, loadNative, type InstructionLevel, type LoadResult } from "./load.ts";
import { alignmentSums, type AlignmentSumsArguments } from "./twins/alignment-sums.ts";
import { areaMeans, type AreaMeansArguments } from "./twins/area-means.ts";
import { augment, type AugmentArguments } from "./twins/augment.ts";
import { boxReduce, type BoxReduceArguments } from "./twins/box-reduce.ts";
import { exactNeighbours, maxThreads, type ExactNeighboursArguments } from "./twins/exact-neighbours.ts";
import { findBadRow, type FindBadRowArguments } from "./twins/find-bad-row.ts";
import { findCorners, type FindCornersArguments } from "./twins/find-corners.ts";
import { findLetters, type FindLettersArguments } from "./twins/find-letters.ts";
import { histograms, type HistogramsArguments } from "./twins/histograms.ts";
import { joinNeighbours, type JoinNeighboursArguments } from "./twins/join-neighbours.ts";
import { jpegReduce, type JpegReduceArguments } from "./twins/jpeg-reduce.ts";
import { layCorners, type LayCornersArguments } from "./twins/lay-corners.ts";
import { mutualNeighbours, type MutualNeighboursArguments } from "./twins/mutual-neighbours.ts";
import { perceptualHashes, type PerceptualHashesArguments } from "./twins/perceptual-hashes.ts";
import { projectRows, type ProjectRowsArguments } from "./twins/project-rows.ts";
import { resample, type ResampleArguments } from "./twins/resample.ts";
import { sharpness, type SharpnessArguments } from "./twins/sharpness.ts";
import { shiftSums, type ShiftSumsArguments } from "./twins/shift-sums.ts";
import { smoothPlane, type SmoothPlaneArguments } from "./twins/smooth-plane.ts";
import { splitRows, type SplitRowsArguments } from "./twins/split-rows.ts";
import { spreadLabels, type SpreadLabelsArguments } from "./twins/spread-labels.ts";
import { tileResiduals, type TileResidualsArguments } from "./twins/tile-residuals.ts";
import { umapLayout, type UmapLayoutArguments } from "./twins/umap-layout.ts";
import { warpPicture, type WarpPictureArguments } from "./twins/warp-picture.ts";

/** Kernel -> what it takes and gives. Each fills arrays that the caller made and throws as kernel-error.ts says. */
export interface KernelTable {
  alignmentSums(given: AlignmentSumsArguments): void;
  areaMeans(given: AreaMeansArguments): void;
  augment(given: AugmentArguments): void;
  boxReduce(given: BoxReduceArguments): void;
  exactNeighbours(given: ExactNeighboursArguments): void;
  findBadRow(given: FindBadRowArguments): number;
  findCorners(given: FindCornersArguments): number;
  findLetters(given: FindLettersArguments): number;
  histograms(given: HistogramsArguments): void;
  joinNeighbours(given: JoinNeighboursArguments): void;
  jpegReduce(given: JpegReduceArguments): number;
  layCorners(given: LayCornersArguments): void;
  mutualNeighbours(given: MutualNeighboursArguments): void;
  perceptualHashes(given: PerceptualHashesArguments): void;
  projectRows(given: ProjectRowsArguments): void;
  resample(given: ResampleArguments): void;
  sharpness(given: SharpnessArguments): void;
  shiftSums(given: ShiftSumsArguments): void;
  smoothPlane(given: SmoothPlaneArguments): void;
  splitRows(given: SplitRowsArguments): void;
  spreadLabels(given: SpreadLabelsArguments): void;
  tileResiduals(given: TileResidualsArguments): void;
  umapLayout(given: UmapLayoutArguments): number;
  warpPicture(given: WarpPictureArguments): number;
}

export type KernelName = keyof KernelTable;

export interface Kernels extends KernelTable {
  readonly kind: "native" | "typescript";
  /** One line for `doctor`: which instructions the native kernels use, or why there are none. */
  readonly why: string;
}

export const twins: KernelTable = {
  alignmentSums,
  areaMeans,
  augment,
  boxReduce,
  exactNeighbours,
  findBadRow,
  findCorners,
  findLetters,
  histograms,
  joinNeighbours,
  jpegReduce,
  layCorners,
  mutualNeighbours,
  perceptualHashes,
  projectRows,
  resample,
  sharpness,
  shiftSums,
  smoothPlane,
  splitRows,
  spreadLabels,
  tileResiduals,
  umapLayout,
  warpPicture,
};

const kernelNames = Object.keys(twins) as KernelName[];
let cached: Kernels | null = null;

/** The fastest kernels that run here; the same object at every call. */
export function loadKernels(): Kernels {
  cached ??= chooseKernels(loadNative());
  return cached;
}

/** Threads for a kernel where nobody asks for a number: as many as run at a time. No result depends on it. */
export function usualThreads(): number {
  return Math.min(availableParallelism(), maxThreads);
}

/** The twins, whatever else there is. */
export function typescriptKernels(why: string): Kernels {
  return { ...twins, kind: "typescript", why };
}

/** Native kernels where `loaded` has all of them, else the twins and the reason. */
export function chooseKernels(loaded: LoadResult): Kernels {
  if (loaded.exports === null) return typescriptKernels(loaded.why);
  const missing = [...kernelNames, "instructions"].filter((name) => typeof loaded.exports[name] !== "function");
  if (missing.length > 0) return typescriptKernels(`${loaded.path} is older than the sources: it lacks ${missing.join(", ")}`);
  const table = loaded.exports as unknown as KernelTable & { instructions(given: { level?: number }): InstructionLevel };
  return { ...table, kind: "native", why: `${table.instructions({})} instructions, ${loaded.path}` };
}

/** The native kernels once per set of instructions that this processor has, for tests and benchmarks; empty without an addon. */
export function nativeVariants(): { readonly level: InstructionLevel; readonly kernels: Kernels }[] {
  const loaded = loadNative();
  const kernels = chooseKernels(loaded);
  if (loaded.exports === null || kernels.kind !== "native") return [];
  const instructions = loaded.exports["instructions"] as (given: { level?: number }) => InstructionLevel;
  const best = instructions({});
  return instructionLevels.flatMap((level, index) => {
    const usable = instructions({ level: index }) === level;
    instructions({ level: instructionLevels.indexOf(best) });
    if (!usable) return [];
    const variant: Kernels = { ...kernels, why: `${level} instructions` };
    for (const name of kernelNames) {
      const kernel = kernels[name] as (given: unknown) => unknown;
      const limited = (given: unknown): unknown => {
        instructions({ level: index });
        try {
          return kernel(given);
        } finally {
          instructions({ level: instructionLevels.indexOf(best) });
        }
      };
      Object.assign(variant, { [name]: limited });
    }
    return [{ level, kernels: variant }];
  });
}
