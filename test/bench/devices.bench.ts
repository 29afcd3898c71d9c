/**
 * @file `npm run bench devices -- [DEVICE...] [--steps N] [--only LOAD] [--images N]`: one training step on each device named (webgpu, cuda, directml, coreml, cpu): whether its
 * losses and its state are the CPU's, views a second, which of its nodes fell back to the CPU, and which operators take its time. For a machine with a
 * graphics card. Each device runs in a process of its own.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

import type { ConcreteDevice } from "#engine/runtime/inference-messages.ts";
import type { Executor, HostTensor } from "#engine/runtime/training/executor.ts";
import { openNativeExecutor } from "#engine/runtime/training/native-executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import type { TrainingStep } from "#engine/training/step/build-step.ts";
import { feedsOf, loads, stepOf, type Load } from "./training-loads.ts";

/** Losses of the first steps are compared; later ones drift apart, as any two devices that add in another order. */
const compared = 3;

interface Figures {
  readonly openSeconds: number;
  readonly losses: readonly number[];
  readonly checks: Readonly<Record<string, number>>;
  readonly stepSeconds: readonly number[];
  readonly onCpu: Readonly<Record<string, number>>;
  /** What the card itself took, and for which of its programs. */
  readonly onCard: { readonly milliseconds: number; readonly programs: number };
  readonly slowest: readonly { readonly operator: string; readonly milliseconds: number; readonly nodes: number }[];
}

const steps = Number(option("--steps") ?? "12");
const only = option("--only");
/** Fewer, where a device is a slow likeness of one. */
const fewer = option("--images");
const child = option("--child");
if (child !== null) console.log(JSON.stringify(await measure(child as Where, loadOf(only as string))));
else {
  const devices = process.argv.slice(2).filter((word, at, all) => !word.startsWith("--") && !(all[at - 1] ?? "").startsWith("--"));
  for (const name of Object.keys(loads).filter((each) => only === null || each === only)) {
    const wanted = run("native", name);
    for (const device of ["native", ...(devices.length === 0 ? ["webgpu"] : devices)]) {
      const found = device === "native" ? wanted : run(device, name);
      if (found === null) continue;
      const seconds = [...found.stepSeconds].sort((one, other) => one - other);
      const median = seconds[Math.floor(seconds.length / 2)] ?? Number.NaN;
      const views = 2 * loadOf(name).images;
      console.log(
        `${name} on ${device}: ${(views / median).toFixed(1)} views/s (${(median * 1e3).toFixed(1)} ms a step; ${((seconds[0] ?? 0) * 1e3).toFixed(1)} to ${((seconds.at(-1) ?? 0) * 1e3).toFixed(1)}), opened in ${found.openSeconds.toFixed(1)} s`,
      );
      if (device === "native" || wanted === null) continue;
      console.log(
        `  losses ${found.losses.join(" ")} against ${wanted.losses.join(" ")}; state off by ${apart(found.checks, wanted.checks)}`,
      );
      console.log(`  nodes on the CPU: ${JSON.stringify(found.onCpu)}`);
      const { milliseconds: busy, programs } = found.onCard;
      if (programs > 0)
        console.log(`  the card is busy for ${busy.toFixed(2)} ms a step with ${programs.toFixed(0)} programs; the largest:`);
      for (const { operator, milliseconds, nodes } of found.slowest)
        console.log(`    ${operator.padEnd(24)} ${milliseconds.toFixed(2).padStart(9)} ms a step in ${nodes.toFixed(0)} nodes`);
    }
  }
}

function loadOf(name: string): Load {
  const load = loads[name] as Load;
  return fewer === null ? load : { ...load, images: Number(fewer) };
}

type Where = ConcreteDevice | "native";

function run(device: string, name: string): Figures | null {
  const line = [
    import.meta.filename,
    "--child",
    device,
    "--only",
    name,
    "--steps",
    String(steps),
    ...(fewer === null ? [] : ["--images", fewer]),
  ];
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, line, { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status === 0) return JSON.parse(stdout.trim().split("\n").at(-1) as string) as Figures;
  console.log(`${name} on ${device} failed (${String(status ?? signal)}): ${stderr.trim().split("\n").slice(-6).join("\n")}`);
  return null;
}

