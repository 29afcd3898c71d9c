/**
 * @file From what a person asked for to a plan in which nothing is open any more: defaults by method, by what trains and by how many pictures there are.
 */
import type { TrainingRequest } from "#protocol/training.ts";

import { createRandom, shuffle } from "../../base/random.ts";
import { UserError } from "../../base/errors.ts";
import type { EncoderCard } from "../../encoders/encoder-card.ts";
import { chooseExecutor, executorKinds, trainingDevice, type ExecutorChoice } from "../../runtime/training/choose.ts";
import { isArchitectureName, scratchPrefix } from "../../training/architectures/names.ts";
import { architectures } from "../../training/architectures/table.ts";
import { presetOf } from "../../training/augment/presets.ts";
import { isAugmentSetting } from "../../training/augment/settings.ts";
import { parseSettings } from "../../training/methods/parse-settings.ts";
import { isMethodId, methodIds, methods } from "../../training/methods/table.ts";
import type { Method, MethodDefaults } from "../../training/methods/method.ts";
import type { TrainableLevel } from "../../training/network/trainable.ts";
import { sizeBounds } from "../../encoders/encoder-card.ts";
import { optimizerNames, type OptimizerName } from "../../training/optimizers/optimizer.ts";
import { whitenMethod } from "../../training/trainer/run.ts";
import type { RunPlan } from "../../training/trainer/run-plan.ts";
import { viewKind } from "../../training/trainer/source.ts";
import { judgeBy, type GivenLabels } from "./judging-labels.ts";

/** What was asked for, with the run's id, the encoder named and absolute paths. */
export interface TrainParameters extends TrainingRequest {
  readonly run: string;
  readonly from: string;
}

/** Settings that every method has. */
export const generalSpecs = {
  learningRate: { value: 0, low: 0, high: 10, help: "highest learning rate; 0: the method's own, by the size of the batch" },
  sgdMomentum: { value: 0.9, low: 0, high: 0.9999, help: "of SGD and LARS" },
  weightDecay: { value: -1, low: -1, high: 1, help: "-1: the method's own; norms and biases are left out" },
  warmUp: { value: 0.05, low: 0, high: 0.9, help: "part of the steps in which the learning rate rises" },
  clip: { value: 0, low: 0, high: 1e6, help: "longest gradient; 0: no limit" },
  evaluations: { value: 2, low: 1, high: 1000, whole: true, help: "looks at the probe on the way" },
  byViews: {
    value: 0,
    low: 0,
    high: 1,
    whole: true,
    help: "1: an adapter begins at the whitening that knows the views of a picture, 0: at the plain one",
  },
  pieces: {
    value: 1,
    low: 1,
    high: 1024,
    whole: true,
    help: "a batch passes the network in so many pieces: less memory, a third more time",
  },
  keptViews: {
    value: -1,
    low: -1,
    high: 64,
    whole: true,
    help: "views kept of each picture where a part is frozen; -1: by what trains; 0: fresh ones",
  },
} as const;

export interface PlanFacts {
  readonly card: EncoderCard | null;
  readonly baselineFolder: string;
  readonly baselineSize: number;
  readonly population: number;
  readonly picturesPath: (sidePx: number) => { readonly path: string; readonly fingerprint: string };
  readonly labels: readonly number[] | null;
  /** Sub-folders. */
  readonly weakLabels: readonly number[] | null;
  /** Labels given by hand. */
  readonly givenLabels: GivenLabels | null;
  readonly texts: readonly string[] | null;
  /** Folder of an encoder by its id. */
  readonly folderOfEncoder: (id: string) => string;
  readonly threads: number;
}

/** Pictures that a run needs at least. */
export const fewestPictures = 8;

