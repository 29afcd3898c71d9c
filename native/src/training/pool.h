/**
 * @file A few threads that stay, for work cut into items. Which thread takes which item is left to chance; how the work is cut is not (it never depends
 * on the number of threads), and items write to places of their own, so results are the same to the last bit whatever the threads do.
 */
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

namespace likeness {
namespace training {

constexpr size_t cacheLine = 64;

/** Memory at the beginning of a cache line that grows and never shrinks; its contents are lost when it grows. */
class Scratch {
 public:
  float* floats(int64_t count) {
    if (count > capacity_) {
      memory_.reset();
      capacity_ = 0;
      const size_t bytes = (static_cast<size_t>(count) * sizeof(float) + 2 * cacheLine - 1) / cacheLine * cacheLine;
      memory_.reset(static_cast<float*>(std::aligned_alloc(cacheLine, bytes)));
      if (!memory_) throw std::bad_alloc();
      capacity_ = count;
    }
    return memory_.get();
  }

 private:
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  std::unique_ptr<float, Free> memory_;
  int64_t capacity_ = 0;
};

class Pool {
 public:
  explicit Pool(int threads) : own_(static_cast<size_t>(threads)) {
    for (int helper = 1; helper < threads; helper++) {
      try {
        helpers_.emplace_back([this, helper] { serve(helper); });
      } catch (const std::exception&) {
        break;  // no thread to be had: those that run do the rest
      }
    }
  }
  ~Pool() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    for (std::thread& helper : helpers_) helper.join();
  }
  Pool(const Pool&) = delete;

  /** Calls work(item, scratch of the thread) for every item in [0, items). An exception of an item is thrown here when all have ended. */
  template <typename Work>
  void forEach(int64_t items, Work&& work) {
    if (items <= 0) return;
    auto call = [](void* context, int64_t item, Scratch& scratch) { (*static_cast<std::remove_reference_t<Work>*>(context))(item, scratch); };
    if (items == 1 || helpers_.empty()) {
      for (int64_t item = 0; item < items; item++) work(item, own_[0]);
      return;
    }
    call_ = call;
    context_ = &work;
    items_ = items;
    failure_ = nullptr;
    next_.store(0, std::memory_order_relaxed);
    busy_.store(static_cast<int>(helpers_.size()), std::memory_order_relaxed);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    take(0);
    for (int spins = 0; busy_.load(std::memory_order_acquire) > 0; spins++)
      if (spins > spinsBeforeSleep) std::this_thread::yield();
    if (failure_) std::rethrow_exception(failure_);
  }

  /** Of the caller of `forEach`: may be read by every item. */
  Scratch shared, partial;

 private:
  static constexpr int spinsBeforeSleep = 20000;

  void serve(int thread) {
    uint64_t seen = 0;
    for (;;) {
      for (int spins = 0; spins < spinsBeforeSleep && generation_.load(std::memory_order_acquire) == seen; spins++) relax();
      if (generation_.load(std::memory_order_acquire) == seen) {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return generation_.load(std::memory_order_acquire) != seen; });
      }
      seen = generation_.load(std::memory_order_acquire);
      if (stopping_) return;
      take(thread);
      busy_.fetch_sub(1, std::memory_order_acq_rel);
    }
  }

  void take(int thread) {
    for (;;) {
      const int64_t item = next_.fetch_add(1, std::memory_order_relaxed);
      if (item >= items_) return;
      try {
        call_(context_, item, own_[static_cast<size_t>(thread)]);
      } catch (...) {
        std::lock_guard<std::mutex> lock(mutex_);
        failure_ = std::current_exception();
      }
    }
  }

  static void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  std::vector<Scratch> own_;
  std::vector<std::thread> helpers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<uint64_t> generation_{0};
  std::atomic<int> busy_{0};
  std::atomic<int64_t> next_{0};
  std::atomic<bool> stopping_{false};
  void (*call_)(void*, int64_t, Scratch&) = nullptr;
  void* context_ = nullptr;
  int64_t items_ = 0;
  std::exception_ptr failure_;
};

}  // namespace training
}  // namespace likeness
