/**
 * @file exactNeighbours: for rows [from, to) of a table of unit vectors the k most similar other rows, by brute force. Tiles of dot products with both
 * vectors read along their length need no packing; every dot product adds in an order that depends on the length and the instructions only, so
 * results depend neither on the tile, nor on the range asked for, nor on the number of threads, and similarity is symmetric to the last bit.
 * A row of scores is skipped four or more at a time while none beats the row's k-th best.
 */
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include "../instructions.h"

namespace likeness {

struct NeighbourTask {
  const float* vectors;  // [count, dimensions]
  int64_t count, dimensions, from, to, k;
  int32_t* indices;     // [to - from, k]
  float* similarities;  // [to - from, k]
};

/** A tile of scores: 4 rows x `tileColumns` columns, [4][tileColumns]. */
constexpr int64_t tileRows = 4;

// ---- dot products: the scalar path (the compiler makes 128-bit vectors of the sixteen sums)

inline float dotScalar(const float* a, const float* b, int64_t dimensions) {
  float sums[16] = {};
  int64_t at = 0;
  for (; at + 16 <= dimensions; at += 16)
    for (int lane = 0; lane < 16; lane++) sums[lane] += a[at + lane] * b[at + lane];
  for (int lane = 0; at < dimensions; at++, lane++) sums[lane] += a[at] * b[at];
  for (int width = 8; width > 0; width /= 2)
    for (int lane = 0; lane < width; lane++) sums[lane] += sums[lane + width];
  return sums[0];
}

struct ScalarTile {
  static constexpr int64_t columns = 4;
  static void multiply(const float* const* a, const float* const* b, int64_t dimensions, float* scores) {
    for (int row = 0; row < 4; row++)
      for (int column = 0; column < 4; column++) scores[row * 4 + column] = dotScalar(a[row], b[column], dimensions);
  }
};

#if defined(LIKENESS_X86)

// ---- AVX2: 4 x 2 sums in eight registers, folded by horizontal adds

struct Avx2Tile {
  static constexpr int64_t columns = 2;
  LIKENESS_AVX2 static void multiply(const float* const* a, const float* const* b, int64_t dimensions, float* scores) {
    __m256 s00 = _mm256_setzero_ps(), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
    const float *a0 = a[0], *a1 = a[1], *a2 = a[2], *a3 = a[3], *b0 = b[0], *b1 = b[1];
    auto step = [&](__m256 x0, __m256 x1, __m256 y0, __m256 y1, __m256 y2, __m256 y3) LIKENESS_AVX2 __attribute__((always_inline)) {
      s00 = _mm256_fmadd_ps(y0, x0, s00);
      s01 = _mm256_fmadd_ps(y0, x1, s01);
      s10 = _mm256_fmadd_ps(y1, x0, s10);
      s11 = _mm256_fmadd_ps(y1, x1, s11);
      s20 = _mm256_fmadd_ps(y2, x0, s20);
      s21 = _mm256_fmadd_ps(y2, x1, s21);
      s30 = _mm256_fmadd_ps(y3, x0, s30);
      s31 = _mm256_fmadd_ps(y3, x1, s31);
    };
    int64_t at = 0;
    for (; at + 8 <= dimensions; at += 8)
      step(_mm256_loadu_ps(b0 + at), _mm256_loadu_ps(b1 + at), _mm256_loadu_ps(a0 + at), _mm256_loadu_ps(a1 + at), _mm256_loadu_ps(a2 + at),
           _mm256_loadu_ps(a3 + at));
    if (at < dimensions) {
      __m256i left = _mm256_set1_epi32(static_cast<int>(dimensions - at));
      __m256i mask = _mm256_cmpgt_epi32(left, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
      step(_mm256_maskload_ps(b0 + at, mask), _mm256_maskload_ps(b1 + at, mask), _mm256_maskload_ps(a0 + at, mask), _mm256_maskload_ps(a1 + at, mask),
           _mm256_maskload_ps(a2 + at, mask), _mm256_maskload_ps(a3 + at, mask));
    }
    __m256 low = _mm256_hadd_ps(_mm256_hadd_ps(s00, s01), _mm256_hadd_ps(s10, s11));
    __m256 high = _mm256_hadd_ps(_mm256_hadd_ps(s20, s21), _mm256_hadd_ps(s30, s31));
    _mm_storeu_ps(scores, _mm_add_ps(_mm256_castps256_ps128(low), _mm256_extractf128_ps(low, 1)));
    _mm_storeu_ps(scores + 4, _mm_add_ps(_mm256_castps256_ps128(high), _mm256_extractf128_ps(high, 1)));
  }
};

// ---- AVX-512: 4 x 4 sums in sixteen registers, folded by a transposing tree of adds

/** Four registers of sixteen partial sums to one of four complete sums. */
LIKENESS_AVX512 inline __attribute__((always_inline)) __m128 foldFour(__m512 s0, __m512 s1, __m512 s2, __m512 s3) {
  __m512 low = _mm512_add_ps(_mm512_unpacklo_ps(s0, s1), _mm512_unpackhi_ps(s0, s1));
  __m512 high = _mm512_add_ps(_mm512_unpacklo_ps(s2, s3), _mm512_unpackhi_ps(s2, s3));
  __m512 both = _mm512_add_ps(_mm512_shuffle_ps(low, high, 0x44), _mm512_shuffle_ps(low, high, 0xee));
  __m256 halves = _mm256_add_ps(_mm512_castps512_ps256(both), _mm512_extractf32x8_ps(both, 1));
  return _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1));
}

