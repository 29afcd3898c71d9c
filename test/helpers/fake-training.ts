/**
 * @file Trainings of the fake engine: a few methods to choose from, views drawn as coloured squares, runs that ended well, badly and not at all.
 */
import type { EncoderId, JobId, ProbeMetrics, TrainReport } from "#protocol/model.ts";
import type { JobSnapshot } from "#protocol/progress.ts";
import type { Handlers } from "#protocol/contract.ts";
import {
  plainRequest,
  type MethodChoice,
  type PlanSummary,
  type RunEntry,
  type SettingChoice,
  type TrainingChoices,
  type TrainingContract,
} from "#protocol/training.ts";

import { createFakeComparisons } from "./fake-comparison.ts";

export interface FakeTrainingOptions {
  readonly images: () => number;
  readonly job: () => JobSnapshot | null;
  readonly setJob: (change: Partial<JobSnapshot>) => JobSnapshot;
  readonly announce: () => void;
}

const setting = (name: string, value: number, help: string, high = 10): SettingChoice => ({
  name,
  value,
  low: 0,
  high,
  whole: false,
  help,
  source: "A. Author 2020, arXiv 2002.05709",
});

const methods: readonly MethodChoice[] = [
  {
    id: "whiten",
    title: "Half-whitening",
    summary: "closed form, seconds, nothing is trained",
    source: "measured",
    needs: [],
    settings: [],
  },
  {
    id: "diet",
    title: "DIET",
    summary: "every picture is a class of its own: for small collections",
    source: "Ibrahim et al. 2024, arXiv 2302.10260",
    needs: [],
    settings: [setting("smoothing", 0.3, "label smoothing", 0.95)],
  },
  {
    id: "simclr",
    title: "SimCLR",
    summary: "two views of a picture attract, all others repel (NT-Xent)",
    source: "Chen et al. 2020, arXiv 2002.05709",
    needs: [],
    settings: [setting("temperature", 0.2, "of the softmax over similarities")],
  },
];

const augment = [
  setting("cropAreaMin", 0.08, "smallest part of the picture that a view shows", 1),
  setting("flipHorizontal", 0.5, "how often a view is mirrored", 1),
  setting("hue", 0.2, "how far colours move around the colour circle, in parts of a whole turn", 0.5),
  setting("grey", 0.2, "how often a view loses its colours", 1),
];

const choices = (pictures: number): TrainingChoices => ({
  rungs: [
    { id: "whiten", title: "Whiten", summary: "Evens out what all these pictures have in common. Seconds.", source: "measured" },
    { id: "adapter", title: "Adapter", summary: "Trains one layer behind the encoder. About a minute.", source: "measured" },
    { id: "last", title: "Last layers", summary: "Trains the last stage inside the encoder. Minutes.", source: "measured" },
    { id: "all", title: "Everything", summary: "Trains all weights. Slow without a graphics card.", source: "HPT" },
    { id: "scratch", title: "From scratch", summary: "A new, small network that has seen nothing but this folder.", source: "SimCLR" },
  ],
  methods,
  general: [
    setting("learningRate", 0, "highest learning rate; 0: the method's own"),
    setting("evaluations", 2, "looks at the probe on the way"),
  ],
  augment,
  presets: [
    {
      id: "photo",
      title: "Photographs",
      summary: "Crops, mirroring, colours.",
      leftOut: [],
      source: "SimCLR",
    },
    {
      id: "medical-grey",
      title: "Medical, grey",
      summary: "Mild crops, small turns.",
      leftOut: ["No mirroring: it would swap left and right, and which side a finding is on means something."],
      source: "own choice",
    },
  ],
  architectures: [{ name: "resnet-small", size: 32, summary: "residual net for small pictures" }],
  optimizers: [{ name: "adamw", source: "Loshchilov and Hutter 2019" }],
  executors: ["auto", "native", "onnxruntime"],
  suggested: {
    preset: "photo",
    presetReason: "Nothing says that these are other than photographs.",
    rung: "adapter",
    rungReason: "On five folders measured, an adapter gained 5.9 points of accuracy on average, whitening 4.6.",
  },
  predictor:
    pictures < 8
      ? null
      : {
          advice: "likely to help",
          reason: "The encoder sees these images as much alike (uniformity -1.20); nearly all such folders gained.",
          uniformity: -1.2,
        },
  pictures,
  fewest: 8,
});

