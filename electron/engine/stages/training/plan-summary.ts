/**
 * @file A plan as a person sees it before it begins, and while it runs.
 */
import type { PlanSummary } from "#protocol/training.ts";

import { methods, isMethodId } from "../../training/methods/table.ts";
import { shownKinds } from "../../training/trainer/shown-kinds.ts";
import type { RunPlan } from "../../training/trainer/run-plan.ts";
import type { TrainParameters } from "./make-plan.ts";

export function summarisePlan(plan: RunPlan, { from }: Pick<TrainParameters, "from">): PlanSummary {
  return {
    method: plan.method,
    trainable: plan.trainable,
    base: from,
    device: plan.device === "auto" ? "cpu" : plan.device,
    executor: plan.executor,
    threads: plan.threads,
    batch: plan.images,
    viewsPerStep: plan.images * viewsEach(plan),
    size: plan.size,
    optimizer: plan.optimizer,
    rate: plan.rate,
    steps: plan.steps,
    minutes: plan.minutes,
    training: plan.training.length,
    probe: plan.probe.length,
    judgesByTraining: plan.probe.length > 0 && plan.training.includes(plan.probe[0] as number),
    weakClasses: new Set(plan.weakLabels?.filter((label) => label >= 0)).size,
    judgedBy: plan.judgedBy ?? null,
    augment: { ...shownKinds(plan)[0]?.kind.settings },
  };
}

/** Views of a picture in a step. */
function viewsEach({ method, settings }: RunPlan): number {
  return isMethodId(method) ? methods[method].views(settings).reduce((sum, { count }) => sum + count, 0) : 0;
}
