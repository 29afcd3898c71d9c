/**
 * @file exactNeighbours: for rows [from, to) of a table of unit vectors the k most similar other rows, by brute force. Tiles of dot products
 * read both vectors along their length from aligned copies; every dot product adds in an order that depends on the length and the instructions only, so
 * results depend neither on the tile, nor on the range asked for, nor on the number of threads, and similarity is symmetric to the last bit.
 */
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "../instructions.h"
#include "../threads.h"

namespace likeness {

struct NeighbourTask {
  const float* vectors;  // [count, dimensions]
  int64_t count, dimensions, from, to, k;
  int32_t* indices;     // [to - from, k]
  float* similarities;  // [to - from, k]
};

/** A tile: the dot products of 4 rows with up to 4 columns, written as [4][4]. Rows and columns are packed (see `PackedRows`). */
constexpr int64_t tileRows = 4, tileStride = 4;

/** Rows copied to where vector loads are cheap: each at a multiple of 64 bytes, padded with zeros to whole registers. */
class PackedRows {
 public:
  PackedRows(int64_t rows, int64_t dimensions)
      : dimensions_(dimensions), stride_((dimensions + 15) / 16 * 16), memory_(rows * stride_ + 16, 0.0f) {
    auto address = reinterpret_cast<uintptr_t>(memory_.data());
    first_ = memory_.data() + (64 - address % 64) % 64 / sizeof(float);
  }
  PackedRows(PackedRows&&) = default;
  PackedRows(const PackedRows&) = delete;

  void fill(const float* source, int64_t rows) {
    for (int64_t row = 0; row < rows; row++) std::memcpy(first_ + row * stride_, source + row * dimensions_, dimensions_ * sizeof(float));
  }
  const float* row(int64_t index) const { return first_ + index * stride_; }
  int64_t stride() const { return stride_; }

 private:
  int64_t dimensions_, stride_;
  std::vector<float> memory_;
  float* first_;
};

// ---- the scalar path (the compiler makes 128-bit vectors of the sixteen sums)

struct ScalarTile {
  static constexpr int64_t columns = 4;
  static void multiply(const float* a, const float* b, int64_t stride, float* scores) {
    for (int row = 0; row < 4; row++)
      for (int column = 0; column < 4; column++) scores[row * tileStride + column] = dot(a + row * stride, b + column * stride, stride);
  }
  static float dot(const float* a, const float* b, int64_t stride) {
    float sums[16] = {};
    for (int64_t at = 0; at < stride; at += 16)
      for (int lane = 0; lane < 16; lane++) sums[lane] += a[at + lane] * b[at + lane];
    for (int width = 8; width > 0; width /= 2)
      for (int lane = 0; lane < width; lane++) sums[lane] += sums[lane + width];
    return sums[0];
  }
};

#if defined(LIKENESS_X86)

// ---- AVX2: 4 x 3 sums in twelve registers, folded by horizontal adds

struct Avx2Tile {
  static constexpr int64_t columns = 3;
  LIKENESS_AVX2 static void multiply(const float* a, const float* b, int64_t stride, float* scores) {
    __m256 s[4][3];
#pragma GCC unroll 4
    for (int row = 0; row < 4; row++)
#pragma GCC unroll 3
      for (int column = 0; column < 3; column++) s[row][column] = _mm256_setzero_ps();
    for (int64_t at = 0; at < stride; at += 8) {
      __m256 y0 = _mm256_load_ps(b + at), y1 = _mm256_load_ps(b + stride + at), y2 = _mm256_load_ps(b + 2 * stride + at);
#pragma GCC unroll 4
      for (int row = 0; row < 4; row++) {
        __m256 x = _mm256_load_ps(a + row * stride + at);
        s[row][0] = _mm256_fmadd_ps(x, y0, s[row][0]);
        s[row][1] = _mm256_fmadd_ps(x, y1, s[row][1]);
        s[row][2] = _mm256_fmadd_ps(x, y2, s[row][2]);
      }
    }
#pragma GCC unroll 4
    for (int row = 0; row < 4; row++) {
      __m256 sum = _mm256_hadd_ps(_mm256_hadd_ps(s[row][0], s[row][1]), _mm256_hadd_ps(s[row][2], s[row][2]));
      _mm_storeu_ps(scores + row * tileStride, _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1)));
    }
  }
};

// ---- AVX-512: 4 x 4 sums in sixteen registers, folded by a transposing tree of adds