export function makePlan(parameters: TrainParameters, facts: PlanFacts): RunPlan {
  const { card, population } = facts;
  if (population < fewestPictures)
    throw new UserError("too-few-images", `There are ${population} pictures; expected at least ${fewestPictures} to learn from.`);
  const isScratch = parameters.from.startsWith(scratchPrefix);
  const architecture = parameters.from.slice(scratchPrefix.length);
  const trainable = parameters.trainable ?? (isScratch ? "all" : "adapter");
  const methodId = parameters.method ?? (isScratch ? "simclr" : trainable === "adapter" || population < 5000 ? "diet" : "dcl");
  const size = parameters.size ?? card?.input.size ?? (isArchitectureName(architecture) ? architectures[architecture].size : 32);
  const [smallestPx, largestPx] = sizeBounds;
  if (size < smallestPx || size > largestPx)
    throw new UserError("train-size", `--size is ${size}; expected a whole number from ${smallestPx} to ${largestPx}.`);
  const multiple = card?.input.sizeMultipleOf ?? 1;
  // A card says no more of a graph that takes pictures of one size only.
  if (card !== null && multiple === card.input.size && size !== multiple)
    throw new UserError("train-size", `--size is ${size}; this encoder takes pictures of ${multiple} px and no other.`);
  if (size % multiple !== 0) throw new UserError("train-size", `--size is ${size}; this encoder takes multiples of ${multiple}.`);
  const method = findMethod(methodId, facts);
  if (method === null && isScratch)
    throw new UserError("method-invalid", `"${whitenMethod}" trains nothing: --from is ${parameters.from}; expected the id of an encoder.`);
  const device = trainingDevice(parameters.device);
  const preset = presetOf(parameters.augment);
  const { own, general, augment, optimizer, executor, teacher } = readSettings(parameters.set, method?.settings ?? {});
  for (const variant of method?.views(own).flatMap(({ variants }) => variants) ?? []) viewKind(preset, variant, augment);
  const defaults = method === null ? nothing : defaultsOf(method, isScratch ? "scratch" : trainable === "adapter" ? "adapter" : "tune");
  const needs = method?.needs ?? [];
  // Where nobody says what is what, sub-folders do.
  const labels = facts.labels ?? (needs.includes("labels") ? facts.weakLabels : null);
  const { training: all, probe, labels: weakLabels, judgedBy } = judged(facts, parameters.seed);
  const training = needs.includes("pairs") ? all.filter((place) => facts.texts?.[place] !== "") : all;
  const images = Math.min(parameters.batch ?? defaults.perImages, training.length);
  const sidePx = Math.max(Math.ceil((1.2 * size) / 8) * 8, facts.baselineSize);
  const isOpen = parameters.steps === null && parameters.epochs === null && parameters.minutes === null;
  const most = isOpen ? mostLength[isScratch ? "scratch" : trainable] : { minutes: parameters.minutes, epochs: parameters.epochs };
  const steps = parameters.steps ?? (most.epochs === null ? null : Math.max(1, Math.round((most.epochs * training.length) / images)));
  const rate = general["learningRate"] as number;
  const decay = general["weightDecay"] as number;
  const views = general["keptViews"] as number;
  return {
    version: 1,
    id: parameters.run,
    seed: parameters.seed,
    from: card === null ? { kind: "scratch", architecture } : { kind: "encoder", folder: facts.baselineFolder },
    baseline: facts.baselineFolder,
    method: methodId,
    settings: own,
    trainable,
    batchStatistics: isScratch || trainable === "norm" || trainable === "all",
    preset,
    augment,
    images,
    pieces: general["pieces"] as number,
    size,
    start: general["byViews"] === 1 ? "views" : "whitened",
    steps,
    minutes: most.minutes,
    optimizer: optimizer ?? defaults.optimizer,
    optimizerOptions: {
      momentum: general["sgdMomentum"] as number,
      decay: decay < 0 ? defaults.decay : decay,
      nesterov: false,
      beta1: 0.9,
      beta2: 0.999,
      trust: 0.02,
    },
    rate: rate > 0 ? rate : (defaults.rate * images) / defaults.perImages,
    warmUpShare: general["warmUp"] as number,
    finalShare: 0.01,
    clip: general["clip"] as number,
    keptViews: isScratch ? 0 : views >= 0 ? views : trainable === "adapter" ? adapterViews : trainable === "last" ? lastViews : 0,
    device,
    executor: chooseExecutor(device, executor),
    threads: facts.threads,
    pictures: { ...facts.picturesPath(sidePx), count: population, sidePx },
    training,
    probe,
    labels,
    weakLabels,
    judgedBy,
    texts: facts.texts,
    teacher: needs.includes("teacher") ? (teacher === null ? facts.baselineFolder : facts.folderOfEncoder(teacher)) : null,
    evaluations: general["evaluations"] as number,
    checkpointSeconds: 60,
  };
}

/** Null: whitening, which trains nothing. Throws a UserError where the method lacks something. */
function findMethod(id: string, { labels, weakLabels, texts }: PlanFacts): Method | null {
  if (id === whitenMethod) return null;
  if (!isMethodId(id))
    throw new UserError("method-unknown", `There is no method "${id}"; expected one of ${[whitenMethod, ...methodIds].join(", ")}.`);
  const method = methods[id];
  if (method.needs.includes("labels") && !(labels ?? weakLabels)?.some((label) => label >= 0))
    throw new UserError(
      "labels-missing",
      `${method.title} learns from labels; expected --labels FILE.csv (path,label) that names pictures of this collection, or pictures in sub-folders.`,
    );
  if (method.needs.includes("pairs") && !texts?.some((text) => text !== ""))
    throw new UserError(
      "pairs-missing",
      `${method.title} learns from texts; expected --pairs FILE.csv (path,text) that names pictures of this collection.`,
    );
  return method;
}

