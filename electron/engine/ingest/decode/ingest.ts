/**
 * @file One file, one read, one decode: identity, facts, thumbnail, encoder tensor, perceptual hash, colours, quality.
 */
import type { DicomPatient } from "#protocol/dicom-model.ts";

import { splitPath } from "../../base/path-bytes.ts";
import { countLetters } from "./burned-text.ts";
import { colourSignature } from "./colour-signature.ts";
import { readDicomFacts, withoutPatient } from "./dicom-facts.ts";
import { DecodeError } from "./decode-error.ts";
import type { Decoded, View, Want } from "./decoder.ts";
import { demandBytes } from "./demand.ts";
import { readColourProfile } from "./embedded-profile.ts";
import { decoders } from "./formats/table.ts";
import { shareOfLostRows } from "./lost-rows.ts";
import { readMetadata } from "./metadata.ts";
import { hashSide, perceptualHashes } from "./perceptual-hash.ts";
import { measureLightAndColour } from "./quality.ts";
import { heldBytesLimit, readImageBytes, readImageFile, withKeptMemory, type KeptMemory, type ReadFile } from "./read-file.ts";
import { scaleTo, scaleWithin } from "./scale.ts";
import { greyOf, measureSharpnessOf, sharpnessSide } from "./sharpness.ts";
import type { Sharpness } from "./sharpness.ts";
import { canDecode, formatByHead, formatName, hasMagic, headBytes, sniffFormat } from "./sniff.ts";
import { writeTensor, type TensorPlace } from "./tensor-place.ts";
import { encodePreview, writeInPlace, writeThumbnail } from "./thumbnail.ts";
import { thumbnailSide } from "./thumbnail-place.ts";
import type { FileLikeness, IngestRequest, IngestResult, KnownFile, Picture, TensorShape } from "./types.ts";

/** Everything about one file. Throws `DecodeError` where it gives no picture. */
export function ingestFile(request: IngestRequest): Promise<IngestResult> {
  return withKeptMemory((memory) => ingestBytes(request, readImageFile(request.path, memory.takeBytes), memory));
}

/** The same, but a file that holds one of the `known` contents (their hashes) is only named: one read tells whether it is a copy and, where it is none, all else. */
export function ingestUnlessKnown({
  known,
  ...request
}: IngestRequest & { readonly known: readonly string[] }): Promise<IngestResult | KnownFile> {
  return withKeptMemory(async (memory) => {
    const file = readImageFile(request.path, memory.takeBytes);
    if (known.includes(file.identity.contentHash)) return { ...file.identity, isKnown: true };
    return await ingestBytes(request, file, memory);
  });
}

async function ingestBytes(request: IngestRequest, { identity, bytes }: ReadFile, { takePixels: take }: KeptMemory): Promise<IngestResult> {
  const size = request.input?.size ?? 0;
  const decoded = await decodeBytes(bytes, request.path, {
    kind: "at-least",
    shortSide: size,
    longSide: thumbnailSide,
    sharpness: true,
    take,
  });
  const { picture, facts } = decoded;
  const small = scaleWithin(picture, thumbnailSide);
  if (request.thumbnail !== null)
    await writeThumbnail({ folder: request.thumbnail, contentHash: identity.contentHash, sizeBytes: identity.sizeBytes, decoded, small });
  const sharpness = decoded.sharpness ?? (decoded.fullResolution ? measureSharpnessOf(picture) : { sharpness: null, blurEffect: null });
  const profile = readColourProfile(facts.format, bytes as Buffer);
  const metadata = { ...(await readMetadata(decoded.exif)), ...(profile === null ? {} : { colourProfile: profile }) };
  const lostRows = shareOfLostRows(small, facts.orientation);
  const letters = countLetters(picture);
  return {
    ...identity,
    ...facts,
    ...looksOf(small),
    quality: {
      ...sharpness,
      ...measureLightAndColour(small),
      ...(lostRows > 0 ? { lostRows } : {}),
      ...(letters > 0 ? { letters } : {}),
    },
    metadata: decoded.dicom === null ? metadata : { ...metadata, dicom: withoutPatient(decoded.dicom) },
    patient: decoded.dicom?.patient ?? null,
    tensor: request.input === null ? null : handOver(scaleTo(picture, size, size).data, request.place),
  };
}

/** Of a file that is only looked through for copies: no quality, no metadata, no thumbnail, no name of its content. Hashes and colours are those of `ingestFile`. */
export function likenessOfFile({ path }: { readonly path: Uint8Array }): Promise<FileLikeness> {
  return withKeptMemory(async ({ takeBytes, takePixels: take }) => {
    const bytes = readImageBytes(path, takeBytes);
    const { picture, facts } = await decodeBytes(bytes, path, { kind: "at-least", shortSide: 0, longSide: thumbnailSide, take });
    const { format, width, height } = facts;
    const { perceptual, colour } = looksOf(scaleWithin(picture, thumbnailSide));
    return { format, width, height, perceptual, colour };
  });
}

/** What tells copies, and the colour that stands for a picture. @param small within `thumbnailSide` */
function looksOf(small: Picture): Pick<IngestResult, "averageColour" | "perceptual" | "colour"> {
  const tiny = scaleTo(small, hashSide, hashSide);
  const { average, fields } = colourSignature(tiny);
  return { averageColour: average, perceptual: perceptualHashes(greyOf(tiny)), colour: fields };
}

