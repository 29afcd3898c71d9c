/**
 * @file Learning from the labels of a project: what every image is told to be, what to look at next, which labels may be mistakes, and accepting in bulk. The learning itself is done by a worker
 * (stages/fewshot); here contents become images.
 */
import {
  noLabel,
  type LabelHint,
  type LabelPredictions,
  type LabelProject,
  type LearningWay,
  type NextImages,
  type TuneRequest,
} from "#protocol/label-model.ts";
import type { ClassId, ImageId, JobId, ProjectId } from "#protocol/model.ts";

import { BugError } from "./base/errors.ts";
import type { Collection } from "./collection.ts";
import type { Engine } from "./engine.ts";
import { defaultThreshold } from "./fewshot/predict.ts";
import { spacesFor } from "./stages/fewshot/spaces.ts";
import type { ClickedContents, FewshotTask, FewshotTasks, ToldLines } from "./stages/fewshot/fewshot-messages.ts";
import { createFewshotRunner } from "./stages/fewshot/fewshot-runner.ts";
import type { LabelledContents } from "./stages/labels-table.ts";
import { listKeptLabels, listLabels } from "./store/queries/labels.ts";
import { startTuning } from "./tune-actions.ts";
import { firstImageOf } from "./views/catalogue.ts";

export interface FewshotActions {
  predict(given: { project: ProjectId; features?: string | undefined; threshold?: number | undefined }): Promise<LabelPredictions>;
  next(given: { project: ProjectId; count: number; features?: string | undefined; shown?: Int32Array | undefined }): Promise<NextImages>;
  hints(given: { project: ProjectId; features?: string | undefined }): Promise<LabelHint[]>;
  acceptable(given: AcceptRequest): Promise<{ ids: Int32Array; classes: Uint16Array; confidences: Float32Array; expectedErrors: number }>;
  accept(given: AcceptRequest): Promise<{ project: LabelProject; accepted: number }>;
  /** Learns from a table instead of a project, and leaves the labels as they are. */
  predictTable(table: LabelledContents, given: TableRequest): Promise<TablePredictions>;
  /** The labels of a project as a table has them. */
  labelled(project: ProjectId): LabelledContents;
  /** The straight lines that tell a table's classes best, and the encoder they stand behind. */
  linesOfTable(table: LabelledContents, features: string | undefined): Promise<{ readonly lines: ToldLines; readonly encoder: string }>;
  /** Trains on the labels of a project, or of a table, and judges by labels that were left out. */
  tune(project: ProjectId, request: TuneRequest): { readonly run: string; readonly job: JobId };
  tuneTable(table: LabelledContents, request: TuneRequest): { readonly run: string; readonly job: JobId };
  close(): Promise<void>;
}

export interface AcceptRequest {
  readonly project: ProjectId;
  readonly least: number;
  /** Only this class; all where not given. */
  readonly class?: ClassId | undefined;
  readonly features?: string | undefined;
}

export interface TableRequest {
  readonly features: string | undefined;
  readonly threshold: number | undefined;
  readonly next: number;
}

export interface TablePredictions {
  readonly classes: readonly string[];
  readonly chosen: LearningWay | null;
  readonly why: string;
  readonly candidates: readonly LearningWay[];
  /** In the order of the images. */
  readonly predictions: readonly { readonly id: ImageId; readonly label: string | null; readonly confidence: number; readonly probabilities: Readonly<Record<string, number>> }[]; // prettier-ignore
  readonly next: readonly { readonly id: ImageId; readonly why: string }[];
  readonly outlook: string;
}

/** Confidence from which an accepted label that is told differently now may be a mistake. */
const doubtFrom = 0.6;

