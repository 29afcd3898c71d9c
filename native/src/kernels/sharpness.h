/**
 * @file sharpness: the sums behind the two measures of sharpness, over one rectangle of an RGB picture. Whole numbers throughout; the loops
 * are plain and compiled a second time for AVX2, where the compiler makes vectors of them.
 */
#pragma once

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "../instructions.h"

namespace likeness {

struct SharpnessTask {
  const uint8_t* source;
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

#define LIKENESS_INLINE static inline __attribute__((always_inline))

LIKENESS_INLINE void greyRow(const uint8_t* rgb, uint8_t* grey, int64_t width) {
  for (int64_t x = 0; x < width; x++)
    grey[x] = static_cast<uint8_t>((rgb[x * 3] * 77 + rgb[x * 3 + 1] * 150 + rgb[x * 3 + 2] * 29 + 128) >> 8);
}

LIKENESS_INLINE void laplacianRow(const uint8_t* __restrict grey, int64_t width, SharpnessSums& sums) {
  int32_t sum = 0, squares = 0;
  const uint8_t *above = grey - width, *below = grey + width;
  for (int64_t x = 1; x < width - 1; x++) {
    auto value = static_cast<int16_t>(grey[x - 1] + grey[x + 1] + above[x] + below[x] - 4 * grey[x]);
    sum += value;
    squares += value * value;
  }
  sums.laplacian += sum;
  sums.squares += squares;
}

/** `step`: 1 for neighbours across, a row for neighbours down. */
LIKENESS_INLINE void blurRow(const uint8_t* __restrict grey, int64_t width, int64_t step, int noise, int64_t& total, int64_t& lost) {
  int32_t rowTotal = 0, rowLost = 0;
  const uint8_t *before = grey - step, *far = grey - 5 * step, *ahead = grey + 4 * step;
  for (int64_t x = 5; x < width - 4; x++) {
    auto change = static_cast<int16_t>(std::abs(grey[x] - before[x]));
    auto loss = static_cast<int16_t>(9 * change - std::abs(ahead[x] - far[x]));
    bool counts = change > noise;
    rowTotal += counts ? change : 0;
    rowLost += counts && loss > 0 ? loss : 0;
  }
  total += rowTotal;
  lost += rowLost;
}

LIKENESS_INLINE SharpnessSums measure(const SharpnessTask& task, uint8_t* grey) {
  SharpnessSums sums;
  int64_t width = task.width, height = task.height;
  for (int64_t y = 0; y < height; y++) greyRow(task.source + ((task.top + y) * task.sourceWidth + task.left) * 3, grey + y * width, width);
  for (int64_t y = 1; width >= 3 && y < height - 1; y++) laplacianRow(grey + y * width, width, sums);
  if (width < 12 || height < 12) return sums;
  for (int64_t y = 5; y < height - 4; y++) {
    blurRow(grey + y * width, width, 1, task.noise, sums.acrossTotal, sums.acrossLost);
    blurRow(grey + y * width, width, width, task.noise, sums.downTotal, sums.downLost);
  }
  return sums;
}

#if defined(LIKENESS_X86)
LIKENESS_AVX2 inline SharpnessSums measureAvx2(const SharpnessTask& task, uint8_t* grey) { return measure(task, grey); }
#endif

#undef LIKENESS_INLINE

}  // namespace sharpnessLoops

inline SharpnessSums sharpness(const SharpnessTask& task, Instructions level, SharpnessScratch& scratch) {
  scratch.grey.resize(static_cast<size_t>(task.width * task.height));
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) return sharpnessLoops::measureAvx2(task, scratch.grey.data());
#endif
  return sharpnessLoops::measure(task, scratch.grey.data());
}

}  // namespace likeness
