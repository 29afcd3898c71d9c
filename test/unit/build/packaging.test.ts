/** @file The packaging: the configuration keeps to electron-builder's schema and holds what the app loads. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Configuration } from "electron-builder";
import { describe, expect, it } from "vitest";

import { bundleEntries, bundleFile, nativePackages } from "../../../build/bundle.ts";
import { checkConfiguration } from "../../../build/check-configuration.ts";
import { configuration, shippedPackages } from "../../../build/electron-builder.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

describe("the configuration of electron-builder", () => {
  it("keeps to the schema", () => {
    expect(checkConfiguration(configuration)).toEqual([]);
  });

  it("would be told where it does not", () => {
    const wrong = { ...configuration, asarUnpac: [], linux: { target: 5 } } as unknown as Configuration;
    expect(checkConfiguration(wrong).join("\n")).toMatch(/additional properties.*asarUnpac/);
  });

  it("has installers for the three systems and closes every fuse that opens Node", () => {
    expect(
      [configuration.win?.target, configuration.mac?.target, configuration.linux?.target]
        .flat()
        .map((target) => (typeof target === "object" && target ? target.target : target)),
    ).toEqual(["nsis", "dmg", "zip", "AppImage", "deb"]);
    expect(configuration.electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
      enableCookieEncryption: true,
    });
  });

  it("keeps outside the archive what another process opens by path", () => {
    const unpacked = configuration.asarUnpack as string[];
    for (const entry of bundleEntries())
      expect(unpacked.includes(`out/app/${bundleFile(entry)}`), entry.name).toBe(
        !["main", "preload", "engine-process"].includes(entry.name),
      );
    for (const name of nativePackages)
      expect(
        unpacked.some((pattern) => pattern.startsWith("node_modules/") && pattern.includes(name)),
        name,
      ).toBe(true);
  });

  it("ships every package that a native package loads", () => {
    const require = createRequire(import.meta.url);
    const shipped = new Set<string>(shippedPackages);
    for (const name of nativePackages) {
      const entry = require.resolve(name);
      for (const wanted of requiredPackages(entry, new Set()))
        expect(shipped.has(wanted.split("/")[0] as string), `${name} loads ${wanted}`).toBe(true);
    }
  });
});

describe("the entries of the bundle", () => {
  it("has a source for everything that the engine starts by path", () => {
    const engineEntries = bundleEntries().filter((entry) => entry.source.startsWith("electron/engine/"));
    expect(engineEntries.length).toBeGreaterThan(0);
    expect(engineEntries.filter((entry) => !existsSync(join(root, entry.source))).map((entry) => entry.source)).toEqual([]);
  });
});

/** The packages that the files reachable from `entry` inside its own package require by a plain string. */
function requiredPackages(entry: string, seen: Set<string>): string[] {
  if (seen.has(entry)) return [];
  seen.add(entry);
  const require = createRequire(entry);
  const { builtinModules } = createRequire(import.meta.url)("node:module") as typeof import("node:module");
  const found: string[] = [];
  for (const [, specifier] of readFileSync(entry, "utf8").matchAll(/require\(["']([^"'`$]+)["']\)/g)) {
    if (!specifier || specifier.startsWith("node:") || builtinModules.includes(specifier)) continue;
    if (!specifier.startsWith(".")) found.push(specifier);
    else if (!specifier.endsWith(".node")) found.push(...requiredPackages(require.resolve(specifier), seen));
  }
  return found;
}
