/**
 * @file Distillation of a larger encoder into this one (after Fang et al. 2021, SEED): the pictures of a queue should be as similar to a view as the larger encoder
 * finds them to its picture.
 */
import { mlp } from "../heads/mlp.ts";
import { setting } from "../heads/projector.ts";
import { queueDistillation } from "../losses/queue-distillation.ts";
import { addQueue, queueLength } from "../state/queue.ts";
import type { Method } from "./method.ts";

export const distill: Method = {
  id: "distill",
  title: "Distillation",
  summary: "learns the similarities that a larger encoder sees",
  source: "Fang et al. 2021, arXiv 2101.04731",
  needs: ["teacher"],
  settings: {
    temperature: { value: 0.07, low: 0.01, high: 10, help: "of the softmax over similarities" },
    queue: { value: 0, low: 0, high: 65536, whole: true, help: "pictures compared with; 0: a quarter of all, at most 8192" },
    views: { value: 1, low: 1, high: 8, whole: true, help: "views of each picture" },
  },
  defaults: {
    scratch: { optimizer: "adamw", rate: 1e-3, perImages: 64, decay: 0.05 },
    tune: { optimizer: "adamw", rate: 1e-4, perImages: 64, decay: 0.05 },
  },
  views: (settings) => {
    const count = settings["views"] as number;
    return [{ name: "views", count, variants: Array<string>(count).fill("mild"), scale: 1 }];
  },
  build: (context) => {
    const { draft, online, dimensions, images, population, random } = context;
    const { operators } = draft;
    const teacher = operators.detach(operators.normalise(context.teacher()));
    const width = operators.shape(teacher)[1] as number;
    const head = mlp(context, { name: "student", sizes: [dimensions, width], norm: false });
    const student = operators.normalise(head.apply(context.encode("views", online), online));
    const length = queueLength({ asked: setting(context, "queue"), population, batch: images, most: 8192 });
    const queue = addQueue(draft, { name: "teacher", length, width, random });
    const wanted = operators.stack(Array<string>(setting(context, "views")).fill(teacher));
    const loss = queueDistillation(operators, {
      teacher: wanted,
      student,
      queue: queue.value,
      temperature: setting(context, "temperature"),
    });
    queue.enqueue(teacher);
    return loss;
  },
};
