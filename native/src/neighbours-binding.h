/**
 * @file Reads and checks what JavaScript gave for neighbours of vectors, and calls their kernels.
 */
#pragma once

#include <cstdint>
#include <string>

#include <node_api.h>

#include "args.h"
#include "binding-limits.h"
#include "kernels/exact-neighbours.h"
#include "kernels/find-bad-row.h"
#include "kernels/join-neighbours.h"
#include "kernels/mutual-neighbours.h"
#include "kernels/split-rows.h"

namespace likeness {

constexpr int64_t maxBlock = 4096;

inline napi_value exactNeighboursFor(napi_env env, napi_callback_info info, Instructions level) {
  Arguments given(env, info, "exactNeighbours");
  NeighbourTask task{};
  task.count = given.integer("count", 2, maxCount);
  task.dimensions = given.integer("dimensions", 1, maxDimensions);
  task.from = given.integer("from", 0, task.count);
  task.to = given.integer("to", task.from, task.count);
  task.k = given.integer("k", 1, task.count - 1);
  int threads = static_cast<int>(given.integer("threads", 1, maxThreads));
  int64_t rows = task.to - task.from;
  task.vectors = given.array<float>("vectors", task.count * task.dimensions).data;
  task.indices = given.array<int32_t>("indices", rows * task.k).data;
  task.similarities = given.array<float>("similarities", rows * task.k).data;
  int64_t bad = findBadRow(task.vectors + task.from * task.dimensions, rows, task.dimensions);
  if (bad >= 0)
    throw ArgumentError{"bad-row", "exactNeighbours: row " + std::to_string(task.from + bad) + " of vectors is zero or not finite; expected length 1"};
  if (!exactNeighbours(task, threads, level))
    throw ArgumentError{"bad-row", "exactNeighbours: a row of vectors is not finite; expected every row of length 1"};
  return nullptr;
}

inline napi_value mutualNeighboursFor(napi_env env, napi_callback_info info, Instructions level) {
  Arguments given(env, info, "mutualNeighbours");
  MutualTask task{};
  task.count = given.integer("count", 2, maxCount);
  task.dimensions = given.integer("dimensions", 1, maxDimensions);
  task.block = given.integer("block", 1, maxBlock);
  const int64_t blocks = blocksOf(task);
  task.from = given.integer("from", 0, blocks * (blocks + 1) / 2);
  task.to = given.integer("to", task.from, blocks * (blocks + 1) / 2);
  task.k = given.integer("k", 1, task.count - 1);
  int threads = static_cast<int>(given.integer("threads", 1, maxThreads));
  task.vectors = given.array<float>("vectors", task.count * task.dimensions).data;
  task.indices = given.array<int32_t>("indices", task.count * task.k).data;
  task.similarities = given.array<float>("similarities", task.count * task.k).data;
  if (!mutualNeighbours(task, threads, level))
    throw ArgumentError{"bad-row", "mutualNeighbours: a row of vectors is not finite; expected every row of length 1"};
  return nullptr;
}

inline napi_value joinNeighboursFor(napi_env env, napi_callback_info info, Instructions level) {
  Arguments given(env, info, "joinNeighbours");
  JoinTask task{};
  task.count = given.integer("count", 2, maxCount);
  task.dimensions = given.integer("dimensions", 1, maxDimensions);
  task.k = given.integer("k", 1, task.count - 1);
  int threads = static_cast<int>(given.integer("threads", 1, maxThreads));
  task.vectors = given.array<float>("vectors", task.count * task.dimensions).data;
  Span<int32_t> news = given.array<int32_t>("news");
  const int64_t groups = static_cast<int64_t>(news.length);
  task.from = given.integer("from", 0, groups);
  task.to = given.integer("to", task.from, groups);
  task.starts = given.array<int32_t>("starts", groups + 1).data;
  Span<int32_t> members = given.array<int32_t>("members");
  task.news = news.data;
  task.members = members.data;
  task.memberCount = static_cast<int64_t>(members.length);
  task.indices = given.array<int32_t>("indices", task.count * task.k).data;
  task.similarities = given.array<float>("similarities", task.count * task.k).data;
  task.fresh = given.array<uint8_t>("fresh", task.count * task.k).data;
  switch (joinNeighbours(task, threads, level)) {
    case JoinResult::joined: return nullptr;
    case JoinResult::badStarts: throw ArgumentError{"out-of-range", "joinNeighbours: starts leads outside members"};
    case JoinResult::badNews: throw ArgumentError{"out-of-range", "joinNeighbours: news counts more members than a group has"};
    case JoinResult::badMembers: throw ArgumentError{"out-of-range", "joinNeighbours: members names a row outside the table"};
    case JoinResult::notNumber: break;
  }
  throw ArgumentError{"bad-row", "joinNeighbours: a row of vectors is not finite; expected every row of length 1"};
}

inline napi_value splitRowsFor(napi_env env, napi_callback_info info, Instructions level) {
  Arguments given(env, info, "splitRows");
  SplitTask task{};
  task.count = given.integer("count", 1, maxCount);
  task.dimensions = given.integer("dimensions", 1, maxDimensions);
  task.one = given.integer("one", 0, task.count - 1);
  task.other = given.integer("other", 0, task.count - 1);
  int threads = static_cast<int>(given.integer("threads", 1, maxThreads));
  task.vectors = given.array<float>("vectors", task.count * task.dimensions).data;
  Span<int32_t> rows = given.array<int32_t>("rows");
  const int64_t from = given.integer("from", 0, static_cast<int64_t>(rows.length)), to = given.integer("to", from, static_cast<int64_t>(rows.length));
  task.rows = rows.data + from;
  task.length = to - from;
  if (!splitRows(task, threads, level)) throw ArgumentError{"out-of-range", "splitRows: rows names a row outside the table"};
  return nullptr;
}

}  // namespace likeness
