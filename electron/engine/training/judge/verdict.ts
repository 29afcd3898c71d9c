/**
 * @file Did it help? The gain of a candidate in 20-nearest-neighbour accuracy over the frozen encoder, in points, guessed without labels from two properties of the neighbour graph
 * (structure.ts), and words made from the guess.
 *
 * Fitted for the bundled encoder on 13 folders (clothes, digits, clip art, sprites, brain slices, constellations, terrain, animals, signs, people and tools, cut-outs, icons,
 * attacks and items; 209 to 1,500 pictures) times 25 candidates: whitenings of five exponents, with views as classes, heads trained by NT-Xent and DIET on cached views, joined ones,
 * single blocks, random projections, noise, few axes. Leave one folder out, helped = at least +1 point, hurt = at most -1:
 *
 *   true \ said        hurt  unclear  helped        of the 12 candidates a run would offer:   hurt  unclear  helped
 *   hurt                 77       12      14                                                     0        2       6
 *   unclear              20        1      39                                                     0        0      22
 *   helped                9        1     152                                                     0        0     126
 *
 * That is 71 % of all (saying "helped" of everything: 50 %) and 81 % of those that a run would offer (saying "helped" of everything: 81 %): gross damage is seen, small losses are
 * not. All losses of the second kind were on the brain slices and the animals. The recommendation lost on one of 13 folders, the brain slices (-1.8 points), whose frozen neighbours are
 * nearly all mutual, as in other sequences (.82; the other folders .47 to .57): `sequenceLike` is made for them and rests on that one folder. View retrieval, alignment and
 * RankMe told nothing more. Weights trained inside the network were not among the candidates.
 *
 * Through the product (npm run bench training-folders), points over the frozen vector (clothes, digits, clip art, sprites, constellations): whiten +2.7 +2.3 +3.5 +10.2 +4.5,
 * adapter +3.1 +3.5 +3.7 +14.3 +4.9, last +2.9 +3.3 +4.0 +12.8 +4.7. All fifteen were said to help; that shows nothing about losses, for there was none. The whitened one was
 * recommended every time, also where the adapter was 4.1 points better (sprites): differences between two good candidates are not seen.
 */
import type { JudgedBy } from "#protocol/model.ts";

import { BugError } from "../../base/errors.ts";
import type { Metrics } from "./measure.ts";

/** What is asked of the metrics. */
export type Evidence = Pick<Metrics, "mutual" | "witnessed" | "weakLabelKnn" | "neighboursKept">;

export interface JudgedCandidate {
  readonly name: string;
  readonly metrics: Evidence;
  /** What collapse.ts said; a candidate with an alarm is never recommended. */
  readonly alarms?: readonly string[] | undefined;
}

export interface Verdict {
  /** On `form`. */
  readonly verdict: "helped" | "unclear" | "hurt";
  /** The name of a candidate: the frozen one unless the evidence says otherwise. */
  readonly recommended: string;
  /** The best of what was trained; the whitened one where nothing was. */
  readonly form: string;
  /** Points of accuracy by name, a guess. */
  readonly expectedGains: ReadonlyMap<string, number>;
  /** Sentences for people. */
  readonly reasons: readonly string[];
}

const weights = { mutual: 9.137, witnessed: 7.167, constant: 0.136 };
const leastGain = 0.75;
const mostLoss = 0.5;
const preference = 0.5;
/** Frozen neighbours that are mutual more often than this lie on a line, as the frames of a film do. */
const sequenceLike = 0.7;
/** Below this share of kept neighbours a change without gain is a rewriting (METHODS 8.3). */
const leastKept = 0.4;

/**
 * @param given "frozen" and "whitened" first, then what was trained, simplest first: a later one must be better by more than half a point to be preferred
 * @param judgedBy whose word the weak labels are, for the reasons
 */
