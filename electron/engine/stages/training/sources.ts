/**
 * @file Where the settings that all methods share come from: shown beside each, as the methods' own papers are.
 */
import type { OptimizerName } from "../../training/optimizers/optimizer.ts";
import type { generalSpecs } from "./make-plan.ts";

export const generalSources: Readonly<Record<keyof typeof generalSpecs, string>> = {
  learningRate: "scaled with the batch: Goyal et al. 2017, arXiv 1706.02677",
  sgdMomentum: "Sutskever et al. 2013, ICML",
  weightDecay: "Loshchilov and Hutter 2019, arXiv 1711.05101",
  warmUp: "Goyal et al. 2017, arXiv 1706.02677",
  clip: "Pascanu et al. 2013, arXiv 1211.5063",
  evaluations: "Wang and Isola 2020, arXiv 2005.10242, for what is measured",
  byViews: "linear discriminants with views as classes; measured here, adapter-start.ts",
  pieces: "Gao et al. 2021, arXiv 2101.06983",
  keptViews: "own choice: measured here, adapter-start.ts",
};

export const optimizerSources: Readonly<Record<OptimizerName, string>> = {
  sgd: "with momentum; Sutskever et al. 2013",
  adam: "Kingma and Ba 2015, arXiv 1412.6980",
  adamw: "Loshchilov and Hutter 2019, arXiv 1711.05101",
  lars: "You et al. 2017, arXiv 1708.03888",
};
