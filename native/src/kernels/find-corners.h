/**
 * @file findCorners: corners of a picture at a few sizes, spread over it, each with 256 comparisons of brightness around it (native/twins/find-corners.ts says what and where from). Whole numbers
 * nearly throughout: the bytes are the twin's. The loops are written so that the compiler makes vector loops of them.
 */
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "../instructions.h"

namespace likeness {

struct CornersTask {
  const float* luma;
  int64_t width, height;
  /** [256, 4], within the radius of a patch. */
  const int32_t* pattern;
  const int32_t* budget;
  int64_t sizes;
  double leastStrength;
  float* x;
  float* y;
  int32_t* bits;
};

struct CornersScratch {
  std::vector<int32_t> values, next, across, soft, sums[3];
  std::vector<float> strength, greatest, around;
  std::vector<int32_t> places[2];
  std::vector<int32_t> fields[36];
  std::vector<int32_t> chosen, row, offsets;
};

namespace corners {

constexpr int64_t patchRadius = 14, margin = patchRadius + 2, cells = 6;
constexpr int64_t words = 8;
constexpr double sizeStep = 1.26;

struct Size {
  int64_t width, height;
};

/** [to, 2] first of the two pixels, weight of the second in 256ths. */
inline void placesOf(int64_t from, int64_t to, std::vector<int32_t>& found) {
  found.resize(static_cast<size_t>(2 * to));
  for (int64_t at = 0; at < to; at++) {
    double step = static_cast<double>(from) / static_cast<double>(to);
    double place = (static_cast<double>(at) + 0.5) * step - 0.5;
    place = std::max(0.0, std::min(static_cast<double>(from - 1), place));
    auto first = static_cast<int64_t>(std::max(0.0, std::min(static_cast<double>(from - 2), std::floor(place))));
    found[static_cast<size_t>(2 * at)] = static_cast<int32_t>(first);
    found[static_cast<size_t>(2 * at + 1)] = static_cast<int32_t>(std::floor((place - static_cast<double>(first)) * 256 + 0.5));
  }
}

/** Linear between four pixels. */
LIKENESS_INLINE Size smaller(const Size& from, CornersScratch& scratch) {
  auto side = [](int64_t length) { return std::max<int64_t>(1, static_cast<int64_t>(std::floor(static_cast<double>(length) / sizeStep + 0.5))); };
  Size to{side(from.width), side(from.height)};
  placesOf(from.width, to.width, scratch.places[0]);
  placesOf(from.height, to.height, scratch.places[1]);
  scratch.next.resize(static_cast<size_t>(to.width * to.height));
  const int32_t *across = scratch.places[0].data(), *down = scratch.places[1].data();
  int64_t nextColumn = from.width > 1 ? 1 : 0, nextRow = from.height > 1 ? from.width : 0;
  for (int64_t row = 0; row < to.height; row++) {
    const int32_t* top = scratch.values.data() + down[2 * row] * from.width;
    const int32_t* below = top + nextRow;
    int32_t lower = down[2 * row + 1];
    int32_t* target = scratch.next.data() + row * to.width;
    for (int64_t column = 0; column < to.width; column++) {
      int32_t left = across[2 * column], right = across[2 * column + 1];
      int32_t upper = top[left] * (256 - right) + top[left + nextColumn] * right;
      int32_t under = below[left] * (256 - right) + below[left + nextColumn] * right;
      target[column] = (upper * (256 - lower) + under * lower + 32768) >> 16;
    }
  }
  scratch.values.swap(scratch.next);
  return to;
}

LIKENESS_INLINE void softenAcross(const int32_t* from, int32_t* to, int64_t width) {
  auto edge = [&](int64_t x) {
    auto at = [&](int64_t offset) { return from[std::max<int64_t>(0, std::min(width - 1, x + offset))]; };
    to[x] = at(-2) + at(2) + 4 * (at(-1) + at(1)) + 6 * at(0);
  };
  for (int64_t x = 0; x < std::min<int64_t>(2, width); x++) edge(x);
  for (int64_t x = 2; x < width - 2; x++) to[x] = from[x - 2] + from[x + 2] + 4 * (from[x - 1] + from[x + 1]) + 6 * from[x];
  for (int64_t x = std::max<int64_t>(2, width - 2); x < width; x++) edge(x);
}

/** Blurred by (1 4 6 4 1) / 16 both ways, in 256ths of a grey level. */
LIKENESS_INLINE void soften(const Size& size, CornersScratch& scratch) {
  auto [width, height] = size;
  auto count = static_cast<size_t>(width * height);
  scratch.across.resize(count);
  scratch.soft.resize(count);
  for (int64_t y = 0; y < height; y++) softenAcross(scratch.values.data() + y * width, scratch.across.data() + y * width, width);
  for (int64_t y = 0; y < height; y++) {
    auto rowAt = [&](int64_t offset) { return scratch.across.data() + std::max<int64_t>(0, std::min(height - 1, y + offset)) * width; };
    const int32_t *a = rowAt(-2), *b = rowAt(-1), *c = rowAt(0), *d = rowAt(1), *e = rowAt(2);
    int32_t* to = scratch.soft.data() + y * width;
    for (int64_t x = 0; x < width; x++) to[x] = (a[x] + e[x] + 4 * (b[x] + d[x]) + 6 * c[x]) >> 4;
  }
}

/** Sums across 5 pixels of the products of the gradients, row by row; zero where the twin's are. */
LIKENESS_INLINE void productsAcross(const Size& size, CornersScratch& scratch) {
  auto [width, height] = size;
  for (auto& sums : scratch.sums) sums.assign(static_cast<size_t>(width * height), 0);
  // Room for one row of each product in what `soften` is done with.
  scratch.across.assign(static_cast<size_t>(3 * width), 0);
  int32_t *xx = scratch.across.data(), *xy = xx + width, *yy = xy + width;
  for (int64_t y = 1; y < height - 1; y++) {
    const int32_t* here = scratch.soft.data() + y * width;
    for (int64_t x = 1; x < width - 1; x++) {
      int32_t across = (here[x + 1] - here[x - 1]) >> 3, down = (here[x + width] - here[x - width]) >> 3;
      xx[x] = across * across;
      xy[x] = across * down;
      yy[x] = down * down;
    }
    const int32_t* products[3] = {xx, xy, yy};
    for (int index = 0; index < 3; index++) {
      const int32_t* from = products[index];
      int32_t* to = scratch.sums[index].data() + y * width;
      for (int64_t x = 2; x < width - 2; x++) to[x] = from[x - 2] + from[x - 1] + from[x] + from[x + 1] + from[x + 2];
    }
  }
}

/** Lesser eigenvalue of the sums over 5 x 5 pixels; 0 within two pixels of the edge. */
LIKENESS_INLINE void cornerStrength(const Size& size, CornersScratch& scratch) {
  auto [width, height] = size;
  productsAcross(size, scratch);
  scratch.strength.assign(static_cast<size_t>(width * height), 0);
  for (int64_t y = 2; y < height - 2; y++) {
    const int32_t* rows[3];
    for (int index = 0; index < 3; index++) rows[index] = scratch.sums[index].data() + y * width;
    float* to = scratch.strength.data() + y * width;
    for (int64_t x = 2; x < width - 2; x++) {
      auto sum = [&](const int32_t* from) {
        return static_cast<double>(from[x - 2 * width] + from[x - width] + from[x] + from[x + width] + from[x + 2 * width]);
      };
      double one = sum(rows[0]), both = sum(rows[1]), other = sum(rows[2]);
      double half = (one - other) / 2;
      to[x] = static_cast<float>((one + other) / 2 - std::sqrt(half * half + both * both));
    }
  }
}

/** Greatest of each 5 x 5, of one row: most pixels are told by it to be no peak. `across` has the greatest of 5 in a row for all rows. */
LIKENESS_INLINE void greatestAround(const float* across, float* to, int64_t width) {
  const float *a = across - 2 * width, *b = across - width, *c = across, *d = across + width, *e = across + 2 * width;
  for (int64_t x = 0; x < width; x++) to[x] = std::max(std::max(std::max(a[x], b[x]), std::max(d[x], e[x])), c[x]);
}

LIKENESS_INLINE void greatestAcross(const float* from, float* to, int64_t width) {
  for (int64_t x = 2; x < width - 2; x++) to[x] = std::max(std::max(std::max(from[x - 2], from[x - 1]), std::max(from[x + 1], from[x + 2])), from[x]);
}

/** The greatest of 5 x 5; of equal ones the first. */
LIKENESS_INLINE bool isPeak(const float* strength, int64_t width) {
  float here = *strength;
  for (int64_t down = -2; down <= 2; down++)
    for (int64_t across = -2; across <= 2; across++) {
      float there = strength[down * width + across];
      if (there > here || (there == here && (down < 0 || (down == 0 && across < 0)))) return false;
    }
  return true;
}

/** Positions of corners, strongest first within each of 6 x 6 fields, so that one lively part does not take all. */
LIKENESS_INLINE void strongest(const Size& size, double leastStrength, int64_t most, CornersScratch& scratch) {
  auto [width, height] = size;
  cornerStrength(size, scratch);
  const float* strength = scratch.strength.data();
  double least = leastStrength * 25 * 4096;
  for (auto& field : scratch.fields) field.clear();
  scratch.greatest.assign(static_cast<size_t>(width * height), 0);
  scratch.around.resize(static_cast<size_t>(width));
  for (int64_t y = margin - 2; y < height - margin + 2; y++) greatestAcross(strength + y * width, scratch.greatest.data() + y * width, width);
  for (int64_t y = margin; y < height - margin; y++) {
    greatestAround(scratch.greatest.data() + y * width, scratch.around.data(), width);
    for (int64_t x = margin; x < width - margin; x++) {
      int64_t at = y * width + x;
      if (strength[at] < scratch.around[static_cast<size_t>(x)] || static_cast<double>(strength[at]) < least || !isPeak(strength + at, width)) continue;
      scratch.fields[y * cells / height * cells + x * cells / width].push_back(static_cast<int32_t>(at));
    }
  }
  auto falling = [&](int32_t one, int32_t other) { return strength[one] > strength[other]; };
  for (auto& field : scratch.fields) std::stable_sort(field.begin(), field.end(), falling);
  scratch.chosen.clear();
  for (size_t rank = 0; static_cast<int64_t>(scratch.chosen.size()) < most; rank++) {
    scratch.row.clear();
    for (const auto& field : scratch.fields)
      if (rank < field.size()) scratch.row.push_back(field[rank]);
    if (scratch.row.empty()) break;
    std::stable_sort(scratch.row.begin(), scratch.row.end(), falling);
    auto room = static_cast<size_t>(most) - scratch.chosen.size();
    if (scratch.row.size() > room) scratch.row.resize(room);
    scratch.chosen.insert(scratch.chosen.end(), scratch.row.begin(), scratch.row.end());
  }
}

/** [256, 2] how far from a corner the two places of each comparison lie. */
inline void offsetsOf(const int32_t* pattern, int64_t width, std::vector<int32_t>& offsets) {
  offsets.resize(2 * 32 * words);
  for (size_t at = 0; at < offsets.size(); at++) offsets[at] = static_cast<int32_t>(pattern[2 * at + 1] * width + pattern[2 * at]);
}

LIKENESS_INLINE void describe(const int32_t* soft, const int32_t* offsets, int32_t* bits) {
  for (int64_t word = 0; word < words; word++) {
    uint32_t found = 0;
    for (int64_t bit = 0; bit < 32; bit++, offsets += 2) found = (found << 1) | (soft[offsets[0]] < soft[offsets[1]] ? 1u : 0u);
    bits[word] = static_cast<int32_t>(found);
  }
}

LIKENESS_INLINE int64_t find(const CornersTask& task, CornersScratch& scratch) {
  Size size{task.width, task.height};
  auto count = static_cast<size_t>(size.width * size.height);
  scratch.values.resize(count);
  for (size_t at = 0; at < count; at++) {
    auto value = static_cast<double>(task.luma[at]);
    scratch.values[at] = value > 0 ? (value < 255 ? static_cast<int32_t>(value * 16 + 0.5) : 4080) : 0;
  }
  int64_t found = 0;
  for (int64_t index = 0; index < task.sizes; index++) {
    if (index > 0) size = smaller(size, scratch);
    if (std::min(size.width, size.height) < 2 * margin + 8) break;
    soften(size, scratch);
    strongest(size, task.leastStrength, task.budget[index], scratch);
    double acrossScale = static_cast<double>(task.width) / static_cast<double>(size.width);
    double downScale = static_cast<double>(task.height) / static_cast<double>(size.height);
    offsetsOf(task.pattern, size.width, scratch.offsets);
    for (int32_t at : scratch.chosen) {
      task.x[found] = static_cast<float>((static_cast<double>(at % size.width) + 0.5) * acrossScale);
      task.y[found] = static_cast<float>((static_cast<double>(at / size.width) + 0.5) * downScale);
      describe(scratch.soft.data() + at, scratch.offsets.data(), task.bits + found * words);
      found++;
    }
  }
  return found;
}

#if defined(LIKENESS_X86)
LIKENESS_AVX2 inline int64_t findAvx2(const CornersTask& task, CornersScratch& scratch) { return find(task, scratch); }
#endif

}  // namespace corners

/** How many were found. */
inline int64_t findCorners(const CornersTask& task, Instructions level, CornersScratch& scratch) {
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) return corners::findAvx2(task, scratch);
#endif
  (void)level;
  return corners::find(task, scratch);
}

}  // namespace likeness
