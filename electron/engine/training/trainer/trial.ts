/**
 * @file How long would a run take? Some pictures of the collection go the way that all would go, for about five seconds: features, a few steps, a look.
 * The steps are those of the whole collection (as many classes, as much memory); only the pictures are few.
 */
import { startTimer, type Clock } from "../../base/clock.ts";
import { openExecutor } from "../../runtime/training/choose.ts";
import { embedPictures } from "./embed.ts";
import { prepareBase, type PreparedBase, type Surroundings } from "./prepare.ts";
import { prepareFitting } from "./prepare-fitting.ts";
import type { RunPlan } from "./run-plan.ts";
import { whitenMethod } from "./run.ts";
import { probeLooks, runStep, stepsWithin } from "./train.ts";

/** What was measured; times in seconds. */
export interface Measured {
  /** Of one picture, in the stage that makes what is kept of it. */
  readonly featureEach: number;
  /** 0 where nothing is trained. */
  readonly stepEach: number;
  readonly viewsPerStep: number;
  /** Of one picture through the network as it is. */
  readonly lookEach: number;
  readonly stepBytes: number;
  readonly freeBytes: number;
  readonly images: number;
}

export interface TrialSurroundings extends Omit<Surroundings, "onProgress"> {
  readonly clock: Clock;
}

const shortest = 2;
const mostSteps = 12;
const stepSeconds = 3;
const lookPictures = 64;

/** @param plan of the sample  @param population pictures that the whole run would train on */
export async function tryRun(plan: RunPlan, population: number, surroundings: TrialSurroundings): Promise<Measured> {
  const { clock } = surroundings;
  if (plan.method === whitenMethod) {
    const base = prepareBase(plan);
    try {
      const lookEach = await timeLook(base, surroundings);
      return { featureEach: 0, stepEach: 0, viewsPerStep: 0, lookEach, stepBytes: 0, freeBytes: process.availableMemory(), images: 0 };
    } finally {
      base.close();
    }
  }
  const pace = createPace(clock);
  const prepared = await prepareFitting(plan, { ...surroundings, onProgress: (_, done) => pace.note(done) }, population);
  try {
    const freeBytes = process.availableMemory();
    const { images } = prepared.plan;
    const executor = await openExecutor({ ...prepared.plan, graph: prepared.step.graph, initial: prepared.step.initial });
    let stepEach = Infinity;
    try {
      const total = startTimer(clock);
      const schedule = { rate: 0, steps: mostSteps, warmUpSteps: 0, finalShare: 0 };
      for (let at = 0; at < mostSteps && (at < shortest || total() < stepSeconds); at++) {
        await surroundings.gate();
        const positions = Int32Array.from({ length: images }, (_, row) => (at * images + row) % plan.training.length);
        const timer = startTimer(clock);
        await runStep(prepared, executor, { at, schedule, positions, steps: mostSteps });
        stepEach = Math.min(stepEach, timer());
      }
    } finally {
      await executor.close();
    }
    const viewsPerStep = images * prepared.step.groups.reduce((sum, { count }) => sum + count, 0);
    const lookEach = await timeLook(prepared, surroundings);
    return { featureEach: pace.each(), stepEach, viewsPerStep, lookEach, stepBytes: prepared.stepBytes, freeBytes, images };
  } finally {
    prepared.close();
  }
}

export interface Estimate {
  readonly features: number;
  readonly steps: number;
  readonly judge: number;
  readonly count: number;
}

/** Seconds of the whole run. @param plan the whole one, with the batch that fits */
export function estimateRun(plan: RunPlan, { featureEach, stepEach, lookEach }: Measured): Estimate {
  const { training, probe } = plan;
  const isAdapter = plan.trainable === "adapter" && plan.from.kind === "encoder";
  const everything = Math.min(whitenedBy, new Set([...training, ...probe]).size);
  const isWhiten = plan.method === whitenMethod;
  const count = isWhiten ? 0 : stepsWithin(plan, stepEach);
  // The frozen encoder, and, where weights inside the network were trained, the last and the best of them.
  const looked = isAdapter && !isWhiten ? 2 * probe.length : (isWhiten ? 1 : 3) * (everything + 2 * probe.length);
  const onTheWay = isWhiten ? 0 : probeLooks(plan) * Math.min(mostProbed, probe.length);
  return {
    features: isWhiten ? 0 : featureEach * training.length,
    steps: count === 0 ? 0 : count * stepEach + onTheWay * lookEach,
    judge: looked * lookEach,
    count,
  };
}

const whitenedBy = 20_000;
const mostProbed = 400;

/** The second of two batches: the first one pays for the start. */
async function timeLook({ plan, network, pictures }: PreparedBase, { clock, gate }: TrialSurroundings): Promise<number> {
  const positions = Array.from({ length: lookPictures }, (_, at) => at % plan.pictures.count);
  const times: number[] = [];
  await embedPictures([{ positions, draw: (chunk) => pictures.plain(chunk) }], {
    model: network.model,
    input: network.inputs[0]?.name as string,
    threads: plan.threads,
    gate: async () => {
      times.push(clock.monotonic());
      await gate();
    },
  });
  const [first = 0, second = first] = times;
  return Math.max(0, second - first) / 1000 / (lookPictures / 2);
}

/** Seconds for each picture, summed over passes; a pass begins where the count falls. The last chunk of a pass is filled up and takes as long as a whole one. */
export function createPace(clock: Clock): { note(done: number): void; each(): number } {
  const begun = startTimer(clock);
  let last: { done: number; at: number } | null = null;
  let chunk = 0;
  let seconds = 0;
  let intervals = 0;
  let passes = 0;
  return {
    note: (done) => {
      const at = clock.monotonic();
      if (last === null || done <= last.done) {
        passes++;
        chunk = Math.max(chunk, done);
      } else {
        seconds += (at - last.at) / 1000;
        intervals++;
      }
      last = { done, at };
    },
    each: () => (chunk === 0 ? 0 : intervals > 0 ? (passes * seconds) / (intervals * chunk) : begun() / chunk),
  };
}