struct Avx512Tile {
  static constexpr int64_t columns = 4;
  LIKENESS_AVX512 static void multiply(const float* a, const float* b, int64_t stride, float* scores) {
    __m512 s[4][4];
#pragma GCC unroll 4
    for (int row = 0; row < 4; row++)
#pragma GCC unroll 4
      for (int column = 0; column < 4; column++) s[row][column] = _mm512_setzero_ps();
    for (int64_t at = 0; at < stride; at += 16) {
      __m512 y[4];
#pragma GCC unroll 4
      for (int column = 0; column < 4; column++) y[column] = _mm512_load_ps(b + column * stride + at);
#pragma GCC unroll 4
      for (int row = 0; row < 4; row++) {
        __m512 x = _mm512_load_ps(a + row * stride + at);
#pragma GCC unroll 4
        for (int column = 0; column < 4; column++) s[row][column] = _mm512_fmadd_ps(x, y[column], s[row][column]);
      }
    }
#pragma GCC unroll 4
    for (int row = 0; row < 4; row++) _mm_storeu_ps(scores + row * tileStride, fold(s[row][0], s[row][1], s[row][2], s[row][3]));
  }
  /** Four registers of sixteen partial sums to one of four complete sums. */
  LIKENESS_AVX512 static inline __attribute__((always_inline)) __m128 fold(__m512 s0, __m512 s1, __m512 s2, __m512 s3) {
    __m512 low = _mm512_add_ps(_mm512_unpacklo_ps(s0, s1), _mm512_unpackhi_ps(s0, s1));
    __m512 high = _mm512_add_ps(_mm512_unpacklo_ps(s2, s3), _mm512_unpackhi_ps(s2, s3));
    __m512 both = _mm512_add_ps(_mm512_shuffle_ps(low, high, 0x44), _mm512_shuffle_ps(low, high, 0xee));
    __m256 halves = _mm256_add_ps(_mm512_castps512_ps256(both), _mm512_extractf32x8_ps(both, 1));
    return _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1));
  }
};

#elif defined(LIKENESS_NEON)

struct NeonTile {
  static constexpr int64_t columns = 4;
  static void multiply(const float* a, const float* b, int64_t stride, float* scores) {
    float32x4_t s[4][4];
    for (auto& row : s)
      for (auto& sum : row) sum = vdupq_n_f32(0);
    for (int64_t at = 0; at < stride; at += 4) {
      float32x4_t y[4];
      for (int column = 0; column < 4; column++) y[column] = vld1q_f32(b + column * stride + at);
      for (int row = 0; row < 4; row++) {
        float32x4_t x = vld1q_f32(a + row * stride + at);
        for (int column = 0; column < 4; column++) s[row][column] = vfmaq_f32(s[row][column], x, y[column]);
      }
    }
    for (int row = 0; row < 4; row++)
      for (int column = 0; column < 4; column++) scores[row * tileStride + column] = vaddvq_f32(s[row][column]);
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

/** The memory of one thread: a share of rows, and the columns of one pass; both fit a second-level cache. */
struct NeighbourScratch {
  PackedRows rows, columns;
};

constexpr int64_t packedBytes = 128 * 1024;

/** Rows [first, last) of the task. @returns false where a score was not a number: the table holds NaN or an infinity. */
template <typename Tile>
bool searchRows(const NeighbourTask& task, int64_t first, int64_t last, int64_t pass, NeighbourScratch& scratch) {
  constexpr int64_t columns = Tile::columns;
  const int64_t stride = scratch.rows.stride();
  float scores[tileRows * tileStride];
  bool isNumber = true;
  scratch.rows.fill(task.vectors + first * task.dimensions, last - first);
  for (int64_t passStart = 0; passStart < task.count; passStart += pass) {
    const int64_t passEnd = std::min(task.count, passStart + pass);
    scratch.columns.fill(task.vectors + passStart * task.dimensions, passEnd - passStart);
    for (int64_t row = first; row < last; row += tileRows) {
      const int64_t rows = std::min(tileRows, last - row);
      for (int64_t column = passStart; column < passEnd; column += columns) {
        // Beyond the last row or column the packed memory holds older values; their scores are not looked at.
        Tile::multiply(scratch.rows.row(row - first), scratch.columns.row(column - passStart), stride, scores);
        const int64_t width = std::min(columns, passEnd - column);
        for (int64_t r = 0; r < rows; r++) {
          const int64_t offset = (row + r - task.from) * task.k;
          float* similarities = task.similarities + offset;
          for (int64_t c = 0; c < width; c++) {
            const float score = scores[r * tileStride + c];
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

  // Shares of rows are taken by whoever is free, so that a busy core does not hold up the rest. 12 = whole tiles of every kind.
  const int64_t fitting = std::max<int64_t>(12, packedBytes / (task.dimensions * static_cast<int64_t>(sizeof(float))) / 12 * 12);
  const int64_t perThread = (rows + threads - 1) / threads;
  const int64_t share = std::max(tileRows, std::min(fitting, (perThread + tileRows - 1) / tileRows * tileRows));
  const int64_t useful = std::max<int64_t>(1, std::min<int64_t>(threads, (rows + share - 1) / share));
  std::vector<NeighbourScratch> scratches;
  for (int64_t thread = 0; thread < useful; thread++) scratches.push_back({PackedRows(share, task.dimensions), PackedRows(fitting, task.dimensions)});
  std::atomic<int64_t> next{task.from};
  std::atomic<bool> isNumber{true};
  shareWork(useful, [&](int64_t thread) {
    for (;;) {
      int64_t first = next.fetch_add(share);
      if (first >= task.to) return;
      if (!search(task, first, std::min(task.to, first + share), fitting, scratches[thread])) isNumber = false;
    }
  });
  return isNumber;
}

}  // namespace likeness
