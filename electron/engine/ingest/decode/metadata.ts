/**
 * @file Facts out of EXIF for the details panel. Only named fields are read; a place is reduced to "there is one".
 */
import type { PictureMetadata } from "./types.ts";

const fields = [
  "DateTimeOriginal",
  "CreateDate",
  "OffsetTimeOriginal",
  "Make",
  "Model",
  "LensModel",
  "ISO",
  "ExposureTime",
  "FNumber",
  "FocalLength",
  "GPSLatitude",
];

/** @param exif the TIFF block of EXIF (of a TIFF or a raw the whole file, which is not copied). Damaged EXIF says nothing; the picture is fine without. */
export async function readMetadata(exif: Uint8Array | null): Promise<PictureMetadata> {
  if (exif === null) return {};
  const { default: exifr } = await import("exifr");
  let found: Record<string, unknown> | undefined;
  try {
    const options = { pick: fields, reviveValues: false, translateValues: false, tiff: true, exif: true, gps: true };
    found = (await exifr.parse(Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength), options)) as Record<string, unknown> | undefined;
  } catch {
    return {};
  }
  if (found === undefined) return {};
  return withoutMissing({
    capturedAt: capturedAt(found["DateTimeOriginal"] ?? found["CreateDate"], found["OffsetTimeOriginal"]),
    cameraMake: textOf(found["Make"]),
    cameraModel: textOf(found["Model"]),
    lens: textOf(found["LensModel"]),
    iso: numberOf(found["ISO"]),
    exposure: numberOf(found["ExposureTime"]),
    fNumber: numberOf(found["FNumber"]),
    focalLength: numberOf(found["FocalLength"]),
    hasLocation: found["GPSLatitude"] !== undefined ? true : undefined,
  });
}

/** "2024:05:17 09:30:12" and, where the camera wrote one, "+02:00". */
function capturedAt(text: unknown, offset: unknown): number | undefined {
  const match = typeof text === "string" ? /^(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(text) : null;
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [number, number, number, number, number, number];
  if (year < 1826 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const zone = typeof offset === "string" ? /^([+-])(\d\d):(\d\d)/.exec(offset) : null;
  if (zone === null) return new Date(year, month - 1, day, hour, minute, second).getTime();
  const minutes = (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3]));
  return Date.UTC(year, month - 1, day, hour, minute, second) - minutes * 60_000;
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.replaceAll("\0", "").trim() : "";
  return text === "" ? undefined : text.slice(0, 200);
}

function numberOf(value: unknown): number | undefined {
  const number = Array.isArray(value) ? (value[0] as unknown) : value;
  return typeof number === "number" && Number.isFinite(number) && number > 0 ? number : undefined;
}

function withoutMissing(values: { [K in keyof PictureMetadata]: PictureMetadata[K] | undefined }): PictureMetadata {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as PictureMetadata;
}
