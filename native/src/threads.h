/**
 * @file Work that any number of threads may share: each takes what is left until nothing is.
 */
#pragma once

#include <cstdint>
#include <exception>
#include <thread>
#include <vector>

namespace likeness {

/** Calls work(0) here and work(1) .. work(threads - 1) elsewhere, and waits for all. A thread that cannot be had is done without: `work` must finish with those that run. It must not throw. */
template <typename Work>
void shareWork(int64_t threads, Work&& work) {
  std::vector<std::thread> helpers;
  for (int64_t helper = 1; helper < threads; helper++) {
    try {
      helpers.emplace_back([&work, helper] { work(helper); });
    } catch (const std::exception&) {
      break;
    }
  }
  work(int64_t{0});
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace likeness
