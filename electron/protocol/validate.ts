/**
 * @file The shape of every method's parameters, checked at the door. The table is total over the contract and each line must check the
 * very type the contract states, so neither a new method nor a new parameter compiles without its check. Meaning (does this folder
 * exist?) is the handler's affair.
 */
import {
  bytes,
  finite,
  flag,
  integer,
  list,
  number,
  oneOf,
  optional,
  orNull,
  positive,
  real,
  record,
  text,
  wholeNumbers,
  type Check,
  type Fields,
} from "./checks.ts";
import type { Contract, Method, Params } from "./contract.ts";
import { keepCriteria, type DuplicatesContract, type KeepRule } from "./duplicates-contract.ts";
import {
  colourOrders,
  layouts,
  poolings,
  type DroppedFile,
  type EncoderContract,
  type ImportPreprocessing,
  type ImportRequest,
} from "./encoder-contract.ts";
import { classKinds, labelSources, tuneLevels, type MadeClass } from "./label-model.ts";
import {
  collectionKinds,
  deviceNames,
  exportClasses,
  exportFormats,
  placements,
  relations,
  smallerForms,
  type ClassId,
  type ImageId,
  type JobId,
  type ProjectId,
} from "./model.ts";
import type { SearchTerm } from "./text-contract.ts";
import type { TrainingContract, TrainingRequest } from "./training.ts";

const empty = record<Record<never, never>>({});
const path = text(32_768);
const word = text(1000);
const query = text(100_000);
const id = integer<number>(1, 2 ** 31 - 1);
const imageId = id as Check<ImageId>;
const jobId = integer<JobId>(1, Number.MAX_SAFE_INTEGER);
const project = id as Check<ProjectId>;
const classId = id as Check<ClassId>;
const key = integer<number>(1, 9);
const colour = integer<number>(0, 0xffffff);
const share = number(0, 1);
const count = integer<number>(0, 1_000_000);
const offset = integer<number>(0, 2 ** 31 - 1);

const searchTerm = record<SearchTerm>({
  sign: oneOf(["+", "-"] as const),
  weight: optional(positive),
  text: optional(text(10_000)),
  id: optional(imageId),
  path: optional(path),
  bytes: optional(bytes),
});

const trainingRequest = record<TrainingRequest>({
  method: orNull(word),
  from: orNull(word),
  trainable: orNull(oneOf(["adapter", "norm", "last", "all"] as const)),
  minutes: orNull(real(0.01, 1e5)),
  epochs: orNull(real(0.01, 1e5)),
  steps: orNull(integer<number>(1, 1e8)),
  batch: orNull(integer<number>(2, 65_536)),
  size: orNull(integer<number>(8, 4096)),
  augment: word,
  device: word,
  seed: integer<number>(0, 2 ** 31 - 1),
  set: list(word, 200),
  labels: orNull(path),
  pairs: orNull(path),
});
const run = { id: word };

const trainingChecks: { readonly [M in keyof TrainingContract]: Check<unknown> } = {
  "training.choices": empty,
  "training.check": params<"training.check">({ request: trainingRequest }),
  "training.trial": params<"training.trial">({ request: trainingRequest }),
  "training.views": params<"training.views">({
    request: trainingRequest,
    pictures: integer<number>(1, 64),
    sidePx: integer<number>(16, 512),
    draw: offset,
  }),
  "training.start": params<"training.start">({ request: trainingRequest, name: optional(word) }),
  "runs.list": empty,
  "runs.show": params<"runs.show">(run),
  "runs.metrics": params<"runs.metrics">({ id: word, after: integer<number>(0, Number.MAX_SAFE_INTEGER) }),
  "runs.examples": params<"runs.examples">(run),
  "runs.neighbours": params<"runs.neighbours">(run),
  "runs.compare": params<"runs.compare">(run),
  "runs.comparison": params<"runs.comparison">(run),
  "runs.rename": params<"runs.rename">({ id: word, name: text(200) }),
  "runs.delete": params<"runs.delete">(run),
  "runs.pause": params<"runs.pause">(run),
  "runs.resume": params<"runs.resume">(run),
  "runs.cancel": params<"runs.cancel">(run),
  "runs.apply": params<"runs.apply">({ id: word, encoder: oneOf(["whitened", "after"] as const) }),
  "runs.decide": params<"runs.decide">({ id: word, decision: oneOf(["kept", "dropped"] as const) }),
};

const preprocessing = record<ImportPreprocessing>({
  size: optional(integer<number>(1, 65_536)),
  layout: optional(oneOf(layouts)),
  colour: optional(oneOf(colourOrders)),
  range: optional(list(finite, 2)),
  mean: optional(list(finite, 3)),
  std: optional(list(finite, 3)),
  pooling: optional(oneOf(poolings)),
});
const importRequest = record<ImportRequest>({
  file: path,
  name: optional(word),
  output: optional(word),
  preprocess: optional(path),
  preprocessing: optional(preprocessing),
  text: optional(path),
  tokenizer: optional(path),
  context: optional(integer<number>(1, 8192)),
  textOutput: optional(word),
});

