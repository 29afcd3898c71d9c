/**
 * @file Which kernels are chosen, and what is said about it; the addon in two threads at once.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

import { describe, expect, test } from "vitest";

import { chooseKernels, loadKernels, twins } from "#native/kernels.ts";
import { loadNative, nativePath } from "#native/load.ts";

import { buildNative } from "../../../build/native.mjs";

const { path } = await buildNative();

describe("fallback", () => {
  test("LIKENESS_NATIVE=off runs the twins and says so", () => {
    const kernels = chooseKernels(loadNative({ LIKENESS_NATIVE: "off" }));
    expect(kernels).toMatchObject({ kind: "typescript", ...twins });
    expect(kernels.why).toContain("LIKENESS_NATIVE=off");
  });

  test("a missing file: names it and what is needed", () => {
    const kernels = chooseKernels(loadNative({ LIKENESS_NATIVE: "/nowhere/likeness.node" }));
    expect(kernels.kind).toBe("typescript");
    expect(kernels.why).toMatch(/\/nowhere\/likeness\.node.*compiler/);
  });

  test("a file that is no addon: names it and the loader's complaint", () => {
    const folder = mkdtempSync(join(tmpdir(), "likeness-native-"));
    try {
      const broken = join(folder, "broken.node");
      writeFileSync(broken, "not an addon");
      const kernels = chooseKernels(loadNative({ LIKENESS_NATIVE: broken }));
      expect(kernels.kind).toBe("typescript");
      expect(kernels.why).toMatch(/broken\.node does not load: ./);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("an addon older than the sources is refused with what it lacks", () => {
    const kernels = chooseKernels({ exports: { findBadRow: () => -1, instructions: () => "scalar" }, path: "/old.node" });
    expect(kernels.kind).toBe("typescript");
    expect(kernels.why).toMatch(/^\/old\.node is older .* resample/);
  });
});

describe.skipIf(path === null || process.env["LIKENESS_NATIVE"] === "off")("the addon", () => {
  test("is found, is chosen, is the same object at every call", () => {
    expect(nativePath()).toBe(path);
    const kernels = chooseKernels(loadNative({}));
    expect(kernels).toMatchObject({ kind: "native" });
    expect(kernels.why).toMatch(/^(scalar|neon|avx2|avx512) instructions/);
    expect(loadKernels()).toBe(loadKernels());
  });

  test("works in two worker threads at once, and after one has ended", async () => {
    const answers = await Promise.all([runInWorker(1), runInWorker(2)]);
    expect(answers).toEqual([answers[0], answers[0]]);
    expect(answers[0]).toMatchObject({ kind: "native", bad: "bad-row" });
    expect(await runInWorker(3)).toEqual(answers[0]);
    expect(loadKernels().findBadRow({ vectors: new Float32Array(3), count: 1, dimensions: 3 })).toBe(0);
  });
});

/** Neighbours and scaling in turn, many times, then an error. */
function runInWorker(threads: number): Promise<unknown> {
  const source = `
    import { parentPort } from "node:worker_threads";
    const { loadKernels } = await import(${JSON.stringify(new URL("../../../native/kernels.ts", import.meta.url).href)});
    const kernels = loadKernels();
    const vectors = Float32Array.from({ length: 300 * 40 }, (_, index) => Math.sin(index * index));
    const indices = new Int32Array(300 * 5), similarities = new Float32Array(300 * 5), target = new Uint8Array(33 * 21 * 3);
    const pixels = Uint8Array.from({ length: 90 * 70 * 3 }, (_, index) => index * 7);
    const task = { vectors, count: 300, dimensions: 40, from: 0, to: 300, k: 5, threads: ${threads}, indices, similarities };
    let sum = 0;
    for (let round = 0; round < 20; round++) {
      kernels.exactNeighbours(task);
      kernels.resample({ source: pixels, sourceWidth: 90, sourceHeight: 70, target, targetWidth: 33, targetHeight: 21, channels: 3 });
      sum += indices.reduce((a, b) => a + b) + target.reduce((a, b) => a + b);
    }
    let bad = "";
    try { kernels.exactNeighbours({ ...task, vectors: new Float32Array(vectors.length) }); } catch (error) { bad = error.code; }
    parentPort.postMessage({ kind: kernels.kind, sum, bad });`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
