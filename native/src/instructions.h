/**
 * @file Which vector instructions a kernel may use. One binary carries every path; the best one the processor has is chosen at run time, so
 * a binary made here runs on an older machine. Functions of a path carry LIKENESS_AVX2 or LIKENESS_AVX512 and are called only at that level.
 */
#pragma once

#include <string>

#if defined(__x86_64__) && defined(__GNUC__)
#define LIKENESS_X86 1
#define LIKENESS_AVX2 __attribute__((target("avx2,fma,bmi,bmi2")))
#define LIKENESS_AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,bmi,bmi2")))
#include <immintrin.h>
#elif defined(__aarch64__)
#define LIKENESS_NEON 1
#include <arm_neon.h>
#endif

/** A helper that becomes part of whoever calls it, and so of that path's instructions. */
#if defined(__GNUC__)
#define LIKENESS_INLINE inline __attribute__((always_inline))
#else
#define LIKENESS_INLINE inline
#endif

namespace likeness {

/** In rising order on x86; `neon` is the only one beside `scalar` on ARM. */
enum class Instructions { scalar, neon, avx2, avx512 };

/** The best level this processor has. */
inline Instructions bestInstructions() {
#if defined(LIKENESS_X86)
  __builtin_cpu_init();
  // Every processor with AVX2 has the bit instructions too; a hypervisor may hide them.
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512vl");
  return avx512 ? Instructions::avx512 : avx2 ? Instructions::avx2 : Instructions::scalar;
#elif defined(LIKENESS_NEON)
  return Instructions::neon;
#else
  return Instructions::scalar;
#endif
}

inline const char* nameOf(Instructions level) {
  switch (level) {
    case Instructions::avx512: return "avx512";
    case Instructions::avx2: return "avx2";
    case Instructions::neon: return "neon";
    default: return "scalar";
  }
}

/** True where `level` can run on a processor whose best level is `best`. */
inline bool canUse(Instructions level, Instructions best) {
  if (level == Instructions::scalar) return true;
  if (level == Instructions::neon || best == Instructions::neon) return level == best;
  return level <= best;
}

}  // namespace likeness
