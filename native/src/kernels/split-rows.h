/**
 * @file splitRows: one cut of a random-projection tree (Dasgupta and Freund, 2008). Rows are ordered by how much nearer they lie to one of two given
 * rows than to the other; the lower half goes to the front. Within each half the rows keep their order, so the result is one and the same
 * whatever the number of threads and the library's way of selecting.
 */
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "../instructions.h"
#include "../threads.h"

namespace likeness {

struct SplitTask {
  const float* vectors;  // [count, dimensions]
  int64_t count, dimensions;
  /** Two rows. */
  int64_t one, other;
  int32_t* rows;  // [length], each in [0, count)
  int64_t length;
};

namespace splitting {

LIKENESS_INLINE float dotOf(const float* a, const float* b, int64_t length) {
  float sums[16] = {};
  int64_t at = 0;
  for (; at + 16 <= length; at += 16)
    for (int lane = 0; lane < 16; lane++) sums[lane] += a[at + lane] * b[at + lane];
  for (int lane = 0; at < length; at++, lane++) sums[lane] += a[at] * b[at];
  for (int width = 8; width > 0; width /= 2)
    for (int lane = 0; lane < width; lane++) sums[lane] += sums[lane + width];
  return sums[0];
}

LIKENESS_INLINE void marginsOf(const SplitTask& task, const float* direction, int64_t first, int64_t last, float* margins) {
  constexpr int64_t ahead = 2;
  for (int64_t at = first; at < last; at++) {
    if (at + ahead < last) {
      const float* coming = task.vectors + task.rows[at + ahead] * task.dimensions;
      for (int64_t line = 0; line < task.dimensions; line += 16) __builtin_prefetch(coming + line);
    }
    const float margin = dotOf(direction, task.vectors + task.rows[at] * task.dimensions, task.dimensions);
    margins[at] = margin == margin ? margin : 0;  // What is not a number has no order.
  }
}

static void marginsPlain(const SplitTask& task, const float* direction, int64_t first, int64_t last, float* margins) {
  marginsOf(task, direction, first, last, margins);
}
#if defined(LIKENESS_X86)
LIKENESS_AVX2 static void marginsAvx2(const SplitTask& task, const float* direction, int64_t first, int64_t last, float* margins) {
  marginsOf(task, direction, first, last, margins);
}
#endif

}  // namespace splitting

/** @returns false where a row lies outside the table */
inline bool splitRows(const SplitTask& task, int threads, Instructions level) {
  for (int64_t at = 0; at < task.length; at++)
    if (task.rows[at] < 0 || task.rows[at] >= task.count) return false;
  auto* marginsFor = splitting::marginsPlain;
#if defined(LIKENESS_X86)
  if (level >= Instructions::avx2) marginsFor = splitting::marginsAvx2;
#endif
  (void)level;
  std::vector<float> direction(task.dimensions), margins(task.length);
  for (int64_t at = 0; at < task.dimensions; at++)
    direction[at] = task.vectors[task.one * task.dimensions + at] - task.vectors[task.other * task.dimensions + at];
  // Fewer rows are not worth a thread.
  constexpr int64_t rowsAtOnce = 1024;
  const int64_t useful = std::max<int64_t>(1, std::min<int64_t>(threads, task.length / rowsAtOnce));
  std::atomic<int64_t> next{0};
  shareWork(useful, [&](int64_t) {
    for (;;) {
      const int64_t first = next.fetch_add(rowsAtOnce);
      if (first >= task.length) return;
      marginsFor(task, direction.data(), first, std::min(task.length, first + rowsAtOnce), margins.data());
    }
  });
  using Keyed = std::pair<float, int32_t>;
  std::vector<Keyed> keyed(task.length);
  for (int64_t at = 0; at < task.length; at++) keyed[at] = {margins[at], task.rows[at]};
  const int64_t half = task.length / 2;
  std::nth_element(keyed.begin(), keyed.begin() + half, keyed.end());
  const Keyed middle = keyed[half];
  std::vector<int32_t> upper;
  upper.reserve(task.length - half);
  int64_t lower = 0;
  for (int64_t at = 0; at < task.length; at++) {
    const int32_t row = task.rows[at];
    if (Keyed(margins[at], row) < middle) task.rows[lower++] = row;
    else upper.push_back(row);
  }
  std::copy(upper.begin(), upper.end(), task.rows + lower);
  return true;
}

}  // namespace likeness
