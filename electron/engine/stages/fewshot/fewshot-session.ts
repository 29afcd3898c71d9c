/**
 * @file What the worker does: reads the vectors, makes the spaces, and answers for clicks given by content. Plain functions, so that tests run them without a worker.
 */
import { UserError } from "../../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../../base/neighbour-graph.ts";
import { reliability, applyPower } from "../../fewshot/calibration.ts";
import { clicksPerClass, type Clicks } from "../../fewshot/clicks.ts";
import { featureSpace, intercept, type FeatureSpace } from "../../fewshot/feature-space.ts";
import { findHints } from "../../fewshot/hints.ts";
import { largestOf, leaveOut } from "../../fewshot/leave-out.ts";
import { linearModel } from "../../fewshot/linear.ts";
import { createLearner, type Learned, type Learner } from "../../fewshot/learner.ts";
import { moreLikeThese } from "../../fewshot/more-like-these.ts";
import { suggestAlike, suggestFirst, suggestNext } from "../../fewshot/next.ts";
import { outlook } from "../../fewshot/outlook.ts";
import { emptyPredictions, predictAll } from "../../fewshot/predict.ts";
import { amongAll, onlyUsed, type UsedClasses } from "../../fewshot/used-classes.ts";
import { findNeighbours } from "../../search/find-neighbours.ts";
import { openForReading, type ReadStore } from "../../store/database.ts";
import { readGraph } from "../../store/queries/graphs.ts";
import { applyWhitening, fitWhitening, type Whitening } from "../../training/whiten/whitening.ts";
import { loadVectors } from "../vectors.ts";
import type {
  ClickedContents,
  FewshotRequest,
  FewshotStart,
  FewshotTask,
  FewshotTasks,
  SpaceSource,
  ToldChoice,
} from "./fewshot-messages.ts";

export type FewshotSession = { [T in FewshotTask]: (input: FewshotTasks[T]["input"]) => FewshotTasks[T]["output"] };

const whitenSeed = 1;
/** Neighbours of whitened vectors: what density and propagation look at. */
const neighbourCount = 16;
/** Fewer cannot be whitened: there are no axes to speak of. */
const fewestForWhitening = 8;

