/**
 * @file umapLayout: one epoch of UMAP's gradient descent for a range of items (McInnes, Healy and Melville, 2018,
 * https://arxiv.org/abs/1802.03426, section 4.2). Every item reads the others where they were when the epoch began and moves only itself, so the
 * result does not depend on the number of threads. native/twins/umap-layout.ts tells the same in TypeScript and says what the arguments are.
 *
 * One drawn edge fills six of eight lanes: the attraction and five repulsions. The power d^(2b) = 2^(b log2(d^2)) comes from two short
 * polynomials (near-minimax, interpolated at Chebyshev nodes): relative error below 1e-4.
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <thread>
#include <vector>

#include "../instructions.h"

namespace likeness {

struct UmapLayout {
  int64_t count;
  int64_t edges;
  const int32_t* offsets;
  const int32_t* targets;
  const uint32_t* steps;
  uint32_t* phases;
  const float* snapshot;
  float* coordinates;
  float a;
  float b;
  float rate;
  uint32_t seed;
  uint32_t epoch;
};

namespace umap {

typedef float Floats __attribute__((vector_size(32)));
typedef int32_t Integers __attribute__((vector_size(32)));
typedef float Quad __attribute__((vector_size(16)));
typedef double Places __attribute__((vector_size(16)));

constexpr int negatives = 5;
constexpr float clip = 4.0f;
constexpr float softening = 0.001f;

LIKENESS_INLINE uint32_t mix(uint32_t seed, uint32_t epoch, uint32_t item) {
  uint32_t hash = (seed ^ 0x9e3779b9u) * 0x85ebca6bu ^ (epoch + 1) * 0xc2b2ae35u ^ (item + 1) * 0x27d4eb2fu;
  hash = (hash ^ hash >> 15) * 0x2c1b3c6du;
  hash = (hash ^ hash >> 12) * 0x297a2d39u;
  return hash ^ hash >> 15;
}

/** value^exponent for value in [1e-37, 1e37] while the result stays in that range too. */
LIKENESS_INLINE void power(const Floats& value, float exponent, Floats& result) {
  constexpr int32_t rootOfHalf = 0x3f3504f3;
  Integers bits;
  std::memcpy(&bits, &value, sizeof bits);
  Integers octave = (bits - rootOfHalf) >> 23;
  bits -= octave << 23;
  Floats x;
  std::memcpy(&x, &bits, sizeof x);
  x -= 1.0f;
  Floats square = x * x;
  Floats logarithm = ((1.44270044f - 0.721195752f * x) + (0.479925573f - 0.366925771f * x) * square + (0.316898187f - 0.202289264f * x) * (square * square)) * x;
  logarithm += __builtin_convertvector(octave, Floats);
  Floats scaled = logarithm * exponent;
  // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
  constexpr float rounder = 12582912.0f;
  Floats rounded = scaled + rounder;
  Integers whole;
  std::memcpy(&whole, &rounded, sizeof whole);
  Floats rest = scaled - (rounded - rounder);
  Floats restSquare = rest * rest;
  Floats fraction = (1.0f + 0.693121045f * rest) + (0.24022349f + 0.0559219758f * rest) * restSquare + 0.00966636852f * (restSquare * restSquare);
  std::memcpy(&bits, &fraction, sizeof bits);
  bits += whole << 23;
  std::memcpy(&result, &bits, sizeof result);
}

LIKENESS_INLINE void clamp(Floats& value) {
  value = value > clip ? Floats{} + clip : value;
  value = value < -clip ? Floats{} - clip : value;
}

/** The sums over all lanes of two vectors. */
LIKENESS_INLINE void sums(const Floats& one, const Floats& two, float& sumOne, float& sumTwo) {
  Quad halfOne = __builtin_shufflevector(one, one, 0, 1, 2, 3) + __builtin_shufflevector(one, one, 4, 5, 6, 7);
  Quad halfTwo = __builtin_shufflevector(two, two, 0, 1, 2, 3) + __builtin_shufflevector(two, two, 4, 5, 6, 7);
  Quad pairs = __builtin_shufflevector(halfOne, halfTwo, 0, 1, 4, 5) + __builtin_shufflevector(halfOne, halfTwo, 2, 3, 6, 7);
  sumOne = pairs[0] + pairs[1];
  sumTwo = pairs[2] + pairs[3];
}

/** Two places (x, y, x, y), each loaded as one number of 64 bits. */
LIKENESS_INLINE Quad places(const float* snapshot, uint64_t one, uint64_t two) {
  Places raw;
  std::memcpy(&raw, snapshot + 2 * one, 8);
  double other;
  std::memcpy(&other, snapshot + 2 * two, 8);
  raw[1] = other;
  Quad result;
  std::memcpy(&result, &raw, sizeof result);
  return result;
}

/** Lanes of the two forces. Lane 0 is the attraction, which counts twice: its edge's mirror image would pull once more. */
struct Lanes {
  Floats attraction, repulsion, added, share;
};

/** An item on its way through its due edges. */
struct Walker {
  uint32_t item;
  uint32_t state;
  float x, y;
  int64_t due;
  int64_t total;
};

