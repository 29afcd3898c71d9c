/**
 * @file The only may-import table. The linter (build/eslint-layers.ts) and a test read it; ARCHITECTURE.md shows it. A file belongs to
 * the layer with the longest `folder` that holds it; it may import its own layer, the layers named in `mayImport`, and what `outside`
 * allows. A layer is named by what it is, not by where it lies.
 */

export type LayerName =
  | "protocol"
  | "base"
  | "native"
  | "store"
  | "jobs"
  | "ingest"
  | "onnx"
  | "autodiff"
  | "runtime"
  | "encoders"
  | "training"
  | "search"
  | "map"
  | "duplicates"
  | "outliers"
  | "fewshot"
  | "samples"
  | "watch"
  | "children"
  | "stages"
  | "views"
  | "export"
  | "engine"
  | "utility"
  | "server"
  | "cli"
  | "main"
  | "preload"
  | "renderer"
  | "build"
  | "test";

/** What a layer may use that is not ours: Node's own modules, packages of the registry, the package `electron`. */
export type Outside = "node" | "packages" | "electron";

export interface Layer {
  /** Relative to the repository, with forward slashes. */
  readonly folder: string;
  readonly mayImport: readonly LayerName[] | "everything";
  readonly outside: readonly Outside[];
  /** Only these files of the named layer may be imported from here. */
  readonly only?: Partial<Record<LayerName, readonly string[]>>;
  /** Why it is so: shown with the linter's message. */
  readonly because: string;
}

const nodeAndPackages = ["node", "packages"] as const;
const stageReason = "a stage is plain functions over arrays: it knows neither the store nor the jobs, and no other view of the data";
const hostReason = "a host is thin: it reaches the engine through electron/engine/engine.ts";
const belowStages: readonly LayerName[] = [
  "base",
  "protocol",
  "native",
  "store",
  "jobs",
  "ingest",
  "onnx",
  "autodiff",
  "runtime",
  "encoders",
  "training",
  "search",
  "map",
  "duplicates",
  "outliers",
  "fewshot",
  "samples",
  "children",
];
const openCollection = { engine: ["electron/engine/collection.ts", "electron/engine/engine.ts"] };
const engineEntry = { engine: ["electron/engine/engine.ts"] };

export const layers: Readonly<Record<LayerName, Layer>> = {
  protocol: { folder: "electron/protocol", mayImport: [], outside: [], because: "the protocol is read by every side and runs anywhere" },
  native: { folder: "native", mayImport: [], outside: ["node"], because: "kernels take arrays and know nothing of the engine" },

  base: {
    folder: "electron/engine/base",
    mayImport: ["protocol"],
    outside: nodeAndPackages,
    because: "everything in the engine stands on base",
  },
  store: {
    folder: "electron/engine/store",
    mayImport: ["base", "protocol"],
    outside: nodeAndPackages,
    because: "the store keeps rows and computes nothing",
  },
  jobs: {
    folder: "electron/engine/jobs",
    mayImport: ["base", "protocol", "store"],
    outside: nodeAndPackages,
    because: "a job does not know what it runs",
  },

  ingest: { folder: "electron/engine/ingest", mayImport: ["base", "protocol", "native"], outside: nodeAndPackages, because: stageReason },
  onnx: { folder: "electron/engine/onnx", mayImport: ["base"], outside: nodeAndPackages, because: stageReason },
  autodiff: { folder: "electron/engine/autodiff", mayImport: ["base", "onnx"], outside: nodeAndPackages, because: stageReason },
  runtime: {
    folder: "electron/engine/runtime",
    mayImport: ["base", "protocol", "native", "onnx", "autodiff"],
    outside: nodeAndPackages,
    because: stageReason,
  },
  encoders: {
    folder: "electron/engine/encoders",
    mayImport: ["base", "protocol", "native", "onnx", "runtime"],
    outside: nodeAndPackages,
    because: stageReason,
  },
  training: {
    folder: "electron/engine/training",
    mayImport: ["base", "protocol", "native", "onnx", "autodiff", "runtime", "encoders"],
    outside: nodeAndPackages,
    because: stageReason,
  },
  search: { folder: "electron/engine/search", mayImport: ["base", "protocol", "native"], outside: nodeAndPackages, because: stageReason },
  map: { folder: "electron/engine/map", mayImport: ["base", "protocol", "native"], outside: nodeAndPackages, because: stageReason },
  duplicates: {
    folder: "electron/engine/duplicates",
    mayImport: ["base", "protocol", "native", "ingest"],
    outside: nodeAndPackages,
    because: stageReason,
  },
  outliers: {
    folder: "electron/engine/outliers",
    mayImport: ["base", "protocol", "native"],
    outside: nodeAndPackages,
    because: stageReason,
  },
  fewshot: { folder: "electron/engine/fewshot", mayImport: ["base", "protocol", "native"], outside: nodeAndPackages, because: stageReason },
  watch: {
    folder: "electron/engine/watch",
    mayImport: ["base", "ingest"],
    outside: nodeAndPackages,
    because: "a watch tells where something may have changed, and nothing of what: it knows neither the store nor the jobs",
  },
  samples: { folder: "electron/engine/samples", mayImport: ["base", "protocol"], outside: nodeAndPackages, because: stageReason },

  children: {
    folder: "electron/engine/children",
    mayImport: ["base", "protocol", "native", "ingest", "duplicates"],
    outside: nodeAndPackages,
    because: "a child process decodes and compares pixels and nothing more: it must start fast and may die at any moment",
  },
  stages: {
    folder: "electron/engine/stages",
    mayImport: belowStages,
    outside: nodeAndPackages,
    because: "this is where a stage meets the store and the jobs; what is above it (views, engine.ts) is not known here",
  },
  views: {
    folder: "electron/engine/views",
    mayImport: [
      "base",
      "protocol",
      "native",
      "store",
      "ingest",
      "runtime",
      "encoders",
      "training",
      "search",
      "map",
      "duplicates",
      "outliers",
      "fewshot",
      "stages",
      "engine",
    ],
    only: openCollection,
    outside: nodeAndPackages,
    because: "a view reads what an open collection holds and starts no work",
  },
  export: {
    folder: "electron/engine/export",
    mayImport: ["base", "protocol", "store", "ingest", "onnx", "runtime", "encoders", "training", "map", "stages", "views", "engine"],
    only: openCollection,
    outside: nodeAndPackages,
    because: "an export writes down what an open collection holds",
  },
  engine: {
    folder: "electron/engine",
    mayImport: [...belowStages, "watch", "stages", "views", "export"],
    outside: nodeAndPackages,
    because: "the engine is put together here; it has no window and no user interface, so it never imports electron or a host",
  },

  utility: {
    folder: "electron/utility",
    mayImport: ["engine", "base", "protocol"],
    only: engineEntry,
    outside: [...nodeAndPackages, "electron"],
    because: hostReason,
  },
  server: {
    folder: "electron/server",
    mayImport: ["engine", "base", "protocol"],
    only: engineEntry,
    outside: nodeAndPackages,
    because: hostReason,
  },
  cli: {
    folder: "electron/cli",
    mayImport: ["engine", "base", "protocol", "server"],
    only: engineEntry,
    outside: nodeAndPackages,
    because: hostReason,
  },
  main: {
    folder: "electron/main",
    mayImport: ["protocol"],
    outside: ["node", "electron"],
    because: "the main process owns windows and nothing else: the engine lives in the utility process",
  },
  preload: {
    folder: "electron/preload",
    mayImport: ["protocol"],
    outside: ["electron"],
    because: "the preload script is sandboxed and only hands over a port",
  },
  renderer: {
    folder: "renderer",
    mayImport: ["protocol"],
    outside: ["packages"],
    because: "the pages talk to the engine through the protocol, so that they run in a browser too",
  },

  build: {
    folder: "build",
    mayImport: ["base"],
    outside: nodeAndPackages,
    because: "the commands build the product and are no part of it",
  },
  test: { folder: "test", mayImport: "everything", outside: [...nodeAndPackages, "electron"], because: "tests may look anywhere" },
};

