/**
 * @file Which devices can run an encoder here, found out by trying, and which one to take: the quickest on a small batch. A software
 * Vulkan driver answers the trial too, fifty times slower than the CPU, so being available is not enough.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import type { DeviceName, DeviceReport } from "#protocol/model.ts";

import type { Clock } from "../base/clock.ts";
import { UserError, messageOf } from "../base/errors.ts";
import type { ConcreteDevice, OpenRequest } from "./inference-messages.ts";
import { openInferenceTeam } from "./inference-team.ts";
import { openInference, type InferenceSessionHandle } from "./inference.ts";

export interface ChosenDevice {
  readonly device: ConcreteDevice;
  readonly session: InferenceSessionHandle;
}

type EncoderRequest = Omit<OpenRequest, "kind" | "device">;

/** Enough to occupy every session of a team. */
const trialCount = 16;

function openDevice(encoder: EncoderRequest, device: ConcreteDevice): Promise<InferenceSessionHandle> {
  return device === "cpu" ? openInferenceTeam(encoder) : openInference({ ...encoder, device });
}

/** Opens the encoder on the device asked for; with "auto" on the quickest of those that work. */
export async function openOnDevice(encoder: EncoderRequest, wanted: DeviceName, clock: Clock): Promise<ChosenDevice> {
  if (wanted !== "auto") {
    const why = unavailableReason(wanted);
    if (why) throw new UserError("device-unavailable", `The device ${wanted} cannot be used here: ${why} Use --device auto or cpu.`);
    return { device: wanted, session: await openDevice(encoder, wanted) };
  }
  let best: (ChosenDevice & { elapsedMs: number }) | null = null;
  for (const device of candidates()) {
    const attempt = await attemptDevice(encoder, device, clock);
    if (!("session" in attempt)) continue;
    if (!best || attempt.elapsedMs < best.elapsedMs) {
      await best?.session.close();
      best = attempt;
    } else await attempt.session.close();
  }
  if (!best) throw new UserError("device-unavailable", "No device can run this encoder, not even the CPU. Run `likeness doctor`.");
  return best;
}

/** What each device says when tried with this encoder. */
export async function reportDevices(encoder: EncoderRequest, clock: Clock): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const device of ["cpu", "webgpu", "directml", "cuda", "coreml"] as const) {
    const why = unavailableReason(device);
    if (why) {
      reports.push({ name: device, available: false, why });
      continue;
    }
    const attempt = await attemptDevice(encoder, device, clock);
    if ("session" in attempt) {
      await attempt.session.close();
      reports.push({ name: device, available: true, why: `${trialCount} pictures in ${attempt.elapsedMs.toFixed(0)} ms` });
    } else reports.push({ name: device, available: false, why: attempt.why });
  }
  return reports;
}

async function attemptDevice(
  encoder: EncoderRequest,
  device: ConcreteDevice,
  clock: Clock,
): Promise<(ChosenDevice & { elapsedMs: number }) | { why: string }> {
  let session: InferenceSessionHandle | null = null;
  try {
    session = await openDevice(encoder, device);
    const bytes = trialCount * encoder.input.size * encoder.input.size * 3;
    await session.embed(new Uint8Array(bytes).fill(90), trialCount);
    const start = clock.monotonic();
    await session.embed(new Uint8Array(bytes).fill(120), trialCount);
    return { device, session, elapsedMs: clock.monotonic() - start };
  } catch (thrown) {
    await session?.close();
    return { why: messageOf(thrown) };
  }
}

/** What is worth a trial on this platform; the CPU always is. */
function candidates(): ConcreteDevice[] {
  return (["cpu", "cuda", "directml", "coreml", "webgpu"] as const).filter((device) => unavailableReason(device) === null);
}

/** Why a device cannot even be tried; null when it can. */
function unavailableReason(device: ConcreteDevice): string | null {
  const { platform, arch } = process;
  if (device === "directml") return platform === "win32" ? null : "DirectML is part of Windows.";
  if (device === "coreml") return platform === "darwin" ? null : "CoreML is part of macOS.";
  if (device === "cuda") {
    if (platform !== "linux" || arch !== "x64") return "ONNX Runtime's CUDA provider is packaged for Linux on x64 only.";
    const library = join(runtimeFolder(), "libonnxruntime_providers_cuda.so");
    return existsSync(library)
      ? null
      : "ONNX Runtime's CUDA provider is not installed (a separate download of the onnxruntime-node package).";
  }
  if (device === "webgpu") {
    if (platform === "linux" && arch !== "x64") return "onnxruntime-node carries WebGPU for Linux on x64 only.";
    if (platform === "linux" && !hasVulkanLoader()) return "WebGPU needs a Vulkan driver; libvulkan.so.1 was not found.";
  }
  return null;
}

function runtimeFolder(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve("onnxruntime-node")), "..", "bin", "napi-v6", process.platform, process.arch);
}

/** Asking first keeps the loader's own complaint off the terminal. */
function hasVulkanLoader(): boolean {
  const folders = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/lib/x86_64-linux-gnu",
    "/usr/local/lib",
    ...(process.env["LD_LIBRARY_PATH"] ?? "").split(":"),
  ];
  return folders.some((folder) => folder !== "" && existsSync(join(folder, "libvulkan.so.1")));
}
