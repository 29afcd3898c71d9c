/** @file A run in words: what was measured and what it means, the verdict, what it is called and where it stands. */
import { describeSeconds } from "#protocol/progress.ts";
import type { ProbeMetrics, TrainReport } from "#protocol/model.ts";
import type { PlanSummary, RunEntry, TrialResult } from "#protocol/training.ts";

import { counted } from "../../widgets/format.ts";

export interface MetricWords {
  readonly name: keyof ProbeMetrics;
  readonly title: string;
  /** What it means and which way is better. */
  readonly text: string;
  /** The term of the papers. */
  readonly term: string;
  show(value: number): string;
}

const share = (value: number): string => `${(100 * value).toFixed(0)} %`;

const labelWords: Pick<MetricWords, "title" | "term"> = {
  title: "Pictures told by your labels",
  term: "leave-one-out 5-NN accuracy on labels given by hand",
};

/** In the words of what this training was judged by; reports that do not say were judged by sub-folders. */
export function metricWordsOf({ judgedBy }: Pick<TrainReport, "judgedBy">): readonly MetricWords[] {
  if (judgedBy?.kind !== "given") return metricWords;
  const text = `The classes that you gave ${counted(judgedBy.pictures, "picture")} by hand, judged by the 5 nearest. More is better.`;
  return metricWords.map((each) => (each.name === "weakLabelKnn" ? { ...each, ...labelWords, text } : each));
}

/** What helps to judge besides the pictures themselves; "" for nothing. */
export function judgedByWords({ judgedBy, weakClasses }: Pick<PlanSummary, "judgedBy" | "weakClasses">): string {
  if (judgedBy?.kind === "given")
    return `${counted(judgedBy.pictures, "picture")} that you labelled (${judgedBy.project ?? ""}, ${counted(judgedBy.classes, "class", "classes")}) help to judge`;
  return weakClasses > 0 ? `${counted(weakClasses, "sub-folder")} help to judge` : "";
}

export const metricWords: readonly MetricWords[] = [
  {
    name: "viewRetrieval",
    title: "Pictures that find their other half",
    text: "Of two altered views of each picture: how often the one is the nearest to the other among all. More is better.",
    term: "view-retrieval@1",
    show: share,
  },
  {
    name: "weakLabelKnn",
    title: "Pictures told by their folder",
    text: "Your sub-folders as a hint of what belongs together, judged by the 5 nearest. More is better.",
    term: "leave-one-out 5-NN accuracy on sub-folders",
    show: share,
  },
  {
    name: "neighboursKept",
    title: "Neighbours that are still those of before",
    text: "Of the 10 nearest of each picture. 100 % means that nothing changed; under 40 % without a gain, that it was only rewritten.",
    term: "neighbours kept",
    show: share,
  },
  {
    name: "alignment",
    title: "How far apart two views of a picture are",
    text: "Squared distance, 0 to 4. Less is better, as long as pictures stay apart from one another.",
    term: "alignment",
    show: (value) => value.toFixed(2),
  },
  {
    name: "uniformity",
    title: "How evenly pictures spread",
    text: "0 is all in one point, −4 evenly all around. Lower is better, as long as views stay together.",
    term: "uniformity",
    show: (value) => value.toFixed(2).replace("-", "−"),
  },
  {
    name: "rankMe",
    title: "Directions in use",
    text: "An alarm where it falls to half; more is no merit by itself.",
    term: "RankMe",
    show: (value) => value.toFixed(0),
  },
];

export interface VerdictWords {
  readonly title: string;
  readonly text: string;
}

export function verdictWords({ verdict, recommended, encoder, run, method }: TrainReport): VerdictWords {
  const isWhiten = method === "whiten";
  const which = recommended === `${run}-whitened` ? "whitened" : recommended === encoder ? "trained" : "frozen";
  const title = isWhiten
    ? { helped: "Whitening helped.", unclear: "Whitening brought no clear gain.", hurt: "Whitening hurt." }[verdict]
    : verdict === "helped" && which === "whitened"
      ? "Better than before, but whitening alone does as well."
      : { helped: "Training helped.", unclear: "Training brought no clear gain.", hurt: "Training hurt." }[verdict];
  const text = {
    trained: "Recommended: the trained encoder.",
    whitened: isWhiten ? "Recommended: the whitened encoder." : "Recommended: the whitened encoder. Nothing about it was trained.",
    frozen: "Recommended: keep the encoder that you have.",
  }[which];
  return { title, text };
}

export const stateWords: Readonly<Record<string, string>> = {
  queued: "waiting",
  running: "running",
  paused: "paused",
  cancelled: "stopped",
  failed: "failed",
  interrupted: "interrupted",
  done: "done",
};

export const trainableWords: Readonly<Record<string, string>> = {
  adapter: "adapter",
  norm: "norms",
  last: "last layers",
  all: "everything",
  default: "suited to the folder",
};

export const stageWords: Readonly<Record<string, string>> = {
  read: "Reading pictures",
  features: "Looking at views once",
  steps: "Training",
  judge: "Judging",
};

/** What a person called it, else what it did. */
export function runTitle({ name, method, trainable, base, id }: RunEntry): string {
  if (name !== "") return name;
  const number = /^run-(\d+)/u.exec(id)?.[1] ?? id;
  if (method === "whiten") return `Run ${number}: whitening`;
  if (base.startsWith("scratch:")) return `Run ${number}: ${base.slice("scratch:".length)} from scratch`;
  const what = trainableWords[trainable] ?? trainable;
  return `Run ${number}: ${what}${method === "few-labels" ? ", on labels" : ""}`;
}

export function isActive(state: string): boolean {
  return state === "queued" || state === "running" || state === "paused";
}

const executorWords: Readonly<Record<string, string>> = {
  native: "Likeness's own kernels",
  onnxruntime: "ONNX Runtime",
  tensorflow: "TensorFlow",
};

/** "On the processor, 8 threads, Likeness's own kernels". */
export function whereWords({ device, executor, threads }: Pick<PlanSummary, "device" | "executor" | "threads">): string {
  const place = device === "cpu" ? `the processor, ${threads} ${threads === 1 ? "thread" : "threads"}` : device;
  return `On ${place}, by ${executorWords[executor] ?? executor}`;
}

export function totalSeconds({ seconds }: Pick<TrialResult, "seconds">): number {
  return seconds.read + seconds.features + seconds.steps + seconds.judge;
}

/** "reading 4 s, views 18 s, 417 steps 60 s, judging 6 s": what is none is left out. */
export function partsWords({ seconds, steps }: Pick<TrialResult, "seconds" | "steps">): string {
  const parts: [string, number][] = [
    ["reading", seconds.read],
    ["looking at views once", seconds.features],
    [`${steps.toLocaleString("en")} steps`, seconds.steps],
    ["judging", seconds.judge],
  ];
  return parts
    .filter(([, length]) => length >= 0.5)
    .map(([what, length]) => `${what} ${describeSeconds(length)}`)
    .join(", ");
}
