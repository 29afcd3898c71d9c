/**
 * @file augment, blur: a Gaussian cut off at three standard deviations, across and then down; beyond the border is the border's pixel. Weights from sums
 * and products alone, as in the twin (native/twins/augment/blur.ts).
 */
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "../../instructions.h"
#include "plan.h"

namespace likeness {
namespace augmenting {

struct BlurScratch {
  std::vector<double> exact;
  std::vector<float> weights, padded, middle;
};

/** exp(-x) for x in 0..50. */
inline double exponentialOfMinus(double x) {
  const double small = -x / 1024;
  double sum = 1;
  for (int term = 8; term >= 1; term--) sum = 1 + small / term * sum;
  for (int square = 0; square < 10; square++) sum *= sum;
  return sum;
}

/** Of the centre and of the neighbours on one side. @returns how many neighbours */
inline int64_t gaussianWeights(double sigma, BlurScratch& scratch) {
  const int64_t radius = static_cast<int64_t>(std::ceil(3 * sigma));
  scratch.exact.resize(radius + 1);
  scratch.weights.resize(radius + 1);
  double ratio = exponentialOfMinus(1 / (2 * sigma * sigma)), sum = 1;
  const double step = ratio * ratio;
  scratch.exact[0] = 1;
  for (int64_t away = 1; away <= radius; away++) {
    scratch.exact[away] = scratch.exact[away - 1] * ratio;
    ratio *= step;
    sum += 2 * scratch.exact[away];
  }
  for (int64_t away = 0; away <= radius; away++) scratch.weights[away] = static_cast<float>(scratch.exact[away] / sum);
  return radius;
}

/** target[i] = sum of weights x (the two neighbours on either side), over `count` numbers. */
LIKENESS_INLINE void addPair(float* __restrict target, const float* before, const float* after, float weight, int64_t count) {
  for (int64_t at = 0; at < count; at++) target[at] += weight * (before[at] + after[at]);
}

/** @param planes [3, size, size] */
LIKENESS_INLINE void blur(float* planes, int64_t size, const float* plan, BlurScratch& scratch) {
  constexpr float smallestSigma = 0.1f;
  if (plan[blurSigma] < smallestSigma) return;
  const int64_t radius = gaussianWeights(plan[blurSigma], scratch);
  scratch.padded.resize(size + 2 * radius);
  scratch.middle.resize(size * size);
  const float* weights = scratch.weights.data();
  float *padded = scratch.padded.data(), *__restrict middle = scratch.middle.data();
  for (int64_t channel = 0; channel < 3; channel++) {
    float* __restrict plane = planes + channel * size * size;
    for (int64_t row = 0; row < size; row++) {
      const float* line = plane + row * size;
      std::fill(padded, padded + radius, line[0]);
      std::copy(line, line + size, padded + radius);
      std::fill(padded + radius + size, padded + 2 * radius + size, line[size - 1]);
      float* __restrict sums = middle + row * size;
      for (int64_t column = 0; column < size; column++) sums[column] = weights[0] * line[column];
      for (int64_t away = 1; away <= radius; away++) addPair(sums, padded + radius - away, padded + radius + away, weights[away], size);
    }
    for (int64_t row = 0; row < size; row++) {
      float* __restrict sums = plane + row * size;
      const float* line = middle + row * size;
      for (int64_t column = 0; column < size; column++) sums[column] = weights[0] * line[column];
      for (int64_t away = 1; away <= radius; away++)
        addPair(sums, middle + std::max<int64_t>(0, row - away) * size, middle + std::min(size - 1, row + away) * size, weights[away], size);
      for (int64_t column = 0; column < size; column++) sums[column] = sums[column] < 255.0f ? sums[column] : 255.0f;
    }
  }
}

}  // namespace augmenting
}  // namespace likeness
