/**
 * @file Camera raws, put together as the makers do: the largest finished picture is found, turned once, and lossless sensor data are left alone; where there is none the sensor's data are developed.
 */
import { beforeAll, describe, expect, test } from "vitest";

import type { Decoded } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";
import { turnUpright } from "#engine/ingest/decode/orient.ts";
import { readMetadata } from "#engine/ingest/decode/metadata.ts";
import { sniffFormat } from "#engine/ingest/decode/sniff.ts";

import { furthest, motif, motifSharp, orientedJpeg } from "../../fixtures/pictures.ts";
import { mosaicCamera, mosaicPage } from "../../fixtures/mosaic.ts";
import { pixelTags, tiff, type Tag, type TiffPage } from "../../fixtures/tiff.ts";

let small: Buffer;
let large: Buffer;
/** Says "lossless" in its frame header, as sensor data do, and claims to be larger than all pictures. */
let sensor: Buffer;

beforeAll(async () => {
  small = await motifSharp(32, 24).jpeg({ quality: 95 }).toBuffer();
  large = await motifSharp(96, 64).jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer();
  sensor = Buffer.from(await motifSharp(200, 160).jpeg().toBuffer());
  sensor[sensor.indexOf("\xff\xc0", 0, "latin1") + 1] = 0xc3;
});

const make = (text: string): Tag => ({ tag: 271, type: 2, values: text });
const turned = (orientation: number): Tag => ({ tag: 274, type: 3, values: [orientation] });
const short = (tag: number, value: number): Tag => ({ tag, type: 3, values: [value] });
/** A directory whose one strip is a JPEG. */
const stripPage = (jpeg: Buffer, compression: 6 | 7, more: readonly Tag[] = []): TiffPage => ({
  tags: [short(259, compression), ...more],
  chunks: { data: [jpeg] },
});

function decode(bytes: Buffer, name: string): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from(name), { kind: "full" });
}

/** The picture is the motif, upright, of that size. */
function expectMotif({ picture, facts }: Decoded, width: number, height: number): void {
  expect([facts.format, facts.width, facts.height, picture.width, picture.height]).toEqual(["raw", width, height, width, height]);
  expect(furthest(picture)).toBeLessThanOrEqual(6);
}

describe("where the makers keep it", () => {
  test("CR2: the strip of the first directory; a lossless one is sensor data", async () => {
    const bytes = tiff([stripPage(large, 6, [make("Canon")]), { tags: [], jpeg: small }, stripPage(sensor, 6)]);
    const decoded = await decode(bytes, "IMG_1.CR2");
    expectMotif(decoded, 96, 64);
    expect(await readMetadata(decoded.exif)).toMatchObject({ cameraMake: "Canon" });
  });
  test("NEF: in directories below the first", async () => {
    const bytes = tiff(
      [{ tags: [make("NIKON")], children: [{ tags: [], jpeg: small }, stripPage(sensor, 7), { tags: [], jpeg: large }] }],
      { big: true },
    );
    expectMotif(await decode(bytes, "DSC_1.NEF"), 96, 64);
  });
  test("DNG: a preview of compression 7 below a thumbnail", async () => {
    const thumbnail = { tags: pixelTags({ width: 8, height: 6, bits: 8, samples: 3, photometric: 2 }), chunks: { data: [motif(8, 6)] } };
    expectMotif(await decode(tiff([{ ...thumbnail, children: [stripPage(sensor, 7), stripPage(large, 7)] }]), "a.dng"), 96, 64);
    expectMotif(await decode(tiff([thumbnail]), "a.dng"), 8, 6); // nothing but the thumbnail
  });
  test("ARW, PEF: offset and length in the chain", async () => {
    expectMotif(
      await decode(
        tiff([
          { tags: [], jpeg: large },
          { tags: [], jpeg: small },
        ]),
        "a.arw",
      ),
      96,
      64,
    );
    expectMotif(await decode(tiff([{ tags: [] }, { tags: [], jpeg: small }, { tags: [], jpeg: large }]), "a.pef"), 96, 64);
  });
  test("RW2: the JPEG is the value of a tag", async () => {
    const bytes = tiff([{ tags: [{ tag: 0x2e, type: 7, values: large }] }], { magic: Buffer.from("IIU\0", "latin1") });
    expect(sniffFormat(Buffer.from("a"), bytes)).toBe("raw");
    expectMotif(await decode(bytes, "a.rw2"), 96, 64);
  });
  test("ORF: in the maker's notes, counted from their beginning", async () => {
    const note = Buffer.alloc(12 + 18 + 30);
    note.write("OLYMPUS\0II\x03\0", "latin1");
    const entry = (at: number, tag: number, type: number, value: number): void => {
      [tag, type].forEach((number, index) => note.writeUInt16LE(number, at + index * 2));
      [1, value].forEach((number, index) => note.writeUInt32LE(number, at + 4 + index * 4));
    };
    note.writeUInt16LE(1, 12);
    entry(14, 0x2020, 13, 30);
    note.writeUInt16LE(2, 30);
    entry(32, 0x0101, 4, note.length);
    entry(44, 0x0102, 4, large.length);
    const exif = { tags: [{ tag: 37500, type: 7, values: Buffer.concat([note, large]) } as Tag] };
    const bytes = tiff([{ tags: [make("OLYMPUS")], exif }], { magic: Buffer.from("IIRO", "latin1") });
    expectMotif(await decode(bytes, "a.orf"), 96, 64);
  });
  test("RAF: a header of its own; the JPEG says how to turn it", async () => {
    const jpeg = await orientedJpeg(6, 96, 64);
    const header = Buffer.alloc(100);
    header.write("FUJIFILMCCD-RAW 0201", "latin1");
    header.writeUInt32BE(100, 84);
    header.writeUInt32BE(jpeg.length, 88);
    const decoded = await decode(Buffer.concat([header, jpeg, Buffer.alloc(50)]), "a.raf");
    expectMotif(decoded, 96, 64);
    expect(decoded.facts.orientation).toBe(6);
  });
});