LIKENESS_INLINE void followEdge(const UmapLayout& layout, const Lanes& lanes, Walker& walker, int32_t target) {
  const float* snapshot = layout.snapshot;
  // Any item but this one.
  const uint64_t others = static_cast<uint64_t>(layout.count) - 1;
  uint32_t state = walker.state;
  uint64_t drawn[negatives];
  for (uint64_t& other : drawn) {
    state = state * 1664525u + 1013904223u;
    other = state * others >> 32;
    other += other >= walker.item;
  }
  walker.state = state;
  Quad first = places(snapshot, static_cast<uint64_t>(target), drawn[0]), second = places(snapshot, drawn[1], drawn[2]),
       third = places(snapshot, drawn[3], drawn[4]);
  Quad fourX = __builtin_shufflevector(first, second, 0, 2, 4, 6), fourY = __builtin_shufflevector(first, second, 1, 3, 5, 7);
  Quad twoX = __builtin_shufflevector(third, third, 0, 2, 0, 2), twoY = __builtin_shufflevector(third, third, 1, 3, 1, 3);
  Floats offsetX = walker.x - __builtin_shufflevector(fourX, twoX, 0, 1, 2, 3, 4, 5, 6, 7);
  Floats offsetY = walker.y - __builtin_shufflevector(fourY, twoY, 0, 1, 2, 3, 4, 5, 6, 7);
  Floats squared = offsetX * offsetX + offsetY * offsetY;
  Floats raised;
  power(squared + 1e-20f, layout.b, raised);
  Floats coefficient = (lanes.attraction * raised + lanes.repulsion) / ((squared + lanes.added) * (layout.a * raised + 1.0f));
  Floats moveX = coefficient * offsetX, moveY = coefficient * offsetY;
  clamp(moveX);
  clamp(moveY);
  float stepX, stepY;
  sums(moveX * lanes.share, moveY * lanes.share, stepX, stepY);
  walker.x += stepX;
  walker.y += stepY;
}

/**
 * Several items walk their edges in step: one item's steps wait for each other (a long chain of arithmetic), those of different items overlap.
 * @returns drawn edges, or -1 where an offset or a target lies outside
 */
LIKENESS_INLINE int64_t moveItems(const UmapLayout& layout, int64_t from, int64_t to) {
  constexpr int together = 4;
  const float pull = -2 * layout.a * layout.b, push = 2 * layout.b, rate = layout.rate;
  const Lanes lanes = {{pull, 0, 0, 0, 0, 0, 0, 0},
                       {0, push, push, push, push, push, 0, 0},
                       {1e-20f, softening, softening, softening, softening, softening, 1, 1},
                       {2 * rate, rate, rate, rate, rate, rate, 0, 0}};
  std::vector<int32_t> due;
  int64_t drawn = 0;
  if (layout.count < 2) return 0;
  for (int64_t first = from; first < to; first += together) {
    const int walking = static_cast<int>(std::min<int64_t>(together, to - first));
    Walker walkers[together] = {};
    int64_t collected = 0, longest = 0;
    for (int index = 0; index < walking; index++) {
      const int64_t item = first + index, begin = layout.offsets[item], end = layout.offsets[item + 1];
      if (begin < 0 || end > layout.edges || end < begin) return -1;
      if (static_cast<int64_t>(due.size()) <= collected + end - begin) due.resize(2 * (collected + end - begin + 1));
      Walker& walker = walkers[index];
      walker = {static_cast<uint32_t>(item), mix(layout.seed, layout.epoch, static_cast<uint32_t>(item)), layout.coordinates[2 * item], layout.coordinates[2 * item + 1], collected, 0};
      // Whether an edge is due is a coin toss to the processor: collect without a branch, then walk what is due.
      for (int64_t edge = begin; edge < end; edge++) {
        uint32_t phase = layout.phases[edge] + layout.steps[edge];
        layout.phases[edge] = phase & 0x7fffffffu;
        due[collected] = layout.targets[edge];
        collected += phase >> 31;
      }
      walker.total = collected - walker.due;
      longest = std::max(longest, walker.total);
    }
    for (int64_t index = 0; index < collected; index++)
      if (static_cast<uint32_t>(due[index]) >= static_cast<uint64_t>(layout.count)) return -1;
    for (int64_t step = 0; step < longest; step++)
      for (int index = 0; index < together; index++)
        if (step < walkers[index].total) followEdge(layout, lanes, walkers[index], due[walkers[index].due + step]);
    for (int index = 0; index < walking; index++) {
      layout.coordinates[2 * walkers[index].item] = walkers[index].x;
      layout.coordinates[2 * walkers[index].item + 1] = walkers[index].y;
    }
    drawn += collected;
  }
  return drawn;
}

static int64_t moveItemsPlain(const UmapLayout& layout, int64_t from, int64_t to) { return moveItems(layout, from, to); }
#if defined(LIKENESS_X86)
LIKENESS_AVX2 static int64_t moveItemsAvx2(const UmapLayout& layout, int64_t from, int64_t to) { return moveItems(layout, from, to); }
#endif

}  // namespace umap

/** @returns drawn edges, or -1 where an offset or a target lies outside */
inline int64_t umapLayout(const UmapLayout& layout, int64_t from, int64_t to, int threads, Instructions level) {
  auto* move = umap::moveItemsPlain;
#if defined(LIKENESS_X86)
  if (level >= Instructions::avx2) move = umap::moveItemsAvx2;
#endif
  (void)level;
  // Below this (a millisecond of work) a thread costs more than it gives, above all where other work holds the cores.
  constexpr int64_t itemsPerThread = 8192;
  const int64_t parts = std::max<int64_t>(1, std::min<int64_t>(threads, (to - from) / itemsPerThread));
  std::vector<int64_t> results(parts, 0);
  std::vector<std::thread> others;
  auto run = [&](int64_t part) { results[part] = move(layout, from + (to - from) * part / parts, from + (to - from) * (part + 1) / parts); };
  others.reserve(parts);
  for (int64_t part = 1; part < parts; part++) {
    try {
      others.emplace_back(run, part);
    } catch (const std::system_error&) {
      run(part);  // The system has no thread to give.
    }
  }
  run(0);
  for (std::thread& other : others) other.join();
  int64_t drawn = 0;
  for (int64_t result : results) {
    if (result < 0) return -1;
    drawn += result;
  }
  return drawn;
}

}  // namespace likeness
