import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";

import { systemClock } from "#engine/base/clock.ts";
import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { openOnDevice, reportDevices } from "#engine/runtime/devices.ts";
import { openInferenceTeam, picturesPerRun } from "#engine/runtime/inference-team.ts";
import { openInference, type InferenceSessionHandle } from "#engine/runtime/inference.ts";
import { inferenceRequest } from "#engine/stages/encoder-use.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

interface Golden {
  size: number;
  first8: number[][];
  norm: number[];
  cosine: number[][];
  tolerance: number;
}

const encoder = findEncoder(defaultEncoderId);
const golden = JSON.parse(readFileSync(join(dirname(encoder.card.modelPath), "golden.json"), "utf8")) as Golden;
const { dimensions } = encoder.card.output;

/** The four analytic pictures of golden.json: [4, size, size, 3]. */
function analyticPictures(): Uint8Array {
  const { size } = golden;
  const pixels = new Uint8Array(4 * size * size * 3);
  let at = 0;
  for (let k = 0; k < 4; k++)
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        for (const phase of [(2 * Math.PI * x * (k + 1)) / 160, (2 * Math.PI * y * (k + 2)) / 160, (Math.PI * (x + y) * (k + 1)) / 160])
          pixels[at++] = Math.floor(127.5 + 127.5 * Math.sin(phase) + 0.5);
      }
  return pixels;
}

async function closing<T>(session: InferenceSessionHandle, work: (session: InferenceSessionHandle) => Promise<T>): Promise<T> {
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

test("the bundled encoder gives the golden unit vectors", { timeout: 60_000 }, async () => {
  const session = await openInference({ ...inferenceRequest(encoder, 2), device: "cpu" });
  const vectors = await closing(session, (open) => open.embed(analyticPictures(), 4));
  for (let row = 0; row < 4; row++) {
    const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    golden.first8[row]?.forEach((value, index) =>
      expect(Math.abs((vector[index] as number) - value / (golden.norm[row] as number))).toBeLessThanOrEqual(golden.tolerance),
    );
    for (let other = 0; other < 4; other++) {
      const dot = vector.reduce((sum, value, index) => sum + value * (vectors[other * dimensions + index] as number), 0);
      expect(Math.abs(dot - (golden.cosine[row]?.[other] as number))).toBeLessThanOrEqual(golden.tolerance);
    }
  }
});

test("a picture's vector does not depend on its batch", { timeout: 60_000 }, async () => {
  const session = await openInference({ ...inferenceRequest(encoder, 2), device: "cpu" });
  await closing(session, async (open) => {
    const together = await open.embed(analyticPictures(), 4);
    const bytes = golden.size * golden.size * 3;
    const alone = await open.embed(analyticPictures().slice(2 * bytes, 3 * bytes), 1);
    // Bit for bit: a resumed indexing batches its pictures otherwise and must find the same neighbours.
    expect([...alone]).toEqual([...together.subarray(2 * dimensions, 3 * dimensions)]);
  });
});

test("a team of sessions gives what one session gives, and goes on after a refusal", { timeout: 60_000 }, async () => {
  const count = 3 * picturesPerRun + 1;
  const bytes = golden.size * golden.size * 3;
  const pixels = new Uint8Array(count * bytes);
  for (let row = 0; row < count; row++) pixels.set(analyticPictures().subarray((row % 4) * bytes, ((row % 4) + 1) * bytes), row * bytes);
  const single = await openInference({ ...inferenceRequest(encoder, 1), device: "cpu" });
  const expected = await closing(single, (open) => open.embed(pixels.slice(), count));
  const team = await openInferenceTeam(inferenceRequest(encoder, 2));
  await closing(team, async (open) => {
    await expect(open.embed(new Uint8Array(10), 1)).rejects.toThrow("10 bytes of pixels");
    const batches = await Promise.all([open.embed(pixels.slice(), count), open.embed(pixels.slice(), count)]);
    for (const vectors of batches) expect([...vectors]).toEqual([...expected]);
  });
});

test(
  "pixels from a file, in any order, give what pixels in the message give; too few of them are an error",
  { timeout: 60_000 },
  async () => {
    const file = join(temporaryFolder(), "tensors");
    const bytes = golden.size * golden.size * 3;
    const pixels = analyticPictures();
    // A stranger's place before, between and behind them.
    writeFileSync(file, Buffer.concat([Buffer.alloc(7), pixels.subarray(bytes, 2 * bytes), Buffer.alloc(5), pixels.subarray(0, bytes)]));
    const team = await openInferenceTeam(inferenceRequest(encoder, 2));
    await closing(team, async (open) => {
      const expected = await open.embed(pixels.slice(0, 2 * bytes), 2);
      expect([...(await open.embed({ file, offsets: [bytes + 12, 7] }, 2))]).toEqual([...expected]);
      await expect(open.embed({ file, offsets: [bytes + 13] }, 1)).rejects.toThrow(`has ${bytes - 1} bytes from ${bytes + 13} on`);
    });
  },
);

test("wrong pixels are refused with the count seen and expected, and the session goes on", { timeout: 60_000 }, async () => {
  const session = await openInference({ ...inferenceRequest(encoder, 1), device: "cpu" });
  await closing(session, async (open) => {
    await expect(open.embed(new Uint8Array(10), 1)).rejects.toThrow("10 bytes of pixels for 1 pictures of 160 px; expected 76800");
    expect(await open.embed(analyticPictures(), 4)).toHaveLength(4 * dimensions);
  });
});

test("auto takes a device that works, and a device that is not there is refused in words", { timeout: 120_000 }, async () => {
  const request = inferenceRequest(encoder, 2);
  const chosen = await openOnDevice(request, "auto", systemClock);
  await chosen.session.close();
  const reports = await reportDevices(request, systemClock);
  expect(reports.find((report) => report.name === chosen.device)?.available).toBe(true);
  const absent = process.platform === "win32" ? "coreml" : "directml";
  await expect(openOnDevice(request, absent, systemClock)).rejects.toThrow(/cannot be used here: .* Use --device auto or cpu/);
});
