/**
 * @file layCorners: how one picture lies in another, from corners that look alike, for many pairs of pictures (native/twins/lay-corners.ts says what and where from; the answers are the twin's to the last
 * bit). Pairs know nothing of each other: threads take what is left.
 */
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <unordered_set>
#include <vector>

#include "../instructions.h"
#include "../threads.h"

namespace likeness {

struct LayTask {
  const int32_t* starts;
  const float* x;
  const float* y;
  const int32_t* bits;
  const int32_t* pairs;
  int64_t count;
  double* found;
};

namespace laying {

constexpr int words = 8;
constexpr int mostBits = 72, fewestAgree = 8, guesses = 400, attempts = 2000, fits = 3;
constexpr double leastLead = 0.82, samePlace = 6, agreeWithin = 3, enough = 0.75, leastApart = 20;
constexpr double leastScale = 0.35, mostScale = 2.9;
constexpr double mostTurn = 0.36397;

struct Range {
  int32_t from, to;
};

struct Match {
  int32_t one, other, bits;
};

struct Lie {
  double cosine, sine, right, down;
};

/** Coordinates of matches side by side: guesses look at all of them. */
struct Scratch {
  std::vector<Match> matches;
  std::vector<int32_t> takenBy;  // [corners of the second] place in `matches`, -1
  std::vector<double> x, y, u, v;
  std::vector<int32_t> agreeing, next;
  std::unordered_set<int64_t> places;
};

LIKENESS_INLINE int bitsApart(const uint64_t* one, const int32_t* other) {
  uint64_t there[4];
  std::memcpy(there, other, sizeof there);
  return __builtin_popcountll(one[0] ^ there[0]) + __builtin_popcountll(one[1] ^ there[1]) + __builtin_popcountll(one[2] ^ there[2]) +
         __builtin_popcountll(one[3] ^ there[3]);
}

LIKENESS_INLINE void matchCorners(const LayTask& task, const Range& first, const Range& second, Scratch& scratch) {
  scratch.matches.clear();
  scratch.takenBy.assign(static_cast<size_t>(second.to - second.from), -1);
  for (int32_t one = first.from; one < first.to; one++) {
    uint64_t here[4];
    std::memcpy(here, task.bits + static_cast<int64_t>(one) * words, sizeof here);
    int32_t best = -1;
    int bestBits = 1000, nextBits = 1000;
    for (int32_t other = second.from; other < second.to; other++) {
      int distance = bitsApart(here, task.bits + static_cast<int64_t>(other) * words);
      if (distance >= nextBits) continue;
      bool isSame = best >= 0 && std::fabs(static_cast<double>(task.x[other]) - static_cast<double>(task.x[best])) +
                                         std::fabs(static_cast<double>(task.y[other]) - static_cast<double>(task.y[best])) <
                                     samePlace;
      if (distance < bestBits) {
        if (!isSame) nextBits = bestBits;
        best = other;
        bestBits = distance;
      } else if (!isSame) {
        nextBits = distance;
      }
    }
    if (best < 0 || bestBits > mostBits || bestBits > leastLead * nextBits) continue;
    int32_t& taken = scratch.takenBy[static_cast<size_t>(best - second.from)];
    if (taken < 0) {
      taken = static_cast<int32_t>(scratch.matches.size());
      scratch.matches.push_back({one, best, bestBits});
    } else if (bestBits < scratch.matches[static_cast<size_t>(taken)].bits) {
      scratch.matches[static_cast<size_t>(taken)] = {one, best, bestBits};
    }
  }
  std::sort(scratch.matches.begin(), scratch.matches.end(),
            [](const Match& a, const Match& b) { return a.bits != b.bits ? a.bits < b.bits : a.other < b.other; });
}

using MatchCorners = void (*)(const LayTask&, const Range&, const Range&, Scratch&);

static void matchPlain(const LayTask& task, const Range& first, const Range& second, Scratch& scratch) { matchCorners(task, first, second, scratch); }
#if defined(LIKENESS_X86)
/** With one instruction for the number of bits. */
LIKENESS_AVX2 static void matchAvx2(const LayTask& task, const Range& first, const Range& second, Scratch& scratch) {
  matchCorners(task, first, second, scratch);
}
#endif

inline bool isPlausible(double cosine, double sine) {
  double square = cosine * cosine + sine * sine;
  return square >= leastScale * leastScale && square <= mostScale * mostScale && std::fabs(sine) <= mostTurn * cosine;
}

/** The similarity that takes two corners of the second to two of the first. */
inline bool throughTwo(const Scratch& scratch, size_t low, size_t high, Lie& lie) {
  double dx = scratch.x[high] - scratch.x[low], dy = scratch.y[high] - scratch.y[low];
  double square = dx * dx + dy * dy;
  if (square < leastApart * leastApart) return false;
  double ex = scratch.u[high] - scratch.u[low], ey = scratch.v[high] - scratch.v[low];
  double cosine = (ex * dx + ey * dy) / square, sine = (ey * dx - ex * dy) / square;
  if (!isPlausible(cosine, sine)) return false;
  lie = {cosine, sine, scratch.u[low] - cosine * scratch.x[low] + sine * scratch.y[low], scratch.v[low] - sine * scratch.x[low] - cosine * scratch.y[low]};
  return true;
}

inline bool agrees(const Scratch& scratch, size_t at, const Lie& lie) {
  double dx = lie.cosine * scratch.x[at] - lie.sine * scratch.y[at] + lie.right - scratch.u[at];
  double dy = lie.sine * scratch.x[at] + lie.cosine * scratch.y[at] + lie.down - scratch.v[at];
  return dx * dx + dy * dy < agreeWithin * agreeWithin;
}

inline void agreeingWith(const Scratch& scratch, const Lie& lie, std::vector<int32_t>& agreeing) {
  agreeing.clear();
  for (size_t at = 0; at < scratch.x.size(); at++)
    if (agrees(scratch, at, lie)) agreeing.push_back(static_cast<int32_t>(at));
}

inline bool fit(const Scratch& scratch, Lie& lie) {
  double meanX = 0, meanY = 0, meanU = 0, meanV = 0;
  for (int32_t at : scratch.agreeing) {
    auto index = static_cast<size_t>(at);
    meanX += scratch.x[index];
    meanY += scratch.y[index];
    meanU += scratch.u[index];
    meanV += scratch.v[index];
  }
  auto count = static_cast<double>(scratch.agreeing.size());
  meanX /= count;
  meanY /= count;
  meanU /= count;
  meanV /= count;
  double along = 0, across = 0, square = 0;
  for (int32_t at : scratch.agreeing) {
    auto index = static_cast<size_t>(at);
    double a = scratch.x[index] - meanX, b = scratch.y[index] - meanY, u = scratch.u[index] - meanU, v = scratch.v[index] - meanV;
    along += u * a + v * b;
    across += v * a - u * b;
    square += a * a + b * b;
  }
  if (square < 1) return false;
  double cosine = along / square, sine = across / square;
  if (!isPlausible(cosine, sine)) return false;
  lie = {cosine, sine, meanU - cosine * meanX + sine * meanY, meanV - sine * meanX - cosine * meanY};
  return true;
}

/** Five numbers; they stay as they are where too few places agree. */
inline void lay(const LayTask& task, int64_t pair, MatchCorners match, Scratch& scratch, double* found) {
  auto rangeOf = [&](int32_t picture) { return Range{task.starts[picture], task.starts[picture + 1]}; };
  match(task, rangeOf(task.pairs[2 * pair]), rangeOf(task.pairs[2 * pair + 1]), scratch);
  size_t count = scratch.matches.size();
  if (count < fewestAgree) return;
  for (auto* side : {&scratch.x, &scratch.y, &scratch.u, &scratch.v}) side->resize(count);
  for (size_t at = 0; at < count; at++) {
    const Match& one = scratch.matches[at];
    scratch.x[at] = task.x[one.other];
    scratch.y[at] = task.y[one.other];
    scratch.u[at] = task.x[one.one];
    scratch.v[at] = task.y[one.one];
  }
  Lie best{}, lie{};
  size_t most = 0;
  int guessed = 0, attempted = 0;
  bool isDone = false;
  for (size_t high = 1; high < count && !isDone; high++)
    for (size_t low = 0; low < high; low++) {
      if (guessed >= guesses || attempted++ >= attempts || static_cast<double>(most) >= enough * static_cast<double>(count)) {
        isDone = true;
        break;
      }
      if (!throughTwo(scratch, low, high, lie)) continue;
      guessed++;
      size_t agreeing = 0;
      for (size_t at = 0; at < count; at++) agreeing += agrees(scratch, at, lie) ? 1 : 0;
      if (agreeing > most) {
        best = lie;
        most = agreeing;
      }
    }
  if (most == 0) return;
  agreeingWith(scratch, best, scratch.agreeing);
  for (int round = 0; round < fits; round++) {
    if (!fit(scratch, lie)) break;
    agreeingWith(scratch, lie, scratch.next);
    if (scratch.next.size() < scratch.agreeing.size()) break;
    best = lie;
    scratch.agreeing.swap(scratch.next);
  }
  scratch.places.clear();
  auto placeOf = [](double pixels) { return static_cast<int64_t>(std::floor(pixels / samePlace + 0.5)); };
  for (int32_t at : scratch.agreeing) scratch.places.insert(placeOf(scratch.x[static_cast<size_t>(at)]) * 65536 + placeOf(scratch.y[static_cast<size_t>(at)]));
  if (scratch.places.size() < fewestAgree) return;
  found[0] = best.cosine;
  found[1] = best.sine;
  found[2] = best.right;
  found[3] = best.down;
  found[4] = static_cast<double>(scratch.places.size());
}

}  // namespace laying

inline void layCorners(const LayTask& task, int64_t threads, Instructions level) {
  using namespace laying;
  MatchCorners match = matchPlain;
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) match = matchAvx2;
#else
  (void)level;
#endif
  std::fill(task.found, task.found + 5 * task.count, 0.0);
  std::atomic<int64_t> next{0};
  shareWork(std::min(threads, std::max<int64_t>(1, task.count / 16)), [&](int64_t) {
    Scratch scratch;
    for (int64_t pair = next++; pair < task.count; pair = next++) lay(task, pair, match, scratch, task.found + 5 * pair);
  });
}

}  // namespace likeness
