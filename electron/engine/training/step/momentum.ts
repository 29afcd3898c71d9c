/**
 * @file Slow copies of the parameters (Mean Teacher, MoCo, BYOL): each a running average of the trained ones, and state of its own.
 */
import { BugError } from "../../base/errors.ts";
import type { Weights } from "../methods/method.ts";
import type { Draft } from "./draft.ts";

export interface Momentum {
  /** As MethodContext.momentum. */
  weights(keep: string, when: "before" | "after"): Weights;
  /** Once the optimizer has said what the parameters become. */
  finish(): void;
}

export function addMomentum(draft: Draft): Momentum {
  const waiting: { readonly copy: string; readonly parameter: string; readonly keep: string }[] = [];
  let isMade = false;
  return {
    weights: (keep, when) => {
      if (isMade) throw new BugError("a step has one momentum network");
      isMade = true;
      const values = new Map<string, string>();
      return {
        label: "momentum",
        keepsStatistics: false,
        of: (parameter) => {
          const known = values.get(parameter);
          if (known !== undefined) return known;
          const initial = draft.initial.get(parameter);
          if (initial === undefined) throw new BugError(`"${parameter}" is no parameter`);
          const copy = draft.state(`momentum/${parameter}`, initial.shape, () => Float32Array.from(initial.data as Float32Array));
          let value = copy;
          if (when === "before") {
            value = draft.builder.training("Average", [copy, parameter, keep], 1)[0] as string;
            draft.update(copy, value);
          } else waiting.push({ copy, parameter, keep });
          // No gradient goes this way.
          value = draft.operators.detach(value);
          values.set(parameter, value);
          return value;
        },
      };
    },
    finish: () => {
      for (const { copy, parameter, keep } of waiting) {
        const next = draft.updated(parameter);
        if (next === null) throw new BugError(`the parameter "${parameter}" was not updated`);
        draft.update(copy, draft.builder.training("Average", [copy, next, keep], 1)[0] as string);
      }
    },
  };
}
