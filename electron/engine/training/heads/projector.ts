/**
 * @file The head most methods compare in: two or three linear layers behind the encoder, then unit length. Thrown away after training.
 */
import type { MethodContext, SettingSpec, Weights } from "../methods/method.ts";
import { mlp, type Head } from "./mlp.ts";

/** Settings of every method with such a head. */
export const projectorSettings = {
  hidden: { value: 0, low: 0, high: 8192, whole: true, help: "hidden numbers of the head; 0: as many as the embedding" },
  projection: { value: 128, low: 2, high: 4096, whole: true, help: "numbers that are compared" },
  norm: { value: 1, low: 0, high: 1, whole: true, help: "1: BatchNormalization in the head" },
} satisfies Readonly<Record<string, SettingSpec>>;

/** A number of a method's settings. All are there: they begin with the defaults. */
export function setting({ settings }: MethodContext, name: string): number {
  return settings[name] as number;
}

export function projector(context: MethodContext, name = "projector"): Head {
  const { dimensions } = context;
  return mlp(context, {
    name,
    sizes: [dimensions, setting(context, "hidden") || dimensions, setting(context, "projection")],
    norm: setting(context, "norm") === 1,
  });
}

/** Views through the encoder and a head: unit rows. */
export function project(context: MethodContext, head: Head, weights: Weights, group = "views"): string {
  return context.draft.operators.normalise(head.apply(context.encode(group, weights), weights));
}
