/**
 * @file Compiles the native addon into out/native where a C++ compiler is found and the sources changed. Runs on the machine's own Node (20 or
 * newer) and needs nothing but that, the compiler and the headers in node_modules/node-api-headers. A machine without a compiler loses
 * speed, nothing else: every kernel has a TypeScript twin.
 *
 *     node build/native.mjs [--force] [--sanitize]      (--sanitize: address and undefined-behaviour checks, into out/native-sanitized)
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { argv } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sourceFolder = join(root, "native", "src");
const headers = join(root, "node_modules", "node-api-headers", "include");
const sanitizers = ["-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"];

/**
 * @param {{ force?: boolean, sanitize?: boolean }} [options]
 * @returns {Promise<{ built: boolean, path: string | null, why: string }>} built: compiled just now; path: the usable addon, or null
 */
export async function buildNative({ force = false, sanitize = false } = {}) {
  const folder = join(root, "out", sanitize ? "native-sanitized" : "native");
  const output = join(folder, `likeness-${process.platform}-${process.arch}.node`);
  const stampPath = join(folder, "stamp.json");
  if (process.platform === "win32")
    return { built: false, path: existsSync(output) ? output : null, why: "on Windows the TypeScript kernels run" };

  const sources = hashSources();
  const stamp = readStamp(stampPath);
  const current = existsSync(output) && stamp?.sources === sources;
  const compiler = findCompiler();
  if (!compiler) {
    if (current) return { built: false, path: output, why: "up to date" };
    rmSync(output, { force: true });
    return { built: false, path: null, why: "no C++ compiler (g++, clang++): the TypeScript kernels run, up to 30 times slower" };
  }
  if (current && !force && stamp.compiler === compiler.version) return { built: false, path: output, why: "up to date" };
  if (!existsSync(headers)) return { built: false, path: null, why: "node-api-headers is not installed" };

  mkdirSync(folder, { recursive: true });
  const fresh = `${output}.${process.pid}.new`;
  const failure = compile(compiler.command, fresh, sanitize);
  if (failure !== null) {
    rmSync(fresh, { force: true });
    rmSync(output, { force: true });
    return { built: false, path: null, why: `${compiler.command} failed, so the TypeScript kernels run: ${failure}` };
  }
  // A rename leaves a process that has the old file loaded alone.
  renameSync(fresh, output);
  writeFileSync(stampPath, `${JSON.stringify({ sources, compiler: compiler.version })}\n`);
  return { built: true, path: output, why: `compiled by ${compiler.version}` };
}

/** @returns {string | null} the compiler's first complaint */
function compile(command, output, sanitize) {
  const common = [
    "-std=c++17",
    "-fPIC",
    "-fvisibility=hidden",
    "-ffp-contract=off",
    "-fno-trapping-math",
    "-Wall",
    "-Wextra",
    "-pthread",
    `-I${headers}`,
  ];
  const linking = process.platform === "darwin" ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared"];
  const flags = [...(sanitize ? sanitizers : ["-O3"]), ...common, ...linking, join(sourceFolder, "addon.cc"), "-o", output];
  // With its C++ library inside, the addon also runs where that library is older than here; not every installation has the static one.
  const portable = process.platform === "linux" && !sanitize ? [["-static-libstdc++", "-static-libgcc"], []] : [[]];
  let complaint = "";
  for (const extra of portable) {
    const { status, stderr, error } = spawnSync(command, [...extra, ...flags], { encoding: "utf8", timeout: 300_000 });
    if (status === 0) return null;
    const lines = (error ? error.message : stderr).split("\n").filter((line) => line !== "");
    complaint = lines.find((line) => /error|undefined|cannot/i.test(line)) ?? lines[0] ?? `status ${status}`;
  }
  return complaint;
}

/** @returns {{ command: string, version: string } | null} */
function findCompiler() {
  for (const command of [process.env.CXX, "g++", "clang++", "c++"]) {
    if (!command) continue;
    const { status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8", timeout: 30_000 });
    if (status === 0) return { command, version: stdout.split("\n")[0] ?? command };
  }
  return null;
}

function hashSources() {
  const digest = createHash("sha256");
  for (const path of [...listFiles(sourceFolder), fileURLToPath(import.meta.url)])
    digest.update(relative(root, path)).update("\0").update(readFileSync(path)).update("\0");
  return digest.digest("hex");
}

function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? listFiles(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

function readStamp(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) {
  const result = await buildNative({ force: argv.includes("--force"), sanitize: argv.includes("--sanitize") });
  process.stdout.write(`native: ${result.why}${result.path ? ` (${relative(root, result.path)})` : ""}\n`);
}
