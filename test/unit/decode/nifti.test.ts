/**
 * @file NIfTI: both versions, every type of number, scaling and range, which way up a slice lies, which slice it is; and files that claim too much.
 */
import { gzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { DecodeError } from "#engine/ingest/decode/decode-error.ts";
import type { Decoded } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

import { nifti, type NiftiOptions } from "../../fixtures/nifti.ts";

function decode(bytes: Buffer, view: { frame?: number } = {}, name = "volume.nii"): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from(name), { kind: "full", ...view });
}

function greys({ picture }: Decoded): number[] {
  return [...picture.data].filter((_, index) => index % 3 === 0);
}

/** i to the right, j to the front, k to the head. */
const straight = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
];
const base: NiftiOptions = { size: [2, 2, 1], type: 2, sform: straight, shown: [0, 255], voxels: Buffer.from([10, 20, 30, 40]) };

describe("numbers", () => {
  const bytesOf = (array: ArrayBufferView): Buffer => Buffer.from(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
  // Least to greatest of 0, 1, 2, 4, shown from the right and from the front: 2nd row first, each turned around.
  const expected = [255, 128, 64, 0];
  const values = [-1, 0, 1, 3];
  const types: readonly (readonly [string, number, Buffer, number])[] = [
    ["int8", 256, bytesOf(Int8Array.from(values)), 1],
    ["int16", 4, bytesOf(Int16Array.from(values)), 2],
    ["uint16", 512, bytesOf(Uint16Array.from([0, 1, 2, 4])), 2],
    ["int32", 8, bytesOf(Int32Array.from(values)), 4],
    ["uint32", 768, bytesOf(Uint32Array.from([0, 1, 2, 4])), 4],
    ["int64", 1024, bytesOf(BigInt64Array.from([-1n, 0n, 1n, 3n])), 8],
    ["uint64", 1280, bytesOf(BigUint64Array.from([0n, 1n, 2n, 4n])), 8],
    ["float32", 16, bytesOf(Float32Array.from(values)), 4],
    ["float64", 64, bytesOf(Float64Array.from(values)), 8],
    ["complex64", 32, bytesOf(Float32Array.from([0, 0, 0, 1, -2, 0, 0, 4])), 4],
    ["complex128", 1792, bytesOf(Float64Array.from([0, 0, 0, 1, -2, 0, 0, 4])), 8],
  ];
  for (const version of [1, 2] as const)
    for (const bigEndian of [false, true])
      test.each(types)(`%s in NIfTI-${version}, big endian: ${bigEndian}`, async (_name, type, voxels, width) => {
        const swapped = Buffer.from(voxels);
        if (bigEndian && width > 1) swapped[`swap${(width * 8) as 16 | 32 | 64}`]();
        const decoded = await decode(nifti({ ...base, version, bigEndian, type, voxels: swapped, shown: [0, 0] }));
        expect(greys(decoded)).toEqual(expected);
        expect(decoded.facts).toMatchObject({ format: "nifti", width: 2, height: 2, channels: 1, frameCount: 1, bitDepth: width * 8 });
      });

  test("colours, with and without alpha", async () => {
    const rgb = await decode(nifti({ ...base, type: 128, voxels: Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) }));
    expect([...rgb.picture.data]).toEqual([10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3]);
    expect(rgb.facts).toMatchObject({ channels: 3, bitDepth: 8, hasAlpha: false });
    const rgba = await decode(nifti({ ...base, size: [1, 1, 1], type: 2304, voxels: Buffer.from([10, 20, 30, 0]) }));
    expect([...rgba.picture.data]).toEqual([255, 255, 255]);
    expect(rgba.facts).toMatchObject({ channels: 4, hasAlpha: true });
  });

  test("slope and intercept come before the limits; a slope of 0 or none at all means none", async () => {
    const scaled = await decode(nifti({ ...base, slope: 2, intercept: -20, shown: [0, 60] }));
    expect(greys(scaled)).toEqual([255, 170, 85, 0]);
    for (const slope of [0, Number.NaN]) expect(greys(await decode(nifti({ ...base, slope, intercept: 5 })))).toEqual([40, 30, 20, 10]);
    const falling = await decode(nifti({ ...base, slope: -1, shown: [0, 0] }));
    expect(greys(falling)).toEqual([0, 85, 170, 255]);
  });

  test("one hot voxel darkens nothing, and what is no number is black", async () => {
    const voxels = Float32Array.from({ length: 40 * 40 * 2 }, (_, index) => index % 2);
    voxels[5] = 1e9;
    voxels[7] = Number.NaN;
    const picture = greys(
      await decode(nifti({ ...base, size: [40, 40, 2], type: 16, voxels: Buffer.from(voxels.buffer), shown: [0, 0] }), { frame: 0 }),
    );
    expect(new Set(picture)).toEqual(new Set([0, 255]));
    expect(picture[40 * 40 - 1 - 7]).toBe(0);
  });
});

