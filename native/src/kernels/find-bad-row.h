/**
 * @file findBadRow: the first row of a table that is no direction, because it holds NaN or an infinity or is all zero. One pass at memory speed.
 */
#pragma once

#include <cmath>
#include <cstdint>

namespace likeness {

/** @param vectors [count, dimensions]  @returns the row, or -1 */
inline int64_t findBadRow(const float* vectors, int64_t count, int64_t dimensions) {
  for (int64_t row = 0; row < count; row++) {
    const float* values = vectors + row * dimensions;
    // x * 0 is 0 for every finite x and NaN for the rest, and eight independent sums let the compiler use vectors without reordering.
    float spoilt[8] = {}, size[8] = {};
    int64_t at = 0;
    for (; at + 8 <= dimensions; at += 8)
      for (int lane = 0; lane < 8; lane++) {
        spoilt[lane] += values[at + lane] * 0.0f;
        size[lane] += std::fabs(values[at + lane]);
      }
    for (; at < dimensions; at++) {
      spoilt[0] += values[at] * 0.0f;
      size[0] += std::fabs(values[at]);
    }
    float spoiltSum = 0, sizeSum = 0;
    for (int lane = 0; lane < 8; lane++) {
      spoiltSum += spoilt[lane];
      sizeSum += size[lane];
    }
    if (!(spoiltSum == 0.0f) || !(sizeSum > 0.0f)) return row;
  }
  return -1;
}

}  // namespace likeness
