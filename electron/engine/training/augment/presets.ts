/**
 * @file The augmentations for a kind of picture (preset) and a way to train (scheme). A scheme says how many views there are, of which sizes; for
 * photographs it also says how strong they are, as its paper did. Other kinds of pictures keep their own strengths whatever the scheme: what a
 * method's authors found on photographs (colour means nothing, left and right are the same) is not true of an X-ray or a page.
 */
import { UserError } from "../../base/errors.ts";
import { changeAugmentSettings, isAugmentSetting, type AugmentSettings } from "./settings.ts";

export const presetNames = ["photo", "medical-grey", "microscopy", "satellite", "document", "none"] as const;
export type PresetName = (typeof presetNames)[number];

export const schemeNames = ["simclr", "small", "byol", "moco", "swav", "dino", "vicreg", "fastsiam", "mild"] as const;
export type SchemeName = (typeof schemeNames)[number];

/** Views of one size and one strength. */
export interface ViewKind {
  readonly name: "view" | "first" | "second" | "local";
  /** Of each picture. */
  readonly views: number;
  /** Of the side that the run asks for. */
  readonly relativeSize: number;
  readonly settings: AugmentSettings;
}

/** All views of a picture in one step, the largest first. */
export type Recipe = readonly ViewKind[];

/** The whole picture as it is. */
const none: AugmentSettings = {
  cropAreaMin: 1,
  cropAreaMax: 1,
  cropAspect: 1,
  flipHorizontal: 0,
  flipVertical: 0,
  quarterTurn: 0,
  rotation: 0,
  rotationDegrees: 0,
  jitter: 0,
  brightness: 0,
  contrast: 0,
  saturation: 0,
  hue: 0,
  grey: 0,
  blur: 0,
  blurSigmaMin: 0.1,
  blurSigmaMax: 2,
  noise: 0,
  noiseMax: 0.05,
  noiseShared: 0,
  solarize: 0,
  solarizeFrom: 0.5,
  cutout: 0,
  cutoutAreaMin: 0.02,
  cutoutAreaMax: 0.2,
};

/** SimCLR (Chen et al. 2020, https://arxiv.org/abs/2002.05709, appendix A), the strengths of its ImageNet runs. */
const simclr: AugmentSettings = {
  ...none,
  cropAreaMin: 0.08,
  cropAspect: 4 / 3,
  flipHorizontal: 0.5,
  ...jitter(0.8, 0.8, 0.8, 0.2),
  jitter: 0.8,
  grey: 0.2,
  blur: 0.5,
};
/** BYOL (Grill et al. 2020, https://arxiv.org/abs/2006.07733, table 6). */
const byol: AugmentSettings = { ...simclr, ...jitter(0.4, 0.4, 0.2, 0.1) };
/** MoCo v2 (Chen et al. 2020, https://arxiv.org/abs/2003.04297). */
const moco: AugmentSettings = { ...simclr, cropAreaMin: 0.2, ...jitter(0.4, 0.4, 0.4, 0.1) };
/** DINO (Caron et al. 2021, https://arxiv.org/abs/2104.14294). */
const dino: AugmentSettings = { ...byol, cropAreaMin: 0.4 };

/** SwAV's and DINO's small crops: 96 pixels beside 224. */
const localSize = 96 / 224;
const locals = 6;

const photo: Readonly<Record<SchemeName, Recipe>> = {
  simclr: pair(simclr),
  /** SimCLR's CIFAR-10 runs: half the jitter, no blur. */
  small: pair({ ...simclr, ...jitter(0.4, 0.4, 0.4, 0.1), blur: 0 }),
  byol: [
    { name: "first", views: 1, relativeSize: 1, settings: { ...byol, blur: 1 } },
    { name: "second", views: 1, relativeSize: 1, settings: { ...byol, blur: 0.1, solarize: 0.2 } },
  ],
  moco: pair(moco),
  /** SwAV (Caron et al. 2020, https://arxiv.org/abs/2006.09882): two views and six small ones. */
  swav: multiCrop({ ...simclr, cropAreaMin: 0.14 }, { ...simclr, cropAreaMin: 0.05, cropAreaMax: 0.14 }),
  dino: [
    { name: "first", views: 1, relativeSize: 1, settings: { ...dino, blur: 1 } },
    { name: "second", views: 1, relativeSize: 1, settings: { ...dino, blur: 0.1, solarize: 0.2 } },
    { name: "local", views: locals, relativeSize: localSize, settings: { ...dino, cropAreaMin: 0.05, cropAreaMax: 0.4 } },
  ],
  /** VICReg (Bardes et al. 2022, https://arxiv.org/abs/2105.04906). */
  vicreg: pair({ ...byol, solarize: 0.1 }),
  /** FastSiam (Pototzky et al. 2022): MoCo's strengths, four views. */
  fastsiam: [{ name: "view", views: 4, relativeSize: 1, settings: moco }],
  /** For heads on a frozen encoder and for few pictures: what it sees must stay near what it will be asked about. */
  mild: pair({ ...simclr, cropAreaMin: 0.5, ...jitter(0.2, 0.2, 0.2, 0.02), grey: 0.05, blur: 0.2 }),
};

