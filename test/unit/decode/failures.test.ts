/**
 * @file Broken files: each ends in a `DecodeError` with the right code, never in a wrong picture and never in another kind of error.
 */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { DecodeError } from "#engine/ingest/decode/decode-error.ts";
import { decodeBytes, ingestFile } from "#engine/ingest/decode/ingest.ts";
import { canDecode, formatByName, looksLikeImage, sniffFormat } from "#engine/ingest/decode/sniff.ts";

import { bitmap, detailed, dicom, motifSharp } from "../../fixtures/pictures.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

async function codeOf(bytes: Buffer, name: string): Promise<string> {
  try {
    await decodeBytes(bytes, Buffer.from(name), { kind: "full" });
    return "decoded";
  } catch (thrown) {
    if (!(thrown instanceof DecodeError)) throw thrown;
    expect(thrown.message.length).toBeGreaterThan(5);
    return thrown.code;
  }
}

const makers = {
  "a.jpg": () => detailed(300, 200).jpeg().toBuffer(),
  "progressive.jpg": () => detailed(300, 200).jpeg({ progressive: true }).toBuffer(),
  "a.png": () => detailed(300, 200).png().toBuffer(),
  "interlaced.png": () => detailed(300, 200).png({ progressive: true }).toBuffer(),
  "a.webp": () => detailed(300, 200).webp().toBuffer(),
  "a.gif": () => detailed(300, 200).gif().toBuffer(),
  "a.tiff": () => detailed(300, 200).tiff({ compression: "lzw" }).toBuffer(),
  "jpeg.tiff": () => detailed(300, 200).tiff({ compression: "jpeg" }).toBuffer(),
  "a.avif": () => detailed(300, 200).avif({ effort: 0 }).toBuffer(),
  "a.bmp": () => Promise.resolve(bitmap({ bits: 24 }, 64, 48)),
  "a.dcm": () => Promise.resolve(dicom({ rows: 40, columns: 40, pixels: Buffer.alloc(3200, 7) })),
} as const;

describe("files that end too early", () => {
  test.each(Object.entries(makers))("%s", async (name, make) => {
    const whole = await make();
    expect(await codeOf(whole, name)).toBe("decoded");
    for (const share of [0.3, 0.6, 0.9, 0.97])
      expect([share, await codeOf(whole.subarray(0, Math.floor(whole.length * share)), name)]).toEqual([share, "truncated"]);
  });

  test("a JPEG shrunk while decoding is no more lenient", async () => {
    const whole = await detailed(2000, 1500).jpeg().toBuffer();
    const cut = whole.subarray(0, Math.floor(whole.length * 0.7));
    await expect(decodeBytes(cut, Buffer.from("a.jpg"), { kind: "at-least", shortSide: 160, longSide: 256 })).rejects.toMatchObject({
      code: "truncated",
    });
  });

  test("a JPEG that lacks only its end marker is whole, and one with bytes after it too", async () => {
    const whole = await detailed(300, 200).jpeg().toBuffer();
    expect(await codeOf(whole.subarray(0, -2), "a.jpg")).toBe("decoded");
    expect(await codeOf(whole.subarray(0, -40), "a.jpg")).toBe("truncated");
    expect(await codeOf(Buffer.concat([whole, Buffer.alloc(999, 7)]), "a.jpg")).toBe("decoded");
  });

  test("stray bytes between segments are only a warning", async () => {
    const whole = await motifSharp().jpeg().toBuffer();
    const at = 4 + whole.readUInt16BE(4); // behind the first segment
    expect(await codeOf(Buffer.concat([whole.subarray(0, at), Buffer.from([0x11, 0x22]), whole.subarray(at)]), "a.jpg")).toBe("decoded");
  });
});