describe("which way up", () => {
  /** 2 x 3 x 4 voxels whose value tells where they are in the patient: right 1, front 10, head 40 apart, whatever the axes. */
  const placed = (columns: readonly (readonly [number, number, number])[], form: "sform" | "quaternion" = "sform"): Buffer => {
    const long = [2, 3, 4];
    const directionOf = (axis: number): number => (columns[axis] as readonly number[]).findIndex((value) => value !== 0);
    const size = columns.map((_, axis) => long[directionOf(axis)] as number) as [number, number, number];
    const voxels = Buffer.alloc(24);
    for (let k = 0, at = 0; k < size[2]; k++)
      for (let j = 0; j < size[1]; j++)
        for (let i = 0; i < size[0]; i++, at++) {
          const step = [0, 0, 0];
          [i, j, k].forEach((index, axis) => {
            const direction = directionOf(axis);
            const isForward = ((columns[axis] as readonly number[])[direction] as number) > 0;
            step[direction] = isForward ? index : (long[direction] as number) - 1 - index;
          });
          voxels[at] = (step[0] as number) + (step[1] as number) * 10 + (step[2] as number) * 40;
        }
    const sform = [0, 1, 2].map((row) => [...columns.map((column) => column[row] as number), 0]);
    return nifti({ ...base, size, voxels, ...(form === "sform" ? { sform } : {}) });
  };
  // The right and the front first: x = 1, 0 across, y = 2, 1, 0 down, in slice z = 2 of 4.
  const expected = [101, 100, 91, 90, 81, 80];
  const units = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ] as const;
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const;
  const signs = Array.from({ length: 8 }, (_, bits) => [bits & 1, bits & 2, bits & 4].map((bit) => (bit === 0 ? 1 : -1)));

  test("all 48 ways to store a volume show the same slice", async () => {
    for (const order of orders)
      for (const sign of signs) {
        const columns = order.map((direction, axis) => units[direction].map((value) => value * (sign[axis] as number)));
        const { picture, facts } = await decode(placed(columns as [number, number, number][]));
        expect([order, sign, picture.width, picture.height, facts.frameCount]).toEqual([order, sign, 2, 3, 4]);
        expect([...picture.data].filter((_, index) => index % 3 === 0)).toEqual(expected);
      }
  });

  test("a tilted matrix goes to the nearest axes", async () => {
    const file = nifti({
      ...base,
      sform: [
        [0.9, 0.3, 0, 0],
        [-0.3, 0.9, 0.2, 0],
        [0, -0.2, 0.95, 0],
      ],
    });
    expect(greys(await decode(file))).toEqual([40, 30, 20, 10]);
  });

  test("a quaternion instead of a matrix: half a turn about z", async () => {
    const { sform: _, ...without } = base;
    expect(greys(await decode(nifti({ ...without, quaternion: [0, 0, 1] })))).toEqual([10, 20, 30, 40]);
    // A third axis that points the other way only changes which slice comes first.
    expect(greys(await decode(nifti({ ...without, quaternion: [0, 0, 0] })))).toEqual([40, 30, 20, 10]);
    const two = { ...without, size: [1, 1, 2], voxels: Buffer.from([7, 9]), quaternion: [0, 0, 0] as const };
    expect(greys(await decode(nifti(two), { frame: 0 }))).toEqual([7]);
    expect(greys(await decode(nifti({ ...two, handedness: -1 }), { frame: 0 }))).toEqual([9]);
  });

  test("without either, i runs to the left as it did before NIfTI", async () => {
    const { sform: _, ...without } = base;
    expect(greys(await decode(nifti(without)))).toEqual([30, 40, 10, 20]);
  });

  test("a file of one coronal or sagittal slice shows that", async () => {
    const coronal = await decode(nifti({ ...base, size: [2, 1, 2] }));
    expect([greys(coronal), coronal.facts.frameCount]).toEqual([[40, 30, 20, 10], 1]);
    const sagittal = await decode(nifti({ ...base, size: [1, 2, 2] }));
    expect([greys(sagittal), sagittal.facts.frameCount]).toEqual([[40, 30, 20, 10], 1]);
  });

  test("voxels that are not square become so", async () => {
    const file = nifti({
      ...base,
      size: [4, 4, 1],
      voxels: Buffer.alloc(16, 77),
      sform: [
        [1, 0, 0, 0],
        [0, 3, 0, 0],
        [0, 0, 1, 0],
      ],
    });
    const { picture, facts } = await decode(file);
    expect([picture.width, picture.height, facts.width, facts.height]).toEqual([4, 12, 4, 12]);
    expect(new Set(picture.data)).toEqual(new Set([77]));
  });
});

