import fc from "fast-check";
import { expect, test } from "vitest";

import { isInside, onlyText, parseShownPath, showPath, splitPath } from "#engine/base/path-bytes.ts";

test("a name that is UTF-8 is shown as it is, a backslash and foreign bytes are written as \\xHH", () => {
  expect(showPath(Buffer.from("/photos/Zürich 東京.jpg"))).toBe("/photos/Zürich 東京.jpg");
  expect(showPath(Buffer.from("/a\\b.jpg"))).toBe("/a\\x5Cb.jpg");
  expect(showPath(Buffer.from([0x2f, 0x66, 0xff, 0xe9, 0x2e]))).toBe("/f\\xFF\\xE9.");
  // A backslash next to foreign bytes, and a cut-off sequence at the end.
  expect(showPath(Buffer.from([0x5c, 0xc3]))).toBe("\\x5C\\xC3");
});

test("the shown form gives the very bytes back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect([...parseShownPath(showPath(bytes))]).toEqual([...bytes]);
    }),
    { numRuns: 500 },
  );
});

test("inside means the folder itself or below it, not a longer name", () => {
  const inside = (path: string, folder: string): boolean => isInside(Buffer.from(path), Buffer.from(folder));
  expect(inside("/a/b/c.jpg", "/a/b")).toBe(true);
  expect(inside("/a/b", "/a/b")).toBe(true);
  expect(inside("/a/bc/d.jpg", "/a/b")).toBe(false);
  expect(inside("/x.jpg", "/")).toBe(true);
});

test("a path is split at its last separator", () => {
  const parts = splitPath(Buffer.from("/a/b/c.jpg"));
  expect([parts.folder.toString(), parts.name.toString()]).toEqual(["/a/b", "c.jpg"]);
  expect(splitPath(Buffer.from("/c.jpg")).folder.toString()).toBe("/");
});

test("a path that is only text is its own shown form, and gives its bytes back", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.string({ maxLength: 12, unit: "binary" }).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      const text = Buffer.from(given).toString("utf8");
      if (!onlyText(text)) return;
      expect(Buffer.from(text)).toEqual(Buffer.from(given));
      expect(showPath(Buffer.from(given))).toBe(text);
    }),
  );
  expect([onlyText("/a/ü 日本.jpg"), onlyText("/a/\ufffd.jpg"), onlyText("/a\\b")]).toEqual([true, false, false]);
});
