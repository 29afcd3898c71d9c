/**
 * @file A few whole files of every format that is read, small, in its variants: what the mutator damages.
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import type { Sharp } from "sharp";

import { formatByName } from "#engine/ingest/decode/sniff.ts";
import type { ImageFormat } from "#engine/ingest/decode/types.ts";
import { bitmap, detailed, dicom, motif, motifSharp, orientedJpeg, runLengthFrame, transferSyntaxes } from "../../fixtures/pictures.ts";
import { nifti } from "../../fixtures/nifti.ts";
import { mosaicPage } from "../../fixtures/mosaic.ts";
import { oldJpegTiff } from "../../fixtures/old-jpeg.ts";
import { dds, icon, iconBitmap, macIcon, sgi } from "../../fixtures/surfaces.ts";
import { lzw, pixelTags, tiff } from "../../fixtures/tiff.ts";
import type { Specimen } from "./mutate.ts";

interface Golden {
  readonly name: string;
  readonly file: string;
}

export async function makeSpecimens(): Promise<Specimen[]> {
  const golden = JSON.parse(readFileSync(new URL("../../golden/formats/files.json", import.meta.url), "utf8")) as Golden[];
  const files: (readonly [string, Buffer | Promise<Buffer>])[] = [
    ...golden.map(({ name, file }) => [name, Buffer.from(file, "base64")] as const),
    ...throughSharp(),
    ...byHand(),
  ];
  return Promise.all(
    files.map(async ([name, bytes]) => ({ name, format: formatByName(Buffer.from(name)) as ImageFormat, bytes: await bytes })),
  );
}

function throughSharp(): (readonly [string, Promise<Buffer>])[] {
  const picture = (): Sharp => detailed(64, 48);
  return [
    ["plain.jpg", picture().jpeg().toBuffer()],
    ["progressive.jpg", picture().jpeg({ progressive: true }).toBuffer()],
    ["grey.jpg", picture().greyscale().jpeg().toBuffer()],
    ["turned.jpg", orientedJpeg(6)],
    ["plain.png", picture().png().toBuffer()],
    ["laced.png", motifSharp().png({ progressive: true }).toBuffer()],
    ["palette.png", motifSharp().png({ palette: true }).toBuffer()],
    ["plain.webp", picture().webp().toBuffer()],
    ["lossless.webp", motifSharp().webp({ lossless: true }).toBuffer()],
    [
      "alpha.webp",
      motifSharp()
        .ensureAlpha(0.5)
        .webp()
        .withExif({ IFD0: { Copyright: "x" } })
        .toBuffer(),
    ],
    ["plain.gif", picture().gif().toBuffer()],
    ["plain.avif", motifSharp().avif({ effort: 0 }).toBuffer()],
    ["alpha.avif", motifSharp().ensureAlpha(0.5).avif({ effort: 0 }).toBuffer()],
    ["lzw.tif", picture().tiff({ compression: "lzw" }).toBuffer()],
    ["jpeg.tif", picture().tiff({ compression: "jpeg" }).toBuffer()],
    ["tiles.tif", picture().tiff({ compression: "deflate", tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer()],
    ["fax.tif", picture().greyscale().threshold().toColourspace("b-w").tiff({ compression: "ccittfax4", bitdepth: 1 }).toBuffer()],
  ];
}

function byHand(): (readonly [string, Buffer | Promise<Buffer>])[] {
  const floats = Buffer.from(Float32Array.from({ length: 32 * 24 }, (_, at) => Math.sin(at)).buffer);
  const shape = { width: 32, height: 24, bits: 32, format: 3 };
  const text = (words: string): Buffer => Buffer.from(words, "latin1");
  const inner = motifSharp(32, 24).jpeg().toBuffer();
  const voxels = Buffer.from(Uint16Array.from({ length: 32 * 24 * 3 }, (_, at) => at).buffer);
  const pixels = Buffer.from(Uint8Array.from({ length: 16 * 16 * 2 }, (_, at) => (at * 7) & 255));
  return [
    ["floats.tif", tiff([{ tags: pixelTags({ ...shape, compression: 5 }), chunks: { data: [lzw(floats)] } }])],
    ["big-end.tif", tiff([{ tags: pixelTags(shape), chunks: { data: [swapped(floats)] } }], { big: true })],
    ["camera.nef", inner.then((jpeg) => tiff([{ tags: [{ tag: 274, type: 3, values: [6] }], jpeg, children: [{ tags: [], jpeg }] }]))],
    ["mosaic.dng", tiff([mosaicPage(64, 48)])],
    ["camera.cr2", inner.then((jpeg) => tiff([{ tags: [{ tag: 259, type: 3, values: [6] }], chunks: { data: [jpeg] } }]))],
    [
      "old-jpeg.tif",
      motifSharp()
        .raw()
        .toBuffer()
        .then((data) => oldJpegTiff({ data, width: 64, height: 48, way: "both", rowsPerStrip: 16 })),
    ],
    ["plain.bmp", bitmap({ bits: 24 })],
    ["clipboard.dib", bitmap({ bits: 24 }).subarray(14)],
    ["palette.ico", icon([{ bytes: iconBitmap({ width: 32, height: 24, bits: 4, pixels: [1, 2, 3], palette: [0, 255, 65280] }) }])],
    [
      "planes.icns",
      macIcon([
        ["is32", Buffer.alloc(768, "planes")],
        ["s8mk", Buffer.alloc(256, 90)],
      ]),
    ],
    ["packed.sgi", sgi({ width: 32, height: 24, channels: 3, samples: motif(32, 24), runLengths: true })],
    ["seven.dds", dds({ width: 32, height: 24, data: Buffer.alloc(768, "random bytes of it"), packing: 98 })],
    ["fields.dds", dds({ width: 8, height: 6, data: Buffer.alloc(96, 77), flags: 0x41, bits: 16, masks: [0xf00, 0xf0, 0xf, 0xf000] })],
    ["palette.bmp", bitmap({ bits: 8 })],
    ["runs.bmp", bitmap({ bits: 8, runLengths: true })],
    ["fields.bmp", bitmap({ bits: 16, fields: { masks: [0xf800, 0x7e0, 0x1f], headerBytes: 40 } })],
    ["old.bmp", bitmap({ bits: 4, oldHeader: true })],
    ["text.ppm", text(`P3 8 6 255 ${[...motif(8, 6)].join(" ")}`)],
    ["plain.pgm", Buffer.concat([text("P5\n# grey\n32 24\n255\n"), Buffer.alloc(32 * 24, 77)])],
    ["bits.pbm", Buffer.concat([text("P4\n30 20\n"), Buffer.alloc(80, 0x5a)])],
    ["map.pfm", Buffer.concat([text("Pf 32 24 -1\n"), floats])],
    ["plain.pam", Buffer.concat([text("P7\nWIDTH 8\nHEIGHT 6\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n"), Buffer.alloc(192, 99)])],
    [
      "packed.psd",
      Buffer.from("384250530001000000000000000100000002000000040008000100000000000000000000000000010005000203fffefdfcfd07", "hex"),
    ],
    [
      "plain.psd",
      Buffer.concat([
        Buffer.from("3842505300010000000000000003000000060000000800080003000000000000000000000000", "hex"),
        Buffer.alloc(2),
        Buffer.alloc(144, 50),
      ]),
    ],
    [
      "plain.svg",
      text(
        `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48" viewBox="0 0 64 48"><defs><g id="a"><rect x="3" y="4" width="20" height="9" fill="red"/></g>` +
          `<filter id="b"><feGaussianBlur stdDeviation="3"/></filter></defs><use href="#a"/><use href="#a" x="9" filter="url(#b)"/><circle cx="40" cy="20" r="9"/></svg>`,
      ),
    ],
    ["first.nii", nifti({ size: [32, 24, 3], type: 512, voxels, quaternion: [0.1, 0.2, 0.3], spacing: [1, 2, 3] })],
    ["second.nii", nifti({ version: 2, bigEndian: true, size: [32, 24, 1, 3], type: 4, voxels, slope: 2 })],
    ["packed.nii.gz", gzipSync(nifti({ size: [32, 24, 3], type: 512, voxels }))],
    ["plain.dcm", dicom({ rows: 16, columns: 16, pixels, window: [40, 400], slope: 2, intercept: -1024 })],
    [
      "runs.dcm",
      dicom({
        rows: 16,
        columns: 16,
        pixels: runLengthFrame([pixels.subarray(0, 256), pixels.subarray(256)]),
        encapsulated: true,
        transferSyntax: transferSyntaxes.runLengths,
      }),
    ],
    ["deflated.dcm", dicom({ rows: 16, columns: 16, pixels, transferSyntax: transferSyntaxes.deflated })],
    [
      "jpeg.dcm",
      inner.then((jpeg) =>
        dicom({
          rows: 24,
          columns: 32,
          pixels: jpeg,
          encapsulated: true,
          bitsAllocated: 8,
          samplesPerPixel: 3,
          photometric: "YBR_FULL_422",
          transferSyntax: transferSyntaxes.jpegBaseline,
        }),
      ),
    ],
  ];
}

function swapped(floats: Buffer): Buffer {
  return Buffer.from(floats).swap32();
}
