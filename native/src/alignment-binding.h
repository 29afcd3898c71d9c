/**
 * @file Reads and checks what JavaScript gave for laying one picture over another, and calls the kernel.
 */
#pragma once

#include <node_api.h>

#include "args.h"
#include "binding-limits.h"
#include "kernels/alignment-sums.h"

namespace likeness {

inline napi_value alignmentSumsFor(napi_env env, napi_callback_info info, Instructions level) {
  Arguments given(env, info, "alignmentSums");
  AlignmentTask task{};
  task.width = given.integer("width", 1, aligning::maxAlignedSide);
  task.height = given.integer("height", 1, aligning::maxAlignedSide);
  task.slopes = given.array<float>("slopes", task.width * task.height * aligning::lanes).data;
  task.secondWidth = given.integer("secondWidth", 1, aligning::maxAlignedSide);
  task.secondHeight = given.integer("secondHeight", 1, aligning::maxAlignedSide);
  task.second = given.array<float>("second", task.secondWidth * task.secondHeight).data;
  task.affine = given.array<double>("affine", 6).data;
  task.gain = given.number("gain", -1e6, 1e6);
  task.bias = given.number("bias", -1e6, 1e6);
  task.spread = given.number("spread", 1e-3, 1e6);
  task.stride = given.integer("stride", 1, 64);
  task.sums = given.array<double>("sums", aligning::sumCount).data;
  alignmentSums(task, level);
  return nullptr;
}

}  // namespace likeness