describe("CR3", () => {
  const box = (type: string, ...parts: Buffer[]): Buffer => {
    const body = Buffer.concat(parts);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(8 + body.length);
    head.write(type, 4, "latin1");
    return Buffer.concat([head, body]);
  };
  const uuid = (name: string, ...parts: Buffer[]): Buffer => box("uuid", Buffer.from(name, "hex"), ...parts);
  const words = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4));
    return bytes;
  };
  const head = (): Buffer => box("ftyp", Buffer.from("crx \0\0\0\x01crx isom", "latin1"));
  const metadata = (orientation: number): Buffer =>
    uuid(
      "85c0b687820f11e08111f4ce462b6a48",
      box("CMT1", tiff([{ tags: [make("Canon"), turned(orientation)] }])),
      box("THMB", Buffer.alloc(16), small),
    );

  test("the preview box", async () => {
    const preview = uuid("eaf42b5e1c984b88b9fbb7dc406e4d16", Buffer.alloc(8), box("PRVW", Buffer.alloc(16), large));
    const decoded = await decode(Buffer.concat([head(), box("moov", metadata(1)), preview]), "a.cr3");
    expectMotif(decoded, 96, 64);
    expect(await readMetadata(decoded.exif)).toMatchObject({ cameraMake: "Canon" });
  });
  test("the sample of a track, by either table, turned by the metadata", async () => {
    const stored = Buffer.from(await orientedJpeg(8, 96, 64));
    const movie = (offset: number, wide: boolean): Buffer => {
      const places = wide ? box("co64", words(0, 1, 0, offset)) : box("stco", words(0, 1, offset));
      const table = box("stbl", box("stsz", words(0, 0, 1, stored.length)), places);
      return box("moov", metadata(8), box("trak", box("mdia", box("minf", table))));
    };
    for (const wide of [true, false]) {
      const at = head().length + movie(0, wide).length + 8;
      const decoded = await decode(Buffer.concat([head(), movie(at, wide), box("mdat", stored)]), "a.cr3");
      expectMotif(decoded, 96, 64);
      expect(decoded.facts.orientation).toBe(8);
    }
  });
});

test.each([1, 3, 6, 8])("orientation %i, said by the raw and by its JPEG, is followed once", async (orientation) => {
  const jpeg = await orientedJpeg(orientation, 96, 64);
  const bytes = tiff([{ tags: [turned(orientation)], jpeg }]);
  const decoded = await decode(bytes, "a.nef");
  expectMotif(decoded, 96, 64);
  expect(decoded.facts.orientation).toBe(orientation);
});

