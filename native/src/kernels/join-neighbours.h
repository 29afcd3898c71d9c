/**
 * @file joinNeighbours: within groups of rows that are likely neighbours, every pair is multiplied and offered to both lists (the local join of Dong,
 * Moses and Li, 2011, Efficient k-nearest neighbor graph construction, https://doi.org/10.1145/1963405.1963487). Pairs of which neither row is new to
 * the group are left out: they have met. Lists do not depend on the order in which they are filled, so any number of threads gives the same.
 */
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "../instructions.h"
#include "../threads.h"
#include "neighbours/lists.h"
#include "neighbours/tiles.h"

namespace likeness {

struct JoinTask {
  const float* vectors;  // [count, dimensions]
  int64_t count, dimensions, k;
  /** Group g holds members[starts[g]] .. members[starts[g + 1] - 1], the first news[g] of which are new. */
  const int32_t* starts;
  const int32_t* members;
  const int32_t* news;
  int64_t memberCount;
  int64_t from, to;
  int32_t* indices;     // [count, k]
  float* similarities;  // [count, k]
  uint8_t* fresh;       // [count, k]: set to 1 where a neighbour came in
};

enum class JoinResult { joined, notNumber, badStarts, badNews, badMembers };

namespace joining {

inline void offer(const JoinTask& task, ListLocks& locks, int32_t to, int32_t other, float score) {
  const int64_t offset = to * task.k;
  auto held = locks.hold(to);
  const int64_t place = offerNeighbour(task.similarities + offset, task.indices + offset, task.k, score, other);
  if (place < 0) return;
  uint8_t* fresh = task.fresh + offset;
  std::copy_backward(fresh + place, fresh + task.k - 1, fresh + task.k);
  fresh[place] = 1;
}

/** @returns false where a score is not a number */
template <typename Tile>
bool joinGroup(const JoinTask& task, int64_t group, PackedRows& rows, std::vector<float>& thresholds, ListLocks& locks) {
  const int32_t* members = task.members + task.starts[group];
  const int64_t size = task.starts[group + 1] - task.starts[group], fresh = task.news[group];
  for (int64_t at = 0; at < size; at++) {
    const int64_t member = members[at];
    rows.fillRow(at, task.vectors + member * task.dimensions);
    thresholds[at] = worstOf(task.similarities + member * task.k, task.k);
  }
  float scores[tileRows * tileStride];
  bool isNumber = true;
  for (int64_t row = 0; row < fresh; row += tileRows) {
    const int64_t lastRow = std::min(row + tileRows, fresh);
    for (int64_t column = row / Tile::columns * Tile::columns; column < size; column += Tile::columns) {
      // Beyond the last member the packed memory holds older values; their scores are not looked at.
      Tile::multiply(rows.row(row), rows.row(column), rows.stride(), scores, tileStride);
      const int64_t lastColumn = std::min(column + Tile::columns, size);
      for (int64_t r = row; r < lastRow; r++) {
        for (int64_t c = std::max(column, r + 1); c < lastColumn; c++) {
          const float score = scores[(r - row) * tileStride + c - column];
          if (score < thresholds[r] && score < thresholds[c]) continue;
          if (score != score) isNumber = false;
          else if (members[r] != members[c]) {
            // A threshold read a while ago is at most too low.
            if (score >= thresholds[r]) offer(task, locks, members[r], members[c], score);
            if (score >= thresholds[c]) offer(task, locks, members[c], members[r], score);
            thresholds[r] = worstOf(task.similarities + members[r] * task.k, task.k);
            thresholds[c] = worstOf(task.similarities + members[c] * task.k, task.k);
          }
        }
      }
    }
  }
  return isNumber;
}

/** Whether the groups name only what is there; `largest` becomes the size of the largest. */
inline JoinResult checkGroups(const JoinTask& task, int64_t& largest) {
  for (int64_t group = task.from; group < task.to; group++) {
    const int64_t start = task.starts[group], end = task.starts[group + 1];
    if (start < 0 || end < start || end > task.memberCount) return JoinResult::badStarts;
    if (task.news[group] < 0 || task.news[group] > end - start) return JoinResult::badNews;
    for (int64_t at = start; at < end; at++)
      if (task.members[at] < 0 || task.members[at] >= task.count) return JoinResult::badMembers;
    largest = std::max(largest, end - start);
  }
  return JoinResult::joined;
}

}  // namespace joining

/** Groups [from, to). Lists begin empty (-infinity, -1). */
inline JoinResult joinNeighbours(const JoinTask& task, int threads, Instructions level) {
  int64_t largest = 0;
  const JoinResult checked = joining::checkGroups(task, largest);
  if (checked != JoinResult::joined) return checked;
  auto join = joining::joinGroup<ScalarTile>;
#if defined(LIKENESS_X86)
  if (level == Instructions::avx2) join = joining::joinGroup<Avx2Tile>;
  if (level == Instructions::avx512) join = joining::joinGroup<Avx512Tile>;
#elif defined(LIKENESS_NEON)
  if (level == Instructions::neon) join = joining::joinGroup<NeonTile>;
#endif
  (void)level;
  constexpr int64_t groupsAtOnce = 8;
  const int64_t groups = task.to - task.from;
  const int64_t useful = std::max<int64_t>(1, std::min<int64_t>(threads, (groups + groupsAtOnce - 1) / groupsAtOnce));
  std::vector<PackedRows> packed;
  for (int64_t thread = 0; thread < useful; thread++) packed.emplace_back(largest + 2 * tileRows, task.dimensions);
  std::vector<std::vector<float>> thresholds(useful, std::vector<float>(largest + 1));
  ListLocks locks;
  std::atomic<int64_t> next{task.from};
  std::atomic<bool> isNumber{true};
  shareWork(useful, [&](int64_t thread) {
    for (;;) {
      const int64_t first = next.fetch_add(groupsAtOnce);
      if (first >= task.to) return;
      for (int64_t group = first; group < std::min(task.to, first + groupsAtOnce); group++)
        if (!join(task, group, packed[thread], thresholds[thread], locks)) isNumber = false;
    }
  });
  return isNumber ? JoinResult::joined : JoinResult::notNumber;
}

}  // namespace likeness
