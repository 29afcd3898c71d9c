/**
 * @file augment, noise: a number of its own for every place in the view, hashed from the view's seed and the place; the sum of eight bytes stands for a
 * normal number. native/twins/augment/noise.ts says how good it is.
 */
#pragma once

#include <cmath>
#include <cstdint>

#include "../../instructions.h"
#include "colour.h"
#include "plan.h"

namespace likeness {
namespace augmenting {

LIKENESS_INLINE uint32_t mixBits(uint32_t value) {
  uint32_t hash = (value ^ value >> 16) * 0x21f0aaadu;
  hash = (hash ^ hash >> 15) * 0x735a2d97u;
  return hash ^ hash >> 15;
}

LIKENESS_INLINE float noiseAt(uint32_t seed, uint32_t place, float factor) {
  const uint32_t mask = 0x00ff00ffu, one = mixBits(seed + place * 0x9e3779b9u), two = mixBits(one ^ 0x55555555u);
  const uint32_t pairs = (one & mask) + (one >> 8 & mask) + (two & mask) + (two >> 8 & mask);
  return factor * static_cast<float>(static_cast<int32_t>((pairs & 0xffff) + (pairs >> 16)) - 1020);
}

/** @param planes [3, pixels] */
LIKENESS_INLINE void addNoise(float* __restrict planes, int64_t pixels, const float* plan) {
  if (plan[noise] == 0) return;
  const uint32_t seed = mixBits(static_cast<uint32_t>(plan[noiseSeedHigh]) << 16 | static_cast<uint32_t>(plan[noiseSeedLow]));
  const float factor = static_cast<float>(plan[noise] * 255.0 / std::sqrt(8 * 65535 / 12.0));
  const bool shared = plan[noiseShared] == 1;
  for (int64_t channel = 0; channel < 3; channel++) {
    float* __restrict plane = planes + channel * pixels;
    const uint32_t first = shared ? 0 : static_cast<uint32_t>(channel * pixels);
    for (int32_t at = 0; at < static_cast<int32_t>(pixels); at++)
      plane[at] = clampLevel(plane[at] + noiseAt(seed, first + static_cast<uint32_t>(at), factor));
  }
}

}  // namespace augmenting
}  // namespace likeness
