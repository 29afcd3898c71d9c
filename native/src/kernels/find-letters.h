/**
 * @file findLetters: what in a picture might be a letter (native/twins/find-letters.ts says what and where from). One pass over the picture: sums of columns slide down, sums of 21 of them side by side give the mean
 * around each pixel, and the runs of a row are joined with those of the row above. The loops over pixels are written so that the compiler makes vector loops of them; where runs begin and end, and what
 * their grey comes to, has a path of its own with AVX2, since what a branch guesses wrong there costs more than all that is counted (25,600 pixels of a photo: 30 us instead of 41).
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
  std::vector<uint8_t> grey, marks;
  std::vector<uint16_t> columns, fours, eights;
  std::vector<int32_t> areas, places;
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

/** Columns before the first and after the last are empty: squares that reach over the edge hold what of them lies inside. Sums of four and of eight neighbours, 16 bits each. */
LIKENESS_INLINE void sumNeighbours(const uint16_t* columns, uint16_t* fours, uint16_t* eights, int64_t width) {
  for (int64_t x = 0; x < width + 16; x++) fours[x] = static_cast<uint16_t>(columns[x] + columns[x + 1] + columns[x + 2] + columns[x + 3]);
  for (int64_t x = 0; x < width + 8; x++) eights[x] = static_cast<uint16_t>(fours[x] + fours[x + 4]);
}

/** `scratch.areas` are the pixels of the square around each pixel. @param marks 1 = brighter than around by `contrast`, 2 = darker, 0 = neither */
LIKENESS_INLINE void markRow(const uint8_t* grey, const LettersScratch& scratch, uint8_t* marks, int64_t width) {
  const uint16_t *columns = scratch.columns.data(), *fours = scratch.fours.data(), *eights = scratch.eights.data();
  const int32_t* areas = scratch.areas.data();
  for (int64_t x = 0; x < width; x++) {
    const int32_t sum = eights[x] + eights[x + 8] + fours[x + 16] + columns[x + 20];
    const int32_t excess = grey[x] * areas[x] - sum, limit = contrast * areas[x];
    marks[x] = static_cast<uint8_t>(excess > limit ? 1 : excess < -limit ? 2 : 0);
  }
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
  // The last run above begins behind every picture.
  const Run* above = all.above.data() + all.next;
  while (above->right < run.left) above++;
  all.next = static_cast<size_t>(above - all.above.data());
  int32_t root = -1;
  for (; above->left <= run.right; above++) {
    int32_t shared = std::min(run.right, above->right) - std::max(run.left, above->left);
    run.outline -= 2 * std::max(0, shared);
    Blob* blobs = all.blobs.data();
    int32_t upper = rootOf(blobs, above->blob);
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

struct Plain {
  static int32_t greySum(const uint8_t* grey, int32_t length) {
    int32_t sum = 0;
    for (int32_t x = 0; x < length; x++) sum += grey[x];
    return sum;
  }

  /** Where a mark differs from the one before it, in order; most words of eight bytes hold no such place. @param marks one byte before the picture's first: a zero */
  static int64_t changes(const uint8_t* marks, int64_t width, int32_t* places) {
    int64_t count = 0;
    for (int64_t from = 0; from <= width; from += 8) {
      uint64_t before, word;
      std::memcpy(&before, marks + from, sizeof before);
      std::memcpy(&word, marks + from + 1, sizeof word);
      for (word ^= before; word != 0; word &= ~(uint64_t{0xff} << (__builtin_ctzll(word) & ~7)))
        places[count++] = static_cast<int32_t>(from + (__builtin_ctzll(word) >> 3));
    }
    return count;
  }
};

#if defined(LIKENESS_X86)
struct Avx2 {
  LIKENESS_AVX2 static int32_t greySum(const uint8_t* grey, int32_t length) {
    static const uint8_t taken[64] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                                      255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    if (length > 32) return Plain::greySum(grey, length);
    const __m256i mask = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(taken + 32 - length));
    const __m256i bytes = _mm256_and_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(grey)), mask);
    const __m256i sums = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
    const __m128i halves = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    return static_cast<int32_t>(_mm_cvtsi128_si64(_mm_add_epi64(halves, _mm_unpackhi_epi64(halves, halves))));
  }

  LIKENESS_AVX2 static int64_t changes(const uint8_t* marks, int64_t width, int32_t* places) {
    int64_t count = 0;
    for (int64_t from = 0; from <= width; from += 32) {
      const __m256i before = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(marks + from));
      const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(marks + from + 1));
      for (auto word = ~static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(before, here))); word != 0; word &= word - 1)
        places[count++] = static_cast<int32_t>(from + __builtin_ctz(word));
    }
    return count;
  }
};
#endif

