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
  int64_t sourceSize = 0, targetSize = 0;
  std::vector<int32_t> starts, counts, weights;
  std::vector<double> exact;
  /** Made where a path asks for them (makeResamplePairs). */
  std::vector<int16_t> pairs;
  int widest = 0;
};

/** Lengths whose taps are kept: pictures of one size, each scaled to a few others. */
constexpr int resampleKept = 8;

/** Memory that lives from picture to picture. */
struct ResampleScratch {
  ResampleTaps kept[resampleKept];
  int next = 0;
  std::vector<uint8_t> line, middle;
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
  taps.sourceSize = 0;
  taps.pairs.clear();
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
  // Last: whoever ran out of memory above has made none.
  taps.sourceSize = sourceSize;
  taps.targetSize = targetSize;
}

/** Those of one length to another, made where they are not among the last few: a picture of 160 px to 32 takes as long for its taps as for a third of its pixels. */
inline ResampleTaps& tapsFor(int64_t sourceSize, int64_t targetSize, ResampleScratch& scratch) {
  for (ResampleTaps& taps : scratch.kept)
    if (taps.sourceSize == sourceSize && taps.targetSize == targetSize) return taps;
  ResampleTaps& taps = scratch.kept[scratch.next];
  scratch.next = (scratch.next + 1) % resampleKept;
  makeResampleTaps(sourceSize, targetSize, taps);
  return taps;
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

/** One line of the target, from byte `at` on: where a path with vectors left off. */
inline void resampleDownScalar(const uint8_t* middle, int64_t stride, const int32_t* weights, int32_t count, int64_t at, uint8_t* target) {
  for (; at < stride; at++) {
    int32_t sum = resampleHalf;
    for (int32_t tap = 0; tap < count; tap++) sum += middle[tap * stride + at] * weights[tap];
    target[at] = resampleByte(sum);
  }
}

#if defined(LIKENESS_X86)
// A weight of 22 bits is 4096 times its upper part and its lower one; both fit the 16 bits of an instruction that multiplies and adds up two taps at a time. Sums may wrap on the way, as they do in 32
// bits of one part: what they come to is the same.
constexpr int resampleLowBits = 12;
inline int16_t upperPart(int32_t weight) { return static_cast<int16_t>(weight >> resampleLowBits); }
inline int16_t lowerPart(int32_t weight) { return static_cast<int16_t>(weight & ((1 << resampleLowBits) - 1)); }

/** Four taps of a column: upper parts of the first two beside the channels of a pixel, of the second two, then the lower parts likewise. */
constexpr int resampleGroup = 32;

inline void makeResamplePairs(ResampleTaps& taps) {
  if (!taps.pairs.empty()) return;
  const int groups = (taps.widest + 3) / 4;
  taps.pairs.assign(taps.starts.size() * static_cast<size_t>(groups * resampleGroup), 0);
  for (size_t column = 0; column < taps.starts.size(); column++) {
    const int32_t* weights = taps.weights.data() + column * taps.widest;
    int16_t* pairs = taps.pairs.data() + column * static_cast<size_t>(groups * resampleGroup);
    for (int32_t tap = 0; tap < taps.counts[column]; tap++) {
      int16_t* to = pairs + (tap / 4) * resampleGroup + (tap % 4 / 2) * 8 + tap % 2;
      for (int channel = 0; channel < 3; channel++) {
        to[channel * 2] = upperPart(weights[tap]);
        to[resampleGroup / 2 + channel * 2] = lowerPart(weights[tap]);
      }
    }
  }
}

LIKENESS_AVX2 inline __m256i resampleWords(const int16_t* at) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)); }

/** Four taps at a time; those that a column lacks weigh nothing. May read 16 bytes past the last pixel. */
LIKENESS_AVX2 inline void resampleLine3Avx2(const uint8_t* line, const ResampleTaps& taps, int64_t targetWidth, uint8_t* target) {
  const __m128i spread = _mm_setr_epi8(0, 3, 1, 4, 2, 5, -1, -1, 6, 9, 7, 10, 8, 11, -1, -1);
  const __m128i rounding = _mm_set1_epi32(resampleHalf);
  const int64_t perColumn = (taps.widest + 3) / 4 * resampleGroup;
  for (int64_t column = 0; column < targetWidth; column++, target += 3) {
    const uint8_t* pixel = line + static_cast<int64_t>(taps.starts[column]) * 3;
    const int16_t* pairs = taps.pairs.data() + column * perColumn;
    __m256i upper = _mm256_setzero_si256(), lower = upper;
    for (int32_t tap = 0; tap < taps.counts[column]; tap += 4, pixel += 12, pairs += resampleGroup) {
      __m256i bytes = _mm256_cvtepu8_epi16(_mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pixel)), spread));
      upper = _mm256_add_epi32(upper, _mm256_madd_epi16(bytes, resampleWords(pairs)));
      lower = _mm256_add_epi32(lower, _mm256_madd_epi16(bytes, resampleWords(pairs + resampleGroup / 2)));
    }
    __m256i both = _mm256_add_epi32(_mm256_slli_epi32(upper, resampleLowBits), lower);
    __m128i sum = _mm_add_epi32(_mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1)), rounding);
    sum = _mm_srai_epi32(sum, resamplePrecision);
    sum = _mm_packus_epi16(_mm_packs_epi32(sum, sum), sum);
    int32_t rgb = _mm_cvtsi128_si32(sum);
    // The fourth byte is the next pixel's first, which is written after it.
    std::memcpy(target, &rgb, column + 1 < targetWidth ? 4 : 3);
  }
}

