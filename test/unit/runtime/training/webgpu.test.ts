import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { describe, expect, test } from "vitest";

import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { fetchDebianPackage } from "../../../fixtures/packages.ts";
import { expectClose } from "./compare.ts";
import { runSteps, smallStep } from "./small-step.ts";

const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const loader = existsSync(driver) && process.arch === "x64" ? await vulkanLoader() : null;
if (loader === null) process.stderr.write("skipped: WebGPU needs a Vulkan driver (Debian's chromium-common) and its loader (libvulkan1)\n");

describe.skipIf(loader === null)("WebGPU, by Chromium's software driver", () => {
  test.each([
    ["residual", "sgd"],
    ["residual", "adamw"],
    ["depthwise", "sgd"],
  ] as const)("three steps of a %s net with %s agree with the CPU's, state and all", { timeout: 240_000 }, async (net, optimizer) => {
    const step = smallStep(optimizer, net);
    const cpu = await openOnnxRuntimeExecutor(step.graph, step.initial, { threads: 1, device: "cpu" });
    const wanted = await runSteps(cpu, step, { count: 3 });
    await cpu.close();
    const folder = await mkdtemp(join(tmpdir(), "likeness-webgpu-"));
    try {
      const env = { ...process.env, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: loader as string, XDG_RUNTIME_DIR: folder };
      const program = join(import.meta.dirname, "..", "..", "..", "helpers", "webgpu-steps.ts");
      const { stdout } = await promisify(execFile)(process.execPath, [program, optimizer, net, join(folder, "profile")], {
        env,
        maxBuffer: 2 ** 26,
      });
      const found = JSON.parse(stdout) as Told;
      found.losses.forEach((loss, at) => expect(Math.abs(loss / (wanted.losses[at] as number) - 1)).toBeLessThan(1e-3));
      expect(found.tensors.map(({ name }) => name)).toEqual([...wanted.state.keys()]);
      for (const { name, shape, data } of found.tensors)
        expectClose({ type: "float32", shape, data: Float32Array.from(data) }, wanted.state.get(name) as HostTensor, name, 1e-3);
      expect(await nodesOnTheCpu(folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Operators of the profile that ran on the CPU: each is a way there and back. */
async function nodesOnTheCpu(folder: string): Promise<string[]> {
  const file = (await readdir(folder)).find((name) => name.startsWith("profile"));
  const events = JSON.parse(await readFile(join(folder, file as string), "utf8")) as readonly Event[];
  const ran = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"));
  expect(ran.length).toBeGreaterThan(500);
  return ran.flatMap(({ args }) => (args.provider === "CPUExecutionProvider" ? [args.op_name] : []));
}

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly args: { readonly provider: string; readonly op_name: string };
}

interface Told {
  readonly losses: readonly number[];
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[]; readonly data: readonly number[] }[];
}

/** The folder of libvulkan.so.1: the system's, else out of its package. */
async function vulkanLoader(): Promise<string | null> {
  const place = "usr/lib/x86_64-linux-gnu";
  if (existsSync(join("/", place, "libvulkan.so.1"))) return join("/", place);
  const unpacked = await fetchDebianPackage("libvulkan1");
  return unpacked === null ? null : join(unpacked, place);
}
