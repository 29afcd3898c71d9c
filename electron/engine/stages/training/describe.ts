/**
 * @file The methods, their settings and the nets from nothing, in words for a help text.
 */
import { scratchPrefix } from "../../training/architectures/names.ts";
import { architectures } from "../../training/architectures/table.ts";
import { presetNames } from "../../training/augment/presets.ts";
import type { SettingSpec } from "../../training/methods/method.ts";
import { methods } from "../../training/methods/table.ts";
import { whitenMethod } from "../../training/trainer/run.ts";
import { generalSpecs } from "./make-plan.ts";

export function describeTraining(): string {
  const list = Object.values(methods);
  const width = Math.max(...list.map(({ id }) => id.length));
  return [
    "Methods:",
    `  ${whitenMethod.padEnd(width)}  closed form, seconds, nothing is trained: what every training must beat`,
    ...list.flatMap(({ id, summary, source, settings }) => [
      `  ${id.padEnd(width)}  ${summary} (${source})`,
      ...settingLines(settings, width),
    ]),
    "",
    "Settings of all methods:",
    ...settingLines(generalSpecs, 0),
    "  optimizer=sgd|adam|adamw|lars; executor=auto|native|onnxruntime|tensorflow; teacher=ENCODER (distill); augmentation: cropAreaMin, brightness, hue, blur, ... (alone, or of one kind of view: local.cropAreaMin)",
    "",
    `Augmentations: ${presetNames.join(", ")}`,
    `From nothing: ${Object.entries(architectures)
      .map(([name, { summary }]) => `${scratchPrefix}${name} (${summary})`)
      .join("; ")}`,
  ].join("\n");
}

function settingLines(specs: Readonly<Record<string, SettingSpec>>, width: number): string[] {
  return Object.entries(specs).map(
    ([name, { value, low, high, help }]) => `  ${" ".repeat(width)}  ${name}=${value}  ${help} (${low} to ${high})`,
  );
}
