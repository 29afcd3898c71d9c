/**
 * @file tileResiduals: by how much one plane misses another, tile by tile, once it is brightened evenly and moved by a part of a pixel; and shiftSums: the normal equations of that move (native/twins/tile-residuals.ts
 * and shift-sums.ts say what, and in which order sums are taken: every path gives the same bits).
 */
#pragma once

#include "../instructions.h"
#include "plane-tiles.h"

namespace likeness {

struct TileResidualsTask {
  const float *first, *second;
  int64_t width, height;
  float gain, bias, stepX, stepY;
  double* sums;
};

struct ShiftSumsTask {
  const float *first, *second;
  int64_t width, height;
  double* sums;
};

namespace missing {

constexpr int shiftSumCount = 5;

/** Of both planes, between two pixels. */
LIKENESS_INLINE float slope(const float* first, const float* second, int64_t step) { return first[step] - first[-step] + second[step] - second[-step]; }

LIKENESS_INLINE void addStill(const TileResidualsTask& task, const float* first, const float* second, int64_t from, int64_t to, float* __restrict columns) {
  const float gain = task.gain, bias = task.bias;
  for (int64_t x = from; x < to; x++) {
    const float residual = second[x] - gain * first[x] - bias;
    columns[x] += residual * residual;
  }
}

LIKENESS_INLINE void addMoved(const TileResidualsTask& task, const float* first, const float* second, float* __restrict columns) {
  const float gain = task.gain, bias = task.bias, stepX = task.stepX, stepY = task.stepY;
  const int64_t width = task.width;
  for (int64_t x = 1; x < width - 1; x++) {
    float residual = second[x] - gain * first[x] - bias;
    residual -= stepX * slope(first + x, second + x, 1);
    residual -= stepY * slope(first + x, second + x, width);
    columns[x] += residual * residual;
  }
}

LIKENESS_INLINE void residuals(const TileResidualsTask& task, float* columns) {
  const int64_t width = task.width, height = task.height;
  const bool isMoved = task.stepX != 0 || task.stepY != 0;
  for (int64_t row = 0; row < tiles::countOf(height); row++) {
    std::fill(columns, columns + width, 0.0f);
    for (int64_t y = row * tiles::side; y < tiles::endOf(row, height); y++) {
      const float *first = task.first + y * width, *second = task.second + y * width;
      if (!isMoved || y == 0 || y == height - 1) {
        addStill(task, first, second, 0, width, columns);
        continue;
      }
      addStill(task, first, second, 0, 1, columns);
      addMoved(task, first, second, columns);
      if (width > 1) addStill(task, first, second, width - 1, width, columns);
    }
    tiles::addTiles(columns, width, task.sums + row * tiles::countOf(width));
  }
}

LIKENESS_INLINE void addShift(const float* first, const float* second, int64_t width, int64_t lane, double (*sums)[tiles::lanes]) {
  const float difference = second[0] - first[0], across = slope(first, second, 1), down = slope(first, second, width);
  const double x = across, y = down, d = difference;
  sums[0][lane] += x * x;
  sums[1][lane] += x * y;
  sums[2][lane] += y * y;
  sums[3][lane] += x * d;
  sums[4][lane] += y * d;
}

LIKENESS_INLINE void shift(const ShiftSumsTask& task) {
  const int64_t width = task.width;
  double sums[shiftSumCount][tiles::lanes] = {};
  for (int64_t y = 1; y < task.height - 1; y++) {
    const float *first = task.first + y * width, *second = task.second + y * width;
    int64_t x = 1;
    for (; x + tiles::lanes <= width - 1; x += tiles::lanes)
      for (int64_t lane = 0; lane < tiles::lanes; lane++) addShift(first + x + lane, second + x + lane, width, lane, sums);
    for (int64_t lane = 0; x + lane < width - 1; lane++) addShift(first + x + lane, second + x + lane, width, lane, sums);
  }
  for (int sum = 0; sum < shiftSumCount; sum++) task.sums[sum] = tiles::together(sums[sum]);
}

#if defined(LIKENESS_X86)
LIKENESS_AVX2 inline void residualsAvx2(const TileResidualsTask& task, float* columns) { residuals(task, columns); }
LIKENESS_AVX2 inline void shiftAvx2(const ShiftSumsTask& task) { shift(task); }
#endif

}  // namespace missing

inline void tileResiduals(const TileResidualsTask& task, Instructions level, PlaneScratch& scratch) {
  scratch.columns.resize(static_cast<size_t>(task.width));
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) return missing::residualsAvx2(task, scratch.columns.data());
#endif
  (void)level;
  missing::residuals(task, scratch.columns.data());
}

inline void shiftSums(const ShiftSumsTask& task, Instructions level) {
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) return missing::shiftAvx2(task);
#endif
  (void)level;
  missing::shift(task);
}

}  // namespace likeness
