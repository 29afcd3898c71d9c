/**
 * @file The kernels that learning from clicks runs on, and with how many threads. What is learnt depends on neither.
 */
import { availableParallelism } from "node:os";

import { loadKernels, type Kernels } from "#native/kernels.ts";

const mostThreads = 256;

export function usualKernels(): { readonly kernels: Kernels; readonly threads: number } {
  return { kernels: loadKernels(), threads: Math.min(availableParallelism(), mostThreads) };
}
