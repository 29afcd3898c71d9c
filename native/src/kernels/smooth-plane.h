/**
 * @file smoothPlane: a plane blurred by (1 2 1) / 4 both ways, how lively each of its tiles is then, and what its variance is made of (native/twins/smooth-plane.ts says what, and in which order sums are taken: every
 * path gives the same bits).
 */
#pragma once

#include "../instructions.h"
#include "plane-tiles.h"

namespace likeness {

struct SmoothPlaneTask {
  const float* plane;
  int64_t width, height;
  float* blurred;
  double *energies, *moments;
};

namespace smoothing {

LIKENESS_INLINE float mix(float before, float here, float behind) { return (0.25f * before + 0.5f * here) + 0.25f * behind; }

LIKENESS_INLINE void blurAcross(const float* __restrict from, int64_t width, float* __restrict to) {
  to[0] = mix(from[0], from[0], from[width > 1 ? 1 : 0]);
  for (int64_t x = 1; x < width - 1; x++) to[x] = mix(from[x - 1], from[x], from[x + 1]);
  if (width > 1) to[width - 1] = mix(from[width - 2], from[width - 1], from[width - 1]);
}

LIKENESS_INLINE void blurDown(const float* above, const float* here, const float* below, int64_t width, float* __restrict to) {
  for (int64_t x = 0; x < width; x++) to[x] = mix(above[x], here[x], below[x]);
}

LIKENESS_INLINE void addEnergies(const float* row, int64_t width, float* __restrict columns) {
  for (int64_t x = 1; x < width - 1; x++) {
    const float across = row[x + 1] - row[x - 1], down = row[x + width] - row[x - width];
    columns[x] += across * across + down * down;
  }
}

LIKENESS_INLINE void addMoments(const float* row, int64_t width, double* __restrict sums, double* __restrict squares) {
  int64_t x = 0;
  for (; x + tiles::lanes <= width; x += tiles::lanes)
    for (int64_t lane = 0; lane < tiles::lanes; lane++) {
      const double value = row[x + lane];
      sums[lane] += value;
      squares[lane] += value * value;
    }
  for (int64_t lane = 0; x + lane < width; lane++) {
    const double value = row[x + lane];
    sums[lane] += value;
    squares[lane] += value * value;
  }
}

LIKENESS_INLINE void smooth(const SmoothPlaneTask& task, float* across, float* columns) {
  const int64_t width = task.width, height = task.height;
  for (int64_t y = 0; y < height; y++) blurAcross(task.plane + y * width, width, across + y * width);
  double sums[tiles::lanes] = {0, 0, 0, 0}, squares[tiles::lanes] = {0, 0, 0, 0};
  for (int64_t y = 0; y < height; y++) {
    const float* here = across + y * width;
    blurDown(y > 0 ? here - width : here, here, y < height - 1 ? here + width : here, width, task.blurred + y * width);
    addMoments(task.blurred + y * width, width, sums, squares);
  }
  task.moments[0] = tiles::together(sums);
  task.moments[1] = tiles::together(squares);
  for (int64_t row = 0; row < tiles::countOf(height); row++) {
    std::fill(columns, columns + width, 0.0f);
    const int64_t bottom = std::min(height - 1, tiles::endOf(row, height));
    for (int64_t y = std::max<int64_t>(1, row * tiles::side); y < bottom; y++) addEnergies(task.blurred + y * width, width, columns);
    tiles::addTiles(columns, width, task.energies + row * tiles::countOf(width));
  }
}

#if defined(LIKENESS_X86)
LIKENESS_AVX2 inline void smoothAvx2(const SmoothPlaneTask& task, float* across, float* columns) { smooth(task, across, columns); }
#endif

}  // namespace smoothing

inline void smoothPlane(const SmoothPlaneTask& task, Instructions level, PlaneScratch& scratch) {
  scratch.across.resize(static_cast<size_t>(task.width * task.height));
  scratch.columns.resize(static_cast<size_t>(task.width));
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) return smoothing::smoothAvx2(task, scratch.across.data(), scratch.columns.data());
#endif
  (void)level;
  smoothing::smooth(task, scratch.across.data(), scratch.columns.data());
}

}  // namespace likeness
