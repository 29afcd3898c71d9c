/**
 * @file What counts as a change of a folder, and which files are being written.
 */
import { appendFileSync, copyFileSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { createJobControl } from "#engine/jobs/control.ts";
import { CancellationError } from "#engine/base/errors.ts";
import { findChanges, type Changes } from "#engine/stages/find-changes.ts";

import { drawCollection } from "../../fixtures/collection.ts";
import { indexNow, testEngine } from "../../helpers/in-process.ts";
import { manualClock } from "../../helpers/manual-clock.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

test(
  "pictures that came, changed or went are changes; what is known, what is no picture and what is being written is none",
  { timeout: 120_000 },
  async () => {
    const home = temporaryFolder("changes");
    const pictures = join(home, "pictures");
    mkdirSync(pictures);
    await drawCollection(pictures, { kinds: 1, perKind: 3 });
    const engine = await testEngine(join(home, "data"));
    await engine.openForFolder(pictures, null);
    await indexNow(engine, [pictures]);
    const { store } = engine.requireCollection();
    const inAnHour = Date.now() + 3_600_000;
    const look = (pause: () => void = () => undefined, nowMs = inAnHour, folder = pictures): Promise<Changes> =>
      findChanges({
        store,
        clock: manualClock(nowMs),
        dataFolder: join(home, "data"),
        folders: [Buffer.from(folder)],
        control: createJobControl(),
        pause: () => Promise.resolve(pause()),
      });
    const told = async (...given: Parameters<typeof look>): Promise<{ isAny: boolean; moving: string[] }> => {
      const { isAny, moving } = await look(...given);
      return { isAny, moving: moving.map((path) => path.toString().slice(pictures.length + 1)) };
    };
    const none = { isAny: false, moving: [] };

    // Among the files is one that cannot be decoded and one that is no picture.
    expect(await told()).toEqual(none);
    writeFileSync(join(pictures, "more.txt"), "words");
    expect(await told()).toEqual(none);

    const file = join(pictures, "new.jpg");
    copyFileSync(join(pictures, "kind-0/picture-0.jpg"), file);
    expect(await told()).toEqual({ isAny: true, moving: [] });
    expect(await told(undefined, undefined, join(pictures, "kind-0"))).toEqual(none);
    // It was written a moment ago.
    expect(await told(undefined, statSync(file).mtimeMs + 100)).toEqual({ isAny: false, moving: ["new.jpg"] });
    // It grows between two looks, or is gone at the second.
    expect(await told(() => appendFileSync(file, "x"))).toEqual({ isAny: false, moving: ["new.jpg"] });
    const known = join(pictures, "kind-0/picture-1.jpg");
    appendFileSync(known, "x");
    expect(await told(() => rmSync(file))).toEqual({ isAny: true, moving: ["new.jpg"] });
    await indexNow(engine, [pictures]);
    expect(await told()).toEqual(none);

    utimesSync(known, 1_000_000, 1_000_000);
    expect(await told()).toEqual({ isAny: true, moving: [] });
    rmSync(known);
    expect(await told()).toEqual({ isAny: true, moving: [] });

    const control = createJobControl();
    control.cancel();
    await expect(
      findChanges({
        store,
        clock: manualClock(),
        dataFolder: home,
        folders: [Buffer.from(pictures)],
        control,
        pause: () => Promise.resolve(),
      }),
    ).rejects.toThrow(CancellationError);
  },
);