describe("other failures", () => {
  test("an extension over foreign bytes", async () => {
    for (const name of ["a.jpg", "a.png", "a.tif", "a.webp", "a.bmp", "a.gif", "a.avif"])
      expect(await codeOf(Buffer.from("this is no picture at all, only words ".repeat(9)), name)).toBe("corrupt");
    expect(await codeOf(Buffer.from("words"), "a.svg")).toBe("corrupt");
    expect(await codeOf(Buffer.alloc(2000), "a.jpg")).toBe("corrupt");
    expect(await codeOf(Buffer.from("words"), "a.txt")).toBe("unsupported");
  });

  test("the bytes decide over a wrong extension", async () => {
    expect(await codeOf(await motifSharp().png().toBuffer(), "a.jpg")).toBe("decoded");
    expect(await codeOf(await motifSharp().jpeg().toBuffer(), "README")).toBe("decoded");
  });

  test("formats without a decoder are named", async () => {
    const exr = Buffer.from([0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0]);
    await expect(decodeBytes(exr, Buffer.from("a.exr"), { kind: "full" })).rejects.toMatchObject({
      code: "unsupported",
      message: "OpenEXR pictures cannot be read yet",
    });
  });

  test("a picture that claims too many pixels is refused before it is decoded", async () => {
    const bomb = await motifSharp().png().toBuffer();
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    expect(await codeOf(bomb, "a.png")).toMatch(/too-large|corrupt/); // the header's check sum is wrong now, too
    const header = bitmap({ bits: 24 });
    header.writeInt32LE(100_000, 18);
    header.writeInt32LE(100_000, 22);
    expect(await codeOf(header, "a.bmp")).toBe("too-large");
    expect(await codeOf(dicom({ rows: 65_000, columns: 65_000, pixels: Buffer.alloc(8) }), "a.dcm")).toBe("too-large");
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"><rect width="9" height="9"/></svg>');
    expect(await codeOf(svg, "a.svg")).toBe("too-large");
  });

  test("what the file system refuses", async () => {
    const folder = temporaryFolder("failures");
    writeFileSync(join(folder, "empty.jpg"), "");
    mkdirSync(join(folder, "folder.jpg"));
    execFileSync("mkfifo", [join(folder, "pipe.jpg")]);
    const code = (name: string): Promise<unknown> =>
      ingestFile({ path: Buffer.from(join(folder, name)), input: null, thumbnail: null }).then(
        () => "decoded",
        (thrown: unknown) => (thrown instanceof DecodeError ? thrown.code : thrown),
      );
    expect(await code("empty.jpg")).toBe("empty");
    expect(await code("folder.jpg")).toBe("unreadable");
    expect(await code("pipe.jpg")).toBe("unreadable");
    expect(await code("none.jpg")).toBe("missing");
    if (process.getuid?.() !== 0) {
      writeFileSync(join(folder, "secret.jpg"), await motifSharp().jpeg().toBuffer());
      chmodSync(join(folder, "secret.jpg"), 0);
      expect(await code("secret.jpg")).toBe("permission");
    }
  });

  test("damage anywhere ends in a picture or a DecodeError", async () => {
    const random = createRandom(5);
    for (const [name, make] of Object.entries(makers)) {
      const whole = await make();
      for (let round = 0; round < 25; round++) {
        const damaged = Buffer.from(whole);
        for (let hit = 0; hit < 1 + (round % 6); hit++)
          damaged[random.below(round < 15 ? Math.min(400, whole.length) : whole.length)] = random.below(256);
        await codeOf(damaged, name); // throws for anything but a DecodeError
      }
    }
  });
});

describe("what counts as a picture", () => {
  const head = (text: string): Buffer => Buffer.from(text, "latin1");
  test.each([
    ["photo.JPG", "", true, "jpeg"],
    ["notes.txt", "hello", false, null],
    ["notes.txt", "BMW is a maker of cars and this is a text", false, null],
    ["data", "\x89PNG\r\n\x1a\n", true, "png"],
    ["page.html", '<!DOCTYPE html><html><svg width="1"></svg>', false, null],
    ["drawing", '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- by hand -->\n<svg width="1">', true, "svg"],
    ["IMG_1.HEIC", "\0\0\0\x18ftypheic", true, "heic"],
    ["raw.NEF", "MM\0*", true, "raw"],
    ["scan.bin", "II*\0\x10\0\0\0CR\x02\0", true, "raw"],
    ["picture", "P5\n# grey\n640 480\n255\n", true, "pnm"],
    ["picture", "P7\nWIDTH 3\n", true, "pnm"],
    ["notes", "P5 is the fifth paragraph", false, null],
    ["IMG_1.tga", "\0\0\x02", true, "tga"],
    ["a", "8BPS\0\x02", true, "psd"],
    ["texture", "DDS \x7c\0\0\0", true, "dds"],
    ["app", "icns\0\0\x04\0is32\0\0\x02\0", true, "icns"],
    ["notes", "icns are the icons of macOS", false, null],
    ["favicon.ICO", "", true, "ico"],
    ["arrow", `\0\0\x02\0\x01\0${"\0".repeat(8)}\x68\0\0\0\x16\0\0\0`, true, "ico"],
    ["picture.rgb", "\x01\xda\x01\x01\0\x03\0\x20\0\x18\0\x03", true, "sgi"],
    ["samples.rgb", "\x01\xdafirst samples", false, null],
    ["clipboard", `\x28\0\0\0\x10\0\0\0\x10\0\0\0\x01\0\x18${"\0".repeat(30)}`, true, "bmp"],
    ["forty", `\x28\0\0\0${"x".repeat(60)}`, false, null],
    ["a", "\xff\x4f\xff\x51", true, "jp2"],
    ["scan", `${"\0".repeat(128)}DICM`, true, "dicom"],
    ["movie.mp4", "\0\0\0\x18ftypmp42", false, null],
    [".jpg", "", true, "jpeg"],
    ["jpg", "", false, null],
  ] as const)("%s with %j", (name, text, expected, format) => {
    expect(looksLikeImage(Buffer.from(name), head(text))).toBe(expected);
    expect(sniffFormat(Buffer.from(name), head(text))).toBe(format);
  });

  test("names that are not UTF-8 have extensions too", () => {
    expect(formatByName(Buffer.from([0xff, 0xfe, 0x2e, 0x70, 0x6e, 0x67]))).toBe("png");
    expect(canDecode("exr")).toBe(false);
    expect(canDecode("heic")).toBe(true);
  });
});