/** The tensor for the result: none where it went to its place. */
function handOver(tensor: Uint8Array, place: TensorPlace | undefined): Uint8Array | null {
  if (place === undefined) return tensor;
  writeTensor(place, tensor);
  return null;
}

export interface TensorResult {
  /** [size, size, 3] */
  readonly tensor: Uint8Array;
  readonly contentHash: string | null;
  readonly width: number;
  readonly height: number;
}

/** The encoder's tensor of bytes that came from outside (a dropped file); `name` only helps to tell the format. */
export async function tensorOfBytes(request: { bytes: Uint8Array; name?: string; input: TensorShape }): Promise<TensorResult> {
  const bytes = Buffer.from(request.bytes.buffer, request.bytes.byteOffset, request.bytes.byteLength);
  const size = request.input.size;
  const { picture, facts } = await decodeBytes(bytes, Buffer.from(request.name ?? ""), {
    kind: "at-least",
    shortSide: size,
    longSide: thumbnailSide,
  });
  return { tensor: scaleTo(picture, size, size).data, contentHash: null, width: facts.width, height: facts.height };
}

/** Who a medical file says it is of; null where it says nothing, or is of another kind. */
export function patientOfFile(path: Uint8Array): DicomPatient | null {
  const { bytes } = readImageFile(path);
  if (bytes === null || sniffFormat(splitPath(path).name, bytes.subarray(0, headBytes)) !== "dicom") return null;
  const { patient } = readDicomFacts(bytes);
  return Object.values(patient).every((field) => field === null) ? null : patient;
}

/** RGB of a file, at most `maxSide` long; null = every pixel. */
export async function pixelsOfFile(request: { path: Uint8Array; maxSide: number | null }): Promise<Picture> {
  const { path, maxSide } = request;
  if (maxSide === null) return (await decodeBytes(readImageBytes(path), path, { kind: "full" })).picture;
  return await withKeptMemory(async ({ takeBytes, takePixels: take }) => {
    const bytes = readImageBytes(path, takeBytes);
    const { picture } = await decodeBytes(bytes, path, { kind: "at-least", shortSide: 0, longSide: maxSide, take });
    const scaled = scaleWithin(picture, maxSide);
    // What is given away must not lie in memory that serves the next one.
    return scaled === picture ? { ...picture, data: picture.data.slice() } : scaled;
  });
}

/** The whole picture stretched to a square, as encoders see it, written to its place. */
export async function squareOfFile(request: { path: Uint8Array; side: number; place: TensorPlace }): Promise<null> {
  const { side } = request;
  const bytes = readImageBytes(request.path);
  const { picture } = await decodeBytes(bytes, request.path, { kind: "at-least", shortSide: side, longSide: side });
  writeTensor(request.place, scaleTo(picture, side, side).data);
  return null;
}

/** Sharpness of the centre at full resolution, for the files whose ingest could not tell. */
export async function measureSharpness(path: Uint8Array): Promise<Sharpness> {
  const bytes = readImageBytes(path);
  const { picture } = await decodeBytes(bytes, path, { kind: "centre", side: sharpnessSide });
  return measureSharpnessOf(picture);
}

export interface PreviewRequest extends View {
  readonly path: Uint8Array;
  readonly maxSide: number;
  /** null: the bytes come with the result. */
  readonly target: string | null;
}

export interface PreviewResult {
  /** null when it was written to `target`. */
  readonly bytes: Uint8Array | null;
  readonly width: number;
  readonly height: number;
}

/** A JPEG that any browser shows, for formats it cannot. */
export async function previewOfFile({ path, maxSide, target, ...view }: PreviewRequest): Promise<PreviewResult> {
  const bytes = readImageBytes(path);
  const { picture } = await decodeBytes(bytes, path, { kind: "at-least", shortSide: 0, longSide: maxSide, ...view });
  const preview = await encodePreview(picture, maxSide);
  if (target === null) return preview;
  writeInPlace(target, preview.bytes);
  return { ...preview, bytes: null };
}

/** Finds the decoder by magic bytes, else by extension. */
export async function decodeBytes(bytes: Buffer | null, path: Uint8Array, { frame, window, ...want }: Want & View): Promise<Decoded> {
  if (bytes === null) throw new DecodeError("too-large", `the file is larger than ${heldBytesLimit / 1048576} MB`);
  if (bytes.length === 0) throw new DecodeError("empty", "the file has no bytes");
  demandBytes(bytes.length);
  const head = bytes.subarray(0, headBytes);
  const format = sniffFormat(splitPath(path).name, head);
  if (format !== null && hasMagic(format) && formatByHead(head) === null) {
    throw new DecodeError("corrupt", `the name says ${formatName(format)}, the bytes do not`);
  }
  if (format === null) throw new DecodeError("unsupported", "this is not a picture of a known format");
  if (!canDecode(format)) throw new DecodeError("unsupported", `${formatName(format)} pictures cannot be read yet`);
  const view = { ...(frame === undefined ? {} : { frame }), ...(window === undefined ? {} : { window }) };
  return decoders[format]({ format, bytes, want, ...view });
}