export function judgeCandidates(given: readonly JudgedCandidate[], judgedBy: JudgedBy | null = null): Verdict {
  const frozen = given.find(({ name }) => name === "frozen");
  if (!frozen) throw new BugError("nothing is judged without the frozen encoder");
  const candidates = given.filter((candidate) => candidate !== frozen);
  const gainOf = ({ metrics }: JudgedCandidate): number => expectedGain(frozen.metrics, metrics);
  const best = (among: readonly JudgedCandidate[]): JudgedCandidate | undefined =>
    among.reduce<JudgedCandidate | undefined>(
      (found, next) => (found && gainOf(next) <= gainOf(found) + preference ? found : next),
      undefined,
    );
  const trained = candidates.filter(({ name, alarms = [] }) => name !== "whitened" && alarms.length === 0);
  const form = best(trained) ?? candidates.find(({ name }) => name !== "whitened") ?? candidates[0] ?? frozen;
  return {
    verdict: form === frozen ? "unclear" : verdictOf(frozen, form),
    recommended: (best(candidates.filter((candidate) => verdictOf(frozen, candidate) === "helped")) ?? frozen).name,
    form: form.name,
    expectedGains: new Map(candidates.map((candidate) => [candidate.name, gainOf(candidate)])),
    reasons: form === frozen ? [] : explain(frozen, form, judgedBy),
  };
}

/** Points of 20-nearest-neighbour accuracy. Weak labels, where there are any, count as much as the structure of the neighbours. */
export function expectedGain(frozen: Evidence, after: Evidence): number {
  const witnessed = frozen.witnessed > 0 ? after.witnessed / frozen.witnessed - 1 : 0;
  const structure = weights.mutual * (after.mutual - frozen.mutual) + weights.witnessed * witnessed + weights.constant;
  const weak = weakGain(frozen, after);
  return weak === null ? structure : (structure + weak) / 2;
}

function weakGain(frozen: Evidence, after: Evidence): number | null {
  return frozen.weakLabelKnn === null || after.weakLabelKnn === null ? null : 100 * (after.weakLabelKnn - frozen.weakLabelKnn);
}

function verdictOf(frozen: JudgedCandidate, { metrics, alarms = [] }: JudgedCandidate): Verdict["verdict"] {
  if (alarms.length > 0) return "hurt";
  const gain = expectedGain(frozen.metrics, metrics);
  if (gain <= mostLoss) return "hurt";
  const blind = frozen.metrics.mutual > sequenceLike && weakGain(frozen.metrics, metrics) === null;
  return gain >= leastGain && !blind ? "helped" : "unclear";
}

function explain(frozen: JudgedCandidate, { metrics, alarms = [] }: JudgedCandidate, judgedBy: JudgedBy | null): string[] {
  const before = frozen.metrics;
  const reasons = [...alarms];
  reasons.push(
    `${percent(metrics.mutual)} of neighbours choose each other; ${percent(before.mutual)} did before.`,
    `${percent(metrics.witnessed)} of neighbours are confirmed by a part of the encoder that was not trained; ${percent(before.witnessed)} were before.`,
  );
  if (before.weakLabelKnn !== null && metrics.weakLabelKnn !== null)
    reasons.push(
      judgedBy?.kind === "given"
        ? `Of ${judgedBy.pictures} images that were labelled by hand (${judgedBy.project ?? ""}, ${judgedBy.classes} classes), ${percent(metrics.weakLabelKnn)} have neighbours of their own class; ${percent(before.weakLabelKnn)} had before.`
        : `${percent(metrics.weakLabelKnn)} of images have neighbours of their own folder; ${percent(before.weakLabelKnn)} had before.`,
    );
  if (metrics.neighboursKept < leastKept && expectedGain(before, metrics) < leastGain)
    reasons.push(
      `Only ${percent(metrics.neighboursKept)} of neighbours are still those of before, without a gain: it rewrites, it does not improve.`,
    );
  if (before.mutual > sequenceLike)
    reasons.push("The images follow one another like frames of a film; there neighbours say little about a gain.");
  return reasons;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