export function createFewshotActions(engine: Engine): FewshotActions {
  const runner = createFewshotRunner();
  const collection = (): Collection => engine.requireCollection();
  const ask = <T extends FewshotTask>(
    task: T,
    features: string | undefined,
    input: Omit<FewshotTasks[T]["input"], "features">,
  ): Promise<FewshotTasks[T]["output"]> => {
    const start = spacesFor(collection(), features);
    return runner.ask(start, task, { ...input, features: start.features } as FewshotTasks[T]["input"]);
  };
  const predictProject = async ({
    project,
    features,
    threshold = defaultThreshold,
  }: {
    project: ProjectId;
    features?: string | undefined;
    threshold?: number | undefined;
  }): Promise<Labelled & { told: FewshotTasks["predict"]["output"] }> => {
    // prettier-ignore
    const labelled = labelledOf(collection(), engine.labels.project(project));
    return { ...labelled, told: await ask("predict", features, { clicks: labelled.clicks, threshold }) };
  };
  /** Contents that accepting would label, the most doubtful first. */
  const findAcceptable = async ({
    project,
    least,
    class: only,
    features,
  }: AcceptRequest): Promise<{ contentId: number; place: number; confidence: number }[]> => {
    // prettier-ignore
    const { clicks, accepted, told } = await predictProject({ project, features, threshold: least });
    const labelled = new Set([...clicks.contentIds, ...accepted.keys()]);
    const wanted = only === undefined ? null : engine.labels.project(project).classes.findIndex(({ id }) => id === only);
    return Array.from(told.contentIds, (contentId, row) => ({ contentId, place: told.labels[row], confidence: told.confidences[row] }))
      .filter(({ contentId, place }) => place !== noLabel.class && !labelled.has(contentId) && (wanted === null || place === wanted))
      .sort((one, other) => one.confidence - other.confidence || one.contentId - other.contentId);
  };
  return {
    predict: async (given) => {
      const { threshold = defaultThreshold } = given;
      const { told, accepted } = await predictProject(given);
      const { columns, ofContent } = collection().catalogue();
      const classes = new Uint16Array(columns.count).fill(noLabel.class);
      const confidences = new Float32Array(columns.count);
      told.contentIds.forEach((contentId, row) => {
        const kept = accepted.get(contentId);
        for (const position of ofContent.get(contentId) ?? []) {
          classes[position] = kept ?? told.labels[row];
          confidences[position] = kept === undefined ? told.confidences[row] : 1;
        }
      });
      const { chosen, candidates, why, reliability } = told;
      return { version: columns.version, count: columns.count, classes, confidences, threshold, chosen, candidates, why, reliability };
    },
    next: async ({ project, count, features, shown }) => {
      const { clicks, accepted } = labelledOf(collection(), engine.labels.project(project));
      const catalogue = collection().catalogue();
      const contents = [...(shown ?? [])].map((id) => catalogue.positions.get(id)).filter((position) => position !== undefined);
      const { images, outlook } = await ask("next", features, {
        clicks,
        threshold: defaultThreshold,
        count,
        shown: Int32Array.from([...accepted.keys(), ...contents.map((position) => catalogue.contentIds[position] as number)]),
      });
      return { images: asImages(collection(), images), outlook: outlook.words, flattened: outlook.flattened };
    },
    hints: async ({ project, features }) => {
      const { classes } = engine.labels.project(project);
      const { clicks, accepted } = labelledOf(collection(), engine.labels.project(project));
      const hints = [
        ...(await ask("hints", features, { clicks, threshold: defaultThreshold })),
        ...(accepted.size === 0 ? [] : doubtfulAmong(accepted, await ask("predict", features, { clicks, threshold: doubtFrom }))),
      ].sort((one, other) => other.confidence - one.confidence);
      const kept = new Set(listKeptLabels(collection().store, project));
      const catalogue = collection().catalogue();
      return hints.flatMap(({ contentId, label, other, confidence }): LabelHint[] => {
        const id = firstImageOf(catalogue, contentId);
        if (id === null || kept.has(contentId)) return [];
        const text = `Labelled ${classes[label].name}; without that label it would be called ${classes[other].name} (${Math.round(100 * confidence)} %).`;
        return [{ id, label: classes[label].id, other: classes[other].id, confidence, text }];
      });
    },
    acceptable: async (given) => {
      const found = await findAcceptable(given);
      const catalogue = collection().catalogue();
      const images = found.flatMap((each) => {
        const id = firstImageOf(catalogue, each.contentId);
        return id === null ? [] : [{ ...each, id }];
      });
      return {
        ids: Int32Array.from(images, ({ id }) => id),
        classes: Uint16Array.from(images, ({ place }) => place),
        confidences: Float32Array.from(images, ({ confidence }) => confidence),
        expectedErrors: images.reduce((sum, { confidence }) => sum + 1 - confidence, 0),
      };
    },
    accept: async (given) => {
      const found = await findAcceptable(given);
      const { classes } = engine.labels.project(given.project);
      const assignments = found.map(({ contentId, place }) => ({ contentId, classId: classes[place].id }));
      const what = `accept ${found.length} images told with ${Math.round(100 * given.least)} % or more`;
      const project = engine.labels.setContents({ project: given.project, what, assignments, source: "accepted" });
      return { project, accepted: found.length };
    },
    predictTable: async ({ contentIds, labels, names }, { features, threshold = defaultThreshold, next }) => {
      const clicks: ClickedContents = { contentIds, labels, classNames: [...names] };
      const told = await ask("predict", features, { clicks, threshold });
      const suggested = await ask("next", features, { clicks, threshold, count: next, shown: new Int32Array(0) });
      const catalogue = collection().catalogue();
      const rowOf = new Map(Array.from(told.contentIds, (id, row) => [id, row]));
      const predictions = Array.from(catalogue.contentIds, (contentId, position) => ({ position, row: rowOf.get(contentId) }))
        .filter((each): each is { position: number; row: number } => each.row !== undefined)
        .map(({ position, row }) => ({
          id: catalogue.columns.ids[position] as ImageId,
          label: names[told.labels[row]] ?? null,
          confidence: told.confidences[row],
          probabilities: Object.fromEntries(names.map((name, place) => [name, told.probabilities[row * names.length + place]])),
        }));
      const { chosen, why, candidates } = told;
      return {
        classes: names,
        chosen,
        why,
        candidates,
        predictions,
        next: asImages(collection(), suggested.images),
        outlook: suggested.outlook.words,
      };
    },
    labelled: (project) => {
      const { contentIds, labels, classNames } = labelledOf(collection(), engine.labels.project(project)).clicks;
      return { contentIds, labels, names: classNames, unknown: [] };
    },
    linesOfTable: async ({ contentIds, labels, names }, features) => {
      const clicks: ClickedContents = { contentIds, labels, classNames: [...names] };
      const lines = await ask("linear", features, { clicks, threshold: defaultThreshold });
      const source = spacesFor(collection(), features).spaces.find(({ name }) => name === lines.features);
      if (source === undefined) throw new BugError(`lines on vectors "${lines.features}" that nobody has`);
      return { lines, encoder: source.encoder.id };
    },
    tune: (project, request) =>
      startTuning(engine, { clicks: labelledOf(collection(), engine.labels.project(project)).clicks, project, asked: request }),
    tuneTable: ({ contentIds, labels, names }, request) =>
      startTuning(engine, { clicks: { contentIds, labels, classNames: [...names] }, project: null, asked: request }),
    close: () => runner.close(),
  };
}

