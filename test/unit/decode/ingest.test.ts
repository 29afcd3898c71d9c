/**
 * @file One decode feeds everything: identity, thumbnail, tensor, hashes, quality, metadata; through real files and a real child.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";

import { entryPath } from "#engine/base/resources.ts";
import { createChildPool, spawnWithChildProcess } from "#engine/children/child-pool.ts";
import { ingestFile, likenessOfFile, measureSharpness, pixelsOfFile, previewOfFile, tensorOfBytes } from "#engine/ingest/decode/ingest.ts";
import { hammingDistance } from "#engine/ingest/decode/perceptual-hash.ts";
import { identifyFile } from "#engine/ingest/decode/read-file.ts";
import { thumbnailPath } from "#engine/ingest/decode/thumbnail-place.ts";
import type { IngestResult } from "#engine/ingest/decode/types.ts";

import { bitmap, detailed, dicom, motif, motifSharp, orientedJpeg } from "../../fixtures/pictures.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function ingest(path: string | Buffer, thumbnail: string | null = null, size: number | null = 160): Promise<IngestResult> {
  return ingestFile({ path: Buffer.from(path), input: size === null ? null : { size }, thumbnail });
}

/** A smooth picture with one of everything: a gradient, a disc, a bar. */
function scene(width: number, height: number, disc = "#c03020"): Sharp {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" width="${width}" height="${height}" preserveAspectRatio="none"><defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="#204080"/><stop offset="1" stop-color="#e0d090"/></linearGradient></defs><rect width="400" height="300" fill="url(#g)"/><circle cx="130" cy="110" r="70" fill="${disc}"/><rect x="260" y="170" width="100" height="40" fill="#103010"/></svg>`;
  return sharp(Buffer.from(svg)).flatten();
}

