/**
 * @file The plan of a view, column by column: name, lowest and highest value. native/twins/augment/plan.ts has the same table and says what each number
 * means.
 */
#pragma once

#include <cstdint>

namespace likeness {
namespace augmenting {

enum Column {
  cropLeft, cropTop, cropWidth, cropHeight, orientation, sine, brightness, contrast, saturation, hue, order, grey, blurSigma, noise, noiseShared,
  noiseSeedLow, noiseSeedHigh, solarizeFrom, cutoutLeft, cutoutTop, cutoutWidth, cutoutHeight, planLength
};

struct ColumnRange {
  const char* name;
  double low, high;
};

constexpr ColumnRange planColumns[planLength] = {
    {"cropLeft", 0, 1},         {"cropTop", 0, 1},           {"cropWidth", 1e-3, 1},   {"cropHeight", 1e-3, 1},   {"orientation", 0, 7},
    {"sine", -0.7072, 0.7072},  {"brightness", 0, 10},       {"contrast", 0, 10},      {"saturation", 0, 10},     {"hue", -0.5, 0.5},
    {"order", 0, 255},          {"grey", 0, 1},              {"blurSigma", 0, 64},     {"noise", 0, 1},           {"noiseShared", 0, 1},
    {"noiseSeedLow", 0, 65535}, {"noiseSeedHigh", 0, 65535}, {"solarize", 0, 2},       {"cutoutLeft", 0, 4096},   {"cutoutTop", 0, 4096},
    {"cutoutWidth", 0, 4096},   {"cutoutHeight", 0, 4096},
};

/** The first number of `plans` outside its column's range, or -1. */
inline int64_t findBadPlan(const float* plans, int64_t views) {
  for (int64_t at = 0; at < views * planLength; at++) {
    const ColumnRange& range = planColumns[at % planLength];
    const double value = plans[at];
    if (!(value >= range.low && value <= range.high)) return at;
  }
  return -1;
}

}  // namespace augmenting
}  // namespace likeness
