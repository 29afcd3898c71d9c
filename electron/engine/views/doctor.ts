/**
 * @file What is here, what is missing, and what that costs.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import type { DoctorReport } from "#protocol/model.ts";
import { loadKernels } from "#native/kernels.ts";

import { productVersion } from "../base/version.ts";
import { defaultEncoderId, findEncoder } from "../encoders/registry.ts";
import type { Engine } from "../engine.ts";
import { hasTurbo, turboWhy } from "../ingest/decode/turbo.ts";
import { reportDevices } from "../runtime/devices.ts";
import { describeTensorflow, findTensorflow } from "../runtime/training/tensorflow/load.ts";
import { inferenceRequest } from "../stages/encoder-use.ts";

export async function doctor(engine: Pick<Engine, "clock" | "cores">): Promise<DoctorReport> {
  const kernels = loadKernels();
  const missing: string[] = [];
  if (kernels.kind === "typescript")
    missing.push(
      `Native kernels: ${kernels.why} Neighbours and the map run in TypeScript, several times slower; the results are the same.`,
    );
  if (!hasTurbo()) missing.push(`libjpeg-turbo: ${turboWhy()}`);
  const devices = await reportDevices(inferenceRequest(findEncoder(defaultEncoderId), engine.cores), engine.clock);
  if (!devices.some((device) => device.available && device.name !== "cpu"))
    missing.push("A graphics device for the encoder: it runs on the CPU, which is right for tens of thousands of images.");
  if (!electronVersion())
    missing.push("The Electron binary: the app opens in the browser instead. `npm run setup -- --electron` fetches it.");
  if (findTensorflow() === null)
    missing.push("TensorFlow for Node: training runs on ONNX Runtime alone. `npm run setup -- --tensorflow` installs it.");
  return {
    devices,
    versions: {
      likeness: productVersion,
      node: process.versions.node,
      "onnxruntime-node": packageVersion("onnxruntime-node"),
      "better-sqlite3": packageVersion("better-sqlite3"),
      sharp: packageVersion("sharp"),
      tensorflow: describeTensorflow(),
      kernels: kernels.kind,
      cores: String(engine.cores),
    },
    missing,
  };
}

/** Of an installed package. Some do not let their package.json be imported: it lies in the folder of the package's name above its entry. */
function packageVersion(name: string): string {
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const folder = entry.slice(0, entry.lastIndexOf(join("node_modules", name)) + join("node_modules", name).length);
    return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;
  } catch {
    return "unknown";
  }
}

/** The version of Electron we run in, or whose binary lies beside us. */
function electronVersion(): string | null {
  if (process.versions["electron"]) return process.versions["electron"];
  try {
    const require = createRequire(import.meta.url);
    require.resolve("electron/dist/version");
    return packageVersion("electron");
  } catch {
    return null;
  }
}
