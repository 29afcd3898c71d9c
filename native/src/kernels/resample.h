/**
 * @file resample: antialiased separable bicubic (a = -0.5) on bytes with the arithmetic of Pillow's Image.resize (libImaging/Resample.c). The support
 * grows with the shrink factor, weights are 22-bit fixed point, the picture is scaled across, rounded to bytes, then down. All sums are
 * integers, so every path gives the same bits.
 */
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "../instructions.h"

namespace likeness {

struct ResampleTaps {
  std::vector<int32_t> starts, counts, weights;
  std::vector<double> exact;
  int widest = 0;
};

/** Memory that lives from picture to picture. */
struct ResampleScratch {
  ResampleTaps across, down;
  std::vector<uint8_t> line, middle;
  std::vector<int32_t> sums;
};

struct ResampleShape {
  int64_t sourceWidth, sourceHeight, targetWidth, targetHeight, channels;
};

constexpr int resamplePrecision = 22;
constexpr int32_t resampleHalf = 1 << (resamplePrecision - 1);
/** Bytes beyond a line that a vector load may touch. */
constexpr int64_t resamplePadding = 32;

inline double resampleCubic(double distance) {
  const double a = -0.5;
  double x = std::fabs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

inline void makeResampleTaps(int64_t sourceSize, int64_t targetSize, ResampleTaps& taps) {
  double scale = static_cast<double>(sourceSize) / static_cast<double>(targetSize);
  double filterScale = std::max(scale, 1.0);
  double support = 2 * filterScale;
  double inverse = 1 / filterScale;
  taps.widest = static_cast<int>(std::ceil(support)) * 2 + 1;
  taps.starts.resize(targetSize);
  taps.counts.resize(targetSize);
  taps.weights.assign(targetSize * taps.widest, 0);
  taps.exact.resize(taps.widest);
  for (int64_t index = 0; index < targetSize; index++) {
    double centre = (static_cast<double>(index) + 0.5) * scale;
    int64_t start = std::max<int64_t>(0, static_cast<int64_t>(centre - support + 0.5));
    int64_t count = std::min(sourceSize, static_cast<int64_t>(centre + support + 0.5)) - start;
    double sum = 0;
    for (int64_t tap = 0; tap < count; tap++) {
      double weight = resampleCubic((static_cast<double>(tap + start) - centre + 0.5) * inverse);
      taps.exact[tap] = weight;
      sum += weight;
    }
    for (int64_t tap = 0; tap < count; tap++) {
      double weight = sum == 0 ? taps.exact[tap] : taps.exact[tap] / sum;
      taps.weights[index * taps.widest + tap] =
          static_cast<int32_t>(weight < 0 ? -0.5 + weight * (1 << resamplePrecision) : 0.5 + weight * (1 << resamplePrecision));
    }
    taps.starts[index] = static_cast<int32_t>(start);
    taps.counts[index] = static_cast<int32_t>(count);
  }
}

inline uint8_t resampleByte(int32_t sum) {
  int32_t value = sum >> resamplePrecision;
  return static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

template <int channels>
inline void resampleLineScalar(const uint8_t* line, const ResampleTaps& taps, int64_t targetWidth, uint8_t* target) {
  for (int64_t column = 0; column < targetWidth; column++) {
    int32_t sums[channels];
    for (int channel = 0; channel < channels; channel++) sums[channel] = resampleHalf;
    const uint8_t* pixel = line + static_cast<int64_t>(taps.starts[column]) * channels;
    const int32_t* weights = taps.weights.data() + column * taps.widest;
    for (int32_t tap = 0; tap < taps.counts[column]; tap++, pixel += channels)
      for (int channel = 0; channel < channels; channel++) sums[channel] += pixel[channel] * weights[tap];
    for (int channel = 0; channel < channels; channel++) *target++ = resampleByte(sums[channel]);
  }
}

/** sums[i] += source[i] * weight, and the last step from sums to bytes. Plain loops: the compiler vectorises them for each level. */
#define LIKENESS_RESAMPLE_DOWN(NAME, MARK)                                                                                          \
  MARK inline void NAME(const uint8_t* middle, int64_t stride, const int32_t* weights, int32_t count, int32_t* sums, uint8_t* target) { \
    for (int64_t at = 0; at < stride; at++) sums[at] = resampleHalf;                                                                \
    for (int32_t tap = 0; tap < count; tap++, middle += stride) {                                                                   \
      int32_t weight = weights[tap];                                                                                                \
      for (int64_t at = 0; at < stride; at++) sums[at] += middle[at] * weight;                                                      \
    }                                                                                                                               \
    for (int64_t at = 0; at < stride; at++) {                                                                                       \
      int32_t value = sums[at] >> resamplePrecision;                                                                                \
      target[at] = static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);                                                 \
    }                                                                                                                               \
  }

LIKENESS_RESAMPLE_DOWN(resampleDownScalar, )

#if defined(LIKENESS_X86)
LIKENESS_RESAMPLE_DOWN(resampleDownAvx2, LIKENESS_AVX2)

/** Two taps at a time: the first pixel's channels in the low half of the register, the second's in the high half. May read 16 bytes past the last pixel. */
LIKENESS_AVX2 inline void resampleLine3Avx2(const uint8_t* line, const ResampleTaps& taps, int64_t targetWidth, uint8_t* target) {
  const __m128i spread = _mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
  const __m256i second = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
  const __m128i rounding = _mm_set1_epi32(resampleHalf);
  for (int64_t column = 0; column < targetWidth; column++) {
    const uint8_t* pixel = line + static_cast<int64_t>(taps.starts[column]) * 3;
    const int32_t* weights = taps.weights.data() + column * taps.widest;
    int32_t count = taps.counts[column];
    __m256i even = _mm256_setzero_si256(), odd = _mm256_setzero_si256();
    int32_t tap = 0;
    for (; tap + 4 <= count; tap += 4, pixel += 12) {
      __m128i bytes = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pixel)), spread);
      __m256i fours = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(weights + tap)));
      __m256i low = _mm256_permutevar8x32_epi32(fours, second);
      __m256i high = _mm256_permutevar8x32_epi32(fours, _mm256_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3));
      even = _mm256_add_epi32(even, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(bytes), low));
      odd = _mm256_add_epi32(odd, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)), high));
    }
    __m256i both = _mm256_add_epi32(even, odd);
    __m128i sum = _mm_add_epi32(_mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1)), rounding);
    for (; tap < count; tap++, pixel += 3) {
      int32_t bytes;
      std::memcpy(&bytes, pixel, 4);
      sum = _mm_add_epi32(sum, _mm_mullo_epi32(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(bytes)), _mm_set1_epi32(weights[tap])));
    }
    sum = _mm_srai_epi32(sum, resamplePrecision);
    sum = _mm_packus_epi16(_mm_packs_epi32(sum, sum), sum);
    uint32_t rgb = static_cast<uint32_t>(_mm_cvtsi128_si32(sum));
    target[0] = static_cast<uint8_t>(rgb);
    target[1] = static_cast<uint8_t>(rgb >> 8);
    target[2] = static_cast<uint8_t>(rgb >> 16);
    target += 3;
  }
}
#endif

