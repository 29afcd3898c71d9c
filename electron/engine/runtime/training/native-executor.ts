/**
 * @file Runs step graphs on the processor with kernels of our own (native/src/training): the graph becomes a program once, all memory is laid out once,
 * and each step is one call off the calling thread. Results are the same to the last bit at every run, with any number of threads. Nodes without a
 * kernel go to ONNX Runtime one by one.
 */
import { loadTraining, type ProgramHandle, type TrainingKernels } from "#native/training.ts";
import { BugError, UserError } from "../../base/errors.ts";
import type { Executor, ExecutorOptions, HostTensor, StepGraph } from "./executor.ts";
import { makePlan, type ReadyPlan } from "./native/make-plan.ts";
import { bytesOf, byteOffset, count, isPlain, type Place } from "./native/place.ts";
import { openNodeSession, type NodeSession } from "./native/node-session.ts";

export interface NativeExecutor extends Executor {
  readonly kind: "native";
  /** Operators of nodes that ONNX Runtime runs. */
  readonly fallbacks: readonly string[];
  /** Of all memory but that of those nodes. */
  readonly bytes: number;
  /** Milliseconds spent so far, by the node (or what several became) that a step stands for. */
  times(): { readonly label: string; readonly kind: string; readonly ms: number }[];
}

/** Why there are no kernels here; null where there are. */
export function nativeTrainingMissing(): string | null {
  const loaded = loadTraining();
  return "why" in loaded ? loaded.why : null;
}

/** Throws UserError `executor-unavailable` without the addon, `executor-unsupported` for a graph that cannot be run. */
export async function openNativeExecutor(
  graph: StepGraph,
  initial: ReadonlyMap<string, HostTensor>,
  options: ExecutorOptions,
): Promise<NativeExecutor> {
  const kernels = loadTraining();
  if ("why" in kernels) throw new UserError("executor-unavailable", `There are no kernels of our own for training here: ${kernels.why}.`);
  const plan = makePlan(graph);
  const segments = await segmentsOf(plan, graph, options);
  const program = kernels.trainingOpen({ bytes: plan.bytes, threads: options.threads, steps: plan.numbers });
  for (const { place, bytes } of plan.constants) kernels.trainingWrite({ program, offset: byteOffset(place), data: bytes });
  for (const [name, place] of plan.state) {
    const tensor = initial.get(name);
    if (tensor === undefined) throw new BugError(`the state ${name} has no beginning`);
    write(kernels, program, { name, place, tensor });
  }
  return new Running(kernels, program, plan, segments);
}

/** Native steps [from, to), or one node of ONNX Runtime's. */
type Segment = { readonly from: number; readonly to: number } | { readonly session: NodeSession };

async function segmentsOf(plan: ReadyPlan, { model }: StepGraph, { threads }: ExecutorOptions): Promise<Segment[]> {
  const segments: Segment[] = [];
  let native = 0;
  let from = 0;
  for (const step of plan.steps) {
    if (step.kind !== "session") {
      native++;
      continue;
    }
    if (native > from) segments.push({ from, to: native });
    from = native;
    segments.push({ session: await openNodeSession(step, model, threads) });
  }
  if (native > from) segments.push({ from, to: native });
  return segments;
}

class Running implements NativeExecutor {
  readonly kind = "native";
  readonly #kernels: TrainingKernels;
  readonly #program: ProgramHandle;
  readonly #plan: ReadyPlan;
  readonly #segments: readonly Segment[];

  constructor(kernels: TrainingKernels, program: ProgramHandle, plan: ReadyPlan, segments: readonly Segment[]) {
    this.#kernels = kernels;
    this.#program = program;
    this.#plan = plan;
    this.#segments = segments;
  }

  get fallbacks(): readonly string[] {
    return this.#plan.steps.flatMap((step) => (step.kind === "session" ? [step.operation.node.opType] : []));
  }

  get bytes(): number {
    return this.#plan.bytes;
  }

  async step(feeds: ReadonlyMap<string, HostTensor>): Promise<Map<string, HostTensor>> {
    for (const [name, place] of this.#plan.feeds) {
      const tensor = feeds.get(name);
      if (tensor === undefined) throw new BugError(`the step was not fed ${name}`);
      write(this.#kernels, this.#program, { name, place, tensor });
    }
    for (const segment of this.#segments) {
      if ("session" in segment) await this.#runNode(segment.session);
      else await this.#kernels.trainingRun({ program: this.#program, from: segment.from, to: segment.to });
    }
    return this.#read(this.#plan.results);
  }

  readState(): Promise<Map<string, HostTensor>> {
    return Promise.resolve(this.#read(this.#plan.state));
  }

  async close(): Promise<void> {
    this.#kernels.trainingClose({ program: this.#program });
    for (const segment of this.#segments) if ("session" in segment) await segment.session.close();
  }

  times(): { readonly label: string; readonly kind: string; readonly ms: number }[] {
    const native = this.#plan.steps.filter((step) => step.kind !== "session");
    const times = new Float64Array(native.length);
    this.#kernels.trainingTimes({ program: this.#program, times });
    return native.map(({ label, kind }, index) => ({ label, kind, ms: (times[index] as number) / 1e6 }));
  }

  async #runNode(session: NodeSession): Promise<void> {
    const { reads, writes } = session.step;
    const made = await session.run(reads.map((place) => read(this.#kernels, this.#program, place)));
    writes.forEach((place, index) =>
      write(this.#kernels, this.#program, { name: session.step.operation.outputs[index] ?? "", place, tensor: made[index] as HostTensor }),
    );
  }

  #read(places: ReadonlyMap<string, Place>): Map<string, HostTensor> {
    return new Map([...places].map(([name, place]) => [name, read(this.#kernels, this.#program, place)]));
  }
}

interface Write {
  readonly name: string;
  readonly place: Place;
  readonly tensor: HostTensor;
}

function write(kernels: TrainingKernels, program: ProgramHandle, { name, place, tensor }: Write): void {
  const { type, shape, data } = tensor;
  if (type !== place.kind || shape.length !== place.shape.length || shape.some((size, axis) => size !== place.shape[axis]))
    throw new BugError(`${name} is ${type} [${shape.join(", ")}]; expected ${place.kind} [${place.shape.join(", ")}]`);
  if (data.length !== count(place)) throw new BugError(`${name} of [${shape.join(", ")}] has ${data.length} numbers`);
  kernels.trainingWrite({ program, offset: byteOffset(place), data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
}

function read(kernels: TrainingKernels, program: ProgramHandle, place: Place): HostTensor {
  if (!isPlain(place)) throw new BugError("what is read from a program does not lie row by row");
  const bytes = new Uint8Array(count(place) * bytesOf(place.kind));
  kernels.trainingRead({ program, offset: byteOffset(place), data: bytes });
  const { buffer } = bytes;
  const data = place.kind === "float32" ? new Float32Array(buffer) : place.kind === "int64" ? new BigInt64Array(buffer) : place.kind === "int32" ? new Int32Array(buffer) : bytes; // prettier-ignore
  return { type: place.kind, shape: place.shape, data };
}
