import { describe, expect, test } from "vitest";

import { UserError } from "#engine/base/errors.ts";
import { changeRecipe, presetNames, presetOf, recipeOf, schemeNames, viewSizePx, type ViewKind } from "#engine/training/augment/presets.ts";
import {
  augmentRanges,
  changeAugmentSettings,
  checkAugmentSettings,
  isAugmentSetting,
  type AugmentSettings,
} from "#engine/training/augment/settings.ts";

const all = presetNames.flatMap((preset) => schemeNames.map((scheme) => ({ preset, scheme, recipe: recipeOf(preset, scheme) })));
const first = (recipe: readonly ViewKind[]): AugmentSettings => (recipe[0] as ViewKind).settings;

describe("presets", () => {
  test.each(all)("$preset for $scheme: within the ranges, at least two views, the largest first", ({ recipe }) => {
    for (const { settings } of recipe) expect(() => checkAugmentSettings(settings)).not.toThrow();
    expect(recipe.reduce((sum, { views }) => sum + views, 0)).toBeGreaterThanOrEqual(2);
    expect(recipe.map(({ relativeSize }) => relativeSize)).toEqual(recipe.map(({ relativeSize }) => relativeSize).sort((a, b) => b - a));
    expect(new Set(recipe.map(({ name }) => name)).size).toBe(recipe.length);
  });

  const table = [
    // crop min; brightness, contrast, saturation, hue; blur; solarize
    ["simclr", 0, [0.08, 0.8, 0.8, 0.8, 0.2, 0.5, 0]],
    ["small", 0, [0.08, 0.4, 0.4, 0.4, 0.1, 0, 0]],
    ["byol", 0, [0.08, 0.4, 0.4, 0.2, 0.1, 1, 0]],
    ["byol", 1, [0.08, 0.4, 0.4, 0.2, 0.1, 0.1, 0.2]],
    ["moco", 0, [0.2, 0.4, 0.4, 0.4, 0.1, 0.5, 0]],
    ["swav", 0, [0.14, 0.8, 0.8, 0.8, 0.2, 0.5, 0]],
    ["swav", 1, [0.05, 0.8, 0.8, 0.8, 0.2, 0.5, 0]],
    ["dino", 1, [0.4, 0.4, 0.4, 0.2, 0.1, 0.1, 0.2]],
    ["dino", 2, [0.05, 0.4, 0.4, 0.2, 0.1, 0.5, 0]],
    ["vicreg", 0, [0.08, 0.4, 0.4, 0.2, 0.1, 0.5, 0.1]],
    ["fastsiam", 0, [0.2, 0.4, 0.4, 0.4, 0.1, 0.5, 0]],
  ] as const;
  test.each(table)("photo for %s, kind %i: the strengths of its paper", (scheme, kind, expected) => {
    const { settings } = recipeOf("photo", scheme)[kind] as ViewKind;
    const { cropAreaMin, brightness, contrast, saturation, hue, blur, solarize } = settings;
    expect([cropAreaMin, brightness, contrast, saturation, hue, blur, solarize]).toEqual(expected);
    expect([settings.jitter, settings.grey, settings.flipHorizontal]).toEqual([0.8, 0.2, 0.5]);
  });

  test("what a kind of picture forbids, no scheme brings back", () => {
    for (const scheme of schemeNames) {
      for (const { settings } of recipeOf("medical-grey", scheme)) {
        const { flipHorizontal, flipVertical, quarterTurn, hue, saturation, grey, solarize } = settings;
        expect([flipHorizontal, flipVertical, quarterTurn, hue, saturation, grey, solarize]).toEqual(new Array(7).fill(0));
      }
      for (const { settings } of recipeOf("document", scheme))
        expect([settings.flipHorizontal, settings.flipVertical, settings.quarterTurn, settings.solarize]).toEqual([0, 0, 0, 0]);
      for (const preset of ["microscopy", "satellite"] as const)
        for (const { settings } of recipeOf(preset, scheme)) expect([settings.quarterTurn, settings.flipHorizontal]).toEqual([1, 0.5]);
    }
    expect([first(recipeOf("medical-grey", "simclr")).cropAreaMin, first(recipeOf("document", "simclr")).cropAreaMin]).toEqual([0.4, 0.5]);
  });

  test("small crops: 96 of 224, in whole steps of what an encoder takes", () => {
    const local = recipeOf("photo", "swav")[1] as ViewKind;
    expect([local.views, viewSizePx(local, 224), viewSizePx(local, 160), viewSizePx(local, 160, 32), viewSizePx(local, 32, 32)]).toEqual([
      6, 96, 69, 64, 32,
    ]);
    expect(viewSizePx(recipeOf("photo", "swav")[0] as ViewKind, 161, 32)).toBe(161);
  });

  test("a preset is found by name, or the known ones are listed", () => {
    expect(presetOf("document")).toBe("document");
    expect(() => presetOf("phot")).toThrow(/no augmentation preset "phot"; expected one of photo, medical-grey/);
  });
});

describe("settings", () => {
  const settings = first(recipeOf("photo", "simclr"));

  test("changed as written, checked, the original left alone", () => {
    const changed = changeAugmentSettings(settings, { cropAreaMin: "0.3", blur: 0 });
    expect(changed).toEqual({ ...settings, cropAreaMin: 0.3, blur: 0 });
    expect(settings.cropAreaMin).toBe(0.08);
  });

  test.each(Object.keys(augmentRanges).filter(isAugmentSetting))("%s: below, above and beside its range", (name) => {
    const { low, high } = augmentRanges[name];
    for (const value of [low - 0.001, high + 0.001, Number.NaN])
      expect(() => checkAugmentSettings({ ...settings, [name]: value })).toThrow(
        `${name} is ${value}; expected a number from ${low} to ${high}`,
      );
    for (const written of ["much", "", " "]) expect(() => changeAugmentSettings(settings, { [name]: written })).toThrow(UserError);
  });

  test("a smallest value above its largest", () => {
    expect(() => changeAugmentSettings(settings, { blurSigmaMin: 3 })).toThrow(
      "blurSigmaMin is 3; expected at most blurSigmaMax, which is 2",
    );
    expect(() => changeAugmentSettings(settings, { noiseShared: 0.5 })).toThrow("noiseShared is 0.5; expected 0 or 1");
  });

  test("in a recipe: all kinds, or the one that is named, which outweighs", () => {
    const recipe = recipeOf("photo", "swav");
    const values = (changes: Record<string, string | number>): number[] => changeRecipe(recipe, changes).map((kind) => kind.settings.blur);
    expect(values({ blur: "0.25" })).toEqual([0.25, 0.25]);
    expect(values({ "local.blur": 0.75 })).toEqual([0.5, 0.75]);
    expect(values({ "local.blur": 0.75, blur: 0.25 })).toEqual([0.25, 0.75]);
    for (const name of ["blurr", "locals.blur", "local.blurr", "toString", "first.blur"])
      expect(() => changeRecipe(recipe, { [name]: 1 })).toThrow(`there is no "${name}" here`);
  });
});