const encoderChecks: { readonly [M in keyof EncoderContract]: Check<unknown> } = {
  "encoders.list": empty,
  "encoders.import": importRequest,
  "encoders.inspect": importRequest,
  "encoders.receive": params<"encoders.receive">({ files: list(record<DroppedFile>({ name: word, bytes }), 16) }),
  "encoders.remove": params<"encoders.remove">({ encoder: word }),
  "encoders.apply": params<"encoders.apply">({ encoder: word, device: optional(oneOf(deviceNames)) }),
  "encoders.revert": empty,
  "encoders.evaluate": params<"encoders.evaluate">({ encoder: word, labels: path, device: optional(oneOf(deviceNames)) }),
  "encoders.export": params<"encoders.export">({
    encoder: word,
    folder: path,
    featureMaps: optional(flag),
    smaller: optional(list(oneOf(smallerForms), smallerForms.length)),
  }),
};

const strictness = { least: optional(oneOf(relations)), score: optional(share) };
const keepRule = record<KeepRule>({ order: list(oneOf(keepCriteria), keepCriteria.length), folder: orNull(path), newest: flag });

const duplicatesChecks: { readonly [M in keyof DuplicatesContract]: Check<unknown> } = {
  "duplicates.groups": params<"duplicates.groups">({ offset, limit: count, relation: optional(oneOf(relations)), ...strictness }),
  "duplicates.copies": params<"duplicates.copies">(strictness),
  "duplicates.ofImage": params<"duplicates.ofImage">({ id: imageId }),
  "duplicates.between": params<"duplicates.between">({ a: path, b: path, offset, limit: count, ...strictness }),
  "duplicates.exportBetween": params<"duplicates.exportBetween">({ a: path, b: path, out: path, ...strictness }),
  "duplicates.setApart": params<"duplicates.setApart">({ pairs: wholeNumbers, apart: flag }),
  "duplicates.undoApart": empty,
  "duplicates.redoApart": empty,
  "duplicates.apart": params<"duplicates.apart">({ offset, limit: count }),
  "duplicates.rule": empty,
  "duplicates.previewRule": params<"duplicates.previewRule">({ rule: keepRule }),
  "duplicates.setRule": params<"duplicates.setRule">({ rule: keepRule }),
};

