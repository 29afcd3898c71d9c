/**
 * @file perceptualHashes: the signs of a picture's 64 lowest frequencies against their median, in its eight orientations (native/twins/perceptual-hashes.ts). Eight sums run side by side, each in the
 * order of the twin's.
 */
#pragma once

#include <cstdint>
#include <cstring>

#include "../instructions.h"

namespace likeness {

namespace hashes {

constexpr int64_t side = 32, low = 8, count = low * low;

/** sums [low] of `values` [side, stride], each weighed by the cosines [side, low]. */
template <typename Value>
LIKENESS_INLINE void weigh(const Value* values, int64_t stride, const double* cosines, double* sums) {
  double held[low] = {};
  for (int64_t at = 0; at < side; at++)
    for (int64_t u = 0; u < low; u++) held[u] += static_cast<double>(values[at * stride]) * cosines[at * low + u];
  std::memcpy(sums, held, sizeof held);
}

/** Mean of the two in the middle. Counted, not sorted: how many are smaller (or equal and before) says where a value would lie. */
LIKENESS_INLINE double medianOf(const double* values) {
  double lower = 0, upper = 0;
  for (int64_t at = 0; at < count; at++) {
    int64_t before = 0;
    for (int64_t other = 0; other < at; other++) before += values[other] <= values[at];
    for (int64_t other = at + 1; other < count; other++) before += values[other] < values[at];
    if (before == count / 2 - 1) lower = values[at];
    if (before == count / 2) upper = values[at];
  }
  return (lower + upper) / 2;
}

LIKENESS_INLINE void fill(const float* grey, const double* cosines, uint8_t* target) {
  double rows[side * low], down[count], spectrum[count];  // [y, u], [u, v], [v, u]
  for (int64_t y = 0; y < side; y++) weigh(grey + y * side, 1, cosines, rows + y * low);
  for (int64_t u = 0; u < low; u++) weigh(rows + u, low, cosines, down + u * low);
  for (int64_t at = 0; at < count; at++) spectrum[at] = down[(at % low) * low + at / low];
  std::memset(target, 0, low * 8);
  // Orientations with the same axes reversed hold the same numbers, in two orders.
  for (int reversed = 0; reversed < 4; reversed++) {
    const bool reverseU = (reversed & 1) != 0, reverseV = (reversed & 2) != 0;
    double turned[count];
    for (int64_t v = 0; v < low; v++)
      for (int64_t u = 0; u < low; u++)
        turned[v * low + u] = ((reverseU && (u & 1) != 0) != (reverseV && (v & 1) != 0)) ? -spectrum[v * low + u] : spectrum[v * low + u];
    const double threshold = medianOf(turned) + 1e-6;
    for (int64_t orientation = 0; orientation < 8; orientation++) {
      const int64_t quarter = orientation & 3;
      if (((quarter >= 2) != (orientation >= 4)) != reverseU || (quarter == 1 || quarter == 2) != reverseV) continue;
      uint8_t* hash = target + orientation * 8;
      for (int64_t at = 0; at < count; at++) {
        const int64_t source = (quarter & 1) != 0 ? (at % low) * low + at / low : at;
        hash[at >> 3] = static_cast<uint8_t>(hash[at >> 3] | ((turned[source] > threshold ? 0x80 : 0) >> (at & 7)));
      }
    }
  }
}

#if defined(LIKENESS_X86)
LIKENESS_AVX2 inline void fillAvx2(const float* grey, const double* cosines, uint8_t* target) { fill(grey, cosines, target); }
#endif

}  // namespace hashes

/** @param grey [32, 32]; cosines [32, 8]; target [8, 8] */
inline void perceptualHashes(const float* grey, const double* cosines, uint8_t* target, Instructions level) {
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) return hashes::fillAvx2(grey, cosines, target);
#endif
  hashes::fill(grey, cosines, target);
}

}  // namespace likeness
