/**
 * @file What may happen to a view, in plain numbers: how likely each change is and how strong. A person can change any of them (`--set`), so each has
 * a range and is checked.
 */
import { UserError } from "../../base/errors.ts";

/** Names without a unit are probabilities, unless said otherwise. */
export interface AugmentSettings {
  /** The crop's part of the picture's area, and its largest ratio of width to height (the smallest is its inverse). */
  readonly cropAreaMin: number;
  readonly cropAreaMax: number;
  readonly cropAspect: number;
  readonly flipHorizontal: number;
  readonly flipVertical: number;
  /** A turn by 0, 90, 180 or 270 degrees, each as likely. */
  readonly quarterTurn: number;
  /** A small turn by up to so many degrees either way. */
  readonly rotation: number;
  readonly rotationDegrees: number;
  /** Colour jitter in torchvision's terms: factors from 1 - x to 1 + x; hue in parts of a whole turn, from -x to x. */
  readonly jitter: number;
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  readonly hue: number;
  readonly grey: number;
  /** Sigma in pixels of a view of 224 pixels; smaller views are blurred less, so that as much of the picture stays to be seen. */
  readonly blur: number;
  readonly blurSigmaMin: number;
  readonly blurSigmaMax: number;
  /** Normal noise of a standard deviation up to `noiseMax` (1: white); the same in all channels where `noiseShared` is 1. */
  readonly noise: number;
  readonly noiseMax: number;
  readonly noiseShared: number;
  /** What is at least so bright (1: white) becomes its negative. */
  readonly solarize: number;
  readonly solarizeFrom: number;
  /** A rectangle of so large a part of the view is covered with the mean colour. */
  readonly cutout: number;
  readonly cutoutAreaMin: number;
  readonly cutoutAreaMax: number;
}

export type AugmentSetting = keyof AugmentSettings;

const probability = { low: 0, high: 1 };

export const augmentRanges: Readonly<Record<AugmentSetting, { readonly low: number; readonly high: number }>> = {
  cropAreaMin: { low: 0.01, high: 1 },
  cropAreaMax: { low: 0.01, high: 1 },
  cropAspect: { low: 1, high: 4 },
  flipHorizontal: probability,
  flipVertical: probability,
  quarterTurn: probability,
  rotation: probability,
  rotationDegrees: { low: 0, high: 45 },
  jitter: probability,
  brightness: { low: 0, high: 4 },
  contrast: { low: 0, high: 4 },
  saturation: { low: 0, high: 4 },
  hue: { low: 0, high: 0.5 },
  grey: probability,
  blur: probability,
  blurSigmaMin: { low: 0, high: 10 },
  blurSigmaMax: { low: 0, high: 10 },
  noise: probability,
  noiseMax: { low: 0, high: 1 },
  noiseShared: probability,
  solarize: probability,
  solarizeFrom: probability,
  cutout: probability,
  cutoutAreaMin: { low: 0, high: 1 },
  cutoutAreaMax: { low: 0, high: 1 },
};

const pairs: readonly (readonly [AugmentSetting, AugmentSetting])[] = [
  ["cropAreaMin", "cropAreaMax"],
  ["blurSigmaMin", "blurSigmaMax"],
  ["cutoutAreaMin", "cutoutAreaMax"],
];

export function isAugmentSetting(name: string): name is AugmentSetting {
  return Object.hasOwn(augmentRanges, name);
}

/** Throws a `UserError` where a number is out of its range or a smallest value above its largest. */
export function checkAugmentSettings(settings: AugmentSettings): void {
  for (const [name, { low, high }] of Object.entries(augmentRanges)) {
    const value = settings[name as AugmentSetting];
    if (!(value >= low && value <= high)) refuse(`${name} is ${value}; expected a number from ${low} to ${high}`);
  }
  for (const [smallest, largest] of pairs)
    if (settings[smallest] > settings[largest])
      refuse(`${smallest} is ${settings[smallest]}; expected at most ${largest}, which is ${settings[largest]}`);
  if (settings.noiseShared !== 0 && settings.noiseShared !== 1) refuse(`noiseShared is ${settings.noiseShared}; expected 0 or 1`);
}

/** The settings with some of them changed, as a person wrote them (`{ cropAreaMin: "0.2" }`), checked. */
export function changeAugmentSettings(settings: AugmentSettings, changes: Readonly<Record<string, string | number>>): AugmentSettings {
  const changed: Record<AugmentSetting, number> = { ...settings };
  for (const [name, written] of Object.entries(changes)) {
    if (!isAugmentSetting(name)) refuse(`there is no "${name}"; expected one of ${Object.keys(augmentRanges).join(", ")}`);
    const value = typeof written === "number" ? written : written.trim() === "" ? Number.NaN : Number(written);
    const { low, high } = augmentRanges[name];
    if (Number.isNaN(value)) refuse(`${name} is "${written}"; expected a number from ${low} to ${high}`);
    changed[name] = value;
  }
  checkAugmentSettings(changed);
  return changed;
}

function refuse(what: string): never {
  throw new UserError("augment-settings", `augmentation settings: ${what}`);
}