async function measure(device: Where, given: Load): Promise<Figures> {
  const step = stepOf(given);
  const feeds = Array.from({ length: compared }, (_, at) => feedsOf(step, given, at));
  const timed = await open(device, step);
  const losses: number[] = [];
  for (const each of feeds) losses.push((await timed.executor.step(each)).get("metric/loss")?.data[0] as number);
  const checks = Object.fromEntries([...(await timed.executor.readState())].map(([name, tensor]) => [name, lengthOf(tensor)]));
  const stepSeconds: number[] = [];
  for (let at = 0; at < steps; at++) {
    const start = process.hrtime.bigint();
    await timed.executor.step(feeds[at % compared] as Map<string, HostTensor>);
    stepSeconds.push(Number(process.hrtime.bigint() - start) / 1e9);
  }
  await timed.executor.close();
  return { openSeconds: timed.seconds, losses, checks, stepSeconds, ...(await profiled(device, step, feeds)) };
}

/** Which operators ran where, out of ONNX Runtime's own profile. */
async function profiled(
  device: Where,
  step: TrainingStep,
  feeds: readonly Map<string, HostTensor>[],
): Promise<Pick<Figures, "onCpu" | "onCard" | "slowest">> {
  if (device === "native") return { onCpu: {}, onCard: { milliseconds: 0, programs: 0 }, slowest: [] };
  const folder = mkdtempSync(join(tmpdir(), "likeness-devices-"));
  try {
    const { executor } = await open(device, step, join(folder, "profile"));
    for (const each of feeds) await executor.step(each);
    await executor.close();
    const file = readdirSync(folder).find((name) => name.startsWith("profile")) as string;
    const events = JSON.parse(readFileSync(join(folder, file), "utf8")) as Event[];
    const nodes = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"));
    // A card's own clock, by program and shape; else what ONNX Runtime saw.
    const programs = events.filter(({ cat, args }) => cat === "Api" && args.shapes !== undefined);
    const onCpu: Record<string, number> = {};
    for (const { args } of nodes) if (args.provider === "CPUExecutionProvider") onCpu[args.op_name] = (onCpu[args.op_name] ?? 0) + 1;
    for (const [name, count] of Object.entries(onCpu)) onCpu[name] = Math.round(count / compared);
    const times = new Map<string, { milliseconds: number; nodes: number }>();
    for (const { name, args, dur } of programs.length > 0 ? programs : nodes) {
      const operator = programs.length > 0 ? `${name.split("&").slice(1).join("/")} ${args.shapes}` : args.op_name;
      const known = times.get(operator) ?? { milliseconds: 0, nodes: 0 };
      times.set(operator, { milliseconds: known.milliseconds + dur / 1e3 / compared, nodes: known.nodes + 1 / compared });
    }
    const onCard = {
      milliseconds: programs.reduce((sum, { dur }) => sum + dur / 1e3 / compared, 0),
      programs: programs.length / compared,
    };
    const slowest = [...times]
      .map(([operator, told]) => ({ operator, ...told }))
      .sort((one, other) => other.milliseconds - one.milliseconds)
      .slice(0, 12);
    return { onCpu, onCard, slowest };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args: { readonly provider: string; readonly op_name: string; readonly shapes?: string };
}

async function open(device: Where, step: TrainingStep, profile?: string): Promise<{ executor: Executor; seconds: number }> {
  const start = process.hrtime.bigint();
  const options = { threads: 0 };
  const executor =
    device === "native"
      ? await openNativeExecutor(step.graph, step.initial, { threads: availableParallelism() })
      : await openOnnxRuntimeExecutor(step.graph, step.initial, { ...options, device, ...(profile === undefined ? {} : { profile }) });
  return { executor, seconds: Number(process.hrtime.bigint() - start) / 1e9 };
}

function lengthOf({ data }: HostTensor): number {
  let sum = 0;
  for (const value of data as Float32Array) sum += value * value;
  return Math.sqrt(sum);
}

/** The largest relative difference of the lengths of the state's tensors; of what is nothing but rounding (a bias before a norm) the difference itself, in thousandths. */
function apart(found: Figures["checks"], wanted: Figures["checks"]): string {
  const off = Object.entries(wanted).map(([name, length]) => {
    const other = found[name] ?? Number.NaN;
    return [Math.abs(other - length) / Math.max(1e-3, length), name, length, other] as const;
  });
  const [most, name, length, other] = off.reduce((worst, each) => (each[0] > worst[0] ? each : worst));
  return `${most.toExponential(1)} at most (${name}: ${other} for ${length})`;
}

function option(name: string): string | null {
  const at = process.argv.indexOf(name);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}
