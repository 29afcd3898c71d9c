/**
 * @file What a DICOM file says of its pixels (PS3.3 C.7.6.3): how many there are, how they are stored, and where.
 */
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import type { DicomElement, DicomSet } from "./dicom-elements.ts";
import { directoryClass, openDicom } from "./dicom-file.ts";
import { numberOf, shortOf, textOf } from "./dicom-values.ts";

export interface DicomImage {
  readonly set: DicomSet;
  readonly pixels: DicomElement;
  readonly transferSyntax: string;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly photometric: string;
  readonly samplesPerPixel: 1 | 3;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  readonly isFloat: boolean;
  /** Colour by plane and not by pixel. */
  readonly planar: boolean;
}

const tags = {
  bitsAllocated: 0x00280100,
  bitsStored: 0x00280101,
  columns: 0x00280011,
  doubles: 0x7fe00009,
  floats: 0x7fe00008,
  frames: 0x00280008,
  highBit: 0x00280102,
  photometric: 0x00280004,
  pixels: 0x7fe00010,
  planar: 0x00280006,
  representation: 0x00280103,
  rows: 0x00280010,
  samplesPerPixel: 0x00280002,
} as const;

export function readDicom(bytes: Buffer): DicomImage {
  const { set, transferSyntax, sopClass } = openDicom(bytes);
  if (sopClass === directoryClass)
    throw new DecodeError("unsupported", "this is a DICOMDIR: it lists DICOM files, which are read by themselves, and holds no picture");
  const whole = set.elements.get(tags.pixels);
  const pixels = whole ?? set.elements.get(tags.floats) ?? set.elements.get(tags.doubles);
  if (pixels === undefined) throw withoutPixels(set);
  const rows = shortOf(set, tags.rows) ?? 0;
  const columns = shortOf(set, tags.columns) ?? 0;
  checkSize(columns, rows);
  const samplesPerPixel = shortOf(set, tags.samplesPerPixel) ?? 1;
  if (samplesPerPixel !== 1 && samplesPerPixel !== 3) throw new DecodeError("unsupported", `DICOM with ${samplesPerPixel} samples a pixel`);
  const isFloat = whole === undefined;
  const bitsAllocated = isFloat ? (set.elements.has(tags.floats) ? 32 : 64) : (shortOf(set, tags.bitsAllocated) ?? 16);
  const bitsStored = isFloat ? bitsAllocated : (shortOf(set, tags.bitsStored) ?? bitsAllocated);
  if (!isFloat && (![1, 8, 16, 32].includes(bitsAllocated) || bitsStored < 1 || bitsStored > bitsAllocated))
    throw new DecodeError("unsupported", `DICOM with ${bitsAllocated} bits a sample, ${bitsStored} of them used; read are 1, 8, 16 and 32`);
  const highBit = shortOf(set, tags.highBit) ?? bitsStored - 1;
  return {
    set,
    pixels,
    transferSyntax,
    rows,
    columns,
    frames: Math.max(1, Math.floor(numberOf(set, tags.frames) ?? 1)),
    photometric: textOf(set, tags.photometric) ?? (samplesPerPixel === 3 ? "RGB" : "MONOCHROME2"),
    samplesPerPixel,
    bitsAllocated,
    bitsStored,
    highBit: highBit >= bitsStored - 1 && highBit < bitsAllocated ? highBit : bitsStored - 1,
    signed: shortOf(set, tags.representation) === 1,
    isFloat,
    planar: samplesPerPixel > 1 && shortOf(set, tags.planar) === 1,
  };
}

/** A header that describes pixels promises some; reports and plans do not. */
function withoutPixels(set: DicomSet): DecodeError {
  if (set.isCut || set.elements.size === 0) return new DecodeError("truncated", "the file ends inside its DICOM header");
  if (set.elements.has(tags.rows)) return new DecodeError("truncated", "the DICOM file ends before its picture");
  return new DecodeError("unsupported", "this DICOM file holds no picture");
}
