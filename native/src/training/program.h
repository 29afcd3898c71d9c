/**
 * @file A program: memory, threads and a list of steps that work on that memory. JavaScript lays out the memory and writes the steps; here they are only run.
 */
#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <vector>

#include <sys/mman.h>

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
      : bytes_(bytes), steps_(std::move(steps)), pool_(threads), memory_(bytes), run_(portable::runStep) {
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
      StepReader reader(steps_.data() + begins_[at], lengths_[at], memory_.first, bytes_);
      run_(reader, pool_);
      nanoseconds_[at] += static_cast<double>((std::chrono::steady_clock::now() - start).count());
    }
  }

  int64_t bytes() const { return bytes_; }
  int64_t stepCount() const { return static_cast<int64_t>(begins_.size()); }
  char* memory() { return memory_.first; }
  /** Spent in each step so far. */
  const std::vector<double>& nanoseconds() const { return nanoseconds_; }

 private:
  /** Straight from the system: zeros, and touched only where it is used. */
  struct Memory {
    explicit Memory(int64_t bytes) : length(static_cast<size_t>(bytes) + page + slack) {
      base = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (base == MAP_FAILED) throw std::bad_alloc();
      first = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(base) + page - 1) / page * page);
#if defined(__linux__)
      // Large pages save most of the walks through page tables; that there are none is no error.
      (void)madvise(first, length - page, MADV_HUGEPAGE);
#endif
    }
    ~Memory() { munmap(base, length); }
    Memory(const Memory&) = delete;

    static constexpr size_t page = size_t{2} << 20;
    /** Vectors may be read a little beyond the end. */
    static constexpr size_t slack = 4096;
    size_t length;
    void* base;
    char* first;
  };

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
