/**
 * @file areaMeans: an RGB picture scaled so that each pixel is the mean of what it covers, as colours or as brightness and two differences of colour (native/twins/area-means.ts says what). Sums are floats added in
 * the order of the pixels, so every path gives the same bits.
 */
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "../instructions.h"

namespace likeness {

namespace covering {

constexpr int64_t longestSide = 1 << 14;
/** A pixel is four floats here, of which the last is nothing. */
constexpr int64_t lanes = 4;
constexpr double redShare = 0.299, greenShare = 0.587, blueShare = 0.114, blueScale = 0.564, redScale = 0.713;
/** Pixels. Shares below it are rounding. */
constexpr double nothing = 1e-9;

/** The weights of the inputs under each output, one run per output. */
struct Coverage {
  std::vector<int32_t> starts, offsets;
  std::vector<float> weights;

  void make(int64_t from, int64_t to) {
    starts.assign(static_cast<size_t>(to), 0);
    offsets.assign(static_cast<size_t>(to) + 1, 0);
    weights.clear();
    const double scale = static_cast<double>(from) / static_cast<double>(to);
    for (int64_t index = 0; index < to; index++) {
      const double low = static_cast<double>(index) * scale, high = std::min(static_cast<double>(from), low + scale);
      const double start = std::floor(low + nothing);
      starts[index] = static_cast<int32_t>(start);
      for (double input = start; input < high - nothing; input++)
        weights.push_back(static_cast<float>((std::min(high, input + 1) - std::max(low, input)) / scale));
      offsets[index + 1] = static_cast<int32_t>(weights.size());
    }
  }
};

}  // namespace covering

struct AreaMeansTask {
  const uint8_t* source;
  int64_t sourceWidth, sourceHeight, targetWidth, targetHeight;
  bool isPlanes;
  float* target;
};

/** Memory that lives from picture to picture. */
struct AreaMeansScratch {
  covering::Coverage columns, rows;
  std::vector<float> gathered, line;
};

namespace covering {

LIKENESS_INLINE void gatherRow(const uint8_t* __restrict source, float weight, int64_t count, float* __restrict gathered) {
  for (int64_t at = 0; at < count; at++) gathered[at] += weight * static_cast<float>(source[at]);
}

/** Reads a float past the last pixel, which is there (`gathered` has one more). */
LIKENESS_INLINE void gatherColumns(const float* __restrict gathered, const Coverage& columns, int64_t width, float* __restrict line) {
  const float* weight = columns.weights.data();
  for (int64_t x = 0; x < width; x++, line += lanes) {
    float sums[lanes] = {0, 0, 0, 0};
    const float* from = gathered + 3 * static_cast<int64_t>(columns.starts[x]);
    for (int32_t tap = columns.offsets[x]; tap < columns.offsets[x + 1]; tap++, from += 3)
      for (int64_t lane = 0; lane < lanes; lane++) sums[lane] += weight[tap] * from[lane];
    for (int64_t lane = 0; lane < lanes; lane++) line[lane] = sums[lane];
  }
}

LIKENESS_INLINE void storeColour(double red, double green, double blue, float* luma, float* toBlue, float* toRed) {
  const double brightness = redShare * red + greenShare * green + blueShare * blue;
  *luma = static_cast<float>(brightness);
  *toBlue = static_cast<float>((blue - brightness) * blueScale);
  *toRed = static_cast<float>((red - brightness) * redScale);
}

LIKENESS_INLINE void storePlanes(const float* __restrict line, int64_t width, float* __restrict lumas, float* __restrict blues, float* __restrict reds) {
  for (int64_t x = 0; x < width; x++, line += lanes) {
    storeColour(line[0], line[1], line[2], lumas + x, blues + x, reds + x);
  }
}

LIKENESS_INLINE void scale(const AreaMeansTask& task, AreaMeansScratch& scratch) {
  const int64_t stride = 3 * task.sourceWidth, plane = task.targetWidth * task.targetHeight;
  float *gathered = scratch.gathered.data(), *line = scratch.line.data();
  for (int64_t y = 0; y < task.targetHeight; y++) {
    std::fill(gathered, gathered + stride + 1, 0.0f);
    const uint8_t* from = task.source + static_cast<int64_t>(scratch.rows.starts[y]) * stride;
    for (int32_t tap = scratch.rows.offsets[y]; tap < scratch.rows.offsets[y + 1]; tap++, from += stride) gatherRow(from, scratch.rows.weights[tap], stride, gathered);
    gatherColumns(gathered, scratch.columns, task.targetWidth, line);
    float* to = task.target + y * task.targetWidth;
    if (task.isPlanes) storePlanes(line, task.targetWidth, to, to + plane, to + 2 * plane);
    else
      for (int64_t x = 0; x < task.targetWidth; x++) std::copy(line + lanes * x, line + lanes * x + 3, task.target + 3 * (y * task.targetWidth + x));
  }
}

#if defined(LIKENESS_X86)
LIKENESS_AVX2 inline void scaleAvx2(const AreaMeansTask& task, AreaMeansScratch& scratch) { scale(task, scratch); }
#endif

}  // namespace covering

inline void areaMeans(const AreaMeansTask& task, Instructions level, AreaMeansScratch& scratch) {
  scratch.columns.make(task.sourceWidth, task.targetWidth);
  scratch.rows.make(task.sourceHeight, task.targetHeight);
  scratch.gathered.resize(static_cast<size_t>(3 * task.sourceWidth + 1));
  scratch.line.resize(static_cast<size_t>(covering::lanes * task.targetWidth));
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) return covering::scaleAvx2(task, scratch);
#endif
  (void)level;
  covering::scale(task, scratch);
}

}  // namespace likeness
