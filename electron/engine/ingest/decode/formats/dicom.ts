/**
 * @file DICOM: the first frame, with its window, as a picture. Uncompressed (little and big endian, deflated), RLE and baseline JPEG; every
 * other transfer syntax is named in the failure. Patient fields are never read.
 */
import { checkSize, DecodeError } from "../decode-error.ts";
import { cropCentre } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { readDicomFacts } from "../dicom-facts.ts";
import { readJpegHeader } from "../jpeg-header.ts";
import { decodeRaw } from "../vips-raw.ts";
import { readDicom } from "./dicom-header.ts";
import type { DicomImage } from "./dicom-header.ts";
import { toPicture } from "./dicom-pixels.ts";
import { unpackRle } from "./dicom-rle.ts";

const uncompressed = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"];
const runLengths = "1.2.840.10008.1.2.5";
const baselineJpeg = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"];

export async function decodeDicom({ bytes, want }: DecodeInput): Promise<Decoded> {
  const image = readDicom(bytes);
  const { rows, columns } = image.facts;
  checkSize(columns, rows);
  const { data, image: described } = await frameSamples(image);
  const picture = { width: columns, height: rows, data: toPicture(data, described) };
  return {
    picture: want.kind === "centre" ? cropCentre(picture, want.side) : picture,
    facts: {
      format: "dicom",
      width: columns,
      height: rows,
      orientation: 1,
      channels: image.samplesPerPixel,
      bitDepth: image.bitsStored,
      hasAlpha: false,
      frameCount: image.frames,
    },
    fullResolution: true,
    exif: null,
    dicom: readDicomFacts(bytes),
  };
}

/** Samples of the first frame as they would lie in an uncompressed file, and what describes them now. */
async function frameSamples(image: DicomImage): Promise<{ data: Uint8Array; image: DicomImage }> {
  const { rows, columns } = image.facts;
  if (uncompressed.includes(image.transferSyntax)) return { data: image.frame(), image };
  if (image.transferSyntax === runLengths) {
    const bytesPerSample = image.bitsAllocated / 8;
    const data = unpackRle(image.frame(), { pixels: rows * columns, samples: image.samplesPerPixel, bytesPerSample });
    return { data, image: { ...image, planar: false, bigEndian: false } };
  }
  if (baselineJpeg.includes(image.transferSyntax)) {
    const frame = Buffer.from(image.frame());
    if (readJpegHeader(frame).bitDepth !== 8) throw new DecodeError("unsupported", "DICOM with a 12-bit JPEG inside cannot be read yet");
    const picture = await decodeRaw(image.photometric === "RGB" ? withoutColourTransform(frame) : frame, { hasAlpha: false });
    if (picture.width !== columns || picture.height !== rows)
      throw new DecodeError("corrupt", `the frame is ${picture.width} x ${picture.height}, the header says ${columns} x ${rows}`);
    const described: DicomImage = { ...image, bitsAllocated: 8, bitsStored: 8, highBit: 7, signed: false, planar: false, bigEndian: false };
    if (image.samplesPerPixel === 3) return { data: picture.data, image: { ...described, photometric: "RGB" } };
    return { data: picture.data.filter((_, index) => index % 3 === 0), image: described };
  }
  throw new DecodeError(
    "unsupported",
    `DICOM with transfer syntax ${image.transferSyntax}${nameOf(image.transferSyntax)} cannot be read yet`,
  );
}

/** libjpeg takes three unmarked components for YCbCr. Where the header says RGB and the frame says nothing, an Adobe segment with transform 0 tells it. */
function withoutColourTransform(frame: Buffer): Buffer {
  if (frame.subarray(0, 4096).includes("Adobe", 0, "latin1")) return frame;
  const adobe = Buffer.from([0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0]);
  return Buffer.concat([frame.subarray(0, 2), adobe, frame.subarray(2)]);
}

function nameOf(transferSyntax: string): string {
  const family = Object.entries(families).find(([prefix]) => transferSyntax.startsWith(prefix));
  return family === undefined ? "" : ` (${family[1]})`;
}

const families: Readonly<Record<string, string>> = {
  "1.2.840.10008.1.2.4.57": "JPEG lossless",
  "1.2.840.10008.1.2.4.70": "JPEG lossless",
  "1.2.840.10008.1.2.4.8": "JPEG-LS",
  "1.2.840.10008.1.2.4.9": "JPEG 2000",
  "1.2.840.10008.1.2.4.10": "video",
  "1.2.840.10008.1.2.4.20": "HTJ2K",
};