/** The layer a file belongs to; `path` is relative to the repository, with forward slashes. Null for files outside every layer. */
export function layerOf(path: string): LayerName | null {
  let found: LayerName | null = null;
  for (const name of Object.keys(layers) as LayerName[]) {
    const { folder } = layers[name];
    if (path.startsWith(`${folder}/`) && (found === null || folder.length > layers[found].folder.length)) found = name;
  }
  return found;
}

/** What is wrong with `from` importing `specifier`, or null. `from` is relative to the repository. */
export function judgeImport(from: string, specifier: string): string | null {
  const own = layerOf(from);
  if (own === null) return null;
  const target = resolveSpecifier(from, specifier);
  return target.path === undefined ? judgeOutside(own, target.outside, specifier) : judgeInside(own, target.path);
}

/** The table as Markdown, for ARCHITECTURE.md. */
export function layersAsMarkdown(): string {
  const rows = Object.entries(layers).map(([name, layer]) => {
    const may = layer.mayImport === "everything" ? "everything" : layer.mayImport.join(", ") || "-";
    return `| ${name} | \`${layer.folder}\` | ${may} | ${layer.outside.join(", ") || "-"} | ${layer.because} |`;
  });
  return ["| layer | folder | may import | from outside | because |", "|---|---|---|---|---|", ...rows].join("\n");
}

type Target = { readonly path: string; readonly outside?: undefined } | { readonly path?: undefined; readonly outside: Outside };

/** The import map of package.json: `#engine/x` is `electron/engine/x`. */
const prefixes: readonly (readonly [string, string])[] = [
  ["#engine/", "electron/engine/"],
  ["#protocol/", "electron/protocol/"],
  ["#native/", "native/"],
];

function resolveSpecifier(from: string, specifier: string): Target {
  const prefix = prefixes.find(([written]) => specifier.startsWith(written));
  if (prefix) return { path: prefix[1] + specifier.slice(prefix[0].length) };
  if (specifier.startsWith("./") || specifier.startsWith("../")) return { path: joinPath(from, specifier) };
  if (specifier === "electron" || specifier.startsWith("electron/")) return { outside: "electron" };
  return { outside: specifier.startsWith("node:") ? "node" : "packages" };
}

/** Forward slashes on every system, so that the table reads the same on all of them. */
function joinPath(from: string, specifier: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function judgeOutside(own: LayerName, outside: Outside, specifier: string): string | null {
  const layer = layers[own];
  if (layer.outside.includes(outside)) return null;
  return `${own} may not import "${specifier}" (${layer.outside.length > 0 ? `from outside it may use ${layer.outside.join(", ")}` : "it uses nothing from outside"}): ${layer.because}.`;
}

function judgeInside(own: LayerName, path: string): string | null {
  const layer = layers[own];
  const target = layerOf(path);
  // Files of the root (package.json) belong to no layer: whoever may read files may read them.
  if (target === null || target === own || layer.mayImport === "everything") return null;
  if (!layer.mayImport.includes(target)) {
    return `${own} may not import ${target} (${path}); it may import ${layer.mayImport.join(", ") || "nothing of ours"}: ${layer.because}.`;
  }
  const only = layer.only?.[target];
  if (only && !only.includes(path)) return `${own} may import only ${only.join(", ")} of ${target}, not ${path}: ${layer.because}.`;
  return null;
}
