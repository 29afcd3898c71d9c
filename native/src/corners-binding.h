/**
 * @file Reads and checks what JavaScript gave for corners, and calls their kernels.
 */
#pragma once

#include <cstdint>
#include <string>

#include <node_api.h>

#include "args.h"
#include "binding-limits.h"
#include "kernels/find-corners.h"
#include "kernels/lay-corners.h"

namespace likeness {

inline void requireWithin(const char* name, Span<int32_t> values, int32_t low, int32_t high) {
  for (size_t at = 0; at < values.length; at++)
    if (values.data[at] < low || values.data[at] > high)
      throw ArgumentError{"out-of-range", std::string("findCorners: ") + name + "[" + std::to_string(at) + "] is " + std::to_string(values.data[at]) +
                                              "; expected " + std::to_string(low) + " to " + std::to_string(high)};
}

inline napi_value findCornersFor(napi_env env, napi_callback_info info, Instructions level, CornersScratch& scratch) {
  Arguments given(env, info, "findCorners");
  CornersTask task{};
  task.width = given.integer("width", 1, 4096);
  task.height = given.integer("height", 1, 4096);
  task.luma = given.array<float>("luma", task.width * task.height).data;
  Span<int32_t> pattern = given.array<int32_t>("pattern", 4 * 32 * corners::words);
  requireWithin("pattern", pattern, -corners::patchRadius, corners::patchRadius);
  Span<int32_t> budget = given.array<int32_t>("budget");
  if (budget.length < 1 || budget.length > 6)
    throw ArgumentError{"wrong-length", "findCorners: budget has " + std::to_string(budget.length) + " elements; expected 1 to 6"};
  requireWithin("budget", budget, 0, 4096);
  int64_t most = 0;
  for (size_t at = 0; at < budget.length; at++) most += budget.data[at];
  task.pattern = pattern.data;
  task.budget = budget.data;
  task.sizes = static_cast<int64_t>(budget.length);
  task.leastStrength = given.number("leastStrength", 0, 65025);
  task.x = given.arrayOfAtLeast<float>("x", most).data;
  task.y = given.arrayOfAtLeast<float>("y", most).data;
  task.bits = given.arrayOfAtLeast<int32_t>("bits", most * corners::words).data;
  napi_value count = nullptr;
  napi_create_double(env, static_cast<double>(findCorners(task, level, scratch)), &count);
  return count;
}

inline napi_value layCornersFor(napi_env env, napi_callback_info info, Instructions level) {
  Arguments given(env, info, "layCorners");
  LayTask task{};
  Span<int32_t> starts = given.array<int32_t>("starts");
  Span<float> x = given.array<float>("x");
  auto corners = static_cast<int64_t>(x.length);
  task.starts = starts.data;
  task.x = x.data;
  task.y = given.array<float>("y", corners).data;
  task.bits = given.array<int32_t>("bits", corners * laying::words).data;
  Span<int32_t> pairs = given.array<int32_t>("pairs");
  task.pairs = pairs.data;
  task.count = static_cast<int64_t>(pairs.length / 2);
  task.found = given.array<double>("found", task.count * 5).data;
  int64_t threads = given.integer("threads", 1, maxThreads);
  bool isRising = starts.length >= 1 && starts.data[0] == 0 && starts.data[starts.length - 1] == corners;
  for (size_t at = 1; at < starts.length; at++) isRising = isRising && starts.data[at] >= starts.data[at - 1];
  if (!isRising) throw ArgumentError{"out-of-range", "layCorners: starts do not rise from 0 to the number of corners"};
  for (size_t at = 0; at < pairs.length; at++)
    if (pairs.data[at] < 0 || static_cast<size_t>(pairs.data[at]) + 1 >= starts.length)
      throw ArgumentError{"out-of-range", "layCorners: pairs name a picture that there is not"};
  layCorners(task, threads, level);
  return nullptr;
}

}  // namespace likeness
