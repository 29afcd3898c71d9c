/**
 * @file Alarms during training (METHODS 8.3): has the encoder collapsed, that is, does it give nearly the same vector for everything? Each rule that fires is told in
 * words; a run with an alarm keeps its last good state.
 */
import type { Metrics } from "./measure.ts";

export interface CollapseInput {
  readonly frozen: Pick<Metrics, "rankMe" | "deviation">;
  readonly now: Pick<Metrics, "rankMe" | "deviation"> & { readonly dimensions: number };
  /** The loss, and the value at which it says nothing: ln(2B - 1) for NT-Xent, ln K for SwAV. */
  readonly loss?: { readonly value: number; readonly blind: number } | undefined;
}

const rankShare = 0.5;
const deviationShare = 0.5;
/** Of the blind value: SwAV stuck at ln K lies a little below it. */
const lossShare = 0.999;

/** @returns what is wrong, one sentence each; none where all is well */
export function collapseAlarms({ frozen, now, loss }: CollapseInput): string[] {
  const alarms: string[] = [];
  if (loss && !Number.isFinite(loss.value)) alarms.push(`The loss is ${loss.value}, not a number.`);
  if (loss && loss.value >= lossShare * loss.blind)
    alarms.push(`The loss is ${loss.value.toFixed(3)}; an encoder that sees nothing has ${loss.blind.toFixed(3)}.`);
  if (!(now.rankMe >= rankShare * frozen.rankMe))
    alarms.push(`The vectors use ${now.rankMe.toFixed(1)} directions (RankMe); the frozen encoder's ${frozen.rankMe.toFixed(1)}.`);
  // A narrow cone is low from the start without being a collapse.
  const least = deviationShare * Math.min(1 / Math.sqrt(now.dimensions), frozen.deviation);
  if (!(now.deviation >= least))
    alarms.push(`The numbers of the vectors vary by ${now.deviation.toPrecision(2)} only; expected ${least.toPrecision(2)} or more.`);
  return alarms;
}