/** Sixteen bytes of the target at a time, two lines of the source at a time. */
LIKENESS_AVX2 inline void resampleDownAvx2(const uint8_t* middle, int64_t stride, const int32_t* weights, int32_t count, uint8_t* target) {
  int64_t at = 0;
  for (; at + 16 <= stride; at += 16) {
    __m256i upper[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()}, lower[2] = {upper[0], upper[0]};
    for (int32_t tap = 0; tap < count; tap += 2) {
      const bool isLast = tap + 1 == count;
      const uint8_t* line = middle + tap * stride + at;
      int32_t second = isLast ? 0 : weights[tap + 1];
      __m128i one = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line));
      __m128i other = _mm_loadu_si128(reinterpret_cast<const __m128i*>(isLast ? line : line + stride));
      __m256i high = _mm256_set1_epi32(static_cast<int32_t>(static_cast<uint32_t>(static_cast<uint16_t>(upperPart(second))) << 16 | static_cast<uint16_t>(upperPart(weights[tap]))));
      __m256i low = _mm256_set1_epi32(static_cast<int32_t>(static_cast<uint32_t>(static_cast<uint16_t>(lowerPart(second))) << 16 | static_cast<uint16_t>(lowerPart(weights[tap]))));
      const __m256i bytes[2] = {_mm256_cvtepu8_epi16(_mm_unpacklo_epi8(one, other)), _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(one, other))};
      for (int half = 0; half < 2; half++) {
        upper[half] = _mm256_add_epi32(upper[half], _mm256_madd_epi16(bytes[half], high));
        lower[half] = _mm256_add_epi32(lower[half], _mm256_madd_epi16(bytes[half], low));
      }
    }
    __m256i sums[2];
    for (int half = 0; half < 2; half++) {
      __m256i sum = _mm256_add_epi32(_mm256_add_epi32(_mm256_slli_epi32(upper[half], resampleLowBits), lower[half]), _mm256_set1_epi32(resampleHalf));
      sums[half] = _mm256_srai_epi32(sum, resamplePrecision);
    }
    // Packing works within halves of registers: put the quarters in order afterwards.
    __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(sums[0], sums[1]), 0xd8);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(target + at), _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
  }
  resampleDownScalar(middle, stride, weights, count, at, target);
}
#endif

/** *Caller's contract*: source and target have the sizes of `shape` and do not overlap. */
inline void resample(const uint8_t* source, uint8_t* target, const ResampleShape& shape, Instructions level, ResampleScratch& scratch) {
  const int64_t channels = shape.channels, sourceStride = shape.sourceWidth * channels, stride = shape.targetWidth * channels;
  const bool isWide = level == Instructions::avx2 || level == Instructions::avx512;
  const uint8_t* middle = source;
  if (shape.targetWidth != shape.sourceWidth) {
    ResampleTaps& across = tapsFor(shape.sourceWidth, shape.targetWidth, scratch);
    scratch.middle.resize(stride * shape.sourceHeight);
    scratch.line.resize(sourceStride + resamplePadding);
#if defined(LIKENESS_X86)
    if (channels == 3 && isWide) makeResamplePairs(across);
#endif
    for (int64_t row = 0; row < shape.sourceHeight; row++) {
      const uint8_t* line = source + row * sourceStride;
      uint8_t* to = scratch.middle.data() + row * stride;
#if defined(LIKENESS_X86)
      if (channels == 3 && isWide) {
        std::memcpy(scratch.line.data(), line, sourceStride);
        resampleLine3Avx2(scratch.line.data(), across, shape.targetWidth, to);
        continue;
      }
#endif
      if (channels == 3) resampleLineScalar<3>(line, across, shape.targetWidth, to);
      else resampleLineScalar<1>(line, across, shape.targetWidth, to);
    }
    middle = scratch.middle.data();
  }
  if (shape.targetHeight == shape.sourceHeight) {
    std::memcpy(target, middle, stride * shape.targetHeight);
    return;
  }
  const ResampleTaps& down = tapsFor(shape.sourceHeight, shape.targetHeight, scratch);
  for (int64_t row = 0; row < shape.targetHeight; row++) {
    const uint8_t* from = middle + static_cast<int64_t>(down.starts[row]) * stride;
    const int32_t* weights = down.weights.data() + row * down.widest;
#if defined(LIKENESS_X86)
    if (isWide) {
      resampleDownAvx2(from, stride, weights, down.counts[row], target + row * stride);
      continue;
    }
#endif
    resampleDownScalar(from, stride, weights, down.counts[row], 0, target + row * stride);
  }
  (void)isWide;
}

}  // namespace likeness
