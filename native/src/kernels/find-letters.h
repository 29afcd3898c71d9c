/**
 * @file findLetters: what in a picture might be a letter (native/twins/find-letters.ts says what and where from). One pass over the picture: sums of columns slide down, their running sums give the mean
 * around each pixel, and the runs of a row are joined with those of the row above. The loops over pixels are written so that the compiler makes vector loops of them.
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "../instructions.h"

namespace likeness {

namespace letters {

constexpr int64_t around = 10, lowest = 6, columns = 8, maxLettersSide = 2048;
constexpr int32_t contrast = 48;
constexpr double highestShare = 0.12, widest = 1.5, thinnest = 0.06, thickest = 0.32, leastFill = 0.16, mostFill = 0.85;

/** Columns left, right (exclusive) and the blob. */
struct Run {
  int32_t left, right, blob;
};

/** Pixels that hang together, corners included. */
struct Blob {
  int32_t left, top, right, bottom, area, outline, sum;
  /** The blob that it has become part of. */
  int32_t parent;
};

/** What is brighter than around, or what is darker. */
struct Polarity {
  std::vector<Blob> blobs;
  std::vector<Run> above, row;
  /** First run above that may touch the next one. */
  size_t next;
};

}  // namespace letters

struct LettersTask {
  const uint8_t* source;
  int64_t width, height;
  int32_t* letters;
};

struct LettersScratch {
  std::vector<uint8_t> grey, marks, changes;
  std::vector<uint16_t> columns;
  std::vector<int32_t> sums;
  letters::Polarity polarities[2];
};

