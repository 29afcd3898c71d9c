import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import sharp from "sharp";
import { expect, test } from "vitest";

import { ingestFile, ingestUnlessKnown } from "#engine/ingest/decode/ingest.ts";
import { thumbnailPath } from "#engine/ingest/decode/thumbnail-place.ts";

import { temporaryFolder } from "../../helpers/temporary-folder.ts";

test("a file that holds a known content is named and nothing is made of it; any other is read as ever", async () => {
  const folder = temporaryFolder("known");
  const path = join(folder, "a.png");
  writeFileSync(
    path,
    await sharp({ create: { width: 900, height: 600, channels: 3, background: "#204060" } })
      .png()
      .toBuffer(),
  );
  const request = { path: Buffer.from(path), input: { size: 32 }, thumbnail: folder };
  const { contentHash, sizeBytes, mtimeMs } = await ingestFile({ ...request, thumbnail: null });
  expect(await ingestUnlessKnown({ ...request, known: ["00", contentHash] })).toEqual({ contentHash, sizeBytes, mtimeMs, isKnown: true });
  expect(existsSync(thumbnailPath(folder, contentHash))).toBe(false);
  expect(await ingestUnlessKnown({ ...request, known: ["00"] })).toEqual(await ingestFile(request));
  expect(existsSync(thumbnailPath(folder, contentHash))).toBe(true);
});