struct Avx512Tile {
  static constexpr int64_t columns = 4;
  LIKENESS_AVX512 static void multiply(const float* const* a, const float* const* b, int64_t dimensions, float* scores) {
    __m512 s[4][4];
#pragma GCC unroll 4
    for (int row = 0; row < 4; row++)
#pragma GCC unroll 4
      for (int column = 0; column < 4; column++) s[row][column] = _mm512_setzero_ps();
    for (int64_t at = 0; at < dimensions; at += 16) {
      __mmask16 mask = dimensions - at >= 16 ? 0xffff : static_cast<__mmask16>((1u << (dimensions - at)) - 1);
      __m512 y[4];
#pragma GCC unroll 4
      for (int column = 0; column < 4; column++) y[column] = _mm512_maskz_loadu_ps(mask, b[column] + at);
#pragma GCC unroll 4
      for (int row = 0; row < 4; row++) {
        __m512 x = _mm512_maskz_loadu_ps(mask, a[row] + at);
#pragma GCC unroll 4
        for (int column = 0; column < 4; column++) s[row][column] = _mm512_fmadd_ps(x, y[column], s[row][column]);
      }
    }
#pragma GCC unroll 4
    for (int row = 0; row < 4; row++) _mm_storeu_ps(scores + row * 4, foldFour(s[row][0], s[row][1], s[row][2], s[row][3]));
  }
};

#elif defined(LIKENESS_NEON)

struct NeonTile {
  static constexpr int64_t columns = 4;
  static void multiply(const float* const* a, const float* const* b, int64_t dimensions, float* scores) {
    float32x4_t s[4][4];
    for (auto& row : s)
      for (auto& sum : row) sum = vdupq_n_f32(0);
    int64_t at = 0;
    for (; at + 4 <= dimensions; at += 4) {
      float32x4_t y[4];
      for (int column = 0; column < 4; column++) y[column] = vld1q_f32(b[column] + at);
      for (int row = 0; row < 4; row++) {
        float32x4_t x = vld1q_f32(a[row] + at);
        for (int column = 0; column < 4; column++) s[row][column] = vfmaq_f32(s[row][column], x, y[column]);
      }
    }
    for (int row = 0; row < 4; row++)
      for (int column = 0; column < 4; column++) {
        float sum = vaddvq_f32(s[row][column]);
        for (int64_t rest = at; rest < dimensions; rest++) sum = std::fma(a[row][rest], b[column][rest], sum);
        scores[row * 4 + column] = sum;
      }
  }
};

#endif

// ---- the search

