/**
 * @file Lists of the best neighbours found so far: k similarities from best to worst, equal ones by index, and the indices. What a list ends as
 * depends on what was offered and not on the order, so threads may offer in any.
 */
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

namespace likeness {

inline float worstOf(const float* similarities, int64_t k) {
  float worst;
  __atomic_load(similarities + k - 1, &worst, __ATOMIC_RELAXED);
  return worst;
}

/**
 * Puts a neighbour into a list unless it is there or worse than all. Empty places hold -infinity and -1.
 * @returns its place, or -1
 */
inline int64_t offerNeighbour(float* similarities, int32_t* indices, int64_t k, float score, int32_t index) {
  auto before = [&](int64_t place) { return similarities[place] > score || (similarities[place] == score && indices[place] < index); };
  if (before(k - 1)) return -1;
  int64_t place = k;
  while (place > 0 && !before(place - 1)) place--;
  if (place < k && similarities[place] == score && indices[place] == index) return -1;
  for (int64_t at = k - 1; at > place; at--) {
    __atomic_store(similarities + at, similarities + at - 1, __ATOMIC_RELAXED);
    indices[at] = indices[at - 1];
  }
  __atomic_store(similarities + place, &score, __ATOMIC_RELAXED);
  indices[place] = index;
  return place;
}

/** A lock for each list, shared by lists that lie far apart; held for a few nanoseconds. */
class ListLocks {
 public:
  ListLocks() : flags_(new std::atomic<uint8_t>[number]()) {}

  class Held {
   public:
    explicit Held(std::atomic<uint8_t>& flag) : flag_(flag) {
      for (int tries = 0; flag_.exchange(1, std::memory_order_acquire); tries++)
        if (tries > 100) std::this_thread::yield();  // Its holder may wait for this very core.
    }
    ~Held() { flag_.store(0, std::memory_order_release); }
    Held(const Held&) = delete;

   private:
    std::atomic<uint8_t>& flag_;
  };

  Held hold(int64_t list) { return Held(flags_[list % number]); }

 private:
  static constexpr int64_t number = 8191;
  std::unique_ptr<std::atomic<uint8_t>[]> flags_;
};

}  // namespace likeness
