/**
 * @file augment: views of cached pictures, each made as its plan says, as numbers that an encoder takes. Threads take the next view that nobody has; a
 * view depends on its plan and its picture alone, so their number changes nothing. Each step gives the bits of the twin (native/twins/augment.ts), at
 * every level of instructions: products and sums are never fused, and what is added up in lanes is whole numbers.
 */
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <new>
#include <vector>

#include "../instructions.h"
#include "../threads.h"
#include "augment/blur.h"
#include "augment/colour.h"
#include "augment/noise.h"
#include "augment/plan.h"
#include "augment/sample.h"

namespace likeness {

struct AugmentTask {
  const uint8_t* images;  // [count, side, side, 3]
  int64_t count, side, views, size;
  const int32_t* sources;  // [views]
  const float* plans;      // [views, planLength]
  /** A level x becomes x factor + added, per channel. */
  float factors[3], added[3];
  bool channelsLast;
  float* target;  // [views, 3, size, size] or [views, size, size, 3]
};

/** The memory of one thread. */
struct AugmentThread {
  augmenting::SampleScratch sample;
  augmenting::BlurScratch blur;
  std::vector<float> planes;  // [3, size, size]
};

/** Memory that lives from batch to batch. */
using AugmentScratch = std::vector<AugmentThread>;

namespace augmenting {

LIKENESS_INLINE void normalise(const AugmentTask& task, const float* __restrict planes, float* __restrict numbers) {
  const int64_t pixels = task.size * task.size;
  if (task.channelsLast) {
    for (int64_t at = 0; at < pixels; at++)
      for (int64_t channel = 0; channel < 3; channel++)
        numbers[at * 3 + channel] = planes[channel * pixels + at] * task.factors[channel] + task.added[channel];
    return;
  }
  for (int64_t channel = 0; channel < 3; channel++) {
    const float factor = task.factors[channel], added = task.added[channel];
    for (int64_t at = channel * pixels; at < (channel + 1) * pixels; at++) numbers[at] = planes[at] * factor + added;
  }
}

/** The mean is 0 once normalised. */
inline void cutOut(const AugmentTask& task, const float* plan, float* numbers) {
  const int64_t size = task.size, left = static_cast<int64_t>(plan[cutoutLeft]), top = static_cast<int64_t>(plan[cutoutTop]);
  const int64_t right = std::min(size, left + static_cast<int64_t>(plan[cutoutWidth])), bottom = std::min(size, top + static_cast<int64_t>(plan[cutoutHeight]));
  if (right <= left) return;
  for (int64_t row = top; row < bottom; row++) {
    if (task.channelsLast) std::fill(numbers + (row * size + left) * 3, numbers + (row * size + right) * 3, 0.0f);
    else
      for (int64_t channel = 0; channel < 3; channel++)
        std::fill(numbers + (channel * size + row) * size + left, numbers + (channel * size + row) * size + right, 0.0f);
  }
}

LIKENESS_INLINE void makeView(const AugmentTask& task, int64_t view, AugmentThread& thread) {
  const int64_t pictureBytes = task.side * task.side * 3, pixels = task.size * task.size;
  const Picture picture = {task.images + task.sources[view] * pictureBytes, task.images + task.count * pictureBytes, task.side};
  const float* plan = task.plans + view * planLength;
  float* planes = thread.planes.data();
  float* numbers = task.target + view * 3 * pixels;
  sampleCrop(picture, plan, task.size, planes, thread.sample);
  changeColours(planes, task.size, plan);
  blur(planes, task.size, plan, thread.blur);
  addNoise(planes, pixels, plan);
  solarize(planes, 3 * pixels, plan);
  normalise(task, planes, numbers);
  cutOut(task, plan, numbers);
}

static void makeViewPlain(const AugmentTask& task, int64_t view, AugmentThread& thread) { makeView(task, view, thread); }
#if defined(LIKENESS_X86)
LIKENESS_AVX2 static void makeViewAvx2(const AugmentTask& task, int64_t view, AugmentThread& thread) { makeView(task, view, thread); }
LIKENESS_AVX512 static void makeViewAvx512(const AugmentTask& task, int64_t view, AugmentThread& thread) { makeView(task, view, thread); }
#endif

}  // namespace augmenting

/** *Caller's contract*: sources in 0..count - 1, plans within the ranges of their columns. */
inline void augment(const AugmentTask& task, int threads, Instructions level, AugmentScratch& scratch) {
  auto* make = augmenting::makeViewPlain;
#if defined(LIKENESS_X86)
  if (level == Instructions::avx2) make = augmenting::makeViewAvx2;
  if (level == Instructions::avx512) make = augmenting::makeViewAvx512;
#endif
  (void)level;
  const int64_t useful = std::max<int64_t>(1, std::min<int64_t>(threads, task.views));
  if (static_cast<int64_t>(scratch.size()) < useful) scratch.resize(useful);
  for (int64_t thread = 0; thread < useful; thread++) scratch[thread].planes.resize(3 * task.size * task.size);
  std::atomic<int64_t> next{0};
  std::atomic<bool> outOfMemory{false};
  shareWork(useful, [&](int64_t index) {
    AugmentThread& thread = scratch[index];
    try {
      for (int64_t view = next.fetch_add(1); view < task.views; view = next.fetch_add(1)) make(task, view, thread);
    } catch (const std::bad_alloc&) {
      outOfMemory = true;
    }
  });
  if (outOfMemory) throw std::bad_alloc();
}

}  // namespace likeness
