/**
 * @file augment, colours: torchvision's definitions on float32 numbers from 0 to 255, in plain loops without branches, which the compiler turns into vectors.
 * The twin (native/twins/augment/colour.ts) names the formulas.
 */
#pragma once

#include <algorithm>
#include <cstdint>

#include "../../instructions.h"
#include "plan.h"

namespace likeness {
namespace augmenting {

LIKENESS_INLINE float clampLevel(float value) {
  value = value < 0.0f ? 0.0f : value;
  return value > 255.0f ? 255.0f : value;
}

LIKENESS_INLINE float greyOf(float red, float green, float blue) {
  const float grey = 0.2989f * red + 0.587f * green + 0.114f * blue;
  return grey < 255.0f ? grey : 255.0f;
}

LIKENESS_INLINE void brighten(float* __restrict numbers, int64_t count, float factor) {
  for (int64_t at = 0; at < count; at++) numbers[at] = clampLevel(numbers[at] * factor);
}

LIKENESS_INLINE void stretchContrast(float* planes, int64_t size, float factor) {
  const int64_t pixels = size * size;
  int64_t total = 0;
  for (int64_t row = 0; row < size; row++) {
    const float* red = planes + row * size;
    // In 2048ths of a level: 4096 pixels, 255 each, still fit.
    int32_t sum = 0;
    for (int64_t at = 0; at < size; at++) sum += static_cast<int32_t>(greyOf(red[at], red[pixels + at], red[2 * pixels + at]) * 2048.0f + 0.5f);
    total += sum;
  }
  const float mean = static_cast<float>(static_cast<double>(total) / static_cast<double>(2048 * pixels)), rest = (1.0f - factor) * mean;
  for (int64_t at = 0; at < 3 * pixels; at++) planes[at] = clampLevel(planes[at] * factor + rest);
}

LIKENESS_INLINE void saturate(float* __restrict red, float* __restrict green, float* __restrict blue, int64_t pixels, float factor) {
  const float other = 1.0f - factor;
  for (int64_t at = 0; at < pixels; at++) {
    const float rest = other * greyOf(red[at], green[at], blue[at]);
    red[at] = clampLevel(red[at] * factor + rest);
    green[at] = clampLevel(green[at] * factor + rest);
    blue[at] = clampLevel(blue[at] * factor + rest);
  }
}

/** `place` in [1, 12). */
LIKENESS_INLINE float hueShare(float place) {
  const float k = place >= 6.0f ? place - 6.0f : place;
  float share = k < 4.0f - k ? k : 4.0f - k;
  share = share < 1.0f ? share : 1.0f;
  return share > 0.0f ? share : 0.0f;
}

LIKENESS_INLINE void turnHue(float* __restrict red, float* __restrict green, float* __restrict blue, int64_t pixels, float turn) {
  const float sixths = turn * 6.0f;
  for (int64_t at = 0; at < pixels; at++) {
    const float r = red[at], g = green[at], b = blue[at];
    float largest = r > g ? r : g, smallest = r < g ? r : g;
    largest = largest > b ? largest : b;
    smallest = smallest < b ? smallest : b;
    const float chroma = largest - smallest;
    const bool isRed = largest == r, isGreen = largest == g;
    const float forRed = g - b, forGreen = b - r, forBlue = r - g;
    float difference = isGreen ? forGreen : forBlue, from = isGreen ? 2.0f : 4.0f;
    difference = isRed ? forRed : difference;
    from = isRed ? 0.0f : from;
    float hue = difference / (chroma > 0.0f ? chroma : 1.0f) + from + sixths;
    const float above = hue + 6.0f;
    hue = hue < 0.0f ? above : hue;
    const float below = hue - 6.0f;
    hue = hue >= 6.0f ? below : hue;
    red[at] = largest - chroma * hueShare(hue + 5.0f);
    green[at] = largest - chroma * hueShare(hue + 3.0f);
    blue[at] = largest - chroma * hueShare(hue + 1.0f);
  }
}

LIKENESS_INLINE void makeGrey(float* __restrict red, float* __restrict green, float* __restrict blue, int64_t pixels) {
  for (int64_t at = 0; at < pixels; at++) {
    const float value = greyOf(red[at], green[at], blue[at]);
    red[at] = value;
    green[at] = value;
    blue[at] = value;
  }
}

/** Colour jitter in the plan's order, then grey. @param planes [3, size, size] */
LIKENESS_INLINE void changeColours(float* planes, int64_t size, const float* plan) {
  const int64_t pixels = size * size;
  float *red = planes, *green = planes + pixels, *blue = planes + 2 * pixels;
  for (int turn = 0, digits = static_cast<int>(plan[order]); turn < 4; turn++, digits >>= 2) {
    const int change = digits & 3;
    if (change == 0 && plan[brightness] != 1) brighten(planes, 3 * pixels, plan[brightness]);
    if (change == 1 && plan[contrast] != 1) stretchContrast(planes, size, plan[contrast]);
    if (change == 2 && plan[saturation] != 1) saturate(red, green, blue, pixels, plan[saturation]);
    if (change == 3 && plan[hue] != 0) turnHue(red, green, blue, pixels, plan[hue]);
  }
  if (plan[grey] == 1) makeGrey(red, green, blue, pixels);
}

/** What is as bright as the plan says, or brighter, becomes its negative. */
LIKENESS_INLINE void solarize(float* __restrict planes, int64_t count, const float* plan) {
  if (plan[solarizeFrom] > 1) return;
  const float threshold = plan[solarizeFrom] * 255.0f;
  for (int64_t at = 0; at < count; at++) {
    const float negative = 255.0f - planes[at];
    planes[at] = planes[at] >= threshold ? negative : planes[at];
  }
}

}  // namespace augmenting
}  // namespace likeness
