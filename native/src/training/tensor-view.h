/**
 * @file How a kernel walks over numbers that lie anywhere: sizes and, per tensor, distances. At most eight axes; the last runs fastest.
 */
#pragma once

#include <cstdint>

namespace likeness {
namespace training {

constexpr int maxAxes = 8;

enum class ElementKind { float32, int64, int32, bool8 };

inline int64_t widthOf(ElementKind kind) { return kind == ElementKind::int64 ? 8 : kind == ElementKind::bool8 ? 1 : 4; }

/** A tensor as one operand sees it. */
struct Operand {
  char* data;
  ElementKind kind;
  int64_t strides[maxAxes];
};

struct Walk {
  int axes;
  int64_t sizes[maxAxes];
  /** Of all axes but the last. */
  int64_t rows() const {
    int64_t count = 1;
    for (int axis = 0; axis + 1 < axes; axis++) count *= sizes[axis];
    return count;
  }
  int64_t last() const { return axes == 0 ? 1 : sizes[axes - 1]; }
};

/** Where row `row` of an operand begins, in elements. */
inline int64_t rowOffset(const Walk& walk, const int64_t* strides, int64_t row) {
  int64_t offset = 0;
  for (int axis = walk.axes - 2; axis >= 0; axis--) {
    offset += row % walk.sizes[axis] * strides[axis];
    row /= walk.sizes[axis];
  }
  return offset;
}

inline int64_t lastStride(const Walk& walk, const int64_t* strides) { return walk.axes == 0 ? 0 : strides[walk.axes - 1]; }

/** Numbers in the order of electron/engine/runtime/training/native/operations.ts. */
enum class Pointwise {
  add, sub, mul, div, pow, max, min, neg, abs, sqrt, exp, log, reciprocal, erf, tanh, sigmoid, relu, sign, floor, ceil, softplus,
  greater, less, equal, greaterOrEqual, lessOrEqual, conjunction, disjunction, negation, where, identity, clip, between, isNaN, mod, cos, sin, leakyRelu, hardSigmoid, hardSwish, gelu, count
};

enum class Reduction { sum, mean, max, min, sumSquare, l2, l1, count };

}  // namespace training
}  // namespace likeness
