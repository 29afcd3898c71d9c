/**
 * @file sharpness: the sums behind the two measures of sharpness, over one rectangle of an RGB or grey picture. Whole numbers throughout; sums of
 * one row stay within 32 bits and are added up in 64.
 */
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "../instructions.h"

namespace likeness {

struct SharpnessTask {
  const uint8_t* source;
  /** 3: RGB. 1: grey as it is. */
  int64_t channels;
  int64_t sourceWidth, left, top;
  /** At most 1024 each: a row of squared Laplacians, 1020 at most, fits 32 bits. */
  int64_t width, height;
  int noise;
};

struct SharpnessScratch {
  std::vector<uint8_t> grey;
};

struct SharpnessSums {
  int64_t laplacian = 0, squares = 0, acrossTotal = 0, acrossLost = 0, downTotal = 0, downLost = 0;
};

namespace sharpnessLoops {

// The plain loops begin at pixel x, where a path with vectors left off.
inline void greyRow(const uint8_t* rgb, uint8_t* grey, int64_t x, int64_t width) {
  for (; x < width; x++)
    grey[x] = static_cast<uint8_t>((rgb[x * 3] * 77 + rgb[x * 3 + 1] * 150 + rgb[x * 3 + 2] * 29 + 128) >> 8);
}

inline void laplacianRow(const uint8_t* grey, int64_t x, int64_t width, SharpnessSums& sums) {
  int32_t sum = 0, squares = 0;
  const uint8_t *above = grey - width, *below = grey + width;
  for (; x < width - 1; x++) {
    auto value = static_cast<int16_t>(grey[x - 1] + grey[x + 1] + above[x] + below[x] - 4 * grey[x]);
    sum += value;
    squares += value * value;
  }
  sums.laplacian += sum;
  sums.squares += squares;
}

struct BlurStep {
  /** 1 for neighbours across, a row for neighbours down. */
  int64_t step;
  int noise;
};

inline void blurRow(const uint8_t* grey, int64_t x, int64_t width, const BlurStep& along, int64_t& total, int64_t& lost) {
  int32_t rowTotal = 0, rowLost = 0;
  const uint8_t *before = grey - along.step, *far = grey - 5 * along.step, *ahead = grey + 4 * along.step;
  for (; x < width - 4; x++) {
    auto change = static_cast<int16_t>(std::abs(grey[x] - before[x]));
    auto loss = static_cast<int16_t>(9 * change - std::abs(ahead[x] - far[x]));
    bool counts = change > along.noise;
    rowTotal += counts ? change : 0;
    rowLost += counts && loss > 0 ? loss : 0;
  }
  total += rowTotal;
  lost += rowLost;
}

/** One path: the three loops over a row. */
struct Scalar {
  static void grey(const uint8_t* rgb, uint8_t* target, int64_t width) { greyRow(rgb, target, 0, width); }
  static void laplacian(const uint8_t* row, int64_t width, SharpnessSums& sums) { laplacianRow(row, 1, width, sums); }
  static void blur(const uint8_t* row, int64_t width, int64_t step, int noise, int64_t& total, int64_t& lost) { blurRow(row, 5, width, {step, noise}, total, lost); }
};

#if defined(LIKENESS_X86)
LIKENESS_AVX2 inline int64_t sumOf(__m256i lanes) {
  __m128i four = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  return static_cast<int64_t>(_mm_cvtsi128_si32(two)) + _mm_extract_epi32(two, 1);
}

LIKENESS_AVX2 inline __m256i sixteen(const uint8_t* at) { return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))); }

