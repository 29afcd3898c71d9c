/**
 * @file `npm run setup -- --tensorflow`: puts TensorFlow for Node into out/tensorflow, for the training executor that runs on it. First by the way of
 * its package, which fetches a library from a host of its own; where that fails, on Linux, with the libraries out of TensorFlow's Python wheel and
 * the package's two C++ files compiled here. Nothing of it is a dependency of the app.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { findCompiler, findOnPath } from "./native-addon.mjs";
import { inRoot, outFolder } from "./paths.mjs";
import { capture, npm, tail } from "./process.mjs";
import { SetupError, say, timed } from "./say.mjs";

const folder = join(outFolder, "tensorflow");
const packageVersion = "4.22.0";
const packageFolder = join(folder, "node_modules", "@tensorflow", "tfjs-node");
const libraries = join(packageFolder, "deps", "lib");
const readyPath = join(folder, "ready.json");

/** The wheel whose C interface the package was tried with. */
const wheel = { name: "tensorflow-cpu", version: "2.20.0", python: "3.11" };
const wheelPlatforms = { x64: "manylinux_2_17_x86_64", arm64: "manylinux_2_17_aarch64" };

/** Multiplies two matrices; what it prints is TensorFlow's version. */
const trial = `
require("node:util").isNullOrUndefined ??= (value) => value === null || value === undefined;
const tf = require("@tensorflow/tfjs-node");
if (tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).sum().arraySync() !== 12) throw new Error("a product of matrices came out wrong");
console.log(tf.version["tensorflow"] ?? tf.backend().binding.TF_Version);
`;

/** @param runtime the Node that will load it */
export async function installTensorflow(runtime) {
  const known = existsSync(readyPath) ? JSON.parse(readFileSync(readyPath, "utf8")) : null;
  if (known?.package === packageVersion && (await works(runtime)).works) {
    say(`TensorFlow ${known.library} is there (${known.way})`);
    return;
  }
  rmSync(readyPath, { force: true });
  await timed(`installing @tensorflow/tfjs-node ${packageVersion}`, "its JavaScript is there", installPackage);
  const own = await timed("letting the package fetch TensorFlow", "tried the package's own way", () => byPackage(runtime));
  if (own.works) return ready("the package's own way", own.version);
  say(`the package's own way failed: ${own.why}`);
  const way = await byWheel(runtime);
  ready("libraries of the Python wheel", way.version);
}

function ready(way, library) {
  writeFileSync(readyPath, `${JSON.stringify({ package: packageVersion, library, way })}\n`);
  say(`TensorFlow ${library} works (${way})`);
}

async function installPackage() {
  mkdirSync(folder, { recursive: true });
  // Its own package.json keeps npm from walking up into the project.
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const { code, output } = await npm(["install", "--no-save", `@tensorflow/tfjs-node@${packageVersion}`], { cwd: folder });
  if (code !== 0) throw new SetupError(`@tensorflow/tfjs-node could not be installed from the package registry:\n${tail(output, 6)}`);
}

async function byPackage(runtime) {
  const { code, output } = await capture(runtime, [join("scripts", "install.js")], { cwd: packageFolder, timeout: 900_000 });
  const result = await works(runtime);
  if (result.works) return result;
  const complaint = output.split("\n").find((line) => /^\s*\w*Error:|ENOTFOUND|ETIMEDOUT|\b40[34]\b/.test(line));
  return { works: false, why: complaint?.trim() ?? (code === 0 ? result.why : `its install script ended with ${code}`) };
}

