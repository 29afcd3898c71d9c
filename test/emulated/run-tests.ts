/**
 * @file Runs inside the emulated Node: test files whose "vitest" is the small one. `LIKENESS_NATIVE` names the addon.
 */
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const stand = new URL("./small-vitest.ts", import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) => (specifier === "vitest" ? { url: stand, shortCircuit: true } : next(specifier, context)),
});
for (const file of process.argv.slice(2)) await import(pathToFileURL(resolve(file)).href);
const { runAll } = (await import("./small-vitest.ts")) as typeof import("./small-vitest.ts");
const { nativeVariants } = await import("#native/kernels.ts");
const { ran, failed } = await runAll();
process.stdout.write(
  `${process.arch}: ${nativeVariants()
    .map(({ level }) => level)
    .join(" and ")}; ${ran} tests, ${failed} failed\n`,
);
process.exitCode = failed > 0 || ran === 0 ? 1 : 0;