/** *Caller's contract*: source and target have the sizes of `shape` and do not overlap. */
inline void resample(const uint8_t* source, uint8_t* target, const ResampleShape& shape, Instructions level, ResampleScratch& scratch) {
  const int64_t channels = shape.channels, sourceStride = shape.sourceWidth * channels, stride = shape.targetWidth * channels;
  const bool isWide = level == Instructions::avx2 || level == Instructions::avx512;
  const uint8_t* middle = source;
  if (shape.targetWidth != shape.sourceWidth) {
    makeResampleTaps(shape.sourceWidth, shape.targetWidth, scratch.across);
    scratch.middle.resize(stride * shape.sourceHeight);
    scratch.line.resize(sourceStride + resamplePadding);
    for (int64_t row = 0; row < shape.sourceHeight; row++) {
      const uint8_t* line = source + row * sourceStride;
      uint8_t* to = scratch.middle.data() + row * stride;
#if defined(LIKENESS_X86)
      if (channels == 3 && isWide) {
        std::memcpy(scratch.line.data(), line, sourceStride);
        resampleLine3Avx2(scratch.line.data(), scratch.across, shape.targetWidth, to);
        continue;
      }
#endif
      if (channels == 3) resampleLineScalar<3>(line, scratch.across, shape.targetWidth, to);
      else resampleLineScalar<1>(line, scratch.across, shape.targetWidth, to);
    }
    middle = scratch.middle.data();
  }
  if (shape.targetHeight == shape.sourceHeight) {
    std::memcpy(target, middle, stride * shape.targetHeight);
    return;
  }
  makeResampleTaps(shape.sourceHeight, shape.targetHeight, scratch.down);
  scratch.sums.resize(stride);
  for (int64_t row = 0; row < shape.targetHeight; row++) {
    const uint8_t* from = middle + static_cast<int64_t>(scratch.down.starts[row]) * stride;
    const int32_t* weights = scratch.down.weights.data() + row * scratch.down.widest;
#if defined(LIKENESS_X86)
    if (isWide) {
      resampleDownAvx2(from, stride, weights, scratch.down.counts[row], scratch.sums.data(), target + row * stride);
      continue;
    }
#endif
    resampleDownScalar(from, stride, weights, scratch.down.counts[row], scratch.sums.data(), target + row * stride);
  }
  (void)isWide;
}

}  // namespace likeness
