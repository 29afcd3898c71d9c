/**
 * @file histograms: how often each level of grey, and of colourfulness (largest of R, G, B less the smallest), occurs in an RGB picture. Pixels go
 * to four tables in turn, so that equal neighbours do not wait for each other's sums.
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace likeness {

struct HistogramScratch {
  uint32_t greys[4][256], chromas[4][256];
};

/** @param greys, chromas [256] */
inline void histograms(const uint8_t* rgb, int64_t count, uint32_t* greys, uint32_t* chromas, HistogramScratch& scratch) {
  std::memset(&scratch, 0, sizeof scratch);
  for (int64_t pixel = 0; pixel < count; pixel++, rgb += 3) {
    uint32_t red = rgb[0], green = rgb[1], blue = rgb[2];
    scratch.greys[pixel & 3][(red * 77 + green * 150 + blue * 29 + 128) >> 8]++;
    scratch.chromas[pixel & 3][std::max(red, std::max(green, blue)) - std::min(red, std::min(green, blue))]++;
  }
  for (int level = 0; level < 256; level++) {
    greys[level] = scratch.greys[0][level] + scratch.greys[1][level] + scratch.greys[2][level] + scratch.greys[3][level];
    chromas[level] = scratch.chromas[0][level] + scratch.chromas[1][level] + scratch.chromas[2][level] + scratch.chromas[3][level];
  }
}

}  // namespace likeness
