import { expect, test } from "vitest";

import { findImageInput, type InputWishes } from "#engine/encoders/import/image-input.ts";
import type { ElementType } from "#engine/onnx/element-type.ts";
import { modelOf, valueOf } from "../../onnx/small-models.ts";

type Shape = readonly (number | string | null)[] | null;

function find(shape: Shape, wishes: InputWishes = {}): ReturnType<typeof findImageInput> {
  return findImageInput(modelOf({ inputs: [valueOf("image", shape)] }), wishes);
}

test.each<[Shape, InputWishes, object]>([
  [["n", 3, 64, 64], {}, { layout: "NCHW", batch: null, size: 64, sizeIsFree: false }],
  [[null, 3, 64, 64], {}, { layout: "NCHW", batch: null, size: 64 }],
  [[4, 3, 64, 64], {}, { layout: "NCHW", batch: 4 }],
  [[1, 96, 96, 3], {}, { layout: "NHWC", batch: 1, size: 96 }],
  [["n", 3, "h", "w"], {}, { layout: "NCHW", size: 224, sizeIsFree: true }],
  [["n", 3, "h", "w"], { size: 160 }, { size: 160, sizeIsFree: true }],
  [["n", "h", "w", 3], { size: 96 }, { layout: "NHWC", size: 96 }],
  [["n", 3, 64, "w"], {}, { size: 64, sizeIsFree: false }],
  [["n", "c", "h", "w"], { layout: "NCHW" }, { layout: "NCHW", size: 224 }],
  [null, { layout: "NHWC", size: 32 }, { layout: "NHWC", batch: null, size: 32 }],
])("an input of %j with %j", (shape, wishes, expected) => {
  expect(find(shape, wishes)).toMatchObject({ name: "image", ...expected });
});

test.each<[Shape, InputWishes, string]>([
  [["n", 1, 64, 64], {}, "The model takes image: float32 [n, 1, 64, 64]; expected 3 channels."],
  [["n", 3, 64], {}, "expected four dimensions"],
  [["n", 3, 64, 32], {}, "takes pictures of 64 x 32; expected a square"],
  [["n", 3, 64, 64], { size: 96 }, "takes pictures of 64 px, the preprocessing says 96; expected the same"],
  [["n", 3, 64, 64], { layout: "NHWC" }, "the preprocessing says NHWC"],
  [["n", "c", "h", "w"], {}, 'say "layout": "NCHW" or "NHWC" with --preprocess'],
  [["n", 3, 8, 8], {}, "takes pictures of 8 px; expected 16 to 4096"],
  [["n", 3, 1e9, 1e9], {}, "takes pictures of 1000000000 px; expected 16 to 4096"],
  [[1e6, 3, 64, 64], {}, "takes 1000000 pictures at a time; expected 1 to 4096"],
])("an input of %j with %j is refused", (shape, wishes, message) => {
  expect(() => find(shape, wishes)).toThrow(message);
});

test("one input, of float32", () => {
  const two = modelOf({ inputs: [valueOf("image", ["n", 3, 64, 64]), valueOf("mask", [1])] });
  expect(() => findImageInput(two, {})).toThrow(
    "has 2 inputs (image: float32 [n, 3, 64, 64], mask: float32 [1]); expected one, the picture",
  );
  const bytes = { ...valueOf("image"), type: { elementType: "uint8" as ElementType, shape: [1, 3, 64, 64] } };
  expect(() => findImageInput(modelOf({ inputs: [bytes] }), {})).toThrow("takes image: uint8 [1, 3, 64, 64]; expected float32");
});
