/**
 * @file Learning from a few labelled pictures: views of one class attract (SupCon, Khosla et al. 2020) and each view is told by cosines with one vector a class (cross-entropy; cosine heads
 * for few labels: Chen et al. 2019, "A closer look at few-shot classification"). It needs to know how many classes there are, so it is no method to be chosen by name; trainer/tuner.ts uses it.
 */
import { setting } from "../heads/projector.ts";
import { cosineClassification } from "../losses/cosine-classification.ts";
import { supCon } from "../losses/sup-con.ts";
import { createRandom } from "../../base/random.ts";
import type { Method } from "./method.ts";

/** The parameter that holds a vector for each class, [classes, dimensions]: it begins at the mean of its pictures. */
export const classVectors = "few-labels/classes";

export const fewLabels: Method = {
  id: "few-labels",
  title: "Few labels",
  summary: "views of one class attract, and one vector a class tells them",
  source: "SupCon, arXiv 2004.11362, with cross-entropy on cosines, arXiv 1904.04232",
  needs: ["labels"],
  settings: {
    classes: { value: 2, low: 2, high: 10_000, whole: true, help: "how many classes there are" },
    contrast: { value: 0.5, low: 0, high: 1, help: "part of SupCon in the loss; the rest is cross-entropy" },
    temperature: { value: 0.1, low: 0.01, high: 10, help: "of SupCon's softmax over similarities" },
    sharpness: { value: 10, low: 0.1, high: 100, help: "cosines with the classes are multiplied by it before the softmax" },
    smoothing: { value: 0.1, low: 0, high: 0.95, help: "label smoothing of the cross-entropy" },
    views: { value: 2, low: 2, high: 8, whole: true, help: "views of each picture in a step" },
  },
  defaults: {
    scratch: { optimizer: "adamw", rate: 1e-3, perImages: 32, decay: 0.05 },
    tune: { optimizer: "adamw", rate: 1e-4, perImages: 32, decay: 0.05 },
    adapter: { optimizer: "adamw", rate: 1e-3, perImages: 32, decay: 0.05 },
  },
  views: (settings) => {
    const count = settings["views"] as number;
    return [{ name: "views", count, variants: Array<string>(count).fill("mild"), scale: 1 }];
  },
  build: (context) => {
    const { draft, online, dimensions, settings } = context;
    const { operators } = draft;
    const [classes, contrast, views] = ["classes", "contrast", "views"].map((name) => settings[name] as number) as [number, number, number];
    const random = createRandom(context.random.uint32());
    const draw = (): Float32Array => Float32Array.from({ length: classes * dimensions }, () => random.normal() / Math.sqrt(dimensions));
    const vectors = online.of(draft.parameter(classVectors, [classes, dimensions], draw, { decays: false }));
    const z = operators.normalise(context.encode("views", online));
    const labels = context.labels();
    const told = cosineClassification(operators, z, vectors, {
      labels: operators.stack(Array<string>(views).fill(labels)),
      sharpness: setting(context, "sharpness"),
      smoothing: setting(context, "smoothing"),
    });
    const temperature = setting(context, "temperature");
    const apart = supCon(operators, z, { labels, temperature, base: temperature });
    return operators.add(operators.scale(told, 1 - contrast), operators.scale(apart, contrast));
  },
};