async function byWheel(runtime) {
  const platform = process.platform === "linux" ? wheelPlatforms[process.arch] : undefined;
  if (platform === undefined)
    throw new SetupError(
      `TensorFlow could not be installed: there is no second way on ${process.platform}-${process.arch}. Training runs on ONNX Runtime without it.`,
    );
  const compiler = findCompiler();
  const python = findOnPath(["python3", "python"]);
  const missing = [
    ...(compiler ? [] : ["a C++ compiler (`npm run setup -- --system`)"]),
    ...(python ? [] : ["Python 3 with pip, to fetch the wheel"]),
  ];
  if (missing.length > 0) throw new SetupError(`TensorFlow could not be installed; the second way needs ${missing.join(" and ")}`);
  await timed(`fetching the wheel ${wheel.name} ${wheel.version} (260 MB)`, "TensorFlow's libraries are there", () =>
    fetchWheel(python, platform),
  );
  await timed("compiling the package's binding", "the binding is there", () => compileBinding(compiler));
  const result = await works(runtime);
  if (!result.works) throw new SetupError(`TensorFlow is installed but does not run: ${result.why}`);
  return result;
}

async function fetchWheel(python, platform) {
  const download = join(folder, "wheel");
  rmSync(download, { recursive: true, force: true });
  mkdirSync(download, { recursive: true });
  const abi = `cp${wheel.python.replace(".", "")}`;
  const chosen = [
    "--no-deps",
    "--only-binary=:all:",
    "--platform",
    platform,
    "--implementation",
    "cp",
    "--abi",
    abi,
    "--python-version",
    wheel.python,
  ];
  const args = ["-m", "pip", "download", ...chosen, "--dest", download, `${wheel.name}==${wheel.version}`];
  const { code, output } = await capture(python, args);
  if (code !== 0) throw new SetupError(`the wheel could not be fetched by pip:\n${tail(output, 6)}`);
  const unpacked = await capture(python, ["-c", unpack, download, join(packageFolder, "deps")]);
  if (unpacked.code !== 0) throw new SetupError(`the wheel could not be unpacked:\n${tail(unpacked.output, 6)}`);
  rmSync(download, { recursive: true, force: true });
}

/** Takes the two libraries and the C headers out of the wheel, which is a zip file. */
const unpack = `
import os, shutil, sys, zipfile
source, target = sys.argv[1:]
wheel = zipfile.ZipFile(os.path.join(source, os.listdir(source)[0]))
folders = ("tensorflow/c/", "tensorflow/core/platform/", "xla/tsl/", "tsl/")
for name in wheel.namelist():
    base = name.rsplit("/", 1)[-1]
    if base in ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2"):
        path = os.path.join(target, "lib", base)
    elif name.startswith("tensorflow/include/") and name[19:].startswith(folders) and name.endswith(".h"):
        path = os.path.join(target, "include", name[19:])
    else:
        continue
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with wheel.open(name) as packed, open(path, "wb") as file:
        shutil.copyfileobj(packed, file, 1 << 20)
`;

async function compileBinding(compiler) {
  const output = join(packageFolder, "lib", "napi-v8");
  mkdirSync(output, { recursive: true });
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(packageFolder, "binding", name));
  const args = [
    ...["-std=c++17", "-O2", "-fPIC", "-shared", "-w", "-DNAPI_VERSION=8"],
    ...[packageFolder, join(packageFolder, "deps", "include"), inRoot("node_modules", "node-api-headers", "include")].map(
      (path) => `-I${path}`,
    ),
    ...sources,
    ...["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"].map((name) => join(libraries, name)),
    "-Wl,-rpath,$ORIGIN/../../deps/lib",
    ...["-o", join(output, "tfjs_binding.node")],
  ];
  const { code, output: said } = await capture(compiler, args);
  if (code !== 0) throw new SetupError(`the binding of @tensorflow/tfjs-node could not be compiled:\n${tail(said, 12)}`);
}

/** @returns {Promise<{ works: boolean, version: string, why: string }>} */
async function works(runtime) {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2", NODE_NO_WARNINGS: "1" };
  const { code, output } = await capture(runtime, ["-e", trial], { cwd: folder, env });
  const lines = output.trim().split("\n");
  if (code === 0) return { works: true, version: lines.at(-1) ?? "", why: "" };
  return { works: false, version: "", why: lines.find((line) => /error/i.test(line))?.trim() ?? lines[0] ?? `status ${code}` };
}