/** Edges in every direction, every few dozen pixels. */
function stripes(width: number, height: number): Sharp {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><pattern id="p" width="48" height="40" patternUnits="userSpaceOnUse" patternTransform="rotate(18)"><rect width="48" height="40" fill="#d8c8a0"/><rect width="20" height="22" fill="#304868"/><circle cx="36" cy="30" r="7" fill="#803020"/></pattern></defs><rect width="100%" height="100%" fill="url(#p)"/></svg>`;
  return sharp(Buffer.from(svg)).flatten();
}

describe("ingest", () => {
  test("identity, facts, thumbnail and tensor of a photo", async () => {
    const folder = temporaryFolder("ingest");
    const path = join(folder, "photo.jpg");
    const bytes = await scene(1600, 1200).jpeg({ quality: 92 }).toBuffer();
    writeFileSync(path, bytes);
    const result = await ingest(path, join(folder, "thumbnails"));
    expect(result.contentHash).toBe(createHash("sha256").update(bytes).digest("hex").slice(0, 32));
    expect(result).toMatchObject({
      sizeBytes: bytes.length,
      mtimeMs: statSync(path).mtimeMs,
      format: "jpeg",
      width: 1600,
      height: 1200,
      orientation: 1,
      channels: 3,
      bitDepth: 8,
      frameCount: 1,
    });
    expect(identifyFile(Buffer.from(path))).toEqual({ contentHash: result.contentHash, sizeBytes: bytes.length, mtimeMs: result.mtimeMs });
    const thumbnail = thumbnailPath(join(folder, "thumbnails"), result.contentHash);
    const shown = await sharp(thumbnail).metadata();
    expect([shown.format, shown.width, shown.height]).toEqual(["jpeg", 256, 192]);
    expect(readdirSync(join(folder, "thumbnails", result.contentHash.slice(0, 2)))).toEqual([`${result.contentHash}.jpg`]);
    // Against libvips scaling the whole picture: shrinking while decoding must not shift anything.
    const expected = await sharp(bytes).resize(160, 160, { fit: "fill", kernel: "cubic" }).raw().toBuffer();
    const tensor = result.tensor as Uint8Array;
    expect(tensor.length).toBe(160 * 160 * 3);
    expect(meanDifference(tensor, expected)).toBeLessThan(1.5);
    // Asked to put it somewhere, it puts the same there and sends nothing.
    const file = join(folder, "tensors");
    writeFileSync(file, "before");
    const placed = await ingestFile({ path: Buffer.from(path), input: { size: 160 }, place: { file, offset: 6 }, thumbnail: null });
    expect([placed.tensor, readFileSync(file).subarray(0, 6).toString()]).toEqual([null, "before"]);
    expect(Buffer.compare(readFileSync(file).subarray(6), tensor)).toBe(0);
    // The picture was reduced, yet its sharpness is that of every pixel: what a second look at the file finds.
    expect({ sharpness: result.quality.sharpness, blurEffect: result.quality.blurEffect }).toEqual(
      await measureSharpness(Buffer.from(path)),
    );
  });

  test("files read at the same time, or one after the other into the same memory, do not disturb each other", async () => {
    const folder = temporaryFolder("ingest");
    const paths = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const path = join(folder, `${index}.${index % 2 === 0 ? "jpg" : "png"}`);
        const picture = scene(900 - 90 * index, 600, `rgb(${30 * index}, 90, 40)`);
        writeFileSync(
          path,
          await (index % 2 === 0 ? picture.jpeg({ quality: 92, progressive: index % 4 === 0 }) : picture.png()).toBuffer(),
        );
        return path;
      }),
    );
    const turn: IngestResult[] = [];
    for (const path of paths) turn.push(await ingest(path));
    expect(await Promise.all(paths.map((path) => ingest(path)))).toEqual(turn);
    expect(new Set(turn.map(({ contentHash }) => contentHash)).size).toBe(8);
  });

  test("what tells copies alone is what the whole look finds", async () => {
    const folder = temporaryFolder("ingest");
    for (const [name, bytes] of [
      ["photo.jpg", await scene(1600, 1200).jpeg({ quality: 92 }).toBuffer()],
      ["turned.jpg", await orientedJpeg(6)],
      ["small.png", await scene(120, 90).png().toBuffer()],
    ] as const) {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      const { format, width, height, perceptual, colour } = await ingest(path);
      const likeness = await likenessOfFile({ path: Buffer.from(path) });
      expect(likeness).toEqual({ format, width, height, perceptual, colour });
    }
    writeFileSync(join(folder, "not.jpg"), "no picture");
    await expect(likenessOfFile({ path: Buffer.from(join(folder, "not.jpg")) })).rejects.toMatchObject({ code: "corrupt" });
  });

  test("a small upright JPEG is its own thumbnail, of which no copy is made; a turned one is not", async () => {
    const folder = temporaryFolder("ingest");
    const small = await scene(160, 120).jpeg().toBuffer();
    writeFileSync(join(folder, "small.jpg"), small);
    writeFileSync(join(folder, "turned.jpg"), await orientedJpeg(6));
    const own = await ingest(join(folder, "small.jpg"), folder);
    expect(existsSync(thumbnailPath(folder, own.contentHash))).toBe(false);
    const turned = await ingest(join(folder, "turned.jpg"), folder);
    const shown = await sharp(thumbnailPath(folder, turned.contentHash)).metadata();
    expect([shown.width, shown.height, shown.orientation]).toEqual([64, 48, undefined]);
  });

  test("a thumbnail that is there is not written again", async () => {
    const folder = temporaryFolder("ingest");
    writeFileSync(join(folder, "a.png"), await motifSharp().png().toBuffer());
    const { contentHash } = await ingest(join(folder, "a.png"), folder);
    const path = thumbnailPath(folder, contentHash);
    writeFileSync(path, "kept");
    await ingest(join(folder, "a.png"), folder);
    expect(readFileSync(path, "utf8")).toBe("kept");
  });

  test("names of any bytes", async () => {
    const folder = temporaryFolder("ingest");
    const name = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9, 0xff]), Buffer.from(" \n.bmp")]);
    writeFileSync(name, bitmap({ bits: 24 }));
    expect(await ingest(name)).toMatchObject({ format: "bmp", width: 13, height: 8 });
    const long = `${folder}/${"x".repeat(251)}.png`;
    writeFileSync(long, await motifSharp().png().toBuffer());
    expect(await ingest(long)).toMatchObject({ format: "png" });
  });

  test("without an encoder there is no tensor, and a 1 x 1 picture has everything else", async () => {
    const folder = temporaryFolder("ingest");
    writeFileSync(
      join(folder, "dot.png"),
      await sharp({ create: { width: 1, height: 1, channels: 3, background: "#102030" } })
        .png()
        .toBuffer(),
    );
    const result = await ingest(join(folder, "dot.png"), folder, null);
    expect(result).toMatchObject({ tensor: null, width: 1, height: 1, averageColour: 0x102030 });
    expect(existsSync(thumbnailPath(folder, result.contentHash))).toBe(true);
  });

  test("EXIF facts, and of a place only that there is one", async () => {
    const folder = temporaryFolder("ingest");
    const exif = {
      IFD0: { Make: "Maker", Model: "Model 7" },
      IFD2: {
        DateTimeOriginal: "2023:08:14 09:30:12",
        OffsetTimeOriginal: "+02:00",
        ISOSpeedRatings: "200",
        ExposureTime: "1/250",
        FNumber: "28/10",
        LensModel: "Lens 35",
      },
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 0/1", GPSLongitudeRef: "E", GPSLongitude: "7/1 0/1 0/1" },
    };
    writeFileSync(join(folder, "a.jpg"), await scene(400, 300).withExif(exif).jpeg().toBuffer());
    writeFileSync(join(folder, "a.webp"), await scene(400, 300).withExif(exif).webp().toBuffer());
    const expected = {
      capturedAt: Date.UTC(2023, 7, 14, 7, 30, 12),
      cameraMake: "Maker",
      cameraModel: "Model 7",
      lens: "Lens 35",
      iso: 200,
      exposure: 1 / 250,
      fNumber: 2.8,
      hasLocation: true,
    };
    for (const name of ["a.jpg", "a.webp"]) {
      const { metadata } = await ingest(join(folder, name));
      expect(metadata).toEqual(expected);
      expect(JSON.stringify(metadata)).not.toMatch(/51/);
    }
  });

  test("every format goes all the way", async () => {
    const folder = temporaryFolder("ingest");
    const files: Record<string, Buffer> = {
      "a.gif": await scene(300, 200).gif().toBuffer(),
      "a.tiff": await scene(300, 200).tiff().toBuffer(),
      "a.avif": await scene(300, 200).avif({ effort: 0 }).toBuffer(),
      "a.webp": await scene(300, 200).webp().toBuffer(),
      "a.bmp": bitmap({ bits: 8 }),
      "a.dcm": dicom({ rows: 20, columns: 30, pixels: Buffer.alloc(1200, 3) }),
      "a.svg": Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><circle cx="5" cy="5" r="4"/></svg>'),
    };
    for (const [name, bytes] of Object.entries(files)) {
      writeFileSync(join(folder, name), bytes);
      const result = await ingest(join(folder, name), folder);
      expect(result.tensor?.length, name).toBe(76800);
      expect(existsSync(thumbnailPath(folder, result.contentHash)), name).toBe(true);
    }
  });
});

describe("perceptual hash and colours", () => {
  const hashOf = async (picture: Sharp): Promise<IngestResult> => {
    const path = join(temporaryFolder("hash"), "a.png");
    writeFileSync(path, await picture.png().toBuffer());
    return ingest(path, null, null);
  };
  const at = (result: IngestResult, index: number): Uint8Array => result.perceptual.subarray(index * 8, index * 8 + 8);

  test("the eight hashes are those of the eight turned pictures", async () => {
    const original = await hashOf(scene(256, 256));
    const png = await scene(256, 256).png().toBuffer();
    const turned = [
      sharp(png),
      sharp(png).rotate(90),
      sharp(png).rotate(180),
      sharp(png).rotate(270),
      ...(await Promise.all([0, 90, 180, 270].map(async (angle) => sharp(await sharp(png).flop().png().toBuffer()).rotate(angle)))),
    ];
    for (const [index, picture] of turned.entries()) {
      const own = at(await hashOf(picture), 0);
      expect([index, hammingDistance(at(original, index), own)]).toEqual([index, expect.toSatisfy((distance: number) => distance <= 2)]);
    }
    expect(hammingDistance(at(original, 0), at(original, 1))).toBeGreaterThan(16);
  });

  test("scaled and re-encoded copies stay near, other pictures are far", async () => {
    const folder = temporaryFolder("hash");
    writeFileSync(join(folder, "large.jpg"), await scene(1800, 1350).jpeg({ quality: 60 }).toBuffer());
    writeFileSync(join(folder, "small.webp"), await scene(240, 180).webp({ quality: 70 }).toBuffer());
    writeFileSync(join(folder, "other.jpg"), await detailed(400, 300).jpeg().toBuffer());
    const [large, small, other] = await Promise.all(["large.jpg", "small.webp", "other.jpg"].map((name) => ingest(join(folder, name))));
    expect(hammingDistance(at(large as IngestResult, 0), at(small as IngestResult, 0))).toBeLessThanOrEqual(4);
    expect(hammingDistance(at(large as IngestResult, 0), at(other as IngestResult, 0))).toBeGreaterThan(16);
  });

  test("a red and a green apple of one grey differ in colour", async () => {
    // 0.299 * 196 + 0.587 * 40 + 0.114 * 40 = 86.6; 0.299 * 40 + 0.587 * 120 + 0.114 * 37 = 86.6
    const apple = await hashOf(scene(200, 200, "rgb(196,40,40)"));
    const other = await hashOf(scene(200, 200, "rgb(40,120,37)"));
    expect(hammingDistance(at(apple, 0), at(other, 0))).toBeLessThanOrEqual(2);
    expect(meanDifference(apple.colour, other.colour)).toBeGreaterThan(8);
    expect(apple.colour.length).toBe(48);
  });

  test("an empty picture has the same hash in whatever colour", async () => {
    const plain = (background: string): Sharp => sharp({ create: { width: 90, height: 60, channels: 3, background } });
    const [white, dark] = [await hashOf(plain("#ffffff")), await hashOf(plain("#203040"))];
    expect(Buffer.from(white.perceptual).equals(Buffer.from(dark.perceptual))).toBe(true);
    expect([white.averageColour, dark.averageColour]).toEqual([0xffffff, 0x203040]);
  });
});

describe("quality", () => {
  const qualityOf = async (picture: Sharp): Promise<IngestResult["quality"]> => {
    const path = join(temporaryFolder("quality"), "a.png");
    writeFileSync(path, await picture.png().toBuffer());
    return (await ingest(path)).quality;
  };

  test("light, contrast, entropy and colour of known pictures", async () => {
    // Half black, half white: mean 127.5, deviation 127.5, one bit
    const half = Buffer.alloc(64 * 64 * 3);
    half.fill(255, half.length / 2);
    const quality = await qualityOf(sharp(half, { raw: { width: 64, height: 64, channels: 3 } }));
    expect(quality).toMatchObject({
      brightness: [0, 0, 0, 255, 255],
      meanBrightness: 127.5,
      contrast: 127.5,
      entropy: 1,
      saturation: 0,
      peakSaturation: 0,
    });
    const colourful = await qualityOf(sharp({ create: { width: 40, height: 40, channels: 3, background: "#ff0000" } }));
    // 0.3 * 255 = 77
    expect(colourful).toMatchObject({ saturation: 1, peakSaturation: 1, contrast: 0, entropy: 0, sharpness: 0 });
    expect(colourful.meanBrightness).toBeCloseTo(77, 0);
  });

  test("blurring lowers sharpness and raises the blur effect", async () => {
    const png = await stripes(600, 600).png().toBuffer();
    const steps = [await qualityOf(sharp(png)), await qualityOf(sharp(png).blur(2)), await qualityOf(sharp(png).blur(6))];
    const [sharpest, soft, softest] = steps as [IngestResult["quality"], IngestResult["quality"], IngestResult["quality"]];
    expect(sharpest.sharpness as number).toBeGreaterThan(5 * (soft.sharpness as number));
    expect(soft.sharpness as number).toBeGreaterThan(softest.sharpness as number);
    expect([sharpest.blurEffect, soft.blurEffect, softest.blurEffect]).toEqual(
      [sharpest.blurEffect, soft.blurEffect, softest.blurEffect].toSorted(),
    );
    expect(sharpest.blurEffect as number).toBeLessThan(0.35);
    expect(softest.blurEffect as number).toBeGreaterThan(0.6);
  });

  test("what ingest cannot tell of a shrunk JPEG is measured on the centre at full resolution", async () => {
    const folder = temporaryFolder("quality");
    const clear = await stripes(2400, 1800).jpeg({ quality: 92 }).toBuffer();
    writeFileSync(join(folder, "clear.jpg"), clear);
    writeFileSync(join(folder, "soft.jpg"), await sharp(clear).blur(5).jpeg({ quality: 92 }).toBuffer());
    const [a, b] = [
      await measureSharpness(Buffer.from(join(folder, "clear.jpg"))),
      await measureSharpness(Buffer.from(join(folder, "soft.jpg"))),
    ];
    expect(a.sharpness).toBeGreaterThan(5 * b.sharpness);
    expect(b.blurEffect).toBeGreaterThan(a.blurEffect + 0.2);
  });
});

describe("pixels, previews, bytes from outside", () => {
  test("pixels that were given away stay as they are, whatever is decoded next or at the same time", async () => {
    const folder = temporaryFolder("ingest");
    // 800 is half of 1600: the decoder's own size, which nothing scales any more.
    const requests = await Promise.all(
      [1600, 1500, 1200].map(async (width) => {
        const path = join(folder, `${width}.jpg`);
        writeFileSync(path, await stripes(width, 1200).jpeg({ quality: 90 }).toBuffer());
        return { path: Buffer.from(path), maxSide: width === 1200 ? 300 : 800 };
      }),
    );
    const alone = [];
    for (const request of requests) alone.push(Buffer.from((await pixelsOfFile(request)).data).toString("base64"));
    const one = await pixelsOfFile(requests[0] as (typeof requests)[0]);
    for (const request of requests.slice(1)) await pixelsOfFile(request);
    expect(Buffer.from(one.data).toString("base64")).toBe(alone[0]);
    const together = await Promise.all([...requests, ...requests].map(pixelsOfFile));
    expect(together.map(({ data }) => Buffer.from(data).toString("base64"))).toEqual([...alone, ...alone]);
  });

  test("all pixels, or at most so many", async () => {
    const folder = temporaryFolder("pixels");
    writeFileSync(join(folder, "a.png"), await motifSharp().png().toBuffer());
    const path = Buffer.from(join(folder, "a.png"));
    expect(Buffer.from((await pixelsOfFile({ path, maxSide: null })).data).equals(motif())).toBe(true);
    const small = await pixelsOfFile({ path, maxSide: 32 });
    expect([small.width, small.height, small.data.length]).toEqual([32, 24, 32 * 24 * 3]);
    expect((await pixelsOfFile({ path, maxSide: 999 })).width).toBe(64);
  });

  test("a preview of a format that browsers cannot show", async () => {
    const folder = temporaryFolder("preview");
    writeFileSync(join(folder, "a.tiff"), await scene(3000, 1500).tiff({ compression: "lzw" }).toBuffer());
    const path = Buffer.from(join(folder, "a.tiff"));
    const target = join(folder, "deep", "er", "a.jpg");
    expect(await previewOfFile({ path, maxSide: 2048, target })).toEqual({ bytes: null, width: 2048, height: 1024 });
    expect(await sharp(target).metadata()).toMatchObject({ format: "jpeg", width: 2048, height: 1024 });
    const inMemory = await previewOfFile({ path, maxSide: 100, target: null });
    expect(await sharp(inMemory.bytes as Uint8Array).metadata()).toMatchObject({ format: "jpeg", width: 100, height: 50 });
  });

  test("dropped bytes give the tensor that the file gives", async () => {
    const folder = temporaryFolder("bytes");
    const bytes = await scene(700, 500).jpeg().toBuffer();
    writeFileSync(join(folder, "a.jpg"), bytes);
    const { tensor } = await tensorOfBytes({ bytes: new Uint8Array(bytes), name: "dropped", input: { size: 160 } });
    expect(Buffer.from(tensor).equals(Buffer.from((await ingest(join(folder, "a.jpg"))).tensor as Uint8Array))).toBe(true);
  });
});

test("the same through a real child process", async () => {
  const folder = temporaryFolder("child");
  mkdirSync(join(folder, "in"));
  writeFileSync(join(folder, "in", "a.jpg"), await scene(500, 400).jpeg().toBuffer());
  writeFileSync(join(folder, "in", "b.jpg"), "no picture");
  const pool = createChildPool({ size: 1, spawn: spawnWithChildProcess(entryPath("pixel-child")) });
  try {
    const request = (name: string): { path: Uint8Array; input: { size: number }; thumbnail: string } => ({
      path: Buffer.from(join(folder, "in", name)),
      input: { size: 160 },
      thumbnail: folder,
    });
    const there = await pool.run("ingest", request("a.jpg"));
    expect(there).toEqual(await ingest(join(folder, "in", "a.jpg"), folder));
    expect(await pool.run("ingest", request("b.jpg"))).toMatchObject({ failure: { code: "corrupt" } });
    expect(await pool.run("hash", { path: Buffer.from(join(folder, "in", "b.jpg")) })).toMatchObject({ sizeBytes: 10 });
    expect(await pool.run("pixels", { path: Buffer.from(join(folder, "in", "a.jpg")), maxSide: 50 })).toMatchObject({
      width: 50,
      height: 40,
    });
  } finally {
    await pool.close();
  }
});

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] as number)), 0) / a.length;
}
