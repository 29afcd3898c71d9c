/**
 * @file Limits that the bindings of several kernels share (native/kernel-error.ts has the same).
 */
#pragma once

#include <cstdint>

namespace likeness {

constexpr int64_t maxCount = 0x7fffffff;
constexpr int64_t maxDimensions = 1 << 16;
constexpr int64_t maxThreads = 256;

}  // namespace likeness