/** Puts `score` into a row's list, which is sorted from best to worst. Columns arrive in rising order, so an equal score goes behind. */
inline void insertNeighbour(float* similarities, int32_t* indices, int64_t k, float score, int32_t column) {
  int64_t place = k - 1;
  for (; place > 0 && similarities[place - 1] < score; place--) {
    similarities[place] = similarities[place - 1];
    indices[place] = indices[place - 1];
  }
  similarities[place] = score;
  indices[place] = column;
}

/** Rows [first, last) of the task. @returns false where a score was not a number: the table holds NaN or an infinity. */
template <typename Tile>
bool searchRows(const NeighbourTask& task, int64_t first, int64_t last) {
  constexpr int64_t columns = Tile::columns;
  // Columns of one pass: what fits the second-level cache beside the rows.
  const int64_t pass = std::max<int64_t>(columns, (256 * 1024 / (task.dimensions * static_cast<int64_t>(sizeof(float)))) / columns * columns);
  float scores[tileRows * columns];
  const float *a[tileRows], *b[columns];
  bool isNumber = true;
  for (int64_t passStart = 0; passStart < task.count; passStart += pass) {
    const int64_t passEnd = std::min(task.count, passStart + pass);
    for (int64_t row = first; row < last; row += tileRows) {
      const int64_t rows = std::min(tileRows, last - row);
      for (int64_t r = 0; r < tileRows; r++) a[r] = task.vectors + std::min(row + r, last - 1) * task.dimensions;
      for (int64_t column = passStart; column < passEnd; column += columns) {
        for (int64_t c = 0; c < columns; c++) b[c] = task.vectors + std::min(column + c, passEnd - 1) * task.dimensions;
        Tile::multiply(a, b, task.dimensions, scores);
        const int64_t width = std::min(columns, passEnd - column);
        for (int64_t r = 0; r < rows; r++) {
          const int64_t offset = (row + r - task.from) * task.k;
          float* similarities = task.similarities + offset;
          for (int64_t c = 0; c < width; c++) {
            const float score = scores[r * columns + c];
            if (score <= similarities[task.k - 1]) continue;
            if (score != score) isNumber = false;
            else if (column + c != row + r) insertNeighbour(similarities, task.indices + offset, task.k, score, static_cast<int32_t>(column + c));
          }
        }
      }
    }
  }
  return isNumber;
}

/**
 * *Caller's contract*: 0 <= from <= to <= count, 1 <= k < count, arrays of the sizes above.
 * @returns false where the table holds NaN or an infinity in a row that was met
 */
inline bool exactNeighbours(const NeighbourTask& task, int threads, Instructions level) {
  const int64_t rows = task.to - task.from;
  std::fill(task.similarities, task.similarities + rows * task.k, -std::numeric_limits<float>::infinity());
  std::fill(task.indices, task.indices + rows * task.k, -1);
  auto search = searchRows<ScalarTile>;
#if defined(LIKENESS_X86)
  if (level == Instructions::avx2) search = searchRows<Avx2Tile>;
  if (level == Instructions::avx512) search = searchRows<Avx512Tile>;
#elif defined(LIKENESS_NEON)
  if (level == Instructions::neon) search = searchRows<NeonTile>;
#endif
  (void)level;

  // Small shares, taken by whoever is free, so that a busy core does not hold up the rest.
  const int64_t share = std::max<int64_t>(tileRows * 2, (rows / (threads * 4) + tileRows - 1) / tileRows * tileRows);
  std::atomic<int64_t> next{task.from};
  std::atomic<bool> isNumber{true};
  auto work = [&] {
    for (;;) {
      int64_t first = next.fetch_add(share);
      if (first >= task.to) return;
      if (!search(task, first, std::min(task.to, first + share))) isNumber = false;
    }
  };
  std::vector<std::thread> helpers;
  const int64_t useful = std::min<int64_t>(threads, (rows + share - 1) / share);
  for (int64_t helper = 1; helper < useful; helper++) {
    try {
      helpers.emplace_back(work);
    } catch (const std::exception&) {
      break;  // no thread to be had: those that run do the rest
    }
  }
  work();
  for (std::thread& helper : helpers) helper.join();
  return isNumber;
}

}  // namespace likeness
