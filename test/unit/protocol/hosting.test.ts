/** @file Paths, ids and ranges as they come in from a URL. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { contentSecurityPolicy, parseRange, pictureId, pictureView, rendererFile } from "#protocol/hosting.ts";

describe("the file a path means", () => {
  it.each([
    ["/", "index.html"],
    ["/index.html", "index.html"],
    ["/assets/index-Bx_1.js", "assets/index-Bx_1.js"],
    ["/assets/inter.v3@2x.woff2", "assets/inter.v3@2x.woff2"],
    ["/assets/%69con.svg", "assets/icon.svg"],
  ])("%s is %s", (path, file) => expect(rendererFile(path)).toBe(file));

  it.each([
    "",
    "x",
    "//",
    "//etc/passwd.txt",
    "/..",
    "/../index.html",
    "/a/../../b.js",
    "/./index.html",
    "/a//b.js",
    "/%2e%2e/index.html",
    "/%2e%2e%2findex.html",
    "/..%2findex.html",
    "/%252e%252e/index.html",
    "/..%5cindex.html",
    "/a\\b.js",
    "/a%5cb.js",
    "/C:/index.html",
    "/c%3a/x.js",
    "/index.html%00.js",
    "/index.html\0",
    "/.git/config.json",
    "/.env.txt",
    "/a/.b.js",
    "/index.html.",
    "/index.html ",
    "/index.html%20",
    "/index.html::$DATA.js",
    "/a%",
    "/%ff.js",
    "/..%c0%af..%c0%afx.js",
    "/\u2024\u2024/x.js",
    "/%EF%BC%8E%EF%BC%8E/x.js",
    "/assets/",
    "/assets",
    "/main.ts",
    "/main.js.map",
    "/server.node",
    `/${"a".repeat(2000)}.js`,
    "/a.js?x",
    "/~/a.js",
  ])("%j is none", (path) => expect(rendererFile(path)).toBeNull());

  it("never leaves the folder, whatever the path", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("/", "\\", ".", "%2e", "%2f", "%5c", "%00", "a", ".js", ":", "~") }), (path) => {
        const file = rendererFile(`/${path}`);
        if (file === null) return;
        for (const part of file.split("/")) {
          expect(part).toMatch(/^[A-Za-z0-9_-]/);
          expect(part).not.toMatch(/[\\:\0]/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the image a path means", () => {
  it.each([
    ["/1", 1],
    ["/2147483647", 2147483647],
  ])("%s is %i", (path, id) => expect(pictureId(path)).toBe(id));
  it.each([
    "",
    "/",
    "/0",
    "/-1",
    "/01",
    "/1.5",
    "/1e3",
    "/0x1",
    "/2147483648",
    "/99999999999",
    "/1/",
    "/1/2",
    "/%31",
    "/ 1",
    "/1\n",
    "/../1",
    "/NaN",
  ])("%j is none", (path) => expect(pictureId(path)).toBeNull());
});

describe("the view a query asks for", () => {
  const viewOf = (query: string): unknown => pictureView((key) => new URLSearchParams(query).get(key));
  it.each([
    ["", {}],
    ["v=3", {}],
    ["frame=0", { frame: 0 }],
    ["frame=120&window=2", { frame: 120, window: 2 }],
  ])("%j", (query, view) => expect(viewOf(query)).toEqual(view));
  it.each(["frame=", "frame=-1", "frame=1.5", "frame=01", "frame=1e3", "frame=99999999", "window=x", "frame=1&window=%00"])(
    "%j is none",
    (query) => expect(viewOf(query)).toBeNull(),
  );
});

describe("a range of 100 bytes", () => {
  it.each([
    ["bytes=0-9", { kind: "part", start: 0, end: 9 }],
    ["bytes=90-", { kind: "part", start: 90, end: 99 }],
    ["bytes=-10", { kind: "part", start: 90, end: 99 }],
    ["bytes=-1000", { kind: "part", start: 0, end: 99 }],
    ["bytes=50-1000", { kind: "part", start: 50, end: 99 }],
    ["bytes=99-99", { kind: "part", start: 99, end: 99 }],
    ["bytes=100-", { kind: "outside" }],
    ["bytes=-0", { kind: "outside" }],
    ["bytes=9-0", { kind: "whole" }],
    ["bytes=-", { kind: "whole" }],
    ["bytes=0-1,3-4", { kind: "whole" }],
    ["items=0-1", { kind: "whole" }],
    ["bytes=0-99999999999999999999", { kind: "whole" }],
    [undefined, { kind: "whole" }],
  ])("%s", (header, range) => expect(parseRange(header, 100)).toEqual(range));

  it("always lies inside the file", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("bytes=", "-", "0", "1", "9", ",", " ") }), fc.nat(200), (header, size) => {
        const range = parseRange(header, size);
        if (range.kind === "part") expect(range.start >= 0 && range.start <= range.end && range.end < size).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

it("the policy lets no inline script and no other origin in", () => {
  const policy = contentSecurityPolicy();
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/script-src[^;]*unsafe|default-src[^;]*unsafe|\*|https?:/);
});
