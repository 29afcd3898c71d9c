import { describe, expect, test } from "vitest";

import type { UserError } from "#engine/base/errors.ts";
import { parseSettings } from "#engine/training/methods/parse-settings.ts";
import { isMethodId, methodOf, methods } from "#engine/training/methods/table.ts";

const { settings } = methods.simclr;

describe("settings of a method", () => {
  test("defaults, changed by what is written; the last one counts", () => {
    expect(parseSettings(settings, ["temperature=.1", "hidden = 64", "temperature=0.5"])).toEqual({
      temperature: 0.5,
      hidden: 64,
      projection: 128,
      norm: 1,
    });
  });

  for (const [written, code, message] of [
    ["temprature=1", "setting-unknown", 'there is no setting "temprature"; known: hidden, norm, projection, temperature'],
    ["toString=1", "setting-unknown", 'there is no setting "toString"'],
    ["temperature", "setting-invalid", '"temperature" is no setting; expected key=value'],
    ["temperature=0", "setting-invalid", 'temperature is "0"; expected a number from 0.01 to 10'],
    ["temperature=", "setting-invalid", 'temperature is ""; expected a number'],
    ["temperature=warm", "setting-invalid", 'temperature is "warm"'],
    ["hidden=1.5", "setting-invalid", 'hidden is "1.5"; expected a whole number from 0 to 8192'],
  ] as const)
    test(`refuses ${written}`, () => {
      const parse = (): unknown => parseSettings(settings, [written]);
      expect(parse).toThrow(message);
      try {
        parse();
      } catch (thrown) {
        expect((thrown as UserError).code).toBe(code);
      }
    });

  test("a method by its name", () => {
    expect(methodOf("swav").title).toBe("SwAV");
    expect(isMethodId("nothing")).toBe(false);
    expect(() => methodOf("nothing")).toThrow(/There is no method "nothing"; expected one of simclr, moco/);
  });
});