function defaultsOf({ defaults }: Method, kind: "scratch" | "adapter" | "tune"): MethodDefaults {
  return defaults[kind] ?? defaults.tune;
}

const nothing: MethodDefaults = { optimizer: "sgd", rate: 0, perImages: 32, decay: 0 };

/**
 * How long to train where nobody says: small folders are overfitted within minutes (METHODS 3.4), so what begins at a good encoder ends after some epochs.
 */
const mostLength: Readonly<Record<TrainableLevel | "scratch", { readonly minutes: number | null; readonly epochs: number | null }>> = {
  adapter: { minutes: 1, epochs: 25 },
  norm: { minutes: 4, epochs: 8 },
  last: { minutes: 4, epochs: 2 },
  all: { minutes: 10, epochs: 8 },
  scratch: { minutes: 20, epochs: null },
};
const adapterViews = 4;
/** One for each epoch. */
const lastViews = 2;

/** Small folders are judged by the pictures they were trained on: the metrics then flatter a little, and the verdict asks for more. */
const smallest = 400;

/** Pictures to learn from and to judge by. Those with a label given by hand are held back first where that gives enough to judge by. */
function judged({ population, weakLabels: folders, givenLabels: given }: PlanFacts, seed: number): Divided & ReturnType<typeof judgeBy> {
  if (given !== null) {
    const preferring = divide(population, seed, (place) => (given.labels[place] ?? -1) >= 0);
    const by = judgeBy(preferring.probe, { given, folders });
    if (by.judgedBy?.kind === "given") return { ...preferring, ...by };
  }
  const plain = divide(population, seed);
  return { ...plain, ...judgeBy(plain.probe, { given: null, folders }) };
}

interface Divided {
  readonly training: number[];
  readonly probe: number[];
}

/** A fifth, at most 2,000, is never trained on. @param prefers fills half of it at most: the rest stays as the folder is */
function divide(population: number, seed: number, prefers: (place: number) => boolean = () => false): Divided {
  const places = Array.from({ length: population }, (_, place) => place);
  if (population < smallest) return { training: places, probe: places };
  const held = Math.min(2000, Math.round(population / 5));
  const shuffled = shuffle([...places], createRandom(seed ^ 0x5eed));
  const preferred = new Set(shuffled.filter(prefers).slice(0, Math.floor(held / 2)));
  const order = [...preferred, ...shuffled.filter((place) => !preferred.has(place))];
  const ascending = (one: number, other: number): number => one - other;
  return { training: order.slice(held).sort(ascending), probe: order.slice(0, held).sort(ascending) };
}

/** Which kind of setting each assignment is, by its name. */
function readSettings(assignments: readonly string[], methodSpecs: Parameters<typeof parseSettings>[0]) {
  const augment: Record<string, string> = {};
  const known: string[] = [];
  const general: string[] = [];
  let optimizer: OptimizerName | null = null;
  let executor: ExecutorChoice = "auto";
  let teacher: string | null = null;
  for (const written of assignments) {
    const at = written.indexOf("=");
    const name = written.slice(0, Math.max(0, at)).trim();
    const value = written.slice(at + 1).trim();
    if (name === "optimizer") optimizer = oneOf("optimizer", value, optimizerNames);
    else if (name === "teacher") teacher = value;
    else if (name === "executor") executor = oneOf("executor", value, executorKinds);
    else if (Object.hasOwn(methodSpecs, name)) known.push(written);
    else if (isAugmentSetting(name.slice(name.indexOf(".") + 1))) augment[name] = value;
    else if (Object.hasOwn(generalSpecs, name)) general.push(written);
    else known.push(written);
  }
  const unknown = known.find((written) => !Object.hasOwn(methodSpecs, written.slice(0, Math.max(0, written.indexOf("="))).trim()));
  if (unknown !== undefined) {
    // The message then names all there are.
    parseSettings({ ...methodSpecs, ...generalSpecs }, [unknown]);
  }
  return { own: parseSettings(methodSpecs, known), general: parseSettings(generalSpecs, general), augment, optimizer, executor, teacher };
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T;
  throw new UserError("setting-invalid", `--set: ${name} is "${value}"; expected one of ${allowed.join(", ")}.`);
}
