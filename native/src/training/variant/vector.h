/**
 * @file Vectors of floats in the instructions of one variant. Included once per variant by ../variants.h, inside that variant's namespace and target;
 * the other files of this folder are written with these few functions and never with intrinsics.
 */
#if defined(LIKENESS_VARIANT_AVX512)

using Vec = __m512;
constexpr int lanes = 16;
constexpr int tileRows = 12;

LIKENESS_INLINE Vec load(const float* from) { return _mm512_loadu_ps(from); }
LIKENESS_INLINE void store(float* to, Vec value) { _mm512_storeu_ps(to, value); }
LIKENESS_INLINE Vec spread(float value) { return _mm512_set1_ps(value); }
LIKENESS_INLINE Vec multiplyAdd(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
LIKENESS_INLINE Vec larger(Vec a, Vec b) { return _mm512_max_ps(a, b); }
LIKENESS_INLINE Vec smaller(Vec a, Vec b) { return _mm512_min_ps(a, b); }
LIKENESS_INLINE __mmask16 firstLanes(int64_t count) { return static_cast<__mmask16>((1u << count) - 1); }
LIKENESS_INLINE Vec loadSome(const float* from, int64_t count) { return _mm512_maskz_loadu_ps(firstLanes(count), from); }
LIKENESS_INLINE void storeSome(float* to, Vec value, int64_t count) { _mm512_mask_storeu_ps(to, firstLanes(count), value); }
/** `value` where low < x < high, else 0. */
LIKENESS_INLINE Vec whereInside(Vec x, Vec low, Vec high, Vec value) {
  return _mm512_maskz_mov_ps(_mm512_mask_cmp_ps_mask(_mm512_cmp_ps_mask(x, low, _CMP_GT_OQ), x, high, _CMP_LT_OQ), value);
}

#elif defined(LIKENESS_VARIANT_AVX2)

using Vec = __m256;
constexpr int lanes = 8;
constexpr int tileRows = 6;

LIKENESS_INLINE Vec load(const float* from) { return _mm256_loadu_ps(from); }
LIKENESS_INLINE void store(float* to, Vec value) { _mm256_storeu_ps(to, value); }
LIKENESS_INLINE Vec spread(float value) { return _mm256_set1_ps(value); }
LIKENESS_INLINE Vec multiplyAdd(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
LIKENESS_INLINE Vec larger(Vec a, Vec b) { return _mm256_max_ps(a, b); }
LIKENESS_INLINE Vec smaller(Vec a, Vec b) { return _mm256_min_ps(a, b); }
LIKENESS_INLINE __m256i firstLanes(int64_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
LIKENESS_INLINE Vec loadSome(const float* from, int64_t count) { return _mm256_maskload_ps(from, firstLanes(count)); }
LIKENESS_INLINE void storeSome(float* to, Vec value, int64_t count) { _mm256_maskstore_ps(to, firstLanes(count), value); }
LIKENESS_INLINE Vec whereInside(Vec x, Vec low, Vec high, Vec value) {
  return _mm256_and_ps(_mm256_and_ps(_mm256_cmp_ps(x, low, _CMP_GT_OQ), _mm256_cmp_ps(x, high, _CMP_LT_OQ)), value);
}

#else

/** Four floats; the compiler makes them SSE, NEON or plain code. */
typedef float Vec __attribute__((vector_size(16)));
typedef int32_t VecMask __attribute__((vector_size(16)));
constexpr int lanes = 4;
constexpr int tileRows = 4;

LIKENESS_INLINE Vec load(const float* from) {
  Vec value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
LIKENESS_INLINE void store(float* to, Vec value) { std::memcpy(to, &value, sizeof value); }
LIKENESS_INLINE Vec spread(float value) { return Vec{value, value, value, value}; }
#if defined(LIKENESS_NEON)
LIKENESS_INLINE Vec multiplyAdd(Vec a, Vec b, Vec c) { return (Vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
#else
LIKENESS_INLINE Vec multiplyAdd(Vec a, Vec b, Vec c) { return a * b + c; }
#endif
LIKENESS_INLINE Vec choose(VecMask mask, Vec yes, Vec no) { return (Vec)(((VecMask)yes & mask) | ((VecMask)no & ~mask)); }
LIKENESS_INLINE Vec larger(Vec a, Vec b) { return choose(a > b, a, b); }
LIKENESS_INLINE Vec smaller(Vec a, Vec b) { return choose(a < b, a, b); }
LIKENESS_INLINE Vec loadSome(const float* from, int64_t count) {
  Vec value = {};
  std::memcpy(&value, from, static_cast<size_t>(count) * sizeof(float));
  return value;
}
LIKENESS_INLINE void storeSome(float* to, Vec value, int64_t count) { std::memcpy(to, &value, static_cast<size_t>(count) * sizeof(float)); }
LIKENESS_INLINE Vec whereInside(Vec x, Vec low, Vec high, Vec value) { return choose((x > low) & (x < high), value, spread(0)); }

#endif

/** `count` lanes, all of them the quick way. */
LIKENESS_INLINE Vec loadUpTo(const float* from, int64_t count) { return count >= lanes ? load(from) : loadSome(from, count); }
LIKENESS_INLINE void storeUpTo(float* to, Vec value, int64_t count) {
  if (count >= lanes) store(to, value);
  else storeSome(to, value, count);
}