describe("which slice", () => {
  const volume = nifti({ ...base, size: [1, 1, 5, 2], voxels: Buffer.from([1, 2, 3, 4, 5, 101, 102, 103, 104, 105]) });

  test("the middle one of the first point in time, or the one that is asked for", async () => {
    expect(greys(await decode(volume))).toEqual([3]);
    expect((await decode(volume)).facts.frameCount).toBe(5);
    expect(greys(await decode(volume, { frame: 4 }))).toEqual([5]);
    await expect(decode(volume, { frame: 5 })).rejects.toMatchObject({ message: expect.stringContaining("frame 5") as string });
  });

  test("gzipped, whatever its name", async () => {
    for (const name of ["a.nii.gz", "a.NII.GZ", "a", "a.nii"]) expect(greys(await decode(gzipSync(volume), {}, name))).toEqual([3]);
  });
});

describe("what is refused", () => {
  const small = nifti(base);
  const changed = (change: (view: DataView) => void): Buffer => {
    const copy = Buffer.from(small);
    change(new DataView(copy.buffer, copy.byteOffset, copy.length));
    return copy;
  };

  test.each([
    ["a volume that ends too early", small.subarray(0, -1), "truncated", /end at byte 356, the file has 355/],
    ["a gzipped volume that ends too early", gzipSync(small.subarray(0, -1)), "truncated", /end at byte 356/],
    [
      "a gzipped file that is cut off",
      gzipSync(nifti({ ...base, size: [40, 40, 9], voxels: Buffer.alloc(14_400, "abc") })).subarray(0, -12),
      "truncated",
      /unpacked|byte/,
    ],
    ["a header that breaks off", small.subarray(0, 347), "corrupt", /the name says NIfTI/],
    ["no dimensions", changed((view) => view.setInt16(40, 0, true)), "corrupt", /claims 0 dimensions/],
    ["a dimension below one", changed((view) => view.setInt16(44, -2, true)), "corrupt", /a dimension of -2/],
    ["an unknown type", changed((view) => view.setInt16(70, 1536, true)), "unsupported", /type 1536/],
    ["voxels that begin nowhere", changed((view) => view.setFloat32(108, Number.NaN, true)), "corrupt", /begin at NaN/],
    ["voxels beyond the file", changed((view) => view.setFloat32(108, 1e9, true)), "truncated", /end at byte 1000000004/],
    ["a pair", changed((view) => view.setUint8(345, 0x69)), "unsupported", /pair/],
  ] as const)("%s", async (_name, bytes, code, message) => {
    const failure = await decode(bytes).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(failure).toBeInstanceOf(DecodeError);
    expect([(failure as DecodeError).code, (failure as DecodeError).message]).toEqual([code, expect.stringMatching(message)]);
  });

  test("more than is read, plain and as a bomb of a few bytes", async () => {
    const huge = nifti({ ...base, version: 2, size: [40_000, 40_000, 40_000], voxels: Buffer.alloc(0) });
    const wide = nifti({ ...base, size: [32_767, 32_767, 1], voxels: Buffer.alloc(0) });
    for (const file of [huge, wide, gzipSync(huge)]) await expect(decode(file)).rejects.toMatchObject({ code: "too-large" });
    const bomb = gzipSync(Buffer.concat([small, Buffer.alloc(64 * 1024 * 1024)]), { level: 9 });
    expect(greys(await decode(bomb, {}, "a.nii.gz"))).toEqual([40, 30, 20, 10]);
  });
});