describe("developed, where there is no picture inside", () => {
  test("colours, size and camera of a mosaic", async () => {
    const decoded = await decode(tiff([mosaicPage(320, 240)]), "a.dng");
    expectMotif(decoded, 320, 240);
    expect(decoded).toMatchObject({ fullResolution: true, facts: { orientation: 1, channels: 3 } });
    expect(await readMetadata(decoded.exif)).toMatchObject({ cameraMake: "Maker" });
  });
  test("turned once, as it says", async () => {
    const decoded = await decode(tiff([mosaicPage(320, 240, [turned(6)])]), "a.dng");
    const { picture, facts } = decoded;
    expect([facts.width, facts.height, facts.orientation, picture.width, picture.height]).toEqual([240, 320, 6, 240, 320]);
    const upright = turnUpright({ width: 320, height: 240, data: motif(320, 240) }, 6);
    for (const at of [60 * 240 + 60, 60 * 240 + 180, 260 * 240 + 60, 260 * 240 + 180])
      for (let channel = 0; channel < 3; channel++) expect(Math.abs(picture.data[3 * at + channel]! - upright.data[3 * at + channel]!)).toBeLessThanOrEqual(6); // prettier-ignore
  });
  test("wanted small: one pixel of four, and the size is still the whole", async () => {
    const bytes = tiff([mosaicPage(1200, 800)]);
    const { picture, facts, fullResolution } = await decodeBytes(bytes, Buffer.from("a.dng"), { kind: "at-least", shortSide: 128, longSide: 256 }); // prettier-ignore
    expect([picture.width, picture.height, facts.width, facts.height, fullResolution]).toEqual([600, 400, 1200, 800, false]);
    expect(furthest(picture)).toBeLessThanOrEqual(6);
    const centre = await decodeBytes(bytes, Buffer.from("a.dng"), { kind: "centre", side: 200 });
    expect([centre.picture.width, centre.picture.height]).toEqual([200, 200]);
  });
  test("a stamp is not taken for the picture, a preview is", async () => {
    const stamp = { tags: pixelTags({ width: 64, height: 48, bits: 8, samples: 3, photometric: 2 }), chunks: { data: [motif(64, 48)] } };
    expectMotif(await decode(tiff([{ ...stamp, children: [mosaicPage(320, 240)] }]), "a.dng"), 320, 240);
    expectMotif(await decode(tiff([{ tags: [], jpeg: small, children: [mosaicPage(320, 240)] }]), "a.dng"), 320, 240);
    const preview = await motifSharp(640, 480).jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer();
    expectMotif(await decode(tiff([{ tags: [], jpeg: preview, children: [mosaicPage(1280, 960)] }]), "a.dng"), 640, 480);
  });
  test("what cannot be developed shows its stamp, or says why not", async () => {
    const damaged = (more: Partial<TiffPage>): Buffer => tiff([{ ...mosaicPage(320, 240, [short(259, 34713)]), ...more }]);
    expectMotif(await decode(damaged({ jpeg: small }), "a.dng"), 32, 24);
    await expect(decode(damaged({ chunks: { data: [Buffer.alloc(10)] } }), "a.dng")).rejects.toMatchObject({ code: "unsupported", message: expect.stringContaining("LibRaw") as string }); // prettier-ignore
  });
  test("a sensor beyond all sense is refused before it is developed", async () => {
    const bytes = tiff([{ tags: [...pixelTags({ width: 60_000, height: 60_000, bits: 16, photometric: 32803 }), ...mosaicCamera], chunks: { data: [Buffer.alloc(10)] } }]); // prettier-ignore
    await expect(decode(bytes, "a.dng")).rejects.toMatchObject({ code: "too-large" });
  });
});

describe("what is wrong", () => {
  test("no preview", async () => {
    await expect(decode(tiff([stripPage(sensor, 7)]), "a.nef")).rejects.toMatchObject({ name: "DecodeError", code: "unsupported" });
  });
  test("a preview beyond the end", async () => {
    const bytes = tiff([
      {
        tags: [
          { tag: 513, type: 4, values: [100] },
          { tag: 514, type: 4, values: [1_000_000] },
        ],
      },
    ]);
    await expect(decode(bytes, "a.nef")).rejects.toMatchObject({ name: "DecodeError", code: "truncated" });
  });
  test("the place of a directory is a fraction", async () => {
    const bytes = tiff([{ tags: [{ tag: 330, type: 5, values: [4001, 4] }], jpeg: large }]);
    expectMotif(await decode(bytes, "a.nef"), 96, 64);
  });
  test("directories in a circle", async () => {
    const bytes = tiff([{ tags: [{ tag: 330, type: 4, values: [8] }], jpeg: large }]);
    bytes.writeUInt32LE(bytes.readUInt32LE(4), bytes.length - 4); // the next directory is this one
    expectMotif(await decode(bytes, "a.arw"), 96, 64);
  });
  test("words", async () => {
    await expect(decode(Buffer.from("only words and no picture at all, but enough"), "a.nef")).rejects.toMatchObject({ code: "corrupt" });
  });
});
