/**
 * @file The header of NIfTI-1 and NIfTI-2 files (nifti1.h, nifti2.h), in either order of bytes.
 */
import { DecodeError } from "../decode-error.ts";

export interface NiftiHeader {
  readonly bigEndian: boolean;
  /** Voxels along i, j, k of one volume; what lies behind (time, components) is not counted. */
  readonly size: readonly [number, number, number];
  /** Volumes and components in the file. */
  readonly volumes: number;
  readonly type: VoxelType;
  /** Where the voxels begin. */
  readonly offset: number;
  /** What was measured = slope * stored + intercept. */
  readonly slope: number;
  readonly intercept: number;
  /** What the writer wants black and white to be; null where it does not say. */
  readonly shown: { readonly low: number; readonly high: number } | null;
  /** [3][3] rows x, y, z (to the right, to the front, to the head), columns i, j, k: millimetres a voxel. */
  readonly axes: readonly (readonly [number, number, number])[];
}

export interface VoxelType {
  readonly name: "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32" | "uint64" | "int64" | "float32" | "float64";
  /** Numbers a voxel: 2 of a complex one, 3 and 4 of a colour. */
  readonly count: 1 | 2 | 3 | 4;
  readonly bytes: number;
  readonly meaning: "value" | "complex" | "colour";
}

/** Bytes that tell everything; NIfTI-2 has the longer header. */
export const niftiHeadBytes = 540;

const types: Readonly<Record<number, VoxelType>> = {
  2: { name: "uint8", count: 1, bytes: 1, meaning: "value" },
  4: { name: "int16", count: 1, bytes: 2, meaning: "value" },
  8: { name: "int32", count: 1, bytes: 4, meaning: "value" },
  16: { name: "float32", count: 1, bytes: 4, meaning: "value" },
  32: { name: "float32", count: 2, bytes: 8, meaning: "complex" },
  64: { name: "float64", count: 1, bytes: 8, meaning: "value" },
  128: { name: "uint8", count: 3, bytes: 3, meaning: "colour" },
  256: { name: "int8", count: 1, bytes: 1, meaning: "value" },
  512: { name: "uint16", count: 1, bytes: 2, meaning: "value" },
  768: { name: "uint32", count: 1, bytes: 4, meaning: "value" },
  1024: { name: "int64", count: 1, bytes: 8, meaning: "value" },
  1280: { name: "uint64", count: 1, bytes: 8, meaning: "value" },
  1792: { name: "float64", count: 2, bytes: 16, meaning: "complex" },
  2304: { name: "uint8", count: 4, bytes: 4, meaning: "colour" },
};

/** Places and widths of the fields that differ between the two. */
interface Layout {
  readonly length: number;
  readonly dim: number;
  readonly type: number;
  readonly pixdim: number;
  readonly offset: number;
  readonly slope: number;
  readonly calMax: number;
  readonly qformCode: number;
  readonly quaternion: number;
  readonly rows: number;
  /** Bytes of a count, of a measure, of a code. */
  readonly count: 2 | 8;
  readonly measure: 4 | 8;
  readonly code: 2 | 4;
}

// prettier-ignore
const first: Layout = { length: 348, dim: 40, type: 70, pixdim: 76, offset: 108, slope: 112, calMax: 124, qformCode: 252, quaternion: 256, rows: 280, count: 2, measure: 4, code: 2 };
// prettier-ignore
const second: Layout = { length: 540, dim: 16, type: 12, pixdim: 104, offset: 168, slope: 176, calMax: 192, qformCode: 344, quaternion: 352, rows: 400, count: 8, measure: 8, code: 4 };

/** Which of the two, by the length of the header and the magic; null for any other file. */
function layoutOf(head: Uint8Array): { layout: Layout; bigEndian: boolean; isPair: boolean } | null {
  if (head.length < 348) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (const [layout, place, magic] of [
    [first, 344, "n1"],
    [second, 4, "n2"],
  ] as const) {
    const little = view.getInt32(0, true) === layout.length;
    if (!little && view.getInt32(0, false) !== layout.length) continue;
    const [n, kind, version] = [head[place], head[place + 1], head[place + 2]];
    if (n !== 0x6e || (kind !== 0x2b && kind !== 0x69) || version !== magic.charCodeAt(1)) continue;
    return { layout, bigEndian: !little, isPair: kind === 0x69 };
  }
  return null;
}

export function isNifti(head: Uint8Array): boolean {
  return layoutOf(head) !== null;
}