export function openFewshotSession({ workspace, spaces }: FewshotStart): FewshotSession {
  const { contentIds, made, whitenings } = readSpaces(workspace, spaces);
  const judgedClasses = new Map(spaces.map(({ name, judged }) => [name, judged?.classes ?? []]));
  const rowOf = new Map(Array.from(contentIds, (id, row) => [id, row]));
  const students = new Map<string, Student>();
  /** One for each set of spaces that was asked for: what is learnt on some is not what is learnt on all. */
  const studentOf = (features: readonly string[] | null, classNames: readonly string[]): Student => {
    const wanted = features === null ? made : made.filter(({ name }) => features.includes(name));
    if (wanted.length === 0)
      throw new UserError(
        "features-unknown",
        `There are no vectors "${features?.join(", ")}"; expected ${made.map(({ name }) => name).join(", ")}.`,
      );
    // What was found with other classes says nothing of these, and these were not shown then.
    const known = wanted.map((each) =>
      each.judged && isSameSet(judgedClasses.get(each.name) ?? [], classNames) ? each : { ...each, judged: undefined },
    );
    const key = known.map(({ name, judged }) => `${name} ${judged !== undefined}`).join("\n");
    let student = students.get(key);
    if (!student) students.set(key, (student = { learner: createLearner(known), names: [] }));
    return student;
  };
  const prepare = ({ clicks: given, features }: FewshotRequest): { learner: Learner; used: UsedClasses } => {
    const clicks = asClicks(given, rowOf);
    const { learner, names } = studentOf(features, [...new Set(Array.from(clicks.labels, (label) => given.classNames[label]))]);
    return { learner, used: onlyUsed(clicks, given.classNames, names) };
  };
  /** Vectors that know a label cannot doubt it. */
  const unjudged = (features: readonly string[] | null): readonly string[] | null => {
    const blind = made.filter(({ name, judged }) => !judged && (features === null || features.includes(name))).map(({ name }) => name);
    return blind.length > 0 ? blind : features;
  };
  return {
    predict: (request) => {
      const { learner, used } = prepare(request);
      const classCount = request.clicks.classNames.length;
      const { clicks, places } = used;
      const silent = { ...emptyPredictions(contentIds.length, classCount), chosen: null, candidates: [], reliability: [] };
      if (clicks.classCount === 0) return { contentIds, ...silent, why: "Nothing is labelled yet." };
      if (clicks.classCount === 1) {
        const { predictions, model, features, why } = moreLikeThese(learner.spaces, clicks.rows, request.threshold);
        const chosen: ToldChoice = { model, features, looAccuracy: null };
        return { contentIds, ...amongAll(predictions, places, classCount), chosen, candidates: [chosen], why, reliability: [] };
      }
      const learned = learner.learn(clicks);
      return {
        contentIds,
        ...amongAll(predictAll(learned, request.threshold), places, classCount),
        chosen: told(learned.choice.candidate),
        candidates: learned.candidates.map(told),
        why: learned.choice.why,
        reliability: reliabilityOf(learned),
      };
    },
    next: (request) => {
      const { learner, used } = prepare(request);
      const { clicks, places } = used;
      const space = learner.spaces.find(({ name }) => name === "whitened") ?? learner.spaces[0];
      const without = new Set([...clicks.rows, ...rowsOf(request.shown, rowOf)]);
      const withContent = <T extends { row: number }>(each: T): T & { contentId: number } => ({
        ...each,
        contentId: contentIds[each.row],
      });
      const { count } = request;
      if (clicks.classCount < 2) {
        const name = request.clicks.classNames[places[0]];
        const images =
          clicks.classCount === 0
            ? suggestFirst({ ...space, count, without })
            : suggestAlike(moreLikeThese(learner.spaces, clicks.rows, 0).predictions.confidences, { count, without, name });
        return { images: images.map(withContent), outlook: outlook(space.table, clicks) };
      }
      const learned = learner.learn(clicks);
      const images = suggestNext({
        ...learned.models.space,
        count,
        classCount: clicks.classCount,
        probabilities: predictAll(learned).probabilities,
        strangeness: learned.models.ridge.strangeness,
        without,
        nameOf: (label) => request.clicks.classNames[places[label]],
      });
      return { images: images.map(withContent), outlook: outlook(learned.models.space.table, clicks) };
    },
    linear: (request) => {
      const { learner, used } = prepare(request);
      const { clicks, places } = used;
      if (clicks.classCount < 2)
        throw new UserError(
          "too-few-classes",
          `${clicks.classCount} class(es) with labelled images of this collection; a classifier needs at least 2.`,
        );
      const { candidates } = learner.learn(clicks);
      const ridges = candidates.filter(({ model }) => model === "ridge");
      // Of tuned vectors one model was judged, which need not be this one.
      const lines = ridges.length > 0 ? ridges : candidates.map((each) => ({ ...each, looAccuracy: null }));
      const best = lines.reduce((one, other) => ((other.looAccuracy ?? 0) > (one.looAccuracy ?? 0) ? other : one));
      const space = learner.spaces.find(({ name }) => name === best.features) as FeatureSpace;
      const whitening = whitenings.get(space.name) ?? null;
      const { mean } = space;
      const counts = [...clicksPerClass(clicks)];
      const { features, looAccuracy, power } = best;
      return { features, whitening, mean, intercept, ...linearModel(space, clicks, power), places: [...places], counts, looAccuracy };
    },
    hints: (request) => {
      const { learner, used } = prepare({ ...request, features: unjudged(request.features) });
      if (used.clicks.classCount < 2) return [];
      const { models, choice, asked } = learner.learn(used.clicks);
      if (asked === null) return [];
      return findHints(models, choice.candidate, asked).map(({ label, other, ...hint }) => ({
        ...hint,
        label: used.places[label],
        other: used.places[other],
        contentId: contentIds[hint.row],
      }));
    },
  };
}

