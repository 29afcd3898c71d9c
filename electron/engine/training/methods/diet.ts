/**
 * @file DIET (Ibrahim et al. 2024; Continued pretraining, 2025): each picture is a class of its own, told from its views by a linear layer. No pairs, no copies: the
 * method of choice for small collections.
 */
import { setting } from "../heads/projector.ts";
import { instanceClassification } from "../losses/instance-classification.ts";
import { createRandom } from "../../base/random.ts";
import type { Method } from "./method.ts";

/** The parameter that holds a vector for each picture, [population, dimensions]: whoever knows better ones than random may begin with them. */
export const instanceVectors = "diet/pictures";

/** Of a picture's vector at the start: with short ones the softmax over pictures is flat, and so is the way down; with long ones it is sure too early. */
export const instanceVectorLength = 10;

export const diet: Method = {
  id: "diet",
  title: "DIET",
  summary: "every picture is a class of its own: for small collections",
  source: "Ibrahim et al. 2024, arXiv 2302.10260; on pretrained encoders arXiv 2509.06990",
  needs: [],
  settings: {
    smoothing: { value: 0.3, low: 0, high: 0.95, help: "label smoothing" },
    views: { value: 1, low: 1, high: 8, whole: true, help: "views of each picture" },
    sharpness: { value: 1, low: 0.01, high: 100, help: "cosines are multiplied by it before the softmax" },
  },
  defaults: {
    scratch: { optimizer: "adamw", rate: 1e-3, perImages: 64, decay: 0.05 },
    tune: { optimizer: "adamw", rate: 3e-4, perImages: 48, decay: 0.05 },
    adapter: { optimizer: "adamw", rate: 1e-3, perImages: 48, decay: 0.05 },
  },
  views: (settings) => {
    const count = settings["views"] as number;
    return [{ name: "views", count, variants: Array<string>(count).fill("simclr"), scale: 1 }];
  },
  build: (context) => {
    const { draft, online, dimensions, population } = context;
    const { operators } = draft;
    const random = createRandom(context.random.uint32());
    const bound = instanceVectorLength * Math.sqrt(3 / dimensions);
    const draw = (): Float32Array => Float32Array.from({ length: population * dimensions }, () => (2 * random.unit() - 1) * bound);
    const vectors = online.of(draft.parameter(instanceVectors, [population, dimensions], draw));
    const embeddings = operators.normalise(context.encode("views", online));
    const logits = operators.scale(operators.products(embeddings, vectors), setting(context, "sharpness"));
    const places = operators.stack(Array<string>(setting(context, "views")).fill(context.positions()));
    return instanceClassification(operators, logits, places, setting(context, "smoothing"));
  },
};
