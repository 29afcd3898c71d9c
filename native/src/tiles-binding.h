/**
 * @file Reads and checks what JavaScript gave for comparing pictures tile by tile, and calls the kernels.
 */
#pragma once

#include <node_api.h>

#include "args.h"
#include "kernels/area-means.h"
#include "kernels/smooth-plane.h"
#include "kernels/tile-residuals.h"
#include "kernels/warp-picture.h"

namespace likeness {

inline napi_value areaMeansFor(napi_env env, napi_callback_info info, Instructions level, AreaMeansScratch& scratch) {
  Arguments given(env, info, "areaMeans");
  AreaMeansTask task{};
  task.sourceWidth = given.integer("sourceWidth", 1, covering::longestSide);
  task.sourceHeight = given.integer("sourceHeight", 1, covering::longestSide);
  task.targetWidth = given.integer("targetWidth", 1, covering::longestSide);
  task.targetHeight = given.integer("targetHeight", 1, covering::longestSide);
  task.isPlanes = given.oneOf("planes", {0, 1}) == 1;
  task.source = given.array<uint8_t>("source", task.sourceWidth * task.sourceHeight * 3).data;
  task.target = given.array<float>("target", task.targetWidth * task.targetHeight * 3).data;
  areaMeans(task, level, scratch);
  return nullptr;
}

inline napi_value smoothPlaneFor(napi_env env, napi_callback_info info, Instructions level, PlaneScratch& scratch) {
  Arguments given(env, info, "smoothPlane");
  SmoothPlaneTask task{};
  task.width = given.integer("width", 1, tiles::longestPlane);
  task.height = given.integer("height", 1, tiles::longestPlane);
  task.plane = given.array<float>("plane", task.width * task.height).data;
  task.blurred = given.array<float>("blurred", task.width * task.height).data;
  task.energies = given.array<double>("energies", tiles::countOf(task.width) * tiles::countOf(task.height)).data;
  task.moments = given.array<double>("moments", 2).data;
  smoothPlane(task, level, scratch);
  return nullptr;
}

inline napi_value tileResidualsFor(napi_env env, napi_callback_info info, Instructions level, PlaneScratch& scratch) {
  Arguments given(env, info, "tileResiduals");
  TileResidualsTask task{};
  task.width = given.integer("width", 1, tiles::longestPlane);
  task.height = given.integer("height", 1, tiles::longestPlane);
  task.first = given.array<float>("first", task.width * task.height).data;
  task.second = given.array<float>("second", task.width * task.height).data;
  task.gain = static_cast<float>(given.number("gain", -1e6, 1e6));
  task.bias = static_cast<float>(given.number("bias", -1e6, 1e6));
  task.stepX = static_cast<float>(given.number("stepX", -1e3, 1e3));
  task.stepY = static_cast<float>(given.number("stepY", -1e3, 1e3));
  task.sums = given.array<double>("sums", tiles::countOf(task.width) * tiles::countOf(task.height)).data;
  tileResiduals(task, level, scratch);
  return nullptr;
}

inline napi_value shiftSumsFor(napi_env env, napi_callback_info info, Instructions level) {
  Arguments given(env, info, "shiftSums");
  ShiftSumsTask task{};
  task.width = given.integer("width", 1, tiles::longestPlane);
  task.height = given.integer("height", 1, tiles::longestPlane);
  task.first = given.array<float>("first", task.width * task.height).data;
  task.second = given.array<float>("second", task.width * task.height).data;
  task.sums = given.array<double>("sums", missing::shiftSumCount).data;
  shiftSums(task, level);
  return nullptr;
}

inline napi_value warpPictureFor(napi_env env, napi_callback_info info, Instructions level) {
  Arguments given(env, info, "warpPicture");
  WarpTask task{};
  task.sourceWidth = given.integer("sourceWidth", 1, tiles::longestPlane);
  task.sourceHeight = given.integer("sourceHeight", 1, tiles::longestPlane);
  task.width = given.integer("width", 1, tiles::longestPlane);
  task.height = given.integer("height", 1, tiles::longestPlane);
  task.samples = given.integer("samples", 1, warping::mostSamples);
  task.source = given.array<uint8_t>("source", task.sourceWidth * task.sourceHeight * 3).data;
  task.affine = given.array<double>("affine", 6).data;
  task.planes = given.array<float>("planes", task.width * task.height * 3).data;
  task.reached = given.array<uint8_t>("reached", task.width * task.height).data;
  napi_value count = nullptr;
  napi_create_double(env, static_cast<double>(warpPicture(task, level)), &count);
  return count;
}

}  // namespace likeness
