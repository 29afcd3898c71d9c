/**
 * @file The kernels of training, compiled once per set of instructions. The files under variant/ are written with the functions of variant/vector.h
 * and included once for each; the compiler is told by a pragma what it may use.
 */
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "../instructions.h"
#include "pool.h"
#include "shapes.h"
#include "step-reader.h"
#include "tensor-view.h"

#if defined(LIKENESS_X86)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,bmi,bmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,bmi,bmi2,prefer-vector-width=512")
#endif
#define LIKENESS_VARIANT_AVX512
namespace likeness { namespace training { namespace avx512 {
#include "variant/all.h"
}}}
#undef LIKENESS_VARIANT_AVX512
#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi,bmi2")
#endif
#define LIKENESS_VARIANT_AVX2
namespace likeness { namespace training { namespace avx2 {
#include "variant/all.h"
}}}
#undef LIKENESS_VARIANT_AVX2
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif

namespace likeness { namespace training { namespace portable {
#include "variant/all.h"
}}}