struct Avx2 {
  /** Eight pixels at a time: two loads of sixteen bytes, of which twelve are used, so the last ones are left to the plain loop. */
  LIKENESS_AVX2 static void grey(const uint8_t* rgb, uint8_t* target, int64_t width) {
    const __m256i first = _mm256_setr_epi8(0, -1, 1, -1, 2, -1, -1, -1, 3, -1, 4, -1, 5, -1, -1, -1, 0, -1, 1, -1, 2, -1, -1, -1, 3, -1, 4, -1, 5, -1, -1, -1);
    const __m256i second = _mm256_setr_epi8(6, -1, 7, -1, 8, -1, -1, -1, 9, -1, 10, -1, 11, -1, -1, -1, 6, -1, 7, -1, 8, -1, -1, -1, 9, -1, 10, -1, 11, -1, -1, -1);
    const __m256i weights = _mm256_setr_epi16(77, 150, 29, 0, 77, 150, 29, 0, 77, 150, 29, 0, 77, 150, 29, 0);
    const __m256i half = _mm256_set1_epi32(128);
    int64_t x = 0;
    for (; x + 10 <= width; x += 8) {
      __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rgb + x * 3));
      __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rgb + x * 3 + 12));
      __m256i pixels = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
      __m256i sums = _mm256_hadd_epi32(_mm256_madd_epi16(_mm256_shuffle_epi8(pixels, first), weights), _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, second), weights));
      __m256i words = _mm256_srli_epi32(_mm256_add_epi32(sums, half), 8);
      __m128i packed = _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
      _mm_storel_epi64(reinterpret_cast<__m128i*>(target + x), _mm_packus_epi16(packed, packed));
    }
    greyRow(rgb, target, x, width);
  }

  LIKENESS_AVX2 static void laplacian(const uint8_t* row, int64_t width, SharpnessSums& sums) {
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sum = _mm256_setzero_si256(), squares = sum;
    int64_t x = 1;
    for (; x + 16 <= width - 1; x += 16) {
      const uint8_t* at = row + x;
      __m256i around = _mm256_add_epi16(_mm256_add_epi16(sixteen(at - 1), sixteen(at + 1)), _mm256_add_epi16(sixteen(at - width), sixteen(at + width)));
      __m256i value = _mm256_sub_epi16(around, _mm256_slli_epi16(sixteen(at), 2));
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(value, ones));
      squares = _mm256_add_epi32(squares, _mm256_madd_epi16(value, value));
    }
    sums.laplacian += sumOf(sum);
    sums.squares += sumOf(squares);
    laplacianRow(row, x, width, sums);
  }

  LIKENESS_AVX2 static void blur(const uint8_t* row, int64_t width, int64_t step, int noise, int64_t& total, int64_t& lost) {
    const __m256i ones = _mm256_set1_epi16(1), nine = _mm256_set1_epi16(9), limit = _mm256_set1_epi16(static_cast<int16_t>(noise)), zero = _mm256_setzero_si256();
    __m256i totals = zero, losses = zero;
    int64_t x = 5;
    for (; x + 16 <= width - 4; x += 16) {
      const uint8_t* at = row + x;
      __m256i change = _mm256_abs_epi16(_mm256_sub_epi16(sixteen(at), sixteen(at - step)));
      __m256i blurred = _mm256_abs_epi16(_mm256_sub_epi16(sixteen(at + 4 * step), sixteen(at - 5 * step)));
      __m256i loss = _mm256_max_epi16(_mm256_sub_epi16(_mm256_mullo_epi16(change, nine), blurred), zero);
      __m256i counts = _mm256_cmpgt_epi16(change, limit);
      totals = _mm256_add_epi32(totals, _mm256_madd_epi16(_mm256_and_si256(change, counts), ones));
      losses = _mm256_add_epi32(losses, _mm256_madd_epi16(_mm256_and_si256(loss, counts), ones));
    }
    total += sumOf(totals);
    lost += sumOf(losses);
    blurRow(row, x, width, {step, noise}, total, lost);
  }
};
#endif

template <typename Path>
SharpnessSums measure(const SharpnessTask& task, uint8_t* grey) {
  SharpnessSums sums;
  int64_t width = task.width, height = task.height;
  for (int64_t y = 0; y < height; y++) {
    const uint8_t* row = task.source + ((task.top + y) * task.sourceWidth + task.left) * task.channels;
    if (task.channels == 1) std::memcpy(grey + y * width, row, static_cast<size_t>(width));
    else Path::grey(row, grey + y * width, width);
  }
  for (int64_t y = 1; width >= 3 && y < height - 1; y++) Path::laplacian(grey + y * width, width, sums);
  if (width < 12 || height < 12) return sums;
  for (int64_t y = 5; y < height - 4; y++) {
    Path::blur(grey + y * width, width, 1, task.noise, sums.acrossTotal, sums.acrossLost);
    Path::blur(grey + y * width, width, width, task.noise, sums.downTotal, sums.downLost);
  }
  return sums;
}

}  // namespace sharpnessLoops

inline SharpnessSums sharpness(const SharpnessTask& task, Instructions level, SharpnessScratch& scratch) {
  scratch.grey.resize(static_cast<size_t>(task.width * task.height));
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) return sharpnessLoops::measure<sharpnessLoops::Avx2>(task, scratch.grey.data());
#endif
  return sharpnessLoops::measure<sharpnessLoops::Scalar>(task, scratch.grey.data());
}

}  // namespace likeness
