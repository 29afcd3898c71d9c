/**
 * @file Every method on the same 3,000 pictures of clothes: a small residual net from nothing, 800 steps of two views of 64 pictures, the same views for all; leave-one-out
 * accuracy of 20 neighbours before and after. Run alone on a quiet machine, one to three minutes a method:
 *
 *     node test/bench/methods.bench.ts [--methods simclr,moco] [--steps 800] [--pictures 3000] [--images 64] [--size 32] [--seed 1] [--executor native|onnxruntime] [--set key=value,...] [--smoke]
 *       [--lightly PYTHON [--only-lightly]]: SimCLR, MoCo, BYOL, SwAV and DCL also in that package, from the same weights on the same views; an interpreter that has `torch` and `lightly`
 *
 * `supcon` is shown the labels and `clip` texts that name the classes: theirs is no comparison with the rest. `distill` learns from the bundled encoder.
 */
import { createRandom } from "#engine/base/random.ts";
import { makeUnitRows } from "#engine/base/unit-length.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { openNativeExecutor } from "#engine/runtime/training/native-executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { buildArchitecture } from "#engine/training/architectures/table.ts";
import type { Settings } from "#engine/training/methods/method.ts";
import { parseSettings } from "#engine/training/methods/parse-settings.ts";
import { instanceVectors } from "#engine/training/methods/diet.ts";
import { methodIds, methodOf } from "#engine/training/methods/table.ts";
import { buildStep, type TrainingStep } from "#engine/training/step/build-step.ts";
import { encodeText, encoderOf, learnPairs } from "#engine/runtime/text/byte-pairs.ts";
import { instanceStart } from "#engine/training/trainer/instance-start.ts";
import { createOrder } from "#engine/training/trainer/order.ts";
import { withWeights } from "#engine/training/trainer/run-model.ts";
import { rateAt, type Schedule } from "#engine/training/trainer/schedule.ts";
import { viewKind } from "#engine/training/trainer/source.ts";

import { asTheyAre, embed, knn, readFashion, teach, views, type Fashion } from "./methods/fashion.ts";
import { lightlyMethods, trainInLightly } from "./methods/lightly.ts";
import { recallAtTen, textsOf } from "./methods/recall.ts";

const smoke = process.argv.includes("--smoke");
const images = Number(option("--images", "64"));
const steps = Number(option("--steps", smoke ? "3" : "800"));
const size = Number(option("--size", "32"));
const seed = Number(option("--seed", "1"));
const executor = option("--executor", "native");
const set = option("--set", "").split(",").filter(Boolean);
const lightly = option("--lightly", "");
/** What the package gives, without ours beside it: a run of ours is the same each time. */
const onlyLightly = process.argv.includes("--only-lightly");
const ids = option("--methods", (lightly === "" ? methodIds : lightlyMethods).join(",")).split(",");

const fashion = await readFashion(Number(option("--pictures", smoke ? "200" : "3000")));
if (fashion !== null) {
  console.log(`${fashion.count} pictures, resnet-small at ${size} px, ${steps} steps of ${images} pictures, seed ${seed}, ${executor}`);
  console.log("method       start   end     loss first -> last    ms a step");
  for (const id of ids) await train(id, fashion);
}

async function train(id: string, given: Fashion): Promise<void> {
  const method = methodOf(id);
  const settings = { ...parseSettings(method.settings, set), ...("views" in method.settings ? { views: 2 } : {}) };
  const { network } = buildArchitecture("resnet-small", size, createRandom(seed));
  const { optimizer, rate, perImages, decay } = method.defaults.scratch;
  const teacher = method.needs.includes("teacher") ? await teach(given) : null;
  const step = buildStep({
    network,
    method,
    settings,
    images,
    population: given.count,
    size,
    trainable: new Set(network.model.graph.initializers.map(({ name }) => name).filter((name) => /\.(weight|bias)$/.test(name))),
    batchStatistics: true,
    optimizer,
    optimizerOptions: { momentum: 0.9, decay, nesterov: false, beta1: 0.9, beta2: 0.999, trust: 0.02 },
    clip: 0,
    seed,
    ...(teacher === null ? {} : { teacherDimensions: teacher.dimensions }),
  });
  const fresh = await embed(given, network, network.model, size);
  const initial = new Map(step.initial);
  const vectors = initial.get(instanceVectors);
  // As the trainer does it.
  if (vectors !== undefined) initial.set(instanceVectors, { ...vectors, data: instanceStart({ count: given.count, dimensions: network.dimensions, values: fresh }) }); // prettier-ignore
  const open = () => executor === "native" ? openNativeExecutor(step.graph, initial, { threads: 2 }) : openOnnxRuntimeExecutor(step.graph, initial, { threads: 2, device: "cpu" }); // prettier-ignore
  const usesTexts = method.needs.includes("pairs");
  const population = usesTexts ? given.count - heldOut(given.count) : given.count;
  const texts = usesTexts ? textsOf(given).map(encoding(settings, textsOf(given).slice(0, population))) : [];
  const order = createOrder(population, images, seed);
  const schedule: Schedule = { rate: (rate * images) / perImages, steps, warmUpSteps: Math.round(steps / 20), finalShare: 0 };
  const peer = async (): Promise<number> => {
    const theirs = await trainInLightly({
      ...{ python: lightly, method: id, settings, defaults: method.defaults.scratch, network, seed, images, steps, sizePx: size, initial },
      population: given.count,
      rateAt: (at) => rateAt(schedule, at),
      viewsAt: (at) => viewsOf(step, given, order.positionsAt(at), at).get("views")?.data as Float32Array,
      pictures: () => asTheyAre(given, { from: 0, until: given.count, sizePx: size }),
    });
    return knn(given, makeUnitRows(theirs, network.dimensions), network.dimensions);
  };
  if (onlyLightly) {
    console.log(`${id.padEnd(12)} in lightly ${(await peer()).toFixed(4)}`);
    return;
  }
  const running = await open();
  const losses: number[] = [];
  const start = knn(given, fresh, network.dimensions);
  const begun = performance.now();
  for (let at = 0; at < steps; at++) {
    const positions = order.positionsAt(at);
    const feeds = viewsOf(step, given, positions, at);
    const numbers: Record<string, number> = { ...method.scalars?.(settings, at / steps, at), rate: rateAt(schedule, at), step: at + 1 };
    for (const name of step.scalars) feeds.set(name, { type: "float32", shape: [], data: Float32Array.of(numbers[name] as number) });
    for (const name of step.feeds) feeds.set(name, feedOf(name, given, positions, { texts, teacher }));
    losses.push(((await running.step(feeds)).get("metric/loss") as HostTensor).data[0] as number);
  }
  const msPerStep = (performance.now() - begun) / steps;
  const state = await running.readState();
  const embeddings = await embed(given, network, withWeights(network.model, trained(step, state)), size);
  const end = knn(given, embeddings, network.dimensions);
  await running.close();
  const mean = (some: readonly number[]): string => (some.reduce((sum, loss) => sum + loss, 0) / some.length).toFixed(4);
  console.log(
    `${id.padEnd(12)} ${start.toFixed(4)}  ${end.toFixed(4)}  ${mean(losses.slice(0, 10))} -> ${mean(losses.slice(-10))}  ${msPerStep.toFixed(0)}`,
  );
  if (usesTexts) console.log(await recallOf(settings, state, given, embeddings));
  if (lightly === "" || !lightlyMethods.includes(id)) return;
  const theirEnd = await peer();
  console.log(`  in lightly         ${theirEnd.toFixed(4)}  ours is ${((end - theirEnd) * 100).toFixed(1)} points above`);
}