/** Left and right differ in a body, grey levels carry the finding, and a scanner has noise: no flips, no hue, one noise for all channels. */
const medicalGrey: AugmentSettings = {
  ...none,
  cropAreaMin: 0.4,
  cropAspect: 1.1,
  rotation: 0.5,
  rotationDegrees: 10,
  ...jitter(0.3, 0.3, 0, 0),
  jitter: 0.8,
  blur: 0.2,
  blurSigmaMax: 1,
  noise: 0.3,
  noiseMax: 0.03,
  noiseShared: 1,
};
/** No up and no left under a microscope; stains differ from day to day. */
const microscopy: AugmentSettings = {
  ...none,
  cropAreaMin: 0.3,
  cropAspect: 1.1,
  flipHorizontal: 0.5,
  quarterTurn: 1,
  ...jitter(0.4, 0.4, 0.4, 0.1),
  jitter: 0.8,
  grey: 0.1,
  blur: 0.3,
  noise: 0.2,
  noiseMax: 0.03,
};
/** No up and no left from above; colours are those of crops and water and stay nearer. */
const satellite: AugmentSettings = { ...microscopy, cropAreaMin: 0.2, ...jitter(0.4, 0.4, 0.2, 0.05), noise: 0 };
/** A page: mirrored letters are no letters; scans lie a little askew, fade and blur. */
const document: AugmentSettings = {
  ...none,
  cropAreaMin: 0.5,
  cropAspect: 1.15,
  rotation: 0.5,
  rotationDegrees: 5,
  ...jitter(0.4, 0.4, 0.2, 0.02),
  jitter: 0.8,
  grey: 0.2,
  blur: 0.3,
  blurSigmaMax: 1.5,
};

const otherPresets: Readonly<Record<Exclude<PresetName, "photo">, AugmentSettings>> = {
  "medical-grey": medicalGrey,
  microscopy,
  satellite,
  document,
  none,
};

export function recipeOf(preset: PresetName, scheme: SchemeName): Recipe {
  if (preset === "photo") return photo[scheme];
  const settings = otherPresets[preset];
  if (scheme === "fastsiam") return [{ name: "view", views: 4, relativeSize: 1, settings }];
  if (scheme !== "swav" && scheme !== "dino") return pair(settings);
  const { cropAreaMin } = settings;
  return multiCrop(settings, preset === "none" ? settings : { ...settings, cropAreaMin: cropAreaMin / 3, cropAreaMax: cropAreaMin });
}

/** The preset of this name; a `UserError` lists those there are. */
export function presetOf(name: string): PresetName {
  const found = presetNames.find((preset) => preset === name);
  if (found) return found;
  throw new UserError("augment-preset", `there is no augmentation preset "${name}"; expected one of ${presetNames.join(", ")}`);
}

/**
 * The recipe with settings changed as a person wrote them: `cropAreaMin` in every kind of view that it fits, `local.cropAreaMin` in one. Names that
 * are no setting of augmentation are an error.
 */
export function changeRecipe(recipe: Recipe, changes: Readonly<Record<string, string | number>>): Recipe {
  const kinds = recipe.map(({ name }) => name as string);
  for (const name of Object.keys(changes)) {
    const [kind, setting] = splitName(name);
    if (!isAugmentSetting(setting) || (kind !== null && !kinds.includes(kind)))
      throw new UserError(
        "augment-settings",
        `augmentation settings: there is no "${name}" here; expected a setting such as cropAreaMin, alone or after ${kinds.map((one) => `"${one}."`).join(", ")}`,
      );
  }
  return recipe.map((view) => {
    const own = Object.entries(changes).flatMap(([name, value]) => {
      const [kind, setting] = splitName(name);
      return kind === null || kind === view.name ? [{ special: kind !== null, setting, value }] : [];
    });
    // What is said of one kind outweighs what is said of all.
    own.sort((a, b) => Number(a.special) - Number(b.special));
    const settings = changeAugmentSettings(view.settings, Object.fromEntries(own.map(({ setting, value }) => [setting, value])));
    return { ...view, settings };
  });
}

/** The side of this kind's views where the run's is `sizePx`: a multiple of `multipleOf`, at least one. */
export function viewSizePx(kind: ViewKind, sizePx: number, multipleOf = 1): number {
  if (kind.relativeSize === 1) return sizePx;
  return Math.max(1, Math.round((sizePx * kind.relativeSize) / multipleOf)) * multipleOf;
}

function splitName(name: string): readonly [kind: string | null, setting: string] {
  const dot = name.indexOf(".");
  return dot < 0 ? [null, name] : [name.slice(0, dot), name.slice(dot + 1)];
}

function pair(settings: AugmentSettings): Recipe {
  return [{ name: "view", views: 2, relativeSize: 1, settings }];
}

function multiCrop(large: AugmentSettings, small: AugmentSettings): Recipe {
  return [
    { name: "view", views: 2, relativeSize: 1, settings: large },
    { name: "local", views: locals, relativeSize: localSize, settings: small },
  ];
}

function jitter(brightness: number, contrast: number, saturation: number, hue: number) {
  return { brightness, contrast, saturation, hue };
}
