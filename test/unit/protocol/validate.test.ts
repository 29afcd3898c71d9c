/** @file The door of the engine: what passes it and what does not, for every method. */
import { describe, expect, it } from "vitest";

import type { Method } from "#protocol/contract.ts";
import { plainRequest } from "#protocol/training.ts";
import { isMethod, methods, wrongParams } from "#protocol/validate.ts";

const good: { readonly [M in Method]: readonly unknown[] } = {
  "app.state": [{}],
  "collection.openFolder": [{ path: "/pictures" }],
  "collection.open": [{ workspace: "/w" }],
  "collection.close": [{}],
  "collection.forget": [{ workspace: "/w" }],
  "collection.openSamples": [{}],
  "collection.summary": [{}],
  "collection.index": [{}, { folders: ["/a", "/b"] }, { encoder: "e", device: "cpu" }, { folders: undefined }],
  "collection.watch": [{ on: true }, { on: false }],
  "collection.lookAgain": [{}],
  "collection.unreadable": [{}],
  "folders.list": [{}, { path: "/a" }, { path: "/a", hidden: true }, { endings: ["onnx", "json"] }],
  "images.columns": [{}],
  "images.details": [{ id: 1 }],
  "images.similar": [{ id: 1, count: 10 }],
  "images.similarToFile": [
    { bytes: new Uint8Array(3), name: "a", count: 1 },
    { path: "/a.jpg", name: "a", count: 1 },
  ],
  "images.find": [{ text: "", limit: 0 }],
  "images.file": [
    { id: 1, kind: "thumbnail" },
    { id: 1, kind: "image" },
    { id: 1, kind: "image", frame: 12, window: 0 },
  ],
  "images.search": [
    { terms: [{ sign: "+", text: "a red dog" }], count: 10 },
    { terms: [{ sign: "+", id: 3, weight: 2 }, { sign: "-", path: "/a.jpg" }, { sign: "-", bytes: new Uint8Array(2) }], count: 1 }, // prettier-ignore
  ],
  "images.searchRegion": [{ id: 1, left: 0, top: 0.5, width: 0.5, height: 0.5, count: 10, among: 100 }],
  "text.zeroShot": [{ classes: ["dog", "cat"] }, { classes: ["dog"], templates: ["a {}"] }],
  "text.nameClusters": [{ words: ["dog"] }, { words: [], templates: [] }],
  "images.select": [{ query: "" }, { query: "camera:x -date:..2020" }],
  "images.facets": [{ query: "" }],
  "images.patient": [{ id: 1 }],
  "collection.setKind": [{ kind: "auto" }, { kind: "medical" }, { kind: "ordinary" }],
  "views.list": [{}],
  "views.save": [{ name: "Summer", query: "date:2024-06..2024-08", search: "", sort: "date", view: "library" }],
  "views.rename": [{ id: 1, name: "Autumn" }],
  "views.delete": [{ id: 1 }],
  "views.restore": [{ id: 1 }],
  "map.columns": [{}],
  "map.redo": [{}],
  "duplicates.groups": [
    { offset: 0, limit: 10 },
    { offset: 0, limit: 10, relation: "same-scene" },
  ],
  "duplicates.copies": [{}, { least: "identical-file" }],
  "duplicates.ofImage": [{ id: 2 ** 31 - 1 }],
  "duplicates.between": [{ a: "/a", b: "/b", offset: 0, limit: 10, least: "same-picture", score: 0.5 }],
  "duplicates.exportBetween": [{ a: "/a", b: "/b", out: "/c.csv" }],
  "duplicates.setApart": [{ pairs: new Int32Array([1, 2]), apart: true }],
  "duplicates.undoApart": [{}],
  "duplicates.redoApart": [{}],
  "duplicates.apart": [{ offset: 0, limit: 10 }],
  "duplicates.rule": [{}],
  "duplicates.previewRule": [{ rule: { order: ["date", "pixels"], folder: null, newest: true } }],
  "duplicates.setRule": [{ rule: { order: [], folder: "/a", newest: false } }],
  "outliers.part": [{ id: 3 }],
  "outliers.list": [{ offset: 5, limit: 10 }],
  "issues.list": [
    { offset: 0, limit: 10 },
    { kind: "blur", offset: 0, limit: 1 },
  ],
  "training.choices": [{}],
  "training.check": [{ request: plainRequest }, { request: { ...plainRequest, minutes: 0.5, trainable: "last", set: ["a=1"] } }],
  "training.trial": [{ request: plainRequest }],
  "training.views": [{ request: plainRequest, pictures: 6, sidePx: 96, draw: 0 }],
  "training.start": [{ request: plainRequest }, { request: plainRequest, name: "first" }],
  "runs.list": [{}],
  "runs.show": [{ id: "run-1" }],
  "runs.metrics": [{ id: "run-1", after: 0 }],
  "runs.examples": [{ id: "run-1" }],
  "runs.neighbours": [{ id: "run-1" }],
  "runs.compare": [{ id: "run-1" }],
  "runs.comparison": [{ id: "run-1" }],
  "runs.rename": [{ id: "run-1", name: "" }],
  "runs.delete": [{ id: "run-1" }],
  "runs.pause": [{ id: "run-1" }],
  "runs.resume": [{ id: "run-1" }],
  "runs.cancel": [{ id: "run-1" }],
  "runs.apply": [{ id: "run-1", encoder: "after" }],
  "runs.decide": [{ id: "run-1", decision: "dropped" }],
  "encoders.list": [{}],
  "encoders.import": [
    { file: "/a.onnx" },
    { file: "/a.onnx", name: "A", output: "pooled", preprocess: "/a.json" },
    { file: "/a.onnx", text: "/t.onnx", tokenizer: "/t.json", context: 77, textOutput: "t" },
  ],
  "encoders.inspect": [
    { file: "/a.onnx" },
    { file: "/a.onnx", preprocessing: { size: 224, layout: "NHWC", colour: "BGR", range: [0, 1], mean: [0, 0, 0], std: [1, 1, 1], pooling: "average" } }, // prettier-ignore
  ],
  "encoders.receive": [{ files: [{ name: "a.onnx", bytes: new Uint8Array(2) }] }],
  "encoders.remove": [{ encoder: "a" }],
  "encoders.apply": [{ encoder: "a" }, { encoder: "a", device: "cpu" }],
  "encoders.revert": [{}],
  "encoders.evaluate": [
    { encoder: "a", labels: "/l.csv" },
    { encoder: "a", labels: "/l.csv", device: "cpu" },
  ],
  "encoders.export": [
    { encoder: "a", folder: "/out" },
    { encoder: "a", folder: "/out", featureMaps: true },
    { encoder: "a", folder: "/out", smaller: ["fp16", "int8"] },
  ],
  "export.data": [
    { format: "csv", out: "/o.csv" },
    { format: "folders", out: "/o", select: "cluster:1", by: "cluster", placement: "symlink", dryRun: true },
    { format: "npy", out: "/o.npy", images: new Int32Array(2) },
  ],
  "export.startFolders": [{ out: "/o" }, { out: "/o", images: Int32Array.of(1), by: "cluster", placement: "symlink" }],
  "export.startEncoder": [{ encoder: "e", folder: "/o", smaller: ["fp16", "int8"], featureMaps: true }],
  "export.classifier": [
    { project: 1, folder: "/o" },
    { project: 1, folder: "/o", features: "frozen", threshold: 0.9 },
  ],
  "export.report": [{ out: "/r.html" }, { out: "/r.html", pictures: false }],
  "labels.projects": [{}],
  "labels.createProject": [{ name: "Animals" }],
  "labels.renameProject": [{ project: 1, name: "Beasts" }],
  "labels.removeProject": [{ project: 1 }],
  "labels.createClass": [
    { project: 1, name: "cat" },
    { project: 1, name: "none", kind: "none-of-these", colour: 0xffffff, key: 9 },
  ],
  "labels.changeClass": [{ class: 1 }, { class: 1, name: "cat", colour: 0, key: 0 }],
  "labels.removeClass": [{ class: 1 }],
  "labels.set": [
    { project: 1, images: new Int32Array([1, 2]) },
    { project: 1, images: new Int32Array(0), class: 1, make: { name: "cat", kind: "normal", key: 1 }, source: "accepted" },
  ],
  "labels.keep": [{ project: 1, images: Int32Array.of(1, 2) }],
  "labels.undo": [{ project: 1 }],
  "labels.redo": [{ project: 1 }],
  "labels.read": [{ project: 1 }],
  "labels.importFile": [
    { project: 1, path: "/l.csv" },
    { project: 1, path: "l.csv", bytes: new Uint8Array(2) },
  ],
  "labels.previewFile": [{ path: "/l.csv" }, { project: 1, path: "l.csv", bytes: new Uint8Array(2) }],
  "labels.importFolders": [{ project: 1 }],
  "labels.exportFile": [{ project: 1, path: "/l.csv" }],
  "fewshot.predict": [{ project: 1 }, { project: 1, features: "whitened", threshold: 0.9 }],
  "fewshot.next": [
    { project: 1, count: 5 },
    { project: 1, count: 5, features: "frozen", shown: new Int32Array(3) },
  ],
  "fewshot.hints": [{ project: 1 }, { project: 1, features: "frozen" }],
  "fewshot.acceptable": [{ project: 1, least: 0.9 }],
  "fewshot.tune": [{ project: 1 }, { project: 1, trainable: "last", minutes: 2, steps: 10, seed: 0, augment: "photo", confident: true }],
  "fewshot.accept": [{ project: 1, least: 1, class: 2, features: "frozen" }],
  doctor: [{}],
  "jobs.list": [{}],
  "jobs.pause": [{ id: 1 }],
  "jobs.resume": [{ id: 1 }],
  "jobs.cancel": [{ id: 1 }],
};

