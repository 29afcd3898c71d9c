/** @file An issue of a name is that file's alone, not its copies', and goes when the file is renamed. */
import { copyFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";

import { indexNow, testEngine } from "../../helpers/in-process.ts";
import { temporaryFolderFor } from "../../helpers/temporary-folder.ts";

const data = temporaryFolderFor(beforeAll, "data");
const pictures = temporaryFolderFor(beforeAll, "pictures");

beforeAll(async () => {
  for (let at = 0; at < 4; at++) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="180"><rect width="240" height="180" fill="hsl(${at * 80} 60% 50%)"/><circle cx="${60 + 30 * at}" cy="80" r="40" fill="#fff"/></svg>`;
    writeFileSync(join(pictures(), `${at}.jpg`), await sharp(Buffer.from(svg)).jpeg().toBuffer());
  }
  copyFileSync(join(pictures(), "2.jpg"), join(pictures(), "copy.png"));
});

test("a wrong extension", { timeout: 120_000 }, async () => {
  const engine = await testEngine(data());
  await engine.openForFolder(pictures(), join(data(), "collection"));
  await indexNow(engine, [pictures()]);
  const ask = { kind: "wrong-extension", offset: 0, limit: 10 };
  const { entries, total, counts } = await engine.handlers["issues.list"](ask, engine.context);
  expect(entries.map(({ id, text }) => [engine.pathOf(id), text])).toEqual([
    [join(pictures(), "copy.png"), "the name says PNG, the bytes are JPEG"],
  ]);
  expect([total, counts["wrong-extension"]]).toEqual([1, 1]);
  const [first] = engine.requireCollection().catalogue().columns.ids;
  const details = await engine.handlers["images.details"]({ id: first as never }, engine.context);
  expect(details.issues).toEqual([]);
  renameSync(join(pictures(), "copy.png"), join(pictures(), "copy.jpg"));
  await indexNow(engine, [pictures()]);
  expect((await engine.handlers["issues.list"](ask, engine.context)).entries).toEqual([]);
});
