/**
 * @file warpPicture: a picture laid into the frame of another by an affine map, as brightness and two differences of colour (native/twins/warp-picture.ts says what). Every path gives the same bits.
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "../instructions.h"
#include "area-means.h"

namespace likeness {

struct WarpTask {
  const uint8_t* source;
  int64_t sourceWidth, sourceHeight;
  const double* affine;
  int64_t samples, width, height;
  float* planes;
  uint8_t* reached;
};

namespace warping {

constexpr int64_t mostSamples = 8;

/** The four pixels around a sample, and how far it is from the first. */
struct Place {
  const uint8_t *above, *below;
  double right, down;
};

/** False where a sample lies outside. Comparisons that no number passes keep what is no number out. */
LIKENESS_INLINE bool placeOf(const WarpTask& task, double x, double y, Place& place) {
  const auto width = static_cast<double>(task.sourceWidth), height = static_cast<double>(task.sourceHeight);
  if (!(x >= 0.5 && y >= 0.5 && x <= width - 0.5 && y <= height - 0.5)) return false;
  // Neither is negative: cutting off the fraction is rounding down.
  const int64_t column = std::min(task.sourceWidth - 2, static_cast<int64_t>(x - 0.5)), row = std::min(task.sourceHeight - 2, static_cast<int64_t>(y - 0.5));
  if (column < 0 || row < 0) return false;
  place = {task.source + 3 * (row * task.sourceWidth + column), task.source + 3 * ((row + 1) * task.sourceWidth + column),
           x - 0.5 - static_cast<double>(column), y - 0.5 - static_cast<double>(row)};
  return true;
}

LIKENESS_INLINE void storeColour(const WarpTask& task, int64_t at, double red, double green, double blue) {
  const int64_t plane = task.width * task.height;
  covering::storeColour(red, green, blue, task.planes + at, task.planes + plane + at, task.planes + 2 * plane + at);
}

/** A path: the sum of the samples of a pixel. */
struct Scalar {
  double rgb[3] = {0, 0, 0};

  LIKENESS_INLINE void add(const Place& place, const uint8_t*) {
    const uint8_t *above = place.above, *below = place.below;
    for (int channel = 0; channel < 3; channel++) {
      const double top = above[channel] + place.right * (above[channel + 3] - above[channel]);
      const double bottom = below[channel] + place.right * (below[channel + 3] - below[channel]);
      rgb[channel] += top + place.down * (bottom - top);
    }
  }
  LIKENESS_INLINE void store(const WarpTask& task, int64_t at, double share) const { storeColour(task, at, rgb[0] * share, rgb[1] * share, rgb[2] * share); }
};

#if defined(LIKENESS_X86)
/** Three channels side by side, and the next pixel's first, which is not looked at. */
struct Avx2 {
  __m256d rgb;

  LIKENESS_AVX2 Avx2() : rgb(_mm256_setzero_pd()) {}

  /** Four bytes; of the last pixel there are three. */
  LIKENESS_AVX2 static __m256d pixel(const uint8_t* at, const uint8_t* end) {
    int32_t bytes = 0;
    std::memcpy(&bytes, at + 4 <= end ? at : at - 1, 4);
    if (at + 4 > end) bytes = static_cast<int32_t>(static_cast<uint32_t>(bytes) >> 8);
    return _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(bytes)));
  }
  LIKENESS_AVX2 static __m256d between(__m256d one, __m256d other, __m256d share) { return _mm256_add_pd(one, _mm256_mul_pd(share, _mm256_sub_pd(other, one))); }

  LIKENESS_AVX2 void add(const Place& place, const uint8_t* end) {
    const __m256d right = _mm256_set1_pd(place.right);
    const __m256d top = between(pixel(place.above, end), pixel(place.above + 3, end), right);
    const __m256d bottom = between(pixel(place.below, end), pixel(place.below + 3, end), right);
    rgb = _mm256_add_pd(rgb, between(top, bottom, _mm256_set1_pd(place.down)));
  }
  LIKENESS_AVX2 void store(const WarpTask& task, int64_t at, double share) const {
    double means[4];
    _mm256_storeu_pd(means, _mm256_mul_pd(rgb, _mm256_set1_pd(share)));
    storeColour(task, at, means[0], means[1], means[2]);
  }
};
#endif

template <typename Path>
LIKENESS_INLINE int64_t warp(const WarpTask& task) {
  const double* affine = task.affine;
  const auto samples = static_cast<double>(task.samples);
  const double share = 1 / (samples * samples);
  const uint8_t* end = task.source + 3 * task.sourceWidth * task.sourceHeight;
  double steps[mostSamples];
  for (int64_t sample = 0; sample < task.samples; sample++) steps[sample] = (static_cast<double>(sample) + 0.5) / samples;
  int64_t count = 0;
  for (int64_t y = 0; y < task.height; y++)
    for (int64_t x = 0; x < task.width; x++) {
      Path sum;
      Place place;
      bool isInside = true;
      for (int64_t line = 0; isInside && line < task.samples; line++)
        for (int64_t sample = 0; isInside && sample < task.samples; sample++) {
          const double u = static_cast<double>(x) + steps[sample], v = static_cast<double>(y) + steps[line];
          isInside = placeOf(task, affine[0] * u + affine[1] * v + affine[2], affine[3] * u + affine[4] * v + affine[5], place);
          if (isInside) sum.add(place, end);
        }
      const int64_t at = y * task.width + x;
      task.reached[at] = isInside ? 1 : 0;
      if (!isInside) continue;
      sum.store(task, at, share);
      count++;
    }
  return count;
}

#if defined(LIKENESS_X86)
LIKENESS_AVX2 inline int64_t warpAvx2(const WarpTask& task) { return warp<Avx2>(task); }
#endif

}  // namespace warping

/** @returns how many pixels are reached */
inline int64_t warpPicture(const WarpTask& task, Instructions level) {
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) return warping::warpAvx2(task);
#endif
  (void)level;
  return warping::warp<warping::Scalar>(task);
}

}  // namespace likeness
