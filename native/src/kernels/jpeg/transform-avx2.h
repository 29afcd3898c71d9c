/**
 * @file The transform of all 64 pixels of a block, eight columns at a time: the same numbers as transform<8, 8>.
 */
#pragma once

#include "transform.h"

#if defined(LIKENESS_X86)

namespace likeness::jpeg {

LIKENESS_AVX2 inline __m256i descaleAvx2(__m256i values, int bits) {
  return _mm256_srai_epi32(_mm256_add_epi32(values, _mm256_set1_epi32(1 << (bits - 1))), bits);
}

LIKENESS_AVX2 inline __m256i timesAvx2(__m256i values, int32_t cosine) { return _mm256_mullo_epi32(values, _mm256_set1_epi32(cosine)); }

LIKENESS_AVX2 inline __m256i mixAvx2(const __m256i* values, int32_t first, int32_t second, int32_t third, int32_t fourth) {
  __m256i one = _mm256_add_epi32(timesAvx2(values[1], first), timesAvx2(values[3], second));
  __m256i other = _mm256_add_epi32(timesAvx2(values[5], third), timesAvx2(values[7], fourth));
  return descaleAvx2(_mm256_add_epi32(one, other), cosineBits);
}

/** passDown<8, 8> */
LIKENESS_AVX2 inline void passDownAvx2(__m256i* a) {
  constexpr int32_t k1 = c1, k2 = c2, k3 = c3, k5 = c5, k6 = c6, k7 = c7;
  __m256i t0 = _mm256_add_epi32(a[0], a[4]), t1 = _mm256_sub_epi32(a[0], a[4]);
  __m256i t2 = descaleAvx2(_mm256_add_epi32(timesAvx2(a[2], k2), timesAvx2(a[6], k6)), cosineBits);
  __m256i t3 = descaleAvx2(_mm256_sub_epi32(timesAvx2(a[2], k6), timesAvx2(a[6], k2)), cosineBits);
  __m256i even[4] = {_mm256_add_epi32(t0, t2), _mm256_add_epi32(t1, t3), _mm256_sub_epi32(t1, t3), _mm256_sub_epi32(t0, t2)};
  __m256i odd[4] = {mixAvx2(a, k1, k3, k5, k7), mixAvx2(a, k3, -k7, -k1, -k5), mixAvx2(a, k5, -k1, k7, k3), mixAvx2(a, k7, -k5, k3, -k1)};
  for (int index = 0; index < 4; index++) {
    a[index] = _mm256_add_epi32(even[index], odd[index]);
    a[7 - index] = _mm256_sub_epi32(even[index], odd[index]);
  }
}

LIKENESS_AVX2 inline void transposeAvx2(__m256i* a) {
  __m256i pairs[8], fours[8];
  for (int index = 0; index < 8; index += 2) {
    pairs[index] = _mm256_unpacklo_epi32(a[index], a[index + 1]);
    pairs[index + 1] = _mm256_unpackhi_epi32(a[index], a[index + 1]);
  }
  for (int half = 0; half < 8; half += 4) {
    fours[half] = _mm256_unpacklo_epi64(pairs[half], pairs[half + 2]);
    fours[half + 1] = _mm256_unpackhi_epi64(pairs[half], pairs[half + 2]);
    fours[half + 2] = _mm256_unpacklo_epi64(pairs[half + 1], pairs[half + 3]);
    fours[half + 3] = _mm256_unpackhi_epi64(pairs[half + 1], pairs[half + 3]);
  }
  for (int index = 0; index < 4; index++) {
    a[index] = _mm256_permute2x128_si256(fours[index], fours[index + 4], 0x20);
    a[index + 4] = _mm256_permute2x128_si256(fours[index], fours[index + 4], 0x31);
  }
}

/** Folded sums [8, 8] to pixels [8, 8]. */
LIKENESS_AVX2 inline void transformWholeAvx2(const int32_t* sums, uint8_t* block) {
  __m256i a[8];
  for (int row = 0; row < 8; row++) a[row] = descaleAvx2(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + row * 8)), foldBits - passBits);
  passDownAvx2(a);
  transposeAvx2(a);
  passDownAvx2(a);
  for (auto& column : a) column = _mm256_add_epi32(descaleAvx2(column, passBits), _mm256_set1_epi32(128));
  // Four columns by eight rows in each: bytes of a row come to lie beside each other.
  const __m256i byRow = _mm256_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  __m256i left = _mm256_shuffle_epi8(_mm256_packus_epi16(_mm256_packs_epi32(a[0], a[1]), _mm256_packs_epi32(a[2], a[3])), byRow);
  __m256i right = _mm256_shuffle_epi8(_mm256_packus_epi16(_mm256_packs_epi32(a[4], a[5]), _mm256_packs_epi32(a[6], a[7])), byRow);
  __m256i low = _mm256_unpacklo_epi32(left, right), high = _mm256_unpackhi_epi32(left, right);
  auto* to = reinterpret_cast<__m128i*>(block);
  _mm_storeu_si128(to, _mm256_castsi256_si128(low));
  _mm_storeu_si128(to + 1, _mm256_castsi256_si128(high));
  _mm_storeu_si128(to + 2, _mm256_extracti128_si256(low, 1));
  _mm_storeu_si128(to + 3, _mm256_extracti128_si256(high, 1));
}

}  // namespace likeness::jpeg

#endif
