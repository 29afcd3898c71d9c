/**
 * @file The second half of `npm run package`, on Node 24: bundles the app, draws its icon, and has electron-builder make the installers
 * (or, with `--dir`, the unpacked app) of this machine's platform.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { build } from "electron-builder";
import sharp from "sharp";

import { bundleApp } from "./bundle.ts";
import { checkConfiguration } from "./check-configuration.ts";
import { configuration } from "./electron-builder.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const { values: options } = parseArgs({
  options: {
    dir: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    electron: { type: "string", default: "" },
  },
});

const missing = await bundleApp();
const faults = [...checkConfiguration(configuration), ...missing.map((entry) => `${entry.source} is missing`)];
for (const fault of faults) process.stderr.write(`likeness: ${fault}\n`);
await drawIcon();
if (faults.length > 0) process.exitCode = 1;
else if (options.check) process.stderr.write("likeness: the configuration is sound and out/app is made\n");
else if (options.electron === "") {
  process.stderr.write(
    "likeness: out/app is made; the Electron binary is missing, so nothing was packed (`npm run setup -- --electron` fetches it)\n",
  );
  process.exitCode = 1;
} else {
  const made = await build({
    projectDir: root,
    config: { ...configuration, electronDist: options.electron },
    dir: options.dir,
    publish: "never",
  });
  for (const file of made) process.stdout.write(`${file}\n`);
}

/** electron-builder makes every platform's own icon format out of this one. */
async function drawIcon(): Promise<void> {
  mkdirSync(join(root, "out", "resources"), { recursive: true });
  await sharp(join(root, "renderer", "icon.svg"), { density: 1200 })
    .resize(1024, 1024)
    .png()
    .toFile(join(root, "out", "resources", "icon.png"));
}
