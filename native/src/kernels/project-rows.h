/**
 * @file projectRows: the inner products of every row of a table with some directions, in the tiles of exactNeighbours: a sum depends neither on the tile nor on the number of threads.
 */
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "../instructions.h"
#include "../threads.h"
#include "neighbours/tiles.h"

namespace likeness {

struct ProjectTask {
  const float* vectors;     // [count, dimensions]
  const float* directions;  // [width, dimensions]
  int64_t count, dimensions, width;
  float* products;  // [count, width]
};

/** Rows [first, last), which `rows` has room for. */
template <typename Tile>
void projectShare(const ProjectTask& task, int64_t first, int64_t last, PackedRows& rows, const PackedRows& directions) {
  const int64_t stride = rows.stride();
  float scores[tileRows * tileStride];
  rows.fill(task.vectors + first * task.dimensions, last - first);
  for (int64_t row = first; row < last; row += tileRows)
    for (int64_t column = 0; column < task.width; column += Tile::columns) {
      // Beyond the last row or direction the packed memory holds older values; their products are not kept.
      Tile::multiply(rows.row(row - first), directions.row(column), stride, scores, tileStride);
      const int64_t height = std::min(tileRows, last - row), width = std::min(Tile::columns, task.width - column);
      for (int64_t r = 0; r < height; r++)
        for (int64_t c = 0; c < width; c++) task.products[(row + r) * task.width + column + c] = scores[r * tileStride + c];
    }
}

inline void projectRows(const ProjectTask& task, int threads, Instructions level) {
  auto project = projectShare<ScalarTile>;
#if defined(LIKENESS_X86)
  if (level == Instructions::avx2) project = projectShare<Avx2Tile>;
  if (level == Instructions::avx512) project = projectShare<Avx512Tile>;
#elif defined(LIKENESS_NEON)
  if (level == Instructions::neon) project = projectShare<NeonTile>;
#endif
  (void)level;
  // Whole tiles of every kind.
  PackedRows directions((task.width + 11) / 12 * 12, task.dimensions);
  directions.fill(task.directions, task.width);
  constexpr int64_t shareBytes = 64 * 1024;
  const int64_t share = std::max<int64_t>(tileRows, shareBytes / (task.dimensions * static_cast<int64_t>(sizeof(float))) / tileRows * tileRows);
  std::atomic<int64_t> next{0};
  shareWork(std::min<int64_t>(threads, (task.count + share - 1) / share), [&](int64_t) {
    PackedRows rows(share, task.dimensions);
    for (;;) {
      const int64_t first = next.fetch_add(share);
      if (first >= task.count) return;
      project(task, first, std::min(task.count, first + share), rows, directions);
    }
  });
}

}  // namespace likeness