describe("the parameters of a call", () => {
  it.each(Object.entries(good))("pass for %s", (method, examples) => {
    for (const params of examples) expect(wrongParams(method as Method, params)).toBeNull();
  });

  it.each(methods)("must be an object without others for %s", (method) => {
    for (const params of [undefined, null, 1, "x", [], new Uint8Array(1)])
      expect(wrongParams(method, params)).toContain("must be an object");
    expect(wrongParams(method, { ...(good[method][0] as object), other: 1 })).toBe('there is no parameter "other"');
  });

  it.each<[Method, unknown, string]>([
    ["collection.openFolder", {}, '"path" must be a text of at most 32768 characters without NUL, not missing'],
    ["collection.openFolder", { path: "/a\0b" }, "without NUL"],
    ["collection.openFolder", { path: "a".repeat(40_000) }, "32768"],
    ["collection.index", { folders: ["/a", 1] }, '"folders" must be a list in which each is a text'],
    ["collection.index", { folders: "/a" }, "a list"],
    ["collection.index", { device: "gpu" }, '"device" must be one of auto, cpu, webgpu, directml, cuda, coreml, not "gpu"'],
    ["export.data", { format: "xlsx", out: "/o" }, '"format" must be one of csv, parquet, npy, coco, folders, not "xlsx"'],
    ["export.data", { format: "csv", out: "/o", images: [1, 2] }, '"images" must be 32-bit whole numbers, not a list of 2'],
    ["export.data", { format: "folders", out: "/o", placement: "move" }, '"placement" must be one of copy, hardlink, symlink, not "move"'],
    ["folders.list", { hidden: 1 }, "true or false"],
    ["folders.list", { path: null }, "not null"],
    ["encoders.inspect", { file: "/a", preprocessing: { means: [0] } }, "no parameter"],
    ["encoders.inspect", { file: "/a", preprocessing: { mean: [0, 0, 0, 0] } }, "a list of at most 3"],
    ["encoders.inspect", { file: "/a", preprocessing: { mean: [Infinity] } }, "each is a number"],
    ["encoders.receive", { files: [{ name: "a", bytes: [1] }] }, "each is"],
    ["images.details", { id: "1" }, '"id" must be a whole number from 1 to 2147483647, not "1"'],
    ["images.details", { id: 0 }, "not 0"],
    ["images.details", { id: -1 }, "not -1"],
    ["images.details", { id: 1.5 }, "not 1.5"],
    ["images.details", { id: Number.NaN }, "not NaN"],
    ["images.details", { id: Number.POSITIVE_INFINITY }, "not Infinity"],
    ["images.details", { id: 2 ** 31 }, "not 2147483648"],
    ["images.details", { id: { valueOf: () => 1 } }, "not an object"],
    ["images.similar", { id: 1, count: 1e7 }, "1000000"],
    ["images.search", { terms: [{ sign: "+", text: "a", weight: -1 }], count: 1 }, '"weight" must be a number above 0, not -1'],
    ["images.search", { terms: [{ text: "a" }], count: 1 }, '"sign" must be one of +, -, not missing'],
    ["images.search", { terms: Array.from({ length: 65 }, () => ({ sign: "+", text: "a" })), count: 1 }, "a list of at most 64"],
    ["images.similarToFile", { bytes: [1, 2], name: "a", count: 1 }, '"bytes" must be bytes, not a list of 2'],
    ["images.similarToFile", { bytes: new Float32Array(2), name: "a", count: 1 }, "not 8 bytes"],
    ["images.file", { id: 1, kind: "original" }, "one of thumbnail, image"],
    ["images.file", { id: 1, kind: "image", frame: -1 }, '"frame"'],
    ["outliers.list", { offset: -1, limit: 1 }, '"offset"'],
    ["jobs.pause", Object.create({ id: 1 }), '"id" must be a whole number from 1 to 9007199254740991, not missing'],
  ])("say what is wrong: %s %j", (method, params, message) => {
    expect(wrongParams(method, params)).toContain(message);
  });

  it("shows only the beginning of a long wrong value", () => {
    expect(wrongParams("images.file", { id: 1, kind: "x".repeat(1_000_000) })?.length).toBeLessThan(200);
  });
});

it("only methods of the contract are methods", () => {
  for (const name of ["", "toString", "__proto__", "hasOwnProperty", "App.state", "app.state "]) expect(isMethod(name)).toBe(false);
  for (const name of methods) expect(isMethod(name)).toBe(true);
});