const checks: { readonly [M in Method]: Check<unknown> } = {
  ...trainingChecks,
  ...encoderChecks,
  "app.state": empty,
  "collection.openFolder": params<"collection.openFolder">({ path }),
  "collection.open": params<"collection.open">({ workspace: path }),
  "collection.close": empty,
  "collection.forget": params<"collection.forget">({ workspace: path }),
  "collection.openSamples": empty,
  "collection.summary": empty,
  "collection.index": params<"collection.index">({
    folders: optional(list(path, 10_000)),
    encoder: optional(word),
    device: optional(oneOf(deviceNames)),
  }),
  "collection.watch": params<"collection.watch">({ on: flag }),
  "collection.lookAgain": empty,
  "collection.unreadable": empty,
  "folders.list": params<"folders.list">({ path: optional(path), hidden: optional(flag), endings: optional(list(text(20), 20)) }),
  "images.columns": empty,
  "images.details": params<"images.details">({ id: imageId }),
  "images.similar": params<"images.similar">({ id: imageId, count }),
  "images.similarToFile": params<"images.similarToFile">({ bytes: optional(bytes), path: optional(path), name: path, count }),
  "images.find": params<"images.find">({ text: text(10_000), limit: count }),
  "images.file": params<"images.file">({
    id: imageId,
    kind: oneOf(["thumbnail", "image"] as const),
    frame: optional(offset),
    window: optional(offset),
  }),
  "images.search": params<"images.search">({ terms: list(searchTerm, 64), count }),
  "images.searchRegion": params<"images.searchRegion">({
    id: imageId,
    left: share,
    top: share,
    width: share,
    height: share,
    count,
    among: optional(integer<number>(1, 10_000)),
  }),
  "text.zeroShot": params<"text.zeroShot">({ classes: list(word, 1000), templates: optional(list(word, 100)) }),
  "text.nameClusters": params<"text.nameClusters">({ words: list(word, 10_000), templates: optional(list(word, 100)) }),
  "images.select": params<"images.select">({ query }),
  "images.facets": params<"images.facets">({ query }),
  "images.patient": params<"images.patient">({ id: imageId }),
  "collection.setKind": params<"collection.setKind">({ kind: oneOf(["auto", ...collectionKinds] as const) }),
  "views.list": empty,
  "views.save": params<"views.save">({ name: word, query, search: query, sort: word, view: word }),
  "views.rename": params<"views.rename">({ id, name: word }),
  "views.delete": params<"views.delete">({ id }),
  "views.restore": params<"views.restore">({ id }),
  "map.columns": empty,
  "map.redo": empty,
  ...duplicatesChecks,
  "outliers.part": params<"outliers.part">({ id: imageId }),
  "outliers.list": params<"outliers.list">({ offset, limit: count }),
  "issues.list": params<"issues.list">({ kind: optional(word), offset, limit: count }),
  "export.data": params<"export.data">({
    format: oneOf(exportFormats),
    out: path,
    images: optional(wholeNumbers),
    select: optional(text(10_000)),
    by: optional(oneOf(exportClasses)),
    placement: optional(oneOf(placements)),
    dryRun: optional(flag),
  }),
  "export.report": params<"export.report">({ out: path, pictures: optional(flag) }),
  "export.startFolders": params<"export.startFolders">({
    out: path,
    images: optional(wholeNumbers),
    select: optional(text(10_000)),
    by: optional(oneOf(exportClasses)),
    placement: optional(oneOf(placements)),
  }),
  "export.startEncoder": params<"export.startEncoder">({
    encoder: word,
    folder: path,
    featureMaps: optional(flag),
    smaller: optional(list(oneOf(smallerForms), smallerForms.length)),
  }),
  "export.classifier": params<"export.classifier">({
    project,
    folder: path,
    features: optional(word),
    threshold: optional(share),
  }),
  "labels.projects": empty,
  "labels.createProject": params<"labels.createProject">({ name: word }),
  "labels.renameProject": params<"labels.renameProject">({ project, name: word }),
  "labels.removeProject": params<"labels.removeProject">({ project }),
  "labels.createClass": params<"labels.createClass">({
    project,
    name: word,
    kind: optional(oneOf(classKinds)),
    colour: optional(colour),
    key: optional(key),
  }),
  "labels.changeClass": params<"labels.changeClass">({
    class: classId,
    name: optional(word),
    colour: optional(colour),
    key: optional(integer<number>(0, 9)),
  }),
  "labels.removeClass": params<"labels.removeClass">({ class: classId }),
  "labels.set": params<"labels.set">({
    project,
    images: wholeNumbers,
    class: optional(classId),
    make: optional(record<MadeClass>({ name: word, kind: optional(oneOf(classKinds)), key: optional(key) })),
    source: optional(oneOf(labelSources)),
  }),
  "labels.keep": params<"labels.keep">({ project, images: wholeNumbers }),
  "labels.undo": params<"labels.undo">({ project }),
  "labels.redo": params<"labels.redo">({ project }),
  "labels.read": params<"labels.read">({ project }),
  "labels.importFile": params<"labels.importFile">({ project, path, bytes: optional(bytes) }),
  "labels.previewFile": params<"labels.previewFile">({ project: optional(project), path, bytes: optional(bytes) }),
  "labels.importFolders": params<"labels.importFolders">({ project }),
  "labels.exportFile": params<"labels.exportFile">({ project, path }),
  "fewshot.predict": params<"fewshot.predict">({ project, features: optional(word), threshold: optional(share) }),
  "fewshot.next": params<"fewshot.next">({
    project,
    count: integer<number>(1, 1000),
    features: optional(word),
    shown: optional(wholeNumbers),
  }),
  "fewshot.hints": params<"fewshot.hints">({ project, features: optional(word) }),
  "fewshot.acceptable": params<"fewshot.acceptable">({ project, least: share, class: optional(classId), features: optional(word) }),
  "fewshot.accept": params<"fewshot.accept">({ project, least: share, class: optional(classId), features: optional(word) }),
  "fewshot.tune": params<"fewshot.tune">({
    project,
    trainable: optional(oneOf(tuneLevels)),
    minutes: optional(real(0.01, 1e5)),
    steps: optional(integer<number>(1, 100_000)),
    seed: optional(integer<number>(0, 2 ** 31 - 1)),
    augment: optional(word),
    confident: optional(flag),
  }),
  doctor: empty,
  "jobs.list": empty,
  "jobs.pause": params<"jobs.pause">({ id: jobId }),
  "jobs.resume": params<"jobs.resume">({ id: jobId }),
  "jobs.cancel": params<"jobs.cancel">({ id: jobId }),
};

export const methods = Object.keys(checks) as readonly Method[];

export function isMethod(name: string): name is Method {
  return Object.hasOwn(checks, name);
}

/** What is wrong with the parameters of a call, in words, or null. */
export function wrongParams(method: Method, value: unknown): string | null {
  return checks[method](value);
}

function params<M extends keyof Contract>(fields: Fields<Params<M>>): Check<Params<M>> {
  return record(fields);
}
