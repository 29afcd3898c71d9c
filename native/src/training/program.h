/**
 * @file A program: memory, threads and a list of steps that work on that memory. JavaScript lays out the memory and writes the steps; here they are only run.
 */
#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "../instructions.h"
#include "pool.h"
#include "step-reader.h"
#include "variants.h"

namespace likeness {
namespace training {

class Program {
 public:
  /** @param steps one after the other: how many numbers follow, then those */
  Program(int64_t bytes, std::vector<double> steps, int threads, Instructions level)
      : bytes_(bytes), steps_(std::move(steps)), pool_(threads), memory_(allocate(bytes)), run_(portable::runStep) {
#if defined(LIKENESS_X86)
    if (level == Instructions::avx2) run_ = avx2::runStep;
    if (level == Instructions::avx512) run_ = avx512::runStep;
#endif
    (void)level;
    for (size_t at = 0; at < steps_.size();) {
      const double length = steps_[at];
      if (!(length >= 1 && length < 1000) || at + 1 + static_cast<size_t>(length) > steps_.size()) throw ProgramError("the steps of a program are cut wrongly");
      begins_.push_back(at + 1);
      lengths_.push_back(static_cast<int64_t>(length));
      at += 1 + static_cast<size_t>(length);
    }
    nanoseconds_.resize(begins_.size());
  }
  Program(const Program&) = delete;

  /** Steps [from, to). Called by one thread at a time. */
  void run(int64_t from, int64_t to) {
    std::lock_guard<std::mutex> lock(running_);
    for (int64_t step = from; step < to; step++) {
      const size_t at = static_cast<size_t>(step);
      const auto start = std::chrono::steady_clock::now();
      StepReader reader(steps_.data() + begins_[at], lengths_[at], memory_.get(), bytes_);
      run_(reader, pool_);
      nanoseconds_[at] += static_cast<double>((std::chrono::steady_clock::now() - start).count());
    }
  }

  int64_t bytes() const { return bytes_; }
  int64_t stepCount() const { return static_cast<int64_t>(begins_.size()); }
  char* memory() { return memory_.get(); }
  /** Spent in each step so far. */
  const std::vector<double>& nanoseconds() const { return nanoseconds_; }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  using Memory = std::unique_ptr<char, Free>;

  /** Vectors may be read a little beyond the end. */
  static Memory allocate(int64_t bytes) {
    constexpr size_t page = size_t{2} << 20, slack = 4096;
    const size_t size = (static_cast<size_t>(bytes) + slack + page - 1) / page * page;
    Memory memory(static_cast<char*>(std::aligned_alloc(page, size)));
    if (!memory) throw std::bad_alloc();
#if defined(__linux__)
    // Large pages save most of the walks through page tables; that there are none is no error.
    (void)madvise(memory.get(), size, MADV_HUGEPAGE);
#endif
    std::memset(memory.get(), 0, size);
    return memory;
  }

  int64_t bytes_;
  std::vector<double> steps_;
  std::vector<size_t> begins_;
  std::vector<int64_t> lengths_;
  std::vector<double> nanoseconds_;
  Pool pool_;
  Memory memory_;
  void (*run_)(StepReader&, Pool&);
  std::mutex running_;
};

}  // namespace training
}  // namespace likeness
