/**
 * @file Files of every format that is read, damaged where they have joints, through real child processes: each ends in exactly one outcome, none of them is a bug,
 * a crash or a hang, and nothing is left of it in the folder of thumbnails. `npm run bench damage` does it to thousands, and to the files that others keep.
 */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { createChildPool, spawnWithChildProcess } from "#engine/children/child-pool.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";
import { imageFormats } from "#engine/ingest/decode/types.ts";
import { mutants } from "../helpers/damage/mutate.ts";
import { makeSpecimens } from "../helpers/damage/specimens.ts";
import { structureOf } from "../helpers/damage/structure.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

test("the specimens are whole, of every format, and have joints", async () => {
  const specimens = await makeSpecimens();
  expect([...new Set(specimens.map(({ format }) => format))].sort()).toEqual([...imageFormats].sort());
  for (const { name, format, bytes } of specimens) {
    const { picture } = await decodeBytes(bytes, Buffer.from(name), { kind: "full" });
    expect([name, picture.data.length]).toEqual([name, picture.width * picture.height * 3]);
    const { parts, fields } = structureOf(format, bytes);
    expect([name, parts.length > 0, fields.length > 0 || format === "svg" || format === "pnm"]).toEqual([name, true, true]);
  }
});

test("the same seed makes the same files, and most differ from what they were made of", async () => {
  const specimens = await makeSpecimens();
  const once = [...mutants(specimens, 64, createRandom(3))];
  expect([...mutants(specimens, 64, createRandom(3))]).toEqual(once);
  const changed = once.filter(({ bytes }) => specimens.every((specimen) => !specimen.bytes.equals(bytes)));
  expect(changed.length).toBeGreaterThan(56);
});

test("every damaged file has one outcome", async () => {
  const [folder, thumbnails] = [temporaryFolder("mutants"), temporaryFolder("thumbnails")];
  const seed = Number(process.env["LIKENESS_SEED"] ?? 18);
  const entry = fileURLToPath(new URL("../../electron/engine/children/pixel-child.ts", import.meta.url));
  const pool = createChildPool({ size: 2, spawn: spawnWithChildProcess(entry) });
  const files = [...mutants(await makeSpecimens(), 400, createRandom(seed))];
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
  const codes = new Map<string, string>();
  const requests = files.map(({ name }) => ({ path: Buffer.from(join(folder, name)), input: { size: 64 }, thumbnail: thumbnails }));
  for await (const { request, outcome } of pool.stream("ingest", requests))
    codes.set(request.path.toString(), "failure" in outcome ? outcome.failure.code : "read");
  await pool.close();
  expect(codes.size).toBe(files.length);
  expect([...codes].filter(([, code]) => code === "timeout" || code === "crash")).toEqual([]);
  const read = [...codes.values()].filter((code) => code === "read").length;
  expect(read).toBeGreaterThan(40);
  expect(read).toBeLessThan(200);
  const written = readdirSync(thumbnails, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".jpg"));
  expect(written.length).toBeLessThanOrEqual(read);
  expect(readdirSync(thumbnails, { recursive: true }).filter((name) => !/^[0-9a-f]{2}(\/[0-9a-f]{32}\.jpg)?$/.test(String(name)))).toEqual(
    [],
  );
});
