/**
 * @file boxReduce: an RGB picture made smaller by a whole factor; each new pixel is the mean of a block, rounded to the nearest, halves up.
 * Blocks that an edge cuts are the mean of what they have. Rows are summed down first, sixteen bytes at a time, then across.
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "../instructions.h"

namespace likeness {

struct BoxShape {
  int64_t sourceWidth, sourceHeight;
  /** 1..256: 256 rows of 255 still fit 16 bits. */
  int64_t factor;
};

struct BoxScratch {
  /** Sums of one row of blocks, [sourceWidth, 3], and room for a vector read beyond its end. */
  std::vector<uint16_t> column;
};

namespace box {

/** floor((sum + area / 2) / area) by a multiplication, exact: sums stay under 2^25 and the error of the multiplier under 2^16 in 2^44. */
struct Division {
  uint64_t half, multiplier;
  explicit Division(int64_t area)
      : half(static_cast<uint64_t>(area) >> 1), multiplier(((uint64_t{1} << 44) + static_cast<uint64_t>(area) - 1) / static_cast<uint64_t>(area)) {}
  uint8_t operator()(uint32_t sum) const { return static_cast<uint8_t>(((sum + half) * multiplier) >> 44); }
};

inline void sumDown(const uint8_t* rows, int64_t stride, int64_t count, uint16_t* sums) {
  for (int64_t at = 0; at < stride; at++) sums[at] = rows[at];
  for (int64_t row = 1; row < count; row++) {
    const uint8_t* values = rows + row * stride;
    for (int64_t at = 0; at < stride; at++) sums[at] = static_cast<uint16_t>(sums[at] + values[at]);
  }
}

inline void sumAcross(const uint16_t* sums, const BoxShape& shape, int64_t blockHeight, uint8_t* target) {
  Division whole(shape.factor * blockHeight);
  for (int64_t from = 0; from < shape.sourceWidth; from += shape.factor, target += 3) {
    int64_t width = std::min(shape.factor, shape.sourceWidth - from);
    uint32_t red = 0, green = 0, blue = 0;
    for (const uint16_t *at = sums + from * 3, *end = at + width * 3; at < end; at += 3) {
      red += at[0];
      green += at[1];
      blue += at[2];
    }
    const Division division = width == shape.factor ? whole : Division(width * blockHeight);
    target[0] = division(red);
    target[1] = division(green);
    target[2] = division(blue);
  }
}

#if defined(LIKENESS_X86)
LIKENESS_AVX2 inline void sumDownAvx2(const uint8_t* rows, int64_t stride, int64_t count, uint16_t* sums) {
  int64_t at = 0;
  for (; at + 32 <= stride; at += 32) {
    __m256i low = _mm256_setzero_si256(), high = low;
    for (int64_t row = 0; row < count; row++) {
      const uint8_t* values = rows + row * stride + at;
      low = _mm256_add_epi16(low, _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(values))));
      high = _mm256_add_epi16(high, _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(values + 16))));
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + at), low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + at + 16), high);
  }
  for (; at < stride; at++) {
    uint32_t sum = 0;
    for (int64_t row = 0; row < count; row++) sum += rows[row * stride + at];
    sums[at] = static_cast<uint16_t>(sum);
  }
}

/** One load brings a pixel and a stranger in the fourth lane, which nothing reads; `sums` has room for the one past the end. */
LIKENESS_AVX2 inline void sumAcrossAvx2(const uint16_t* sums, const BoxShape& shape, int64_t blockHeight, uint8_t* target) {
  Division whole(shape.factor * blockHeight);
  for (int64_t from = 0; from < shape.sourceWidth; from += shape.factor, target += 3) {
    int64_t width = std::min(shape.factor, shape.sourceWidth - from);
    __m128i sum = _mm_setzero_si128();
    for (const uint16_t *at = sums + from * 3, *end = at + width * 3; at < end; at += 3)
      sum = _mm_add_epi32(sum, _mm_cvtepu16_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at))));
    const Division division = width == shape.factor ? whole : Division(width * blockHeight);
    target[0] = division(static_cast<uint32_t>(_mm_cvtsi128_si32(sum)));
    target[1] = division(static_cast<uint32_t>(_mm_extract_epi32(sum, 1)));
    target[2] = division(static_cast<uint32_t>(_mm_extract_epi32(sum, 2)));
  }
}
#endif

}  // namespace box

/**
 * @param source [sourceHeight, sourceWidth, 3]
 * @param target [ceil(sourceHeight / factor), ceil(sourceWidth / factor), 3]
 */
inline void boxReduce(const uint8_t* source, uint8_t* target, const BoxShape& shape, Instructions level, BoxScratch& scratch) {
  int64_t stride = shape.sourceWidth * 3;
  if (shape.factor == 1) {
    std::memcpy(target, source, static_cast<size_t>(stride * shape.sourceHeight));
    return;
  }
  int64_t targetStride = (shape.sourceWidth + shape.factor - 1) / shape.factor * 3;
  scratch.column.resize(static_cast<size_t>(stride) + 8);
  uint16_t* sums = scratch.column.data();
  for (int64_t row = 0; row < shape.sourceHeight; row += shape.factor, target += targetStride) {
    int64_t blockHeight = std::min(shape.factor, shape.sourceHeight - row);
#if defined(LIKENESS_X86)
    if (canUse(Instructions::avx2, level)) {
      box::sumDownAvx2(source + row * stride, stride, blockHeight, sums);
      box::sumAcrossAvx2(sums, shape, blockHeight, target);
      continue;
    }
#endif
    box::sumDown(source + row * stride, stride, blockHeight, sums);
    box::sumAcross(sums, shape, blockHeight, target);
  }
}

}  // namespace likeness
