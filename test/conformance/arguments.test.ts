/** @file Wrong arguments of every kernel, on every implementation: a named error, the twin's to the word. */
import { describe, expect, test } from "vitest";

import { isKernelError } from "#native/kernel-error.ts";
import { twins, type KernelName } from "#native/kernels.ts";

import { argumentCases } from "./argument-cases.ts";
import { variants } from "./variants.ts";

describe.each(variants)("$name", ({ kernels }) => {
  describe("arguments", () => {
    const cases = argumentCases();
    const call = (table: object, kernel: KernelName, given: unknown): unknown =>
      (table as Record<KernelName, (value: unknown) => unknown>)[kernel](given);
    const thrownBy = (run: () => unknown): unknown => {
      try {
        run();
      } catch (thrown) {
        return thrown;
      }
      return null;
    };

    test("every kernel has its cases", () =>
      expect(cases.map(({ kernel }) => kernel).sort()).toEqual(
        Object.keys(twins)
          .filter((name) => name !== "umapLayout")
          .sort(),
      ));
    test.each(cases)("$kernel: a wrong argument is a named error, the twin's to the word", ({ kernel, good, wrong }) => {
      expect(thrownBy(() => call(kernels, kernel, good))).toBeNull();
      for (const given of [undefined, null, 7])
        expect(thrownBy(() => call(kernels, kernel, given))).toMatchObject({ name: "TypeError", code: "wrong-type" });
      for (const [name, value, code] of wrong) {
        const thrown = thrownBy(() => call(kernels, kernel, { ...good, [name]: value }));
        expect(isKernelError(thrown)).toBe(true);
        expect(thrown).toMatchObject({ name: code === "wrong-type" ? "TypeError" : "RangeError", code });
        expect((thrown as Error).message).toBe((thrownBy(() => call(twins, kernel, { ...good, [name]: value })) as Error).message);
        expect((thrown as Error).message).toContain(`${kernel}: ${name}`);
      }
    });
    test("an array whose buffer was given away is refused", () => {
      const vectors = new Float32Array(4).fill(1);
      structuredClone(vectors.buffer, { transfer: [vectors.buffer] });
      expect(thrownBy(() => kernels.findBadRow({ vectors, count: 2, dimensions: 2 }))).toMatchObject({ code: "wrong-length" });
    });
  });
});
