/**
 * @file exactNeighbours: for rows [from, to) of a table of unit vectors the k most similar other rows, by brute force, in tiles
 * (neighbours/tiles.h). Results depend neither on the range asked for nor on the number of threads.
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
#include "neighbours/tiles.h"

namespace likeness {

struct NeighbourTask {
  const float* vectors;  // [count, dimensions]
  int64_t count, dimensions, from, to, k;
  int32_t* indices;     // [to - from, k]
  float* similarities;  // [to - from, k]
};

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
        Tile::multiply(scratch.rows.row(row - first), scratch.columns.row(column - passStart), stride, scores, tileStride);
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
