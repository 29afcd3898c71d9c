/**
 * @file What a host is given to show: the middle of a file of many frames, any other frame and window that is asked for, and words where there is none.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import sharp from "sharp";
import { expect, test } from "vitest";

import type { Engine } from "#engine/engine.ts";
import { thumbnailPath } from "#engine/ingest/decode/thumbnail-place.ts";
import { contentById } from "#engine/store/queries/contents.ts";
import { fileById } from "#engine/store/queries/files.ts";
import { imageFile } from "#engine/views/image-file.ts";
import type { ImageId } from "#protocol/model.ts";

import { dicomFile, greyHeader, withElements, words } from "../../fixtures/dicom.ts";
import { indexNow, pathsOf, testEngine } from "../../helpers/in-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { motifSharp } from "../../fixtures/pictures.ts";

/** Three frames of one value each: 100, 500, 900. */
const volume = dicomFile(
  withElements(
    greyHeader(32, 48),
    [0x00280008, "IS", "3"],
    [0x00281050, "DS", "500\\900"],
    [0x00281051, "DS", "1000\\200"],
    [0x7fe00010, "OW", words([100, 500, 900].flatMap((value) => Array.from({ length: 32 * 48 }, () => value)))],
  ),
);

async function greyOf(path: Uint8Array): Promise<number> {
  return (
    await sharp(readFileSync(Buffer.from(path)))
      .raw()
      .toBuffer()
  )[0] as number;
}

function idOf(engine: Engine, name: string): ImageId {
  const { ids } = engine.requireCollection().catalogue().columns;
  return ids[pathsOf(engine).findIndex((path) => path.endsWith(name))] as ImageId;
}

test("frames and windows of a file", { timeout: 60_000 }, async () => {
  const home = temporaryFolder("frames");
  const folder = join(home, "pictures");
  mkdirSync(folder);
  writeFileSync(join(folder, "volume.dcm"), volume);
  writeFileSync(join(folder, "plain.jpg"), await motifSharp(64, 48).jpeg().toBuffer());
  const engine = await testEngine(join(home, "data"));
  await engine.openForFolder(folder, null);
  await indexNow(engine, [folder]);
  const id = idOf(engine, "volume.dcm");
  const grey = async (view: { frame?: number; window?: number }): Promise<number> =>
    greyOf((await imageFile(engine, { id, kind: "image", ...view })).path);
  expect(await greyOf((await imageFile(engine, { id, kind: "thumbnail" })).path)).toBe(128);
  expect(await grey({})).toBe(128);
  // Window 500 / 1000 as PS3.3 C.11.2.1.2 has it: ((x - 499.5) / 999 + .5) * 255
  expect([await grey({ frame: 0 }), await grey({ frame: 1 }), await grey({ frame: 2 })]).toEqual([26, 128, 230]);
  expect([await grey({ frame: 1, window: 1 }), await grey({ frame: 2, window: 1 })]).toEqual([0, 128]);
  await expect(imageFile(engine, { id, kind: "image", frame: 3 })).rejects.toMatchObject({
    code: "frame-unknown",
    message: expect.stringContaining("has 3 frames, counted from 0; frame 3") as string,
  });
  await expect(imageFile(engine, { id: idOf(engine, "plain.jpg"), kind: "image", frame: 0 })).rejects.toMatchObject({
    code: "frame-unknown",
  });
});

test(
  "a small JPEG is shown itself among many; a thumbnail that an older version made of it is taken while it is there",
  { timeout: 60_000 },
  async () => {
    const home = temporaryFolder("own-thumbnail");
    const folder = join(home, "pictures");
    mkdirSync(folder);
    writeFileSync(join(folder, "small.jpg"), await motifSharp(64, 48).jpeg().toBuffer());
    writeFileSync(join(folder, "small.png"), await motifSharp(64, 48).png().toBuffer());
    const engine = await testEngine(join(home, "data"));
    await engine.openForFolder(folder, null);
    await indexNow(engine, [folder]);
    const shown = async (name: string): Promise<string> => String(Buffer.from((await imageFile(engine, { id: idOf(engine, name), kind: "thumbnail" })).path)); // prettier-ignore
    expect(await shown("small.jpg")).toBe(join(folder, "small.jpg"));
    const made = await shown("small.png");
    expect(readFileSync(made).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    const { thumbnailFolder, store } = engine.requireCollection();
    const { content_id } = fileById(store, idOf(engine, "small.jpg")) as { content_id: number };
    const older = thumbnailPath(thumbnailFolder, (contentById(store, content_id) as { hash: Buffer }).hash.toString("hex"));
    mkdirSync(join(older, ".."), { recursive: true });
    writeFileSync(older, "older");
    expect(await shown("small.jpg")).toBe(older);
    await engine.close();
  },
);
