/**
 * @file Tiles of dot products, the work of every search for neighbours: both vectors are read along their length from aligned copies, and every dot
 * product adds in an order that depends on the length and the instructions only, so a similarity is the same whatever tile it falls into, and
 * symmetric to the last bit.
 */
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "../../instructions.h"

namespace likeness {

/**
 * A tile: the dot products of 4 rows with `columns` columns. Row r's go to scores[r * scoreStride ...]; four numbers are written there, of which the
 * first `columns` count. Rows and columns are packed (see `PackedRows`).
 */
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
    for (int64_t row = 0; row < rows; row++) fillRow(row, source + row * dimensions_);
  }
  void fillRow(int64_t row, const float* source) { std::memcpy(first_ + row * stride_, source, dimensions_ * sizeof(float)); }
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
  static void multiply(const float* a, const float* b, int64_t stride, float* scores, int64_t scoreStride) {
    for (int row = 0; row < 4; row++)
      for (int column = 0; column < 4; column++) scores[row * scoreStride + column] = dot(a + row * stride, b + column * stride, stride);
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
  LIKENESS_AVX2 static void multiply(const float* a, const float* b, int64_t stride, float* scores, int64_t scoreStride) {
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
      _mm_storeu_ps(scores + row * scoreStride, _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1)));
    }
  }
};

// ---- AVX-512: 4 x 4 sums in sixteen registers, folded by a transposing tree of adds

struct Avx512Tile {
  static constexpr int64_t columns = 4;
  LIKENESS_AVX512 static void multiply(const float* a, const float* b, int64_t stride, float* scores, int64_t scoreStride) {
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
    for (int row = 0; row < 4; row++) _mm_storeu_ps(scores + row * scoreStride, fold(s[row][0], s[row][1], s[row][2], s[row][3]));
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
  static void multiply(const float* a, const float* b, int64_t stride, float* scores, int64_t scoreStride) {
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
      for (int column = 0; column < 4; column++) scores[row * scoreStride + column] = vaddvq_f32(s[row][column]);
  }
};

#endif

}  // namespace likeness
