/**
 * @file spreadLabels: (I - flow S)^-1 applied to some columns at once, by Chebyshev's iteration (Golub and Varga, 1961). native/twins/spread-labels.ts tells the same in TypeScript, to
 * the last bit, and says what the arguments are.
 *
 * A column alone waits for memory: each edge fetches one number from anywhere. Columns that lie side by side share each fetch, so sixteen cost about three times what one does.
 */
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "../instructions.h"
#include "../threads.h"

namespace likeness {

struct SpreadTask {
  int64_t count, edges, width, iterations;
  const int32_t* starts;   // [count + 1]
  const int32_t* columns;  // [edges]
  const float* weights;    // [edges]
  float flow;
  float* values;  // [count, width]: labels before, what reached the rows after
};

/** What the iteration keeps, from call to call: three tables of the size of `values`. */
struct SpreadScratch {
  std::vector<float> memory;
};

namespace spreading {

typedef float Four __attribute__((vector_size(16)));
typedef float Sixteen __attribute__((vector_size(64)));

/** False where the rows of edges do not follow each other or an edge leads outside. */
inline bool isGraph(const SpreadTask& task) {
  if (task.starts[0] != 0 || task.starts[task.count] != task.edges) return false;
  for (int64_t row = 0; row < task.count; row++)
    if (task.starts[row + 1] < task.starts[row]) return false;
  for (int64_t edge = 0; edge < task.edges; edge++)
    if (static_cast<uint32_t>(task.columns[edge]) >= static_cast<uint64_t>(task.count)) return false;
  return true;
}

/** Tables in the order in which an iteration uses them; `step` and `following` change places after each. */
template <typename Value>
struct Tables {
  Value *solution, *residual, *step, *following;
};

struct Factors {
  float flow, keep, take;
};

template <typename Value>
LIKENESS_INLINE void spreadRows(const SpreadTask& task, int64_t first, int64_t last, const Tables<Value>& tables, const Factors& factors) {
  int64_t edge = task.starts[first];
  for (int64_t row = first; row < last; row++) {
    Value sum = {};
    for (const int64_t end = task.starts[row + 1]; edge < end; edge++) sum += task.weights[edge] * tables.step[task.columns[edge]];
    const Value own = tables.step[row];
    const Value rest = (tables.residual[row] - own) + factors.flow * sum;
    tables.solution[row] += own;
    tables.residual[row] = rest;
    tables.following[row] = factors.keep * own + factors.take * rest;
  }
}

template <typename Value>
using SpreadRows = void (*)(const SpreadTask&, int64_t, int64_t, const Tables<Value>&, const Factors&);

template <typename Value>
static void spreadPlain(const SpreadTask& task, int64_t first, int64_t last, const Tables<Value>& tables, const Factors& factors) {
  spreadRows(task, first, last, tables, factors);
}
#if defined(LIKENESS_X86)
template <typename Value>
LIKENESS_AVX2 static void spreadAvx2(const SpreadTask& task, int64_t first, int64_t last, const Tables<Value>& tables, const Factors& factors) {
  spreadRows(task, first, last, tables, factors);
}
template <typename Value>
LIKENESS_AVX512 static void spreadAvx512(const SpreadTask& task, int64_t first, int64_t last, const Tables<Value>& tables, const Factors& factors) {
  spreadRows(task, first, last, tables, factors);
}
#endif

/**
 * Shares of rows of all iterations form one line; whoever is free takes the next, and waits where the iteration before is not done. So any number of threads does the work, and
 * what a row adds up never depends on who did it.
 */
template <typename Value>
void spread(const SpreadTask& task, int threads, Instructions level, SpreadScratch& scratch) {
  const int64_t lanes = sizeof(Value) / sizeof(float), size = task.count * lanes;
  // A row of sixteen is one line of the cache where it begins at one.
  scratch.memory.resize(4 * size + 64);
  const auto address = reinterpret_cast<uintptr_t>(scratch.memory.data());
  float* memory = scratch.memory.data() + (64 - address % 64) % 64 / sizeof(float);
  auto table = [&](int64_t index) { return reinterpret_cast<Value*>(memory + index * size); };
  const Tables<Value> tables{table(0), table(1), table(2), table(3)};
  std::fill(memory, memory + size, 0.0f);
  std::memcpy(memory + size, task.values, size * sizeof(float));
  std::memcpy(memory + 2 * size, task.values, size * sizeof(float));

  // The eigenvalues of I - flow S lie in [1 - flow, 1 + flow].
  std::vector<Factors> factors;
  double ratio = task.flow;
  for (int64_t iteration = 0; iteration < task.iterations; iteration++) {
    const double next = 1 / (2 / static_cast<double>(task.flow) - ratio);
    factors.push_back({task.flow, static_cast<float>(next * ratio), static_cast<float>(2 * next / task.flow)});
    ratio = next;
  }

  SpreadRows<Value> rows = spreadPlain<Value>;
#if defined(LIKENESS_X86)
  if (level == Instructions::avx2) rows = spreadAvx2<Value>;
  if (level == Instructions::avx512) rows = spreadAvx512<Value>;
#endif
  (void)level;

  const int64_t share = 8192 / lanes + 512, shares = (task.count + share - 1) / share;
  std::atomic<int64_t> taken{0}, done{0};
  shareWork(std::min<int64_t>(threads, shares), [&](int64_t) {
    for (;;) {
      const int64_t ticket = taken.fetch_add(1), iteration = ticket / shares, first = ticket % shares * share;
      if (iteration >= task.iterations) return;
      while (done.load(std::memory_order_acquire) < iteration * shares) std::this_thread::yield();
      Tables<Value> its = tables;
      if (iteration % 2 == 1) std::swap(its.step, its.following);
      rows(task, first, std::min(task.count, first + share), its, factors[iteration]);
      done.fetch_add(1, std::memory_order_release);
    }
  });
  std::memcpy(task.values, memory, size * sizeof(float));
}

}  // namespace spreading

/** @returns false where the graph is not one (see `isGraph`) */
inline bool spreadLabels(const SpreadTask& task, int threads, Instructions level, SpreadScratch& scratch) {
  if (!spreading::isGraph(task)) return false;
  if (task.width == 16) spreading::spread<spreading::Sixteen>(task, threads, level, scratch);
  else if (task.width == 4) spreading::spread<spreading::Four>(task, threads, level, scratch);
  else spreading::spread<float>(task, threads, level, scratch);
  return true;
}

}  // namespace likeness
