/** @file The may-import table: what it allows and forbids, that the linter reports it, and that every folder is in it. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";

import { judgeImport, layerOf, layers, layersAsMarkdown, type LayerName } from "../../../build/layers.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

describe("the may-import table", () => {
  it.each([
    ["electron/engine/map/layout.ts", "#engine/base/random.ts"],
    ["electron/engine/map/layout.ts", "./curve.ts"],
    ["electron/engine/map/layout.ts", "umap-js"],
    ["electron/engine/stages/map-stage.ts", "../store/database.ts"],
    ["electron/engine/children/pixel-child.ts", "../ingest/decode/table.ts"],
    ["electron/cli/main.ts", "../engine/engine.ts"],
    ["electron/main/main.ts", "electron"],
    ["renderer/app/app.svelte", "#protocol/model.ts"],
    ["renderer/app/app.svelte", "svelte"],
    ["test/unit/x.test.ts", "#engine/store/database.ts"],
    ["eslint.config.js", "./build/layers.ts"],
  ])("%s may import %s", (from, specifier) => {
    expect(judgeImport(from, specifier)).toBeNull();
  });

  it.each([
    ["electron/protocol/model.ts", "node:fs", /protocol may not import "node:fs"/],
    ["electron/protocol/model.ts", "../engine/base/errors.ts", /protocol may not import base .* nothing of ours/],
    ["electron/engine/map/layout.ts", "../duplicates/groups.ts", /map may not import duplicates/],
    ["electron/engine/map/layout.ts", "#engine/store/database.ts", /map may not import store .*plain functions over arrays/],
    ["electron/engine/search/similar.ts", "../jobs/job-runner.ts", /search may not import jobs/],
    ["electron/engine/base/log.ts", "electron", /base may not import "electron"/],
    ["electron/engine/engine.ts", "electron/main", /engine may not import "electron\/main"/],
    ["electron/engine/engine.ts", "../server/server.ts", /engine may not import server/],
    ["electron/cli/main.ts", "../engine/store/database.ts", /cli may not import store/],
    ["electron/cli/main.ts", "../engine/collection.ts", /only electron\/engine\/engine\.ts of engine/],
    ["electron/main/main.ts", "#engine/engine.ts", /main may not import engine/],
    ["renderer/app/app.svelte", "../../electron/engine/engine.ts", /renderer may not import engine/],
    ["renderer/app/app.ts", "node:fs", /renderer may not import "node:fs"/],
    ["native/twins/x.ts", "#engine/base/errors.ts", /native may not import base/],
  ])("%s may not import %s", (from, specifier, message) => {
    expect(judgeImport(from, specifier)).toMatch(message);
  });

  it("has no two layers that import each other, but for a view or an export and the open collection it shows", () => {
    const pairs: string[] = [];
    for (const name of Object.keys(layers) as LayerName[]) {
      const { mayImport } = layers[name];
      if (mayImport === "everything") continue;
      for (const other of mayImport) {
        const back = layers[other].mayImport;
        if (back !== "everything" && back.includes(name) && name < other) pairs.push(`${name} ${other}`);
      }
    }
    expect(pairs.sort()).toEqual(["engine export", "engine views"]);
  });

  it("covers every folder of sources", () => {
    const folders = ["electron", "electron/engine"].flatMap((parent) =>
      readdirSync(join(root, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${parent}/${entry.name}`),
    );
    // A folder that only falls under its parent's layer was forgotten in the table.
    const known = new Set(Object.values(layers).map((layer) => layer.folder));
    expect([...folders, "renderer", "native", "build", "test"].filter((folder) => !known.has(folder))).toEqual([]);
  });

  it("names the layer with the longest folder", () => {
    expect(layerOf("electron/engine/engine.ts")).toBe("engine");
    expect(layerOf("electron/engine/ingest/decode/table.ts")).toBe("ingest");
    expect(layerOf("electron/enginex/a.ts")).toBeNull();
    expect(layerOf("package.json")).toBeNull();
  });

  it("is written out whole for ARCHITECTURE.md", () => {
    expect(layersAsMarkdown().split("\n")).toHaveLength(2 + Object.keys(layers).length);
  });
});

describe("the linter", () => {
  const lint = async (path: string, source: string): Promise<string[]> => {
    const eslint = new ESLint({ cwd: root });
    const [result] = await eslint.lintText(source, { filePath: join(root, path) });
    return (result?.messages ?? []).map((message) => `${message.line} ${message.ruleId}: ${message.message}`);
  };

  it("reports a wrong import with the reason", async () => {
    const source = '/** @file A wrong one. */\nimport { openStore } from "#engine/store/database.ts";\nexport const store = openStore;\n';
    const messages = await lint("electron/engine/map/wrong.ts", source);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(
      /^2 likeness\/layers: map may not import store \(electron\/engine\/store\/database\.ts\); it may import base, protocol, native/,
    );
  });

  it("reports type imports, exports from elsewhere and imports at run time as well", async () => {
    const source = [
      "/** @file Three wrong ones. */",
      'import type { Job } from "../jobs/job.ts";',
      'export { one } from "../jobs/job.ts";',
      'export const later = (): Promise<unknown> => import("electron");',
      "export type Two = Job;",
      "",
    ].join("\n");
    expect((await lint("electron/engine/map/wrong.ts", source)).map((message) => message.slice(0, 17))).toEqual([
      "2 likeness/layers",
      "3 likeness/layers",
      "4 likeness/layers",
    ]);
  });

  it("looks into the scripts of components, at the right line", async () => {
    const source =
      '<p>text</p>\n<script lang="ts">\n  import { readFileSync } from "node:fs";\n  let shown: any = readFileSync;\n</script>\n<b>{shown}</b>\n';
    expect((await lint("renderer/views/wrong.svelte", source)).map((message) => message.split(":")[0])).toEqual([
      "3 likeness/layers",
      "4 @typescript-eslint/no-explicit-any",
    ]);
  });

  it("holds the rules of the house", async () => {
    const source =
      "export default function f(): number {\n  console.log(1);\n  return Math.random() + Date.now() + performance.now();\n}\nenum E { A }\nexport const e = E;\n";
    const rules = (await lint("electron/engine/map/wrong.ts", source)).map((message) => message.split(":")[0]);
    expect(rules).toEqual(
      expect.arrayContaining([
        "1 likeness/file-header",
        "1 no-restricted-syntax",
        "2 no-console",
        "3 no-restricted-properties",
        "5 no-restricted-syntax",
      ]),
    );
    expect(rules.filter((rule) => rule === "3 no-restricted-properties")).toHaveLength(3);
  });

  it("passes a module as it should be", async () => {
    expect(existsSync(join(root, "eslint.config.js"))).toBe(true);
    expect(
      await lint(
        "electron/engine/map/right.ts",
        "/** @file A right one. */\nexport function double(value: number): number {\n  return 2 * value;\n}\n",
      ),
    ).toEqual([]);
  });
});
