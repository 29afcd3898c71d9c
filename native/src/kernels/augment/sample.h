/**
 * @file augment, first step: the crop of a picture as three planes of float32 numbers, 0 to 255. Scaled with antialiasing down first, a row of
 * interleaved bytes at a time, then across, four view pixels at a time with the channels of a pixel in one register; or, with a small turn, the mean of
 * a grid of bilinear samples. Loops that follow are in the order of the twin (native/twins/augment/sample.ts), to the last bit.
 */
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "../../instructions.h"
#include "plan.h"

namespace likeness {
namespace augmenting {

typedef float Quad __attribute__((vector_size(16)));
typedef int32_t QuadBits __attribute__((vector_size(16)));
typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef uint16_t Shorts __attribute__((vector_size(16)));
/** x and y. */
typedef double Pair __attribute__((vector_size(16)));
typedef int32_t PairBits __attribute__((vector_size(8)));

struct Taps {
  std::vector<int32_t> starts, counts;
  std::vector<float> weights;  // [size in whole fours, widest]
  int64_t widest = 0;
  /** The largest of `counts`. */
  int32_t most = 0;
};

struct SampleScratch {
  Taps across, down;
  std::vector<float> line, row;
};

struct Picture {
  const uint8_t* bytes;
  /** End of the memory that may be read. */
  const uint8_t* end;
  int64_t side;
};

inline void makeTaps(int64_t side, double from, double length, int64_t size, Taps& taps) {
  const double scale = length / static_cast<double>(size), support = std::max(scale, 1.0), border = static_cast<double>(side);
  const int64_t padded = (size + 3) / 4 * 4;
  taps.widest = static_cast<int64_t>(std::ceil(2 * support)) + 1;
  taps.most = 0;
  taps.starts.resize(padded);
  taps.counts.resize(padded);
  taps.weights.assign(padded * taps.widest, 0.0f);
  for (int64_t index = 0; index < size; index++) {
    const double centre = std::min(from + (static_cast<double>(index) + 0.5) * scale, border);
    const int64_t start = std::max<int64_t>(0, static_cast<int64_t>(std::floor(centre - support + 0.5)));
    const int64_t count = std::min(side, static_cast<int64_t>(std::ceil(centre + support - 0.5))) - start;
    auto weightOf = [&](int64_t tap) { return 1 - std::fabs(static_cast<double>(start + tap) + 0.5 - centre) / support; };
    double sum = 0;
    for (int64_t tap = 0; tap < count; tap++) sum += weightOf(tap);
    for (int64_t tap = 0; tap < count; tap++) taps.weights[index * taps.widest + tap] = static_cast<float>(weightOf(tap) / sum);
    taps.starts[index] = static_cast<int32_t>(start);
    taps.counts[index] = static_cast<int32_t>(count);
    taps.most = std::max(taps.most, taps.counts[index]);
  }
  // The last four are done together: what is beyond the view repeats its last pixel, with weights of 0.
  for (int64_t index = size; index < padded; index++) {
    taps.starts[index] = taps.starts[size - 1];
    taps.counts[index] = 0;
  }
}

/** Where pixel (x, y) of the crop lies in the view: origin + x stepX + y stepY. */
struct Grid {
  int64_t origin, stepX, stepY;
};

inline Grid placeGrid(int orientation, int64_t size) {
  const int64_t alongX = orientation & 4 ? size : 1, alongY = orientation & 4 ? 1 : size;
  const bool mirrored = orientation & 1, upsideDown = orientation & 2;
  return {(mirrored ? (size - 1) * alongX : 0) + (upsideDown ? (size - 1) * alongY : 0), mirrored ? -alongX : alongX, upsideDown ? -alongY : alongY};
}

LIKENESS_INLINE void loadQuad(const float* from, Quad& quad) { std::memcpy(&quad, from, sizeof quad); }

/** Four view pixels of a row: the sums of `most` taps each, written as four numbers of each channel. */
LIKENESS_INLINE void scaleFour(const float* line, const Taps& taps, int64_t first, int64_t index, float* red, float* green, float* blue) {
  Quad sums[4];
  const float* pixels[4];
  const float* weights[4];
  for (int lane = 0; lane < 4; lane++) {
    sums[lane] = Quad{};
    pixels[lane] = line + (taps.starts[index + lane] - first) * 3;
    weights[lane] = taps.weights.data() + (index + lane) * taps.widest;
  }
  for (int32_t tap = 0; tap < taps.most; tap++)
    for (int lane = 0; lane < 4; lane++) {
      Quad pixel;
      loadQuad(pixels[lane] + tap * 3, pixel);
      sums[lane] += pixel * weights[lane][tap];
    }
  const Quad low = __builtin_shufflevector(sums[0], sums[1], 0, 4, 1, 5), high = __builtin_shufflevector(sums[2], sums[3], 0, 4, 1, 5);
  const Quad lowBlue = __builtin_shufflevector(sums[0], sums[1], 2, 6, 3, 7), highBlue = __builtin_shufflevector(sums[2], sums[3], 2, 6, 3, 7);
  Quad planes[3] = {__builtin_shufflevector(low, high, 0, 1, 4, 5), __builtin_shufflevector(low, high, 2, 3, 6, 7),
                    __builtin_shufflevector(lowBlue, highBlue, 0, 1, 4, 5)};
  const Quad white = Quad{} + 255.0f;
  for (Quad& plane : planes) plane = plane < white ? plane : white;
  std::memcpy(red + index, &planes[0], sizeof(Quad));
  std::memcpy(green + index, &planes[1], sizeof(Quad));
  std::memcpy(blue + index, &planes[2], sizeof(Quad));
}

LIKENESS_INLINE void scaleCrop(const Picture& picture, const float* plan, int64_t size, float* planes, SampleScratch& scratch) {
  const double side = static_cast<double>(picture.side);
  Taps &across = scratch.across, &down = scratch.down;
  makeTaps(picture.side, plan[cropLeft] * side, plan[cropWidth] * side, size, across);
  makeTaps(picture.side, plan[cropTop] * side, plan[cropHeight] * side, size, down);
  const int64_t first = across.starts[0], columns = across.starts[size - 1] + across.counts[size - 1] - first, length = columns * 3;
  const int64_t padded = (size + 3) / 4 * 4;
  // Taps of weight 0 read beyond the line's end: numbers of an older line, or zeros.
  if (static_cast<int64_t>(scratch.line.size()) < length + (across.most + 2) * 3) scratch.line.resize(length + (across.most + 2) * 3);
  if (static_cast<int64_t>(scratch.row.size()) < 3 * padded) scratch.row.resize(3 * padded);
  float* __restrict line = scratch.line.data();
  float* row = scratch.row.data();
  const Grid grid = placeGrid(static_cast<int>(plan[orientation]), size);
  for (int64_t y = 0; y < size; y++) {
    const float* weights = down.weights.data() + y * down.widest;
    const uint8_t* __restrict from = picture.bytes + (down.starts[y] * picture.side + first) * 3;
    for (int64_t at = 0; at < length; at++) line[at] = weights[0] * static_cast<float>(from[at]);
    for (int32_t tap = 1; tap < down.counts[y]; tap++) {
      const uint8_t* __restrict next = from + tap * picture.side * 3;
      const float weight = weights[tap];
      for (int64_t at = 0; at < length; at++) line[at] += weight * static_cast<float>(next[at]);
    }
    for (int64_t x = 0; x < size; x += 4) scaleFour(line, across, first, x, row, row + padded, row + 2 * padded);
    for (int64_t channel = 0; channel < 3; channel++) {
      const float* numbers = row + channel * padded;
      float* to = planes + channel * size * size + grid.origin + y * grid.stepY;
      if (grid.stepX == 1) std::memcpy(to, numbers, size * sizeof(float));
      else
        for (int64_t x = 0; x < size; x++) to[x * grid.stepX] = numbers[x];
    }
  }
}

/** The three bytes of a pixel as numbers, and one more that means nothing. `mayOverrun`: there is a byte behind the pixel. */
LIKENESS_INLINE void loadPixel(const uint8_t* pixel, bool mayOverrun, Quad& quad) {
  uint32_t raw = 0;
  if (mayOverrun) std::memcpy(&raw, pixel, 4);
  else std::memcpy(&raw, pixel, 3);
  // Zeros between the bytes, then between the halves: what every processor has, and a conversion of four bytes has not.
  const QuadBits lone = {static_cast<int32_t>(raw), 0, 0, 0};
  const Bytes bytes = reinterpret_cast<Bytes>(lone);
  const Shorts halves = reinterpret_cast<Shorts>(__builtin_shufflevector(bytes, Bytes{}, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  quad = __builtin_convertvector(reinterpret_cast<QuadBits>(__builtin_shufflevector(halves, Shorts{}, 0, 8, 1, 9, 2, 10, 3, 11)), Quad);
}

LIKENESS_INLINE void turnCrop(const Picture& picture, const float* plan, int64_t size, float* planes) {
  const double side = static_cast<double>(picture.side), length = static_cast<double>(size);
  const double scaleX = plan[cropWidth] * side / length, scaleY = plan[cropHeight] * side / length;
  const double centreX = plan[cropLeft] * side + scaleX * length / 2 - 0.5, centreY = plan[cropTop] * side + scaleY * length / 2 - 0.5;
  const double sineOf = plan[sine], cosine = std::sqrt(1 - sineOf * sineOf);
  const int turned = static_cast<int>(plan[orientation]);
  const double signX = turned & 1 ? -1 : 1, signY = turned & 2 ? -1 : 1;
  const double columnX = turned & 4 ? 0 : signX, columnY = turned & 4 ? signY : 0, rowX = turned & 4 ? signX : 0, rowY = turned & 4 ? 0 : signY;
  // One column further in the view is so much further in the picture, and one row likewise.
  const Pair across = {scaleX * (cosine * columnX - sineOf * columnY), scaleY * (sineOf * columnX + cosine * columnY)};
  const Pair down = {scaleX * (cosine * rowX - sineOf * rowY), scaleY * (sineOf * rowX + cosine * rowY)};
  const Pair centre = {centreX, centreY}, zero = {}, edge = zero + (side - 1);
  const int grid = static_cast<int>(std::min(8.0, std::max(1.0, std::ceil(std::max(scaleX, scaleY) - 0.25))));
  const float share = static_cast<float>(1.0 / (grid * grid));
  const int64_t last = picture.side - 1, pixels = size * size;
  for (int64_t row = 0, to = 0; row < size; row++) {
    for (int64_t column = 0; column < size; column++, to++) {
      Quad sum = {};
      for (int vertical = 0; vertical < grid; vertical++) {
        const Pair start = centre + (static_cast<double>(row) + (vertical + 0.5) / grid - length / 2) * down;
        for (int horizontal = 0; horizontal < grid; horizontal++) {
          Pair place = start + (static_cast<double>(column) + (horizontal + 0.5) / grid - length / 2) * across;
          place = place > zero ? place : zero;
          place = place < edge ? place : edge;
          // Neither is below 0: cutting off is rounding down.
          const PairBits whole = __builtin_convertvector(place, PairBits);
          const Pair part = place - __builtin_convertvector(whole, Pair);
          const float partX = static_cast<float>(part[0]), partY = static_cast<float>(part[1]);
          const int64_t left = whole[0], top = whole[1];
          const uint8_t* at = picture.bytes + (top * picture.side + left) * 3;
          const int64_t right = left < last ? 3 : 0, below = top < last ? picture.side * 3 : 0;
          const bool mayOverrun = at + below + right + 4 <= picture.end;
          Quad upperLeft, upperRight, lowerLeft, lowerRight;
          loadPixel(at, mayOverrun, upperLeft);
          loadPixel(at + right, mayOverrun, upperRight);
          loadPixel(at + below, mayOverrun, lowerLeft);
          loadPixel(at + below + right, mayOverrun, lowerRight);
          const Quad upper = upperLeft + partX * (upperRight - upperLeft), lower = lowerLeft + partX * (lowerRight - lowerLeft);
          sum += upper + partY * (lower - upper);
        }
      }
      for (int channel = 0; channel < 3; channel++) planes[channel * pixels + to] = std::min(255.0f, sum[channel] * share);
    }
  }
}

/** @param planes [3, size, size] */
LIKENESS_INLINE void sampleCrop(const Picture& picture, const float* plan, int64_t size, float* planes, SampleScratch& scratch) {
  if (plan[sine] == 0) scaleCrop(picture, plan, size, planes, scratch);
  else turnCrop(picture, plan, size, planes);
}

}  // namespace augmenting
}  // namespace likeness