const plan: PlanSummary = {
  method: "diet",
  trainable: "adapter",
  base: "bundled",
  device: "cpu",
  executor: "native",
  threads: 8,
  batch: 48,
  viewsPerStep: 48,
  size: 160,
  optimizer: "adamw",
  rate: 1e-3,
  steps: 417,
  minutes: 1,
  training: 800,
  probe: 200,
  judgesByTraining: false,
  weakClasses: 3,
  judgedBy: null,
  augment: { cropAreaMin: 0.5, flipHorizontal: 0.5, hue: 0.02, grey: 0.05 },
};

const metricsOf = (viewRetrieval: number, uniformity: number, weakLabelKnn: number): ProbeMetrics => ({
  viewRetrieval,
  alignment: 0.31,
  uniformity,
  rankMe: 120,
  neighboursKept: viewRetrieval > 0.7 ? 0.62 : 1,
  weakLabelKnn,
});

const reportOf = (run: string, verdict: TrainReport["verdict"]): TrainReport => ({
  run,
  encoder: run,
  method: "diet",
  steps: 417,
  seconds: 58,
  viewsPerSecond: 345,
  loss: { first: 4.9, last: 3.1 },
  predictor: { uniformity: -1.2, advice: "likely to help" },
  verdict,
  recommended: verdict === "helped" ? run : "bundled",
  reasons: ["58 % of neighbours choose each other; 49 % did before."],
  notes: [],
  report: { frozen: metricsOf(0.61, -1.2, 0.71), whitened: metricsOf(0.78, -2.9, 0.75), after: metricsOf(0.83, -3.1, 0.77) },
});

const entry = (id: string, change: Partial<RunEntry>): RunEntry => ({
  id,
  method: "diet",
  base: "bundled",
  trainable: "adapter",
  state: "done",
  createdAt: Date.UTC(2026, 9, 1, 9),
  finishedAt: Date.UTC(2026, 9, 1, 9, 2),
  verdict: null,
  encoder: null,
  name: "",
  job: null,
  decision: null,
  project: null,
  report: null,
  error: null,
  ...change,
});

/** An adapter wins, anything else does not. */
const tunedReport = (run: string, trainable: string): TrainReport => {
  const wins = trainable === "adapter";
  return {
    ...reportOf(run, wins ? "helped" : "unclear"),
    tuned: {
      trainable,
      classes: ["Coast", "Old town", "Letters"],
      clicks: 40,
      asked: 40,
      folds: 5,
      repeats: 3,
      confident: 0,
      cvAccuracy: wins ? 0.942 : 0.9,
      ridgeCvAccuracy: 0.9,
      gain: wins ? 0.12 : 0,
      chance: wins ? 0.01 : 0.5,
      power: 1,
      recommended: wins ? "tuned" : "ridge",
      plain: { model: "ridge", features: "whitened" },
      why: wins
        ? "Of 40 labelled pictures, each asked of trainings that had not been shown it, tuned vectors tell 94.2 %, the usual way 90.0 %: chance alone gives as much in 1.0 % of cases."
        : "Of 40 labelled pictures, tuned vectors tell 90.0 %, the usual way 90.0 %: no gain, so the usual way is the one to use.",
    },
  };
};

