/**
 * @file Everything there is to choose before a training, in words, and what this collection should begin with.
 */
import type { CollectionKind } from "#protocol/model.ts";
import type { MethodChoice, RungChoice, SettingChoice, TrainingChoices } from "#protocol/training.ts";

import type { NeighbourGraph, VectorTable } from "../../base/neighbour-graph.ts";
import { executorKinds } from "../../runtime/training/choose.ts";
import { architectures } from "../../training/architectures/table.ts";
import { augmentHelp, presetWords } from "../../training/augment/help.ts";
import { presetNames, recipeOf, type PresetName } from "../../training/augment/presets.ts";
import { augmentRanges, type AugmentSetting } from "../../training/augment/settings.ts";
import { predict, type Prediction } from "../../training/judge/predictor.ts";
import { uniformity } from "../../training/judge/alignment-uniformity.ts";
import { mutualShare } from "../../training/judge/structure.ts";
import type { SettingSpec } from "../../training/methods/method.ts";
import { methods } from "../../training/methods/table.ts";
import { optimizerNames } from "../../training/optimizers/optimizer.ts";
import { whitenMethod } from "../../training/trainer/run.ts";
import { fewestPictures, generalSpecs } from "./make-plan.ts";
import { generalSources, optimizerSources } from "./sources.ts";

/** What a suggestion goes by. */
export interface CollectionFacts {
  readonly pictures: number;
  /** Readable pictures by format. */
  readonly formats: Readonly<Record<string, number>>;
  /** What a person said of the pictures; "auto" or not given: nothing. */
  readonly kind?: CollectionKind | "auto";
  readonly encoder: string;
  /** Of the encoder in use; null while there are none. */
  readonly vectors: VectorTable | null;
  readonly graph: NeighbourGraph | null;
}

export function trainingChoices(facts: CollectionFacts): TrainingChoices {
  const predictor = predictFor(facts);
  return {
    rungs,
    methods: [whitening, ...Object.values(methods).map(describeMethod)],
    general: Object.entries(generalSpecs).map(([name, spec]) =>
      describeSetting(name, spec, generalSources[name as keyof typeof generalSpecs]),
    ),
    augment: Object.entries(augmentRanges).map(([name, { low, high }]) => ({
      name,
      value: recipeOf("photo", "simclr")[0]?.settings[name as AugmentSetting] ?? 0,
      low,
      high,
      whole: false,
      help: augmentHelp[name as AugmentSetting],
      source: presetWords.photo.source,
    })),
    presets: presetNames.map((id) => ({ id, ...presetWords[id] })),
    architectures: Object.entries(architectures).map(([name, { size, summary }]) => ({ name, size, summary })),
    optimizers: optimizerNames.map((name) => ({ name, source: optimizerSources[name] })),
    executors: executorKinds,
    suggested: { ...suggestPreset(facts), ...suggestRung(facts, predictor) },
    predictor,
    pictures: facts.pictures,
    fewest: fewestPictures,
  };
}

/** Pairs that uniformity looks at: enough for two digits, and done in a tenth of a second. */
const pairs = 100_000;
const predictorSeed = 1;

/** From what is stored, so that the sentence is there at once; a run measures again on its probe. */
export function predictFor({ encoder, vectors, graph }: Pick<CollectionFacts, "encoder" | "vectors" | "graph">): Prediction | null {
  if (vectors === null || graph === null || vectors.count < fewestPictures) return null;
  return predict({
    encoder,
    uniformity: uniformity(vectors, { seed: predictorSeed, maximumPairs: pairs }),
    mutual: mutualShare(graph),
  });
}

/** The folders that the rungs were measured on had 209 pictures or more (judge/predictor.ts). */
const fewestMeasured = 200;

export function suggestRung(
  { pictures }: Pick<CollectionFacts, "pictures">,
  predictor: Prediction | null,
): Pick<TrainingChoices["suggested"], "rung" | "rungReason"> {
  if (predictor?.advice === "not likely")
    return { rung: "whiten", rungReason: "Whitening takes seconds and changes the encoder least; more is unlikely to pay here." };
  if (pictures < fewestMeasured)
    return {
      rung: "whiten",
      rungReason: `With ${pictures} pictures whatever is trained learns them by heart; whitening trains nothing. Folders this small were not measured.`,
    };
  return {
    rung: "adapter",
    rungReason:
      "On five folders measured, an adapter gained 5.9 points of accuracy on average, the last layers 5.5, whitening 4.6. Every run is held against whitening.",
  };
}

export function suggestPreset({ formats, kind = "auto" }: Pick<CollectionFacts, "formats" | "kind">): {
  preset: PresetName;
  presetReason: string;
} {
  if (kind === "medical")
    return {
      preset: "medical-grey",
      presetReason: "The collection is said to hold medical pictures, so nothing is mirrored or recoloured.",
    };
  const total = Object.values(formats).reduce((sum, count) => sum + count, 0);
  const medical = (formats["dicom"] ?? 0) + (formats["nifti"] ?? 0);
  if (kind === "auto" && total > 0 && medical > total / 2)
    return {
      preset: "medical-grey",
      presetReason: `${medical} of ${total} pictures are medical files, so nothing is mirrored or recoloured.`,
    };
  return { preset: "photo", presetReason: "Nothing says that these are other than photographs; choose another kind where they are." };
}

const rungs: readonly RungChoice[] = [
  {
    id: "whiten",
    title: "Whiten",
    summary: "Evens out what all these pictures have in common. Closed form: seconds, nothing is trained.",
    source: "measured here: +2.3 to +10.2 points on five folders",
  },
  {
    id: "adapter",
    title: "Adapter",
    summary: "Trains one layer behind the encoder, on views that are looked at once. About a minute.",
    source: "measured here: +3.1 to +14.3 points on five folders",
  },
  {
    id: "last",
    title: "Last layers",
    summary: "Trains the last stage inside the encoder. Minutes; small folders are learnt by heart soon.",
    source: "measured here: +2.9 to +12.8 points on five folders",
  },
  {
    id: "all",
    title: "Everything",
    summary: "Trains all weights. Slow without a graphics card; for large folders unlike photographs.",
    source: "HPT, arXiv 2103.12718: pretrained weights trained on",
  },
  {
    id: "scratch",
    title: "From scratch",
    summary: "A new, small network that has seen nothing but this folder. For many pictures of their own kind.",
    source: "SimCLR's recipe for small pictures, arXiv 2002.05709",
  },
];

const whitening: MethodChoice = {
  id: whitenMethod,
  title: "Half-whitening",
  summary: "closed form, seconds, nothing is trained: what every training must beat",
  source: "each axis scaled by the inverse square root of its deviation; measured here",
  needs: [],
  settings: [],
};

function describeMethod({ id, title, summary, source, needs, settings }: (typeof methods)[keyof typeof methods]): MethodChoice {
  return {
    id,
    title,
    summary,
    source,
    needs,
    settings: Object.entries(settings).map(([name, spec]) => describeSetting(name, spec, source)),
  };
}

function describeSetting(name: string, { value, low, high, whole = false, help }: SettingSpec, source: string): SettingChoice {
  return { name, value, low, high, whole, help, source };
}