export function readNiftiHeader(bytes: Buffer): NiftiHeader {
  const found = layoutOf(bytes);
  if (found === null || bytes.length < found.layout.length) throw new DecodeError("truncated", "the file ends inside its NIfTI header");
  const { layout, bigEndian } = found;
  if (found.isPair)
    throw new DecodeError("unsupported", "this is the header of a NIfTI pair (.hdr and .img); NIfTI in one file (.nii, .nii.gz) is read");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = !bigEndian;
  const measure = (at: number): number => (layout.measure === 4 ? view.getFloat32(at, little) : view.getFloat64(at, little));
  const count = (at: number): number => (layout.count === 2 ? view.getInt16(at, little) : Number(view.getBigInt64(at, little)));
  const code = (at: number): number => (layout.code === 2 ? view.getInt16(at, little) : view.getInt32(at, little));
  const measures = (at: number, length: number): number[] => Array.from({ length }, (_, index) => measure(at + index * layout.measure));
  const dim = Array.from({ length: 8 }, (_, index) => count(layout.dim + index * layout.count));
  const type = view.getInt16(layout.type, little);
  const offset = layout.measure === 4 ? measure(layout.offset) : Number(view.getBigInt64(layout.offset, little));
  const [slope = 0, intercept = 0] = measures(layout.slope, 2);
  const [calMax = 0, calMin = 0] = measures(layout.calMax, 2);
  return {
    bigEndian,
    ...sizeOf(dim),
    type: voxelType(type),
    offset: offsetOf(offset, layout.length),
    slope: Number.isFinite(slope) && slope !== 0 ? slope : 1,
    intercept: Number.isFinite(slope) && slope !== 0 && Number.isFinite(intercept) ? intercept : 0,
    shown: Number.isFinite(calMax - calMin) && calMax > calMin ? { low: calMin, high: calMax } : null,
    axes: axesOf({
      pixdim: measures(layout.pixdim, 4),
      qformCode: code(layout.qformCode),
      sformCode: code(layout.qformCode + layout.code),
      quaternion: measures(layout.quaternion, 3),
      rows: [0, 1, 2].map((row) => measures(layout.rows + row * 4 * layout.measure, 3)),
    }),
  };
}

function sizeOf(dim: readonly number[]): Pick<NiftiHeader, "size" | "volumes"> {
  const [dimensions = 0] = dim;
  if (dimensions < 1 || dimensions > 7)
    throw new DecodeError("corrupt", `the NIfTI file claims ${dimensions} dimensions; 1 to 7 are possible`);
  const lengths = dim.slice(1, 1 + dimensions);
  const wrong = lengths.find((length) => !(length >= 1 && length <= 2 ** 31));
  if (wrong !== undefined) throw new DecodeError("corrupt", `the NIfTI file claims a dimension of ${wrong}`);
  const [i = 1, j = 1, k = 1, ...others] = lengths;
  return { size: [i, j, k], volumes: others.reduce((product, length) => product * length, 1) };
}

function voxelType(code: number): VoxelType {
  const type = types[code];
  if (type === undefined) throw new DecodeError("unsupported", `NIfTI with voxels of type ${code} cannot be read`);
  return type;
}

function offsetOf(offset: number, headerBytes: number): number {
  if (!(offset >= 0 && offset < 2 ** 40)) throw new DecodeError("corrupt", `the voxels of the NIfTI file begin at ${offset}`);
  return Math.max(headerBytes + 4, Math.floor(offset));
}

interface Place {
  readonly pixdim: readonly number[];
  readonly qformCode: number;
  readonly sformCode: number;
  readonly quaternion: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

type Axes = [number, number, number][];

/** The matrix (method 3 of nifti1.h) before the quaternion (method 2); without both what Analyze files meant: i runs to the left. */
function axesOf({ pixdim, qformCode, sformCode, quaternion, rows }: Place): Axes {
  const usable = (axes: Axes): boolean => axes.flat().every(Number.isFinite) && [0, 1, 2].every((axis) => lengthOf(axes, axis) > 0);
  const matrix = rows as Axes;
  if (sformCode > 0 && usable(matrix)) return matrix;
  const [handedness = 1, ...spacings] = pixdim;
  const [i, j, k] = spacings.map((spacing) => (spacing > 0 && Number.isFinite(spacing) ? spacing : 1)) as [number, number, number];
  const turned = rotation(quaternion).map(([a, b, c]) => [a * i, b * j, c * k * (handedness < 0 ? -1 : 1)]) as Axes;
  if (qformCode > 0 && usable(turned)) return turned;
  return [
    [-i, 0, 0],
    [0, j, 0],
    [0, 0, k],
  ];
}

/** Millimetres from one voxel to the next along an axis. */
export function lengthOf(axes: NiftiHeader["axes"], axis: number): number {
  return Math.hypot(...axes.map((row) => row[axis] as number));
}

function rotation(quaternion: readonly number[]): Axes {
  const [b, c, d] = quaternion as [number, number, number];
  const a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)));
  return [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
    [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
    [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
  ];
}
