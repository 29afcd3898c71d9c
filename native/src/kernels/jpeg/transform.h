/**
 * @file From the coefficients of a block of 8 x 8 to N x M means of its pixels, N and M one of 1, 2, 4, 8: the inverse cosine transform (ITU-T
 * T.81 A.3.3) followed by averaging, in one step. Averaging B = 8 / N neighbours damps the frequency u by sin(B u pi / 16) / (B sin(u pi / 16)) and
 * makes u and its mirror images the same frequency of N points, so coefficients are weighted and added up ("folded") into N x M of them as they
 * are read, and a transform of N x M points is all that is left. Whole numbers throughout: folded sums carry 12 bits behind
 * the point, what the passes work on 6. Sums that only a damaged file can make too large wrap around, the same way everywhere.
 */
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "entropy.h"

namespace likeness::jpeg {

constexpr int foldBits = 12, passBits = 6, cosineBits = 13;
/** Where coefficients that average out go. */
constexpr int nowhere = 64;

/** cos(k pi / 16). Written out, so that they are the same numbers in every language. */
constexpr double cosines[9] = {1,
                               0.98078528040323043,
                               0.92387953251128674,
                               0.83146961230254524,
                               0.70710678118654757,
                               0.55557023301960218,
                               0.38268343236508978,
                               0.19509032201612825,
                               0};

/** The same with 13 bits behind the point. */
constexpr uint32_t c1 = 8035, c2 = 7568, c3 = 6811, c5 = 4551, c6 = 3135, c7 = 1598;

constexpr uint8_t zigzag[64] = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
                                41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
                                30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

/** How one component's coefficients fold, in the order of the file; twice as long as a block, since the end of a block points beyond it. */
struct Fold {
  int32_t weights[128];
  uint8_t slots[128];
};

/** Frequency u of 8 points among N: the index it falls on, -1 where it averages out, and its weight. */
inline int foldFrequency(int u, int points, double& weight) {
  int block = 8 / points;
  // sin(k pi / 16) from the table of cosines, any k.
  auto sine = [](int k) {
    k &= 31;
    double sign = k >= 16 ? -1 : 1;
    k &= 15;
    return sign * (k <= 8 ? cosines[8 - k] : cosines[k - 8]);
  };
  weight = u == 0 ? cosines[4] / 2 : sine(block * u) / (block * sine(u)) / 2;
  int index = u;
  if (points == 1) return u == 0 ? 0 : -1;
  if (points == 2) {
    if (u == 0) return 0;
    if ((u & 1) == 0) return -1;
    weight *= u == 3 || u == 5 ? -cosines[4] : cosines[4];
    return 1;
  }
  if (points == 4) {
    if (u == 4) return -1;
    if (u > 4) {
      index = 8 - u;
      weight = -weight;
    }
  }
  // The middle frequency is +-cos(pi / 4) everywhere: the passes then only add and subtract it.
  if (index == points / 2) weight *= cosines[4];
  return index;
}

inline void makeFold(const uint8_t* quantiser, int across, int down, Fold& fold) {
  for (int index = 0; index < 128; index++) {
    fold.slots[index] = nowhere;
    fold.weights[index] = 0;
    if (index >= 64) continue;
    double horizontal, vertical;
    int column = foldFrequency(zigzag[index] & 7, across, horizontal), row = foldFrequency(zigzag[index] >> 3, down, vertical);
    if (column < 0 || row < 0) continue;
    fold.slots[index] = static_cast<uint8_t>(row * across + column);
    fold.weights[index] = static_cast<int32_t>(std::floor(horizontal * vertical * quantiser[index] * (1 << foldBits) + 0.5));
  }
}

LIKENESS_INLINE uint32_t descale(uint32_t value, int bits) { return static_cast<uint32_t>(static_cast<int32_t>(value + (1u << (bits - 1))) >> bits); }

/** Frequencies to points, down the columns of [points, lanes], in place. */
template <int points, int lanes>
LIKENESS_INLINE void passDown(uint32_t* values) {
  if constexpr (points == 2) {
    for (int lane = 0; lane < lanes; lane++) {
      uint32_t mean = values[lane], change = values[lanes + lane];
      values[lane] = mean + change;
      values[lanes + lane] = mean - change;
    }
  } else if constexpr (points == 4) {
    for (int lane = 0; lane < lanes; lane++) {
      uint32_t *at = values + lane, a0 = at[0], a1 = at[lanes], a2 = at[2 * lanes], a3 = at[3 * lanes];
      uint32_t e0 = a0 + a2, e1 = a0 - a2;
      uint32_t o0 = descale(a1 * c2 + a3 * c6, cosineBits), o1 = descale(a1 * c6 - a3 * c2, cosineBits);
      at[0] = e0 + o0;
      at[lanes] = e1 + o1;
      at[2 * lanes] = e1 - o1;
      at[3 * lanes] = e0 - o0;
    }
  } else if constexpr (points == 8) {
    for (int lane = 0; lane < lanes; lane++) {
      uint32_t* at = values + lane;
      uint32_t a0 = at[0], a1 = at[lanes], a2 = at[2 * lanes], a3 = at[3 * lanes];
      uint32_t a4 = at[4 * lanes], a5 = at[5 * lanes], a6 = at[6 * lanes], a7 = at[7 * lanes];
      uint32_t t0 = a0 + a4, t1 = a0 - a4;
      uint32_t t2 = descale(a2 * c2 + a6 * c6, cosineBits), t3 = descale(a2 * c6 - a6 * c2, cosineBits);
      uint32_t e0 = t0 + t2, e1 = t1 + t3, e2 = t1 - t3, e3 = t0 - t2;
      uint32_t o0 = descale(a1 * c1 + a3 * c3 + a5 * c5 + a7 * c7, cosineBits);
      uint32_t o1 = descale(a1 * c3 - a3 * c7 - a5 * c1 - a7 * c5, cosineBits);
      uint32_t o2 = descale(a1 * c5 - a3 * c1 + a5 * c7 + a7 * c3, cosineBits);
      uint32_t o3 = descale(a1 * c7 - a3 * c5 + a5 * c3 - a7 * c1, cosineBits);
      at[0] = e0 + o0;
      at[lanes] = e1 + o1;
      at[2 * lanes] = e2 + o2;
      at[3 * lanes] = e3 + o3;
      at[4 * lanes] = e3 - o3;
      at[5 * lanes] = e2 - o2;
      at[6 * lanes] = e1 - o1;
      at[7 * lanes] = e0 - o0;
    }
  }
}

/** Folded sums [down, across] to pixels [down, across], 0..255. */
template <int across, int down>
LIKENESS_INLINE void transform(const int32_t* sums, uint8_t* target, int64_t stride) {
  uint32_t rows[across * down], columns[across * down];
  for (int index = 0; index < across * down; index++) rows[index] = descale(static_cast<uint32_t>(sums[index]), foldBits - passBits);
  passDown<down, across>(rows);
  for (int row = 0; row < down; row++)
    for (int column = 0; column < across; column++) columns[column * down + row] = rows[row * across + column];
  passDown<across, down>(columns);
  uint32_t outside = 0;
  for (int index = 0; index < across * down; index++) {
    columns[index] = descale(columns[index], passBits) + 128u;
    outside |= columns[index];
  }
  // Rare: most blocks are nowhere near the ends of the range.
  if (__builtin_expect(outside > 255, 0))
    for (int index = 0; index < across * down; index++) {
      auto value = static_cast<int32_t>(columns[index]);
      columns[index] = static_cast<uint32_t>(value < 0 ? 0 : value > 255 ? 255 : value);
    }
  for (int row = 0; row < down; row++)
    for (int column = 0; column < across; column++) target[row * stride + column] = static_cast<uint8_t>(columns[column * down + row]);
}

}  // namespace likeness::jpeg
