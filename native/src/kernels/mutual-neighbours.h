/**
 * @file mutualNeighbours: the exact neighbours of all rows of a table of unit vectors among each other. Similarity is symmetric, so each pair is
 * multiplied once and offered to both: half of the work of asking for row after row. The table is cut into blocks of rows; one unit of work is a
 * pair of blocks. Lists do not depend on the order in which they are filled (neighbours/lists.h), so any number of threads gives the same.
 */
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "../instructions.h"
#include "../threads.h"
#include "neighbours/lists.h"
#include "neighbours/tiles.h"

namespace likeness {

struct MutualTask {
  const float* vectors;  // [count, dimensions]
  int64_t count, dimensions, k;
  /** Rows of a block. */
  int64_t block;
  /** Pairs of blocks, numbered (0, 0) (0, 1) ... (0, n - 1) (1, 1) ... */
  int64_t from, to;
  int32_t* indices;     // [count, k]
  float* similarities;  // [count, k]
};

inline int64_t blocksOf(const MutualTask& task) { return (task.count + task.block - 1) / task.block; }

namespace mutual {

/** Memory of one thread: two blocks and their products. */
struct Scratch {
  Scratch(const MutualTask& task)
      : rows(task.block + tileRows, task.dimensions),
        columns(task.block + tileRows, task.dimensions),
        width((task.block + 31) / 16 * 16),
        scores((task.block + tileRows) * width, 0.0f),
        thresholds(width, 0.0f) {}
  PackedRows rows, columns;
  int64_t width;
  std::vector<float> scores;
  std::vector<float> thresholds;
  int64_t rowBlock = -1;
};

/** True where one of sixteen scores is not below its threshold, NaN included. */
LIKENESS_INLINE bool anyReaches(const float* scores, const float* thresholds) {
  int32_t reached = 0;
  for (int at = 0; at < 16; at++) reached |= !(scores[at] < thresholds[at]);
  return reached != 0;
}

LIKENESS_INLINE bool anyReaches(const float* scores, float threshold) {
  int32_t reached = 0;
  for (int at = 0; at < 16; at++) reached |= !(scores[at] < threshold);
  return reached != 0;
}

struct BlockPair {
  int64_t firstRow, rows, firstColumn, columns;
  bool isDiagonal() const { return firstRow == firstColumn; }
};

/** Offers a block pair's columns to its rows. @returns false where a score is not a number */
inline bool offerToRows(const MutualTask& task, const BlockPair& pair, const Scratch& scratch) {
  bool isNumber = true;
  for (int64_t r = 0; r < pair.rows; r++) {
    const float* scores = scratch.scores.data() + r * scratch.width;
    float* similarities = task.similarities + (pair.firstRow + r) * task.k;
    int32_t* indices = task.indices + (pair.firstRow + r) * task.k;
    for (int64_t start = pair.isDiagonal() ? (r + 1) / 16 * 16 : 0; start < pair.columns; start += 16) {
      if (!anyReaches(scores + start, similarities[task.k - 1])) continue;
      const int64_t end = std::min(start + 16, pair.columns);
      for (int64_t c = std::max(start, pair.isDiagonal() ? r + 1 : 0); c < end; c++) {
        if (scores[c] != scores[c]) isNumber = false;
        else offerNeighbour(similarities, indices, task.k, scores[c], static_cast<int32_t>(pair.firstColumn + c));
      }
    }
  }
  return isNumber;
}

inline void offerToColumns(const MutualTask& task, const BlockPair& pair, Scratch& scratch) {
  float* thresholds = scratch.thresholds.data();
  for (int64_t c = 0; c < pair.columns; c++) thresholds[c] = task.similarities[(pair.firstColumn + c) * task.k + task.k - 1];
  for (int64_t r = 0; r < pair.rows; r++) {
    const float* scores = scratch.scores.data() + r * scratch.width;
    for (int64_t start = pair.isDiagonal() ? (r + 1) / 16 * 16 : 0; start < pair.columns; start += 16) {
      if (!anyReaches(scores + start, thresholds + start)) continue;
      const int64_t end = std::min(start + 16, pair.columns);
      for (int64_t c = std::max(start, pair.isDiagonal() ? r + 1 : 0); c < end; c++) {
        if (!(scores[c] >= thresholds[c])) continue;
        const int64_t offset = (pair.firstColumn + c) * task.k;
        offerNeighbour(task.similarities + offset, task.indices + offset, task.k, scores[c], static_cast<int32_t>(pair.firstRow + r));
        thresholds[c] = task.similarities[offset + task.k - 1];
      }
    }
  }
}

template <typename Tile>
bool searchPair(const MutualTask& task, int64_t rowBlock, int64_t columnBlock, Scratch& scratch, std::vector<std::mutex>& locks) {
  BlockPair pair{rowBlock * task.block, 0, columnBlock * task.block, 0};
  pair.rows = std::min(task.block, task.count - pair.firstRow);
  pair.columns = std::min(task.block, task.count - pair.firstColumn);
  if (scratch.rowBlock != rowBlock) scratch.rows.fill(task.vectors + pair.firstRow * task.dimensions, pair.rows);
  scratch.rowBlock = rowBlock;
  scratch.columns.fill(task.vectors + pair.firstColumn * task.dimensions, pair.columns);
  // Beyond the last row or column the packed memory holds older values; their scores are not looked at.
  for (int64_t r = 0; r < pair.rows; r += tileRows)
    for (int64_t c = 0; c < pair.columns; c += Tile::columns)
      Tile::multiply(scratch.rows.row(r), scratch.columns.row(c), scratch.rows.stride(), scratch.scores.data() + r * scratch.width + c, scratch.width);
  bool isNumber;
  {
    std::lock_guard<std::mutex> held(locks[rowBlock]);
    isNumber = offerToRows(task, pair, scratch);
  }
  std::lock_guard<std::mutex> held(locks[columnBlock]);
  offerToColumns(task, pair, scratch);
  return isNumber;
}

}  // namespace mutual

/**
 * *Caller's contract*: 0 <= from <= to <= n (n + 1) / 2 for n blocks, 1 <= k < count; before the first call the lists are empty (-infinity, -1).
 * @returns false where the table holds NaN or an infinity in a row that was met
 */
inline bool mutualNeighbours(const MutualTask& task, int threads, Instructions level) {
  auto search = mutual::searchPair<ScalarTile>;
#if defined(LIKENESS_X86)
  if (level == Instructions::avx2) search = mutual::searchPair<Avx2Tile>;
  if (level == Instructions::avx512) search = mutual::searchPair<Avx512Tile>;
#elif defined(LIKENESS_NEON)
  if (level == Instructions::neon) search = mutual::searchPair<NeonTile>;
#endif
  (void)level;
  constexpr int64_t pairsAtOnce = 4;
  const int64_t blocks = blocksOf(task), pairs = task.to - task.from;
  const int64_t useful = std::max<int64_t>(1, std::min<int64_t>(threads, (pairs + pairsAtOnce - 1) / pairsAtOnce));
  std::vector<std::mutex> locks(blocks);
  std::vector<mutual::Scratch> scratches;
  for (int64_t thread = 0; thread < useful; thread++) scratches.emplace_back(task);
  std::atomic<int64_t> next{task.from};
  std::atomic<bool> isNumber{true};
  shareWork(useful, [&](int64_t thread) {
    for (;;) {
      const int64_t first = next.fetch_add(pairsAtOnce);
      if (first >= task.to) return;
      int64_t rowBlock = 0, rest = first;
      for (; rest >= blocks - rowBlock; rowBlock++) rest -= blocks - rowBlock;
      int64_t columnBlock = rowBlock + rest;
      for (int64_t pair = first; pair < std::min(task.to, first + pairsAtOnce); pair++) {
        if (!search(task, rowBlock, columnBlock, scratches[thread], locks)) isNumber = false;
        if (++columnBlock == blocks) columnBlock = ++rowBlock;
      }
    }
  });
  return isNumber;
}

}  // namespace likeness
