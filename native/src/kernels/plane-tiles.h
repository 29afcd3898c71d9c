/**
 * @file Tiles of 8 x 8 pixels of a plane, for the kernels that sum over them: the last tiles take what is left over, and a small plane is one tile (native/twins/plane-tiles.ts).
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace likeness {

namespace tiles {

constexpr int64_t longestPlane = 4096, side = 8, lanes = 4;

inline int64_t countOf(int64_t length) { return std::max<int64_t>(1, length / side); }

/** Row of pixels behind a row of tiles. */
inline int64_t endOf(int64_t tile, int64_t length) { return tile + 1 == countOf(length) ? length : (tile + 1) * side; }

/** Adds sums of columns of pixels to the tiles of a row. */
inline void addTiles(const float* columns, int64_t width, double* sums) {
  for (int64_t tile = 0; tile < countOf(width); tile++) {
    double sum = 0;
    for (int64_t x = tile * side; x < endOf(tile, width); x++) sum += columns[x];
    sums[tile] += sum;
  }
}

inline double together(const double* four) { return four[0] + four[1] + (four[2] + four[3]); }

}  // namespace tiles

/** Memory that lives from plane to plane. */
struct PlaneScratch {
  std::vector<float> columns, across;
};

}  // namespace likeness