namespace letters {

LIKENESS_INLINE void greyOf(const uint8_t* rgb, uint8_t* grey, int64_t count) {
  for (int64_t at = 0; at < count; at++) grey[at] = static_cast<uint8_t>((77 * rgb[3 * at] + 150 * rgb[3 * at + 1] + 29 * rgb[3 * at + 2]) >> 8);
}

LIKENESS_INLINE void slide(uint16_t* columns, const uint8_t* entering, const uint8_t* leaving, int64_t width) {
  if (entering)
    for (int64_t x = 0; x < width; x++) columns[x] = static_cast<uint16_t>(columns[x] + entering[x]);
  if (leaving)
    for (int64_t x = 0; x < width; x++) columns[x] = static_cast<uint16_t>(columns[x] - leaving[x]);
}

LIKENESS_INLINE uint8_t markOf(int32_t grey, int32_t sum, int32_t area) {
  return static_cast<uint8_t>((grey - contrast) * area > sum ? 1 : (grey + contrast) * area < sum ? 2 : 0);
}

/** @param sums [width + 1] running sums of the columns; marks: 1 = brighter than around by `contrast`, 2 = darker, 0 = neither */
LIKENESS_INLINE void markRow(const uint8_t* grey, const int32_t* sums, uint8_t* marks, int64_t width, int32_t rows) {
  auto edge = [&](int64_t x) {
    int64_t left = std::max<int64_t>(0, x - around), right = std::min(width, x + around + 1);
    marks[x] = markOf(grey[x], sums[right] - sums[left], rows * static_cast<int32_t>(right - left));
  };
  int64_t first = std::min(around, width), last = std::max(first, width - around);
  for (int64_t x = 0; x < first; x++) edge(x);
  const int32_t area = rows * static_cast<int32_t>(2 * around + 1);
  const int32_t *right = sums + around + 1, *left = sums - around;
  for (int64_t x = first; x < last; x++) marks[x] = markOf(grey[x], right[x] - left[x], area);
  for (int64_t x = last; x < width; x++) edge(x);
}

/** Both rows begin one byte before the picture's, with a zero. */
LIKENESS_INLINE void changesOf(const uint8_t* marks, uint8_t* changes, int64_t width) {
  for (int64_t x = 0; x <= width; x++) changes[x] = marks[x + 1] ^ marks[x];
}

inline int32_t rootOf(Blob* blobs, int32_t at) {
  while (blobs[at].parent != at) at = blobs[at].parent = blobs[blobs[at].parent].parent;
  return at;
}

inline void absorb(Blob& into, const Blob& other) {
  into.left = std::min(into.left, other.left);
  into.top = std::min(into.top, other.top);
  into.right = std::max(into.right, other.right);
  into.bottom = std::max(into.bottom, other.bottom);
  into.area += other.area;
  into.outline += other.outline;
  into.sum += other.sum;
}

/** Joins a run with the blobs that it touches; one that touches none is a blob of its own. */
inline void addRun(Polarity& all, Blob run) {
  const Run* above = all.above.data();
  size_t count = all.above.size();
  int32_t root = -1;
  while (all.next < count && above[all.next].right < run.left) all.next++;
  for (size_t other = all.next; other < count && above[other].left <= run.right; other++) {
    int32_t shared = std::min(run.right, above[other].right) - std::max(run.left, above[other].left);
    run.outline -= 2 * std::max(0, shared);
    Blob* blobs = all.blobs.data();
    int32_t upper = rootOf(blobs, above[other].blob);
    if (root >= 0 && root != upper) {
      absorb(blobs[upper], blobs[root]);
      blobs[root].parent = upper;
    }
    root = upper;
  }
  if (root >= 0) absorb(all.blobs[static_cast<size_t>(root)], run);
  else {
    root = run.parent = static_cast<int32_t>(all.blobs.size());
    all.blobs.push_back(run);
  }
  all.row.push_back({run.left, run.right, root});
}

inline int32_t greySum(const uint8_t* grey, int32_t left, int32_t right) {
  int32_t sum = 0;
  for (int32_t x = left; x < right; x++) sum += grey[x];
  return sum;
}

/** A mark's runs begin and end where it changes; most words of eight bytes hold no change. */
inline void addRuns(const uint8_t* grey, const uint8_t* marks, const uint8_t* changes, const LettersTask& task, int64_t y, Polarity* polarities) {
  auto top = static_cast<int32_t>(y);
  int32_t left = 0;
  int mark = 0;
  for (int64_t from = 0; from <= task.width; from += 8) {
    uint64_t word;
    std::memcpy(&word, changes + from, sizeof word);
    for (; word != 0; word &= ~(uint64_t{0xff} << (__builtin_ctzll(word) & ~7))) {
      auto x = static_cast<int32_t>(from + (__builtin_ctzll(word) >> 3));
      if (mark != 0) addRun(polarities[mark - 1], {left, top, x, top + 1, x - left, 2 + 2 * (x - left), greySum(grey, left, x), 0});
      left = x;
      mark = marks[x];
    }
  }
}

inline bool isLetter(const Blob& blob, int64_t height) {
  double tall = blob.bottom - blob.top, wide = blob.right - blob.left;
  if (tall < static_cast<double>(lowest) || tall > highestShare * static_cast<double>(height) || wide > widest * tall) return false;
  double fill = blob.area / (tall * wide);
  // An upright stroke (I, l, 1) fills its box.
  if (fill < leastFill || (fill > mostFill && wide > 0.4 * tall)) return false;
  double stroke = std::max(2.0, 2.0 * blob.area / blob.outline);
  return stroke >= std::max(1.0, thinnest * tall) && stroke <= std::max(2.2, thickest * tall);
}

LIKENESS_INLINE void findBlobs(const LettersTask& task, LettersScratch& scratch) {
  const int64_t width = task.width, height = task.height;
  // A zero before and after each row of marks; changes are read in words.
  scratch.grey.resize(static_cast<size_t>(width * height));
  scratch.marks.assign(static_cast<size_t>(width + 2), 0);
  scratch.changes.assign(static_cast<size_t>(width + 16), 0);
  scratch.columns.assign(static_cast<size_t>(width), 0);
  scratch.sums.assign(static_cast<size_t>(width + 1), 0);
  for (auto& polarity : scratch.polarities) {
    polarity.blobs.clear();
    polarity.row.clear();
  }
  uint8_t *grey = scratch.grey.data(), *marks = scratch.marks.data(), *changes = scratch.changes.data();
  uint16_t* columns = scratch.columns.data();
  int32_t* sums = scratch.sums.data();
  greyOf(task.source, grey, width * height);
  for (int64_t y = 0; y < std::min(around, height); y++) slide(columns, grey + y * width, nullptr, width);
  for (int64_t y = 0; y < height; y++) {
    const uint8_t* row = grey + y * width;
    int64_t top = std::max<int64_t>(0, y - around), bottom = std::min(height, y + around + 1);
    slide(columns, y + around < height ? row + around * width : nullptr, y > around ? row - (around + 1) * width : nullptr, width);
    for (int64_t x = 0; x < width; x++) sums[x + 1] = sums[x] + columns[x];
    markRow(row, sums, marks + 1, width, static_cast<int32_t>(bottom - top));
    changesOf(marks, changes, width);
    for (auto& polarity : scratch.polarities) {
      polarity.above.swap(polarity.row);
      polarity.row.clear();
      polarity.next = 0;
    }
    addRuns(row, marks + 1, changes, task, y, scratch.polarities);
  }
}

#if defined(LIKENESS_X86)
LIKENESS_AVX2 inline void findBlobsAvx2(const LettersTask& task, LettersScratch& scratch) { findBlobs(task, scratch); }
#endif

}  // namespace letters

/** How many were found. */
inline int64_t findLetters(const LettersTask& task, Instructions level, LettersScratch& scratch) {
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) letters::findBlobsAvx2(task, scratch);
  else
#endif
    letters::findBlobs(task, scratch);
  int32_t* to = task.letters;
  for (int32_t mark = 1; mark <= 2; mark++) {
    const auto& blobs = scratch.polarities[mark - 1].blobs;
    for (size_t at = 0; at < blobs.size(); at++) {
      const letters::Blob& blob = blobs[at];
      if (blob.parent != static_cast<int32_t>(at) || !letters::isLetter(blob, task.height)) continue;
      const int32_t values[letters::columns] = {blob.left, blob.top, blob.right, blob.bottom, blob.area, blob.outline, blob.sum, mark};
      to = std::copy(values, values + letters::columns, to);
    }
  }
  return (to - task.letters) / letters::columns;
}

}  // namespace likeness