/** @param marks the picture's first; a run ends where the next one begins, or nothing does */
template <typename Loops>
LIKENESS_INLINE void addRuns(const uint8_t* grey, const uint8_t* marks, int64_t y, const int32_t* places, int64_t count, Polarity* polarities) {
  auto top = static_cast<int32_t>(y);
  for (int64_t at = 0; at + 1 < count; at++) {
    const int32_t left = places[at], right = places[at + 1], length = right - left;
    if (marks[left] == 0) continue;
    addRun(polarities[marks[left] - 1], {left, top, right, top + 1, length, 2 + 2 * length, Loops::greySum(grey + left, length), 0});
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

/** Bytes beyond a row that a vector load may touch. */
constexpr int64_t padding = 32;

template <typename Loops>
LIKENESS_INLINE void findBlobs(const LettersTask& task, LettersScratch& scratch) {
  const int64_t width = task.width, height = task.height;
  const auto room = static_cast<size_t>(width + 2 * around + padding);
  scratch.grey.resize(static_cast<size_t>(width * height + padding));
  // A zero before each row of marks, and zeros after it.
  scratch.marks.assign(static_cast<size_t>(width + 2 + padding), 0);
  scratch.columns.assign(room, 0);
  scratch.fours.resize(room);
  scratch.eights.resize(room);
  scratch.areas.resize(static_cast<size_t>(width));
  scratch.places.resize(static_cast<size_t>(width + 2));
  const Run last = {INT32_MAX, INT32_MAX, -1};
  for (auto& polarity : scratch.polarities) {
    polarity.blobs.clear();
    polarity.row.assign(1, last);
  }
  uint8_t *grey = scratch.grey.data(), *marks = scratch.marks.data();
  uint16_t* columns = scratch.columns.data();
  int64_t rowsBefore = 0;
  greyOf(task.source, grey, width * height);
  for (int64_t y = 0; y < std::min(around, height); y++) slide(columns + around, grey + y * width, nullptr, width);
  for (int64_t y = 0; y < height; y++) {
    const uint8_t* row = grey + y * width;
    const int64_t rows = std::min(height, y + around + 1) - std::max<int64_t>(0, y - around);
    slide(columns + around, y + around < height ? row + around * width : nullptr, y > around ? row - (around + 1) * width : nullptr, width);
    if (rows != rowsBefore)
      for (int64_t x = 0; x < width; x++)
        scratch.areas[static_cast<size_t>(x)] = static_cast<int32_t>(rows * (std::min(width, x + around + 1) - std::max<int64_t>(0, x - around)));
    rowsBefore = rows;
    sumNeighbours(columns, scratch.fours.data(), scratch.eights.data(), width);
    markRow(row, scratch, marks + 1, width);
    for (auto& polarity : scratch.polarities) {
      polarity.above.swap(polarity.row);
      polarity.row.clear();
      polarity.next = 0;
    }
    const int64_t count = Loops::changes(marks, width, scratch.places.data());
    addRuns<Loops>(row, marks + 1, y, scratch.places.data(), count, scratch.polarities);
    for (auto& polarity : scratch.polarities) polarity.row.push_back(last);
  }
}

#if defined(LIKENESS_X86)
LIKENESS_AVX2 inline void findBlobsAvx2(const LettersTask& task, LettersScratch& scratch) { findBlobs<Avx2>(task, scratch); }
#endif

}  // namespace letters

/** How many were found. */
inline int64_t findLetters(const LettersTask& task, Instructions level, LettersScratch& scratch) {
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) letters::findBlobsAvx2(task, scratch);
  else
#endif
    letters::findBlobs<letters::Plain>(task, scratch);
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
