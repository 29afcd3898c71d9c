/**
 * @file alignmentSums: the normal equations of one step of Gauss and Newton that lays one picture over another (native/twins/alignment-sums.ts says what and where from). Sums are added pixel by pixel in the
 * twin's order, and so are equal to its to the last bit; what is done side by side are the different sums of one pixel.
 */
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "../instructions.h"

namespace likeness {

namespace aligning {

constexpr int64_t lanes = 4, sumCount = 46, maxAlignedSide = 4096;
constexpr double darkest = 5, brightest = 250, farAway = 3;

/** Sums of one row, by what multiplies them: 1, x or x x. */
struct Row {
  double xx[3], xy[3], yy[3];
  double x[2], y[2], xv[2], yv[2], xr[2], yr[2];
};

}  // namespace aligning

struct AlignmentTask {
  /** [height, width, 4] brightness of the first picture, its slopes across and down, nothing. */
  const float* slopes;
  int64_t width, height;
  /** [secondHeight, secondWidth] */
  const float* second;
  int64_t secondWidth, secondHeight;
  const double* affine;
  double gain, bias, spread;
  int64_t stride;
  double* sums;
};

namespace aligning {

struct Place {
  const float* from;
  double right, down, wanted;
};

/** Where pixel x of a row lies in the first picture; false where it does not, or is cut off. */
LIKENESS_INLINE bool placeOf(const AlignmentTask& task, const float* row, int64_t x, double centreX, double centreY, Place& place) {
  const double* affine = task.affine;
  const double u = affine[0] * centreX + affine[1] * centreY + affine[2];
  const double v = affine[3] * centreX + affine[4] * centreY + affine[5];
  if (!(u >= 1.5 && v >= 1.5 && u <= static_cast<double>(task.width) - 1.5 && v <= static_cast<double>(task.height) - 1.5)) return false;
  place.wanted = row[x];
  if (place.wanted > brightest || place.wanted < darkest) return false;
  // Both are above 1: cutting off the fraction is rounding down.
  const auto column = static_cast<int64_t>(u - 0.5), line = static_cast<int64_t>(v - 0.5);
  place.right = u - 0.5 - static_cast<double>(column);
  place.down = v - 0.5 - static_cast<double>(line);
  place.from = task.slopes + lanes * (line * task.width + column);
  return true;
}

LIKENESS_INLINE void addRow(double* sums, const Row& row, double y) {
  const double square = y * y;
  double* to = sums + 10;
  for (const double* of : {row.xx, row.xy, row.yy}) {
    to[0] += of[2];
    to[1] += y * of[1];
    to[2] += square * of[0];
    to[3] += of[1];
    to[4] += y * of[0];
    to[5] += of[0];
    to += 6;
  }
  for (const double* of : {row.x, row.y, row.xv, row.yv, row.xr, row.yr}) {
    to[0] += of[1];
    to[1] += y * of[0];
    to[2] += of[0];
    to += 3;
  }
}

LIKENESS_INLINE void alignScalar(const AlignmentTask& task) {
  double* sums = task.sums;
  std::fill(sums, sums + sumCount, 0.0);
  for (int64_t y = task.stride; y < task.secondHeight - task.stride; y += task.stride) {
    const double centreY = static_cast<double>(y) + 0.5;
    const float* line = task.second + y * task.secondWidth;
    Row row{};
    for (int64_t x = task.stride; x < task.secondWidth - task.stride; x += task.stride) {
      const double centreX = static_cast<double>(x) + 0.5;
      Place place;
      if (!placeOf(task, line, x, centreX, centreY, place)) continue;
      double mixed[3];
      for (int lane = 0; lane < 3; lane++) {
        const float *upper = place.from + lane, *lower = upper + lanes * task.width;
        const double above = upper[0] + place.right * (static_cast<double>(upper[lanes]) - upper[0]);
        const double below = lower[0] + place.right * (static_cast<double>(lower[lanes]) - lower[0]);
        mixed[lane] = above + place.down * (below - above);
      }
      const double value = mixed[0], wanted = place.wanted;
      if (value > brightest || value < darkest) continue;
      const double residual = wanted - task.gain * value - task.bias, share = residual / task.spread, weight = 1 / (1 + share * share);
      const double gx = task.gain * mixed[1], gy = task.gain * mixed[2], wx = weight * gx, wy = weight * gy;
      const double weighed = weight * value, square = centreX * centreX;
      auto second = [&](double* of, double product) {
        of[0] += product;
        of[1] += product * centreX;
        of[2] += product * square;
      };
      auto first = [&](double* of, double product) {
        of[0] += product;
        of[1] += product * centreX;
      };
      second(row.xx, wx * gx);
      second(row.xy, wx * gy);
      second(row.yy, wy * gy);
      first(row.x, wx);
      first(row.y, wy);
      first(row.xv, wx * value);
      first(row.yv, wy * value);
      first(row.xr, wx * residual);
      first(row.yr, wy * residual);
      sums[0] += 1;
      sums[1] += weight;
      sums[2] += weighed;
      sums[3] += weight * wanted;
      sums[4] += weighed * value;
      sums[5] += weight * wanted * wanted;
      sums[6] += weighed * wanted;
      sums[7] += std::min(std::fabs(residual), farAway * task.spread);
      sums[8] += weighed * residual;
      sums[9] += weight * residual;
    }
    addRow(sums, row, centreY);
  }
}

#if defined(LIKENESS_X86)
/** Lanes are (value, slope across, slope down, residual), so that all products of a pixel are three of a number with them. */
LIKENESS_AVX2 inline void alignAvx2(const AlignmentTask& task) {
  double* sums = task.sums;
  std::fill(sums, sums + sumCount, 0.0);
  const __m256d gains = _mm256_set_pd(1, task.gain, task.gain, 1);
  // Over the whole picture: number of pixels, then as the columns of `sums` say.
  double pixels = 0, weights = 0, sumB = 0, sumBB = 0, sumAB = 0, absolute = 0;
  __m256d ofWeight = _mm256_setzero_pd(), ofValue = _mm256_setzero_pd();
  for (int64_t y = task.stride; y < task.secondHeight - task.stride; y += task.stride) {
    const double centreY = static_cast<double>(y) + 0.5;
    const float* line = task.second + y * task.secondWidth;
    __m256d across[3], down[3], plain[2];
    for (auto& sum : across) sum = _mm256_setzero_pd();
    for (auto& sum : down) sum = _mm256_setzero_pd();
    for (auto& sum : plain) sum = _mm256_setzero_pd();
    for (int64_t x = task.stride; x < task.secondWidth - task.stride; x += task.stride) {
      const double centreX = static_cast<double>(x) + 0.5;
      Place place;
      if (!placeOf(task, line, x, centreX, centreY, place)) continue;
      const float* lower = place.from + lanes * task.width;
      auto at = [](const float* from) LIKENESS_AVX2 { return _mm256_cvtps_pd(_mm_loadu_ps(from)); };
      const __m256d right = _mm256_set1_pd(place.right);
      const __m256d leftAbove = at(place.from), leftBelow = at(lower);
      const __m256d above = _mm256_add_pd(leftAbove, _mm256_mul_pd(right, _mm256_sub_pd(at(place.from + lanes), leftAbove)));
      const __m256d below = _mm256_add_pd(leftBelow, _mm256_mul_pd(right, _mm256_sub_pd(at(lower + lanes), leftBelow)));
      const __m256d mixed = _mm256_add_pd(above, _mm256_mul_pd(_mm256_set1_pd(place.down), _mm256_sub_pd(below, above)));
      const double value = _mm256_cvtsd_f64(mixed), wanted = place.wanted;
      if (value > brightest || value < darkest) continue;
      const double residual = wanted - task.gain * value - task.bias, share = residual / task.spread, weight = 1 / (1 + share * share);
      const __m256d lanesOf = _mm256_blend_pd(_mm256_mul_pd(mixed, gains), _mm256_set1_pd(residual), 8);
      const __m256d weighed = _mm256_mul_pd(_mm256_set1_pd(weight), lanesOf);
      const __m256d products[2] = {_mm256_mul_pd(_mm256_permute4x64_pd(weighed, 0x55), lanesOf),
                                   _mm256_mul_pd(_mm256_permute4x64_pd(weighed, 0xaa), lanesOf)};
      const __m256d column = _mm256_set1_pd(centreX), square = _mm256_set1_pd(centreX * centreX);
      across[0] = _mm256_add_pd(across[0], products[0]);
      across[1] = _mm256_add_pd(across[1], _mm256_mul_pd(products[0], column));
      across[2] = _mm256_add_pd(across[2], _mm256_mul_pd(products[0], square));
      down[0] = _mm256_add_pd(down[0], products[1]);
      down[1] = _mm256_add_pd(down[1], _mm256_mul_pd(products[1], column));
      down[2] = _mm256_add_pd(down[2], _mm256_mul_pd(products[1], square));
      plain[0] = _mm256_add_pd(plain[0], weighed);
      plain[1] = _mm256_add_pd(plain[1], _mm256_mul_pd(weighed, column));
      ofWeight = _mm256_add_pd(ofWeight, weighed);
      ofValue = _mm256_add_pd(ofValue, _mm256_mul_pd(_mm256_permute4x64_pd(weighed, 0), lanesOf));
      pixels += 1;
      weights += weight;
      sumB += weight * wanted;
      sumBB += weight * wanted * wanted;
      sumAB += _mm256_cvtsd_f64(weighed) * wanted;
      absolute += std::min(std::fabs(residual), farAway * task.spread);
    }
    double byAcross[3][lanes], byDown[3][lanes], byNothing[2][lanes];
    for (int power = 0; power < 3; power++) {
      _mm256_storeu_pd(byAcross[power], across[power]);
      _mm256_storeu_pd(byDown[power], down[power]);
      if (power < 2) _mm256_storeu_pd(byNothing[power], plain[power]);
    }
    Row row;
    for (int power = 0; power < 3; power++) {
      row.xx[power] = byAcross[power][1];
      row.xy[power] = byAcross[power][2];
      row.yy[power] = byDown[power][2];
      if (power == 2) break;
      row.x[power] = byNothing[power][1];
      row.y[power] = byNothing[power][2];
      row.xv[power] = byAcross[power][0];
      row.yv[power] = byDown[power][0];
      row.xr[power] = byAcross[power][3];
      row.yr[power] = byDown[power][3];
    }
    addRow(sums, row, centreY);
  }
  double withWeight[lanes], withValue[lanes];
  _mm256_storeu_pd(withWeight, ofWeight);
  _mm256_storeu_pd(withValue, ofValue);
  const double whole[] = {pixels, weights, withWeight[0], sumB, withValue[0], sumBB, sumAB, absolute, withValue[3], withWeight[3]};
  std::copy(whole, whole + 10, sums);
}
#endif

}  // namespace aligning

inline void alignmentSums(const AlignmentTask& task, Instructions level) {
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) return aligning::alignAvx2(task);
#endif
  (void)level;
  aligning::alignScalar(task);
}

}  // namespace likeness
