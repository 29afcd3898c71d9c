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

#define LIKENESS_INLINE static inline __attribute__((always_inline))

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

LIKENESS_INLINE float sum(const Floats& value) {
  return ((value[0] + value[1]) + (value[2] + value[3])) + (value[4] + value[5]);
}

/** @returns drawn edges, or -1 where an offset or a target lies outside */
LIKENESS_INLINE int64_t moveItems(const UmapLayout& layout, int64_t from, int64_t to) {
  const float a = layout.a, b = layout.b, *snapshot = layout.snapshot;
  const uint64_t count = static_cast<uint64_t>(layout.count);
  // Lane 0 is the attraction; its edge's mirror image would pull once more.
  const Floats attraction = {-2 * a * b, 0, 0, 0, 0, 0, 0, 0};
  const Floats repulsion = {0, 2 * b, 2 * b, 2 * b, 2 * b, 2 * b, 0, 0};
  const Floats added = {1e-20f, softening, softening, softening, softening, softening, 1, 1};
  const Floats share = {2 * layout.rate, layout.rate, layout.rate, layout.rate, layout.rate, layout.rate, 0, 0};
  std::vector<int32_t> due;
  int64_t drawn = 0;
  for (int64_t item = from; item < to; item++) {
    const int64_t begin = layout.offsets[item], end = layout.offsets[item + 1];
    if (begin < 0 || end > layout.edges) return -1;
    if (end <= begin) continue;
    if (static_cast<int64_t>(due.size()) < end - begin) due.resize(2 * (end - begin));
    // Whether an edge is due is a coin toss to the processor: collect without a branch, then walk what is due.
    int64_t total = 0;
    for (int64_t edge = begin; edge < end; edge++) {
      uint32_t phase = layout.phases[edge] + layout.steps[edge];
      layout.phases[edge] = phase & 0x7fffffffu;
      due[total] = layout.targets[edge];
      total += phase >> 31;
    }
    float x = layout.coordinates[2 * item], y = layout.coordinates[2 * item + 1];
    uint32_t state = mix(layout.seed, layout.epoch, static_cast<uint32_t>(item));
    for (int64_t index = 0; index < total; index++) {
      if (static_cast<uint64_t>(static_cast<uint32_t>(due[index])) >= count) return -1;
      Floats otherX = {}, otherY = {};
      otherX[0] = snapshot[2 * int64_t(due[index])];
      otherY[0] = snapshot[2 * int64_t(due[index]) + 1];
      for (int lane = 1; lane <= negatives; lane++) {
        state = state * 1664525u + 1013904223u;
        uint64_t other = state * count >> 32;
        // The item's own place: no offset, no repulsion.
        bool itself = other == static_cast<uint64_t>(item);
        otherX[lane] = itself ? x : snapshot[2 * other];
        otherY[lane] = itself ? y : snapshot[2 * other + 1];
      }
      Floats offsetX = x - otherX, offsetY = y - otherY;
      Floats squared = offsetX * offsetX + offsetY * offsetY;
      Floats raised;
      power(squared + 1e-20f, b, raised);
      Floats coefficient = (attraction * raised + repulsion) / ((squared + added) * (a * raised + 1.0f));
      Floats moveX = coefficient * offsetX, moveY = coefficient * offsetY;
      clamp(moveX);
      clamp(moveY);
      x += sum(moveX * share);
      y += sum(moveY * share);
    }
    drawn += total;
    layout.coordinates[2 * item] = x;
    layout.coordinates[2 * item + 1] = y;
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
  // Below this a thread costs more than it gives.
  constexpr int64_t itemsPerThread = 2048;
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