interface Student {
  readonly learner: Learner;
  /** Classes in the order in which it met them. */
  readonly names: string[];
}

/** Rows are those of the first space; all spaces must have the same. */
function readSpaces(
  workspace: string,
  sources: readonly SpaceSource[],
): { contentIds: Int32Array; made: FeatureSpace[]; whitenings: ReadonlyMap<string, Whitening> } {
  const { store, close } = openForReading(workspace);
  try {
    let contentIds: Int32Array | null = null;
    const made: FeatureSpace[] = [];
    const whitenings = new Map<string, Whitening>();
    for (const { name, encoder, whitened, judged } of sources) {
      const vectors = loadVectors(store, encoder);
      contentIds ??= vectors.contentIds;
      // An encoder that has not seen all of the first one's contents is of no use here.
      if (!isSame(vectors.contentIds, contentIds) || vectors.table.count === 0) continue;
      if (!whitened) made.push(featureSpace(name, vectors.table, storedNeighbours(store, encoder.key, vectors), judged));
      else if (vectors.table.count >= fewestForWhitening) {
        const whitening = fitWhitening(vectors.table, { seed: whitenSeed });
        const table = applyWhitening(vectors.table, whitening);
        whitenings.set(name, whitening);
        made.push(featureSpace(name, table, findNeighbours(table, neighbourCount).graph));
      }
    }
    return { contentIds: contentIds ?? new Int32Array(0), made, whitenings };
  } finally {
    close();
  }
}

/** The graph of the collection where it is of these very rows. */
function storedNeighbours(store: ReadStore, encoderKey: number, vectors: { contentIds: Int32Array; table: VectorTable }): NeighbourGraph {
  const stored = readGraph(store, encoderKey);
  if (stored && isSame(stored.contentIds, vectors.contentIds))
    return { count: stored.contentIds.length, k: stored.k, indices: stored.indices, similarities: stored.similarities };
  return findNeighbours(vectors.table, neighbourCount).graph;
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}

function isSame(one: Int32Array, other: Int32Array): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

/** Contents without a vector are left out. */
function asClicks({ contentIds, labels, classNames }: ClickedContents, rowOf: ReadonlyMap<number, number>): Clicks {
  const kept = [...contentIds.keys()].filter((at) => rowOf.has(contentIds[at]));
  return {
    rows: Int32Array.from(kept, (at) => rowOf.get(contentIds[at]) as number),
    labels: Int32Array.from(kept, (at) => labels[at]),
    classCount: classNames.length,
  };
}

function rowsOf(contentIds: Int32Array, rowOf: ReadonlyMap<number, number>): number[] {
  return Array.from(contentIds, (id) => rowOf.get(id)).filter((row) => row !== undefined);
}

function told({ model, features, looAccuracy }: ToldChoice): ToldChoice {
  return { model, features, looAccuracy };
}

/** Of the clicks, each left out: how sure it was, and how often right. */
function reliabilityOf({ asked, models, choice }: Learned): ReturnType<typeof reliability> {
  if (asked === null || choice.candidate.judgedBy !== undefined) return [];
  const { count, classCount, probabilities } = leaveOut(models, choice.candidate.model, asked);
  const confidences = new Float64Array(count);
  const right = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    const one = probabilities.subarray(at * classCount, (at + 1) * classCount);
    applyPower(one, classCount, choice.candidate.power);
    const best = largestOf(one, classCount);
    confidences[at] = one[best];
    right[at] = best === asked.labels[at] ? 1 : 0;
  }
  return reliability(confidences, right);
}
