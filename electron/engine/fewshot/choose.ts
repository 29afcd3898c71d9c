/**
 * @file Which model on which vectors answers, and why, in words. From two clicks a class on the clicks decide: each left out in turn. At one click nothing can be left out; then the neighbour graph is asked whether neighbours are of one kind (METHODS 6.2).
 */
import type { Candidate } from "./leave-out.ts";
import { modelNames, type ModelName } from "./models.ts";

export interface Choice {
  readonly candidate: Candidate;
  /** One sentence. */
  readonly why: string;
}

/** What can be known at one click a class. */
export interface GraphSigns {
  /** Share of neighbours that the ridge puts into one class, beyond what chance would give: 0 to 1. */
  readonly homophily: number;
  /** Share of images of which ridge and propagation say the same. */
  readonly agreement: number;
}

export const modelWords: Readonly<Record<ModelName, string>> = {
  both: "straight lines and neighbours together",
  propagation: "neighbours pass labels on",
  ridge: "straight lines between classes",
  centroid: "the nearest mean",
};

/**
 * Within a standard error of the best, the usual order wins: clicks are too few to tell better, and over seven folders that was the rule that lost least.
 * @param candidates not empty  @param clickCount that were left out
 */
export function chooseByClicks(candidates: readonly Candidate[], clickCount: number): Choice {
  const best = candidates.reduce((most, { looAccuracy }) => Math.max(most, looAccuracy ?? 0), 0);
  const margin = Math.sqrt(Math.max(best * (1 - best), 0.04) / Math.max(1, clickCount));
  const equals = candidates.filter(({ looAccuracy }) => (looAccuracy ?? 0) >= best - margin);
  const candidate = [...equals].sort(inUsualOrder)[0];
  const share = Math.round(100 * (candidate.looAccuracy ?? 0));
  if (candidate.judgedBy !== undefined)
    return {
      candidate,
      why: `${describe(candidate)}: when these vectors were tuned, ${share} % of ${candidate.judgedBy} labels that were left out were told`,
    };
  const rivals = candidates.length - 1;
  const others = rivals === 0 ? "" : best > (candidate.looAccuracy ?? 0) ? `; no other of ${rivals} ways is clearly better` : `; none of ${rivals} other ways tells more`; // prettier-ignore
  return { candidate, why: `${describe(candidate)}: each left out in turn, ${share} % of ${clickCount} clicks are told${others}` };
}

/** Vectors that somebody tuned on these classes and uses first; then by model, and of one model whitened vectors first: they were better on four folders of seven, and never much worse. */
function inUsualOrder(one: Candidate, other: Candidate): number {
  const rank = ({ model, features, judgedBy }: Candidate): number =>
    judgedBy === undefined ? 2 * modelNames.indexOf(model) + (features === "whitened" ? 0 : 1) : -1;
  return rank(one) - rank(other) || other.likelihood - one.likelihood;
}

/** Homophily from which neighbours alone are believed, and below which they are not. */
const bounds = { high: 0.5, low: 0.15 };
/** Vectors whose neighbours agree this much less than others' are still taken in the usual order. */
const nearlyAsMuch = 0.5;

export function chooseByGraph(candidates: readonly Candidate[], signs: ReadonlyMap<string, GraphSigns>): Choice {
  const usual = [...candidates].sort(inUsualOrder);
  const homophilyOf = ({ features }: Candidate): number => signs.get(features)?.homophily ?? 0;
  const most = usual.reduce((largest, each) => Math.max(largest, homophilyOf(each)), 0);
  const { features } = usual.find((each) => homophilyOf(each) >= nearlyAsMuch * most) as Candidate;
  const { homophily, agreement } = signs.get(features) ?? { homophily: 0, agreement: 0 };
  const wanted: ModelName = homophily >= bounds.high ? "propagation" : homophily >= bounds.low ? "both" : "ridge";
  const candidate = candidates.find((each) => each.features === features && each.model === wanted) ?? candidates[0];
  const [kept, same] = [homophily, agreement].map((share) => `${Math.round(100 * share)} %`);
  const sign = { propagation: "neighbours mostly are of one kind", both: "neighbours often are of one kind", ridge: "neighbours hardly are of one kind", centroid: "" }[wanted]; // prettier-ignore
  return {
    candidate,
    why: `${describe(candidate)}: with one click a class nothing can be left out, but ${sign} (${kept} beyond chance; two ways agree on ${same})`,
  };
}

function describe({ model, features }: Candidate): string {
  return `${modelWords[model]} on ${features} vectors`;
}