export function createFakeTraining({
  images,
  job: currentJob,
  setJob,
  announce,
}: FakeTrainingOptions): Pick<Handlers, keyof TrainingContract | "fewshot.tune"> {
  let runs: RunEntry[] = [
    entry("run-2", { name: "Second try, with a name that goes on and on so that it has to be cut somewhere in the middle", verdict: "helped", encoder: "run-2", report: reportOf("run-2", "helped") }), // prettier-ignore
    entry("run-1", { verdict: "hurt", encoder: "run-1", report: reportOf("run-1", "hurt"), trainable: "last" }),
  ];
  const find = (id: string): RunEntry => {
    const found = runs.find((run) => run.id === id);
    if (found === undefined) throw new Error(`There is no run "${id}" in this collection.`);
    return found;
  };
  const change = (id: string, to: Partial<RunEntry>): Record<string, never> => {
    runs = runs.map((run) => (run.id === id ? { ...run, ...to } : run));
    announce();
    return {};
  };
  const comparisons = createFakeComparisons({ images, job: currentJob, setJob });
  /** A tuning ends when its job is set to have. */
  const settle = (): void => {
    const job = currentJob();
    if (job?.kind !== "tune" || job.state !== "done") return;
    runs = runs.map((run) =>
      run.job === job.id && run.report === null
        ? { ...run, state: "done", encoder: run.id, report: tunedReport(run.id, run.trainable) }
        : run,
    );
  };
  return {
    "fewshot.tune": ({ project, trainable = "adapter" }) => {
      const run = `run-${runs.length + 1}`;
      const id = (20 + runs.length) as JobId;
      setJob({ id, kind: "tune", title: "Tune bundled on 40 labels", state: "running", stage: "steps", stageIndex: 2, stageCount: 4, done: 900, total: 3200, rate: 40, secondsLeft: 58, summary: null, report: null }); // prettier-ignore
      runs = [
        entry(run, {
          method: "few-labels",
          state: "running",
          job: id,
          finishedAt: null,
          trainable,
          project: { id: project, name: "Classes" },
        }),
        ...runs,
      ];
      return { run, job: id };
    },
    "training.choices": () => choices(images()),
    "training.check": ({ request }) => {
      if (request.set.includes("smoothing=7")) throw new Error('smoothing is "7"; expected a number from 0 to 0.95');
      return { ...plan, method: request.method ?? "diet", trainable: request.trainable ?? "adapter" };
    },
    "training.trial": () => ({
      seconds: { read: 4, features: 18, steps: 60, judge: 6 },
      steps: 417,
      secondsPerStep: 0.14,
      viewsPerSecond: 343,
      stepBytes: 61e6,
      freeBytes: 9e9,
      batch: 48,
      wasBusy: false,
    }),
    "training.views": ({ request, pictures, sidePx, draw }) => {
      const views = request.method === "whiten" ? 0 : 4;
      const cell = sidePx * sidePx * 3;
      const pixels = new Uint8Array(pictures * (1 + views) * cell);
      for (let at = 0; at < pictures * (1 + views); at++)
        for (let pixel = 0; pixel < cell; pixel += 3) {
          const row = Math.floor(pixel / 3 / sidePx);
          pixels.set([(at * 37) % 256, (row * 2 + draw * 40) % 256, (at * 91) % 256], at * cell + pixel);
        }
      const ids = Int32Array.from({ length: pictures }, (_, at) => at + 1);
      return { sidePx, pictures, viewsEach: views, names: Array<string>(views).fill("view"), ids, pixels };
    },
    "training.start": ({ request, name }) => {
      const run = `run-${runs.length + 1}`;
      const job = setJob({ id: 7 as JobId, kind: "train", title: "Train bundled", state: "running", stage: "steps", stageIndex: 2, stageCount: 4, done: 120, total: 417, rate: 7, secondsLeft: 42, summary: null, report: null }); // prettier-ignore
      runs = [
        entry(run, { state: "running", job: job.id, finishedAt: null, name: name ?? "", trainable: request.trainable ?? "adapter" }),
        ...runs,
      ];
      return { run, job: job.id };
    },
    "runs.list": () => {
      settle();
      return { runs };
    },
    "runs.show": ({ id }) => ({
      run: find(id),
      request: plainRequest,
      plan,
      encoders: { frozen: "bundled" as EncoderId, whitened: `${id}-whitened` as EncoderId, after: id as EncoderId },
    }),
    "runs.metrics": ({ id, after }) => {
      const known = find(id).report === null ? 120 : 417;
      const steps = Int32Array.from({ length: Math.max(0, known - after) }, (_, at) => after + at + 1);
      const wave = (step: number): number => 3 + 2 * Math.exp(-step / 90) + 0.15 * Math.sin(step * 1.7);
      const looked = [0, 60, 120, 240, 417].filter((step) => step <= known);
      const column = (read: (step: number) => number): Float32Array => Float32Array.from(looked, read);
      return {
        after: known,
        again: false,
        steps,
        loss: Float32Array.from(steps, wave),
        rate: Float32Array.from(steps, () => 1e-3),
        gradientNorm: Float32Array.from(steps, () => 1),
        looks: {
          steps: Int32Array.from(looked),
          viewRetrieval: column((step) => 0.61 + 0.22 * (1 - Math.exp(-step / 120))),
          alignment: column((step) => 0.35 - 0.0001 * step),
          uniformity: column((step) => -1.2 - 1.9 * (1 - Math.exp(-step / 120))),
          neighboursKept: column((step) => 1 - 0.38 * (1 - Math.exp(-step / 120))),
          weakLabelKnn: column(() => 0.75),
        },
        totalSteps: 417,
        viewsPerStep: 48,
      };
    },
    "runs.examples": ({ id }) => {
      const { report } = find(id);
      if (images() < 60) return { missing: "too-few", pictures: Math.ceil(images() / 5), fewest: 12 };
      const k = 5;
      const places = Array.from({ length: 6 * k }, (_, at) => ({ asked: 1 + 7 * Math.floor(at / k), at: at % k }));
      const of = (isFresh: (at: number) => boolean) => ({
        ids: Int32Array.from(places, (place, at) => place.asked + 1 + place.at + (isFresh(at) ? k + 1 : 0)),
        similarities: Float32Array.from(places, (place) => 0.91 - 0.06 * place.at),
      });
      const isFresh = (at: number): boolean => at % (report === null ? 7 : 3) === 2;
      return {
        count: 6,
        k,
        asked: Int32Array.from({ length: 6 }, (_, row) => 1 + 7 * row),
        before: of(() => false),
        now: of(isFresh),
        fresh: Uint8Array.from(places, (_, at) => (isFresh(at) ? 1 : 0)),
        step: report === null ? 120 : 417,
        pictures: Math.min(400, images()),
      };
    },
    "runs.neighbours": ({ id }) => {
      find(id);
      const count = Math.min(40, images());
      const k = 6;
      const rows = (stride: number): Int32Array =>
        Int32Array.from({ length: count * k }, (_, at) => (Math.floor(at / k) + stride * ((at % k) + 1)) % count);
      return { ids: Int32Array.from({ length: count }, (_, at) => at + 1), count, k, frozen: rows(3), whitened: rows(5), after: rows(7) };
    },
    "runs.compare": ({ id }) => comparisons.start(id),
    "runs.comparison": ({ id }) => comparisons.state(id),
    "runs.rename": ({ id, name }) => change(id, { name }),
    "runs.delete": ({ id }) => {
      runs = runs.filter((run) => run.id !== id);
      announce();
      return {};
    },
    "runs.pause": ({ id }) => (setJob({ state: "paused" }), change(id, { state: "paused" })),
    "runs.resume": ({ id }) => (change(id, { state: "running" }), { job: setJob({ state: "running" }).id }),
    "runs.cancel": ({ id }) => (setJob({ state: "cancelled", finishedAt: 2 }), change(id, { state: "cancelled" })),
    "runs.apply": ({ id }) => {
      settle();
      change(id, { decision: "used" });
      return { job: setJob({ id: 9 as JobId, kind: "index", title: `Apply ${id}`, state: "running", summary: null, report: null }).id };
    },
    "runs.decide": ({ id, decision }) => change(id, { decision }),
  };
}