/** What is learnt from, and what was accepted: content -> position of its class. */
interface Labelled {
  readonly clicks: ClickedContents;
  readonly accepted: ReadonlyMap<number, number>;
}

/**
 * Labels that were accepted in bulk are what was learnt already: to learn from them would make it only more sure of itself, and leaving them out would prove nothing.
 */
function labelledOf({ store }: Collection, { id, classes }: LabelProject): Labelled {
  const placeOf = new Map(classes.map((each, place) => [each.id as number, place]));
  const labels = listLabels(store, id).map(({ contentId, classId, source }) => ({
    contentId,
    place: placeOf.get(classId) as number,
    source,
  }));
  const clicked = labels.filter(({ source }) => source !== "accepted");
  return {
    clicks: {
      contentIds: Int32Array.from(clicked, ({ contentId }) => contentId),
      labels: Int32Array.from(clicked, ({ place }) => place),
      classNames: classes.map(({ name }) => name),
    },
    accepted: new Map(labels.filter(({ source }) => source === "accepted").map(({ contentId, place }) => [contentId, place])),
  };
}

/** Of what was accepted: told to be something else by now. */
function doubtfulAmong(
  accepted: ReadonlyMap<number, number>,
  { contentIds, labels, confidences }: FewshotTasks["predict"]["output"],
): { contentId: number; label: number; other: number; confidence: number }[] {
  return Array.from(contentIds, (contentId, row) => ({
    contentId,
    label: accepted.get(contentId),
    other: labels[row],
    confidence: confidences[row],
  })).filter(
    (each): each is typeof each & { label: number } =>
      each.label !== undefined && each.other !== noLabel.class && each.other !== each.label,
  );
}

function asImages(
  collection: Collection,
  found: readonly { readonly contentId: number; readonly why: string }[],
): { id: ImageId; why: string }[] {
  const catalogue = collection.catalogue();
  return found.flatMap(({ contentId, why }) => {
    const id = firstImageOf(catalogue, contentId);
    return id === null ? [] : [{ id, why }];
  });
}