/** The same strength for all: SimCLR's for small pictures; small crops as SwAV draws them. */
function viewsOf(step: TrainingStep, given: Fashion, positions: Int32Array, at: number): Map<string, HostTensor> {
  const feeds = new Map<string, HostTensor>();
  let firstView = 0;
  for (const { name, count, variants, scale } of step.groups) {
    const sizePx = Math.round(size * scale);
    const kind = { ...viewKind("photo", variants[0]?.endsWith("local") === true ? "swav.local" : "small", {}), views: count };
    const data = views({ fashion: given, positions, kind, firstView, sizePx, seed, step: at });
    feeds.set(name, { type: "float32", shape: [count * positions.length, 3, sizePx, sizePx], data });
    firstView += count;
  }
  return feeds;
}

interface Beside {
  readonly texts: readonly BigInt64Array[];
  readonly teacher: { readonly embeddings: Float32Array; readonly dimensions: number } | null;
}

function feedOf(name: string, given: Fashion, positions: Int32Array, { texts, teacher }: Beside): HostTensor {
  const whole = (values: readonly bigint[], shape: number[]): HostTensor => ({ type: "int64", shape, data: BigInt64Array.from(values) });
  const labels = Array.from(positions, (position) => given.labels[position] as number);
  if (name === "positions") return whole(Array.from(positions, BigInt), [positions.length]);
  if (name === "labels") return whole(labels.map(BigInt), [positions.length]);
  if (name === "tokens") {
    const rows = Array.from(positions, (position) => texts[position] as BigInt64Array);
    return whole(
      rows.flatMap((row) => [...row]),
      [positions.length, rows[0]?.length ?? 0],
    );
  }
  const { embeddings, dimensions } = teacher as NonNullable<Beside["teacher"]>;
  const data = new Float32Array(positions.length * dimensions);
  positions.forEach((position, row) => data.set(embeddings.subarray(position * dimensions, (position + 1) * dimensions), row * dimensions));
  return { type: "float32", shape: [positions.length, dimensions], data };
}

/** Pictures and their texts that `clip` never sees: the last sixth. */
function heldOut(count: number): number {
  return Math.floor(count / 6);
}

async function recallOf(
  settings: Settings,
  state: ReadonlyMap<string, HostTensor>,
  given: Fashion,
  embeddings: Float32Array,
): Promise<string> {
  const texts = textsOf(given);
  const from = given.count - heldOut(given.count);
  const dimensions = embeddings.length / given.count;
  const encode = encoding(settings, texts.slice(0, from));
  const request = {
    settings,
    state,
    dimensions,
    embeddings: embeddings.slice(from * dimensions),
    texts: texts.slice(from),
    gallery: texts,
    encode,
  };
  const { recall, chance, distinct } = await recallAtTen(request);
  return `  text recall@10 ${recall.toFixed(3)} of ${distinct} texts, chance ${chance.toFixed(3)}: ${(recall / chance).toFixed(1)} times`;
}

function encoding(settings: Settings, texts: readonly string[]): (text: string) => BigInt64Array {
  const encoder = encoderOf(learnPairs(texts, settings["vocabulary"] ?? 300));
  return (text) => encodeText(text, settings["length"] ?? 8, encoder);
}

function trained(step: TrainingStep, state: ReadonlyMap<string, HostTensor>): Map<string, Float32Array> {
  return new Map([...step.weights].map(([initializer, name]) => [initializer, state.get(name)?.data as Float32Array]));
}

function option(name: string, otherwise: string): string {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
}
