/**
 * @file BatchNormalization over a batch with the Relu or Clip and the residual behind it, and its gradient through them: two passes each, one for the
 * sums and one for the pictures. Sums are taken share by share (shares follow from the shape) and put together in float64.
 */

inline int64_t normalizationShares(const NormalizationShape& s) { return std::max<int64_t>(1, std::min<int64_t>(64, s.rows * s.channels / 16384)); }

/** Per-channel numbers of one pass: value = factor * x + term. */
struct Affine {
  std::vector<float> factor, term;
  Affine(int64_t channels) : factor(static_cast<size_t>(channels + 16)), term(static_cast<size_t>(channels + 16)) {}
};

inline void affineOf(const NormalizationShape& s, const float* scale, const float* bias, const float* mean, const float* variance, Affine& affine) {
  for (int64_t channel = 0; channel < s.channels; channel++) {
    const size_t at = static_cast<size_t>(channel);
    affine.factor[at] = scale[channel] / std::sqrt(variance[channel] + s.epsilon);
    affine.term[at] = bias[channel] - mean[channel] * affine.factor[at];
  }
}

/**
 * Two sums of each channel over all rows. `each(place, channel, width, rows, one, two)` adds the `lanes` channels from `channel` on (`width` are left) of up to
 * eight rows, whose first begins at `place`; `take(channel, one, two)` gets the sums of all shares.
 */
template <typename Each, typename Take>
void channelSums(const NormalizationShape& s, Pool& pool, Each each, Take take) {
  const int64_t shares = normalizationShares(s), padded = (s.channels + 15) / 16 * 16;
  float* sums = pool.partial.floats(shares * 2 * padded);
  pool.forEach(shares, [&](int64_t share, Scratch&) {
    float *first = sums + share * 2 * padded, *second = first + padded;
    std::fill(first, first + 2 * padded, 0.0f);
    const int64_t end = s.rows * (share + 1) / shares;
    for (int64_t row = s.rows * share / shares; row < end; row += 8) {
      const int64_t rows = std::min<int64_t>(8, end - row);
      for (int64_t channel = 0; channel < s.channels; channel += lanes) {
        Vec one = load(first + channel), two = load(second + channel);
        each(row * s.channels + channel, channel, s.channels - channel, rows, one, two);
        store(first + channel, one);
        store(second + channel, two);
      }
    }
  });
  for (int64_t channel = 0; channel < s.channels; channel++) {
    double one = 0, two = 0;
    for (int64_t share = 0; share < shares; share++) {
      one += sums[share * 2 * padded + channel];
      two += sums[share * 2 * padded + padded + channel];
    }
    take(channel, one, two);
  }
}

/** Mean and biased variance of each channel. Differences from the first row are summed, so that a large mean costs no digits. */
inline void channelStatistics(const NormalizationShape& s, const float* x, float* mean, float* variance, Pool& pool) {
  channelSums(
      s, pool,
      [&](int64_t place, int64_t channel, int64_t width, int64_t rows, Vec& one, Vec& two) {
        const Vec pivot = loadUpTo(x + channel, width);
        for (int64_t at = 0; at < rows; at++) {
          const Vec value = loadUpTo(x + place + at * s.channels, width) - pivot;
          one = one + value;
          two = multiplyAdd(value, value, two);
        }
      },
      [&](int64_t channel, double one, double two) {
        const double middle = one / static_cast<double>(s.rows);
        mean[channel] = static_cast<float>(middle + x[channel]);
        variance[channel] = static_cast<float>(std::max(0.0, two / static_cast<double>(s.rows) - middle * middle));
      });
}

/** Rows of one item of a pass over a picture: about 64 KB. */
inline int64_t passRows(int64_t channels) { return std::max<int64_t>(1, 16384 / channels); }

/** y = limit(affine(x) + residual); `residual` may be null. */
inline void normalize(const NormalizationShape& s, const float* x, const Affine& affine, const float* residual, float* y, Pool& pool) {
  const int64_t share = passRows(s.channels);
  pool.forEach((s.rows + share - 1) / share, [&](int64_t item, Scratch&) {
    const int64_t end = std::min(s.rows, (item + 1) * share);
    const Vec low = spread(s.low), high = spread(s.high);
    for (int64_t row = item * share; row < end; row++) {
      const int64_t at = row * s.channels;
      for (int64_t channel = 0; channel < s.channels; channel += lanes) {
        const int64_t width = s.channels - channel;
        Vec value = multiplyAdd(loadUpTo(x + at + channel, width), load(affine.factor.data() + channel), load(affine.term.data() + channel));
        if (residual != nullptr) value = value + loadUpTo(residual + at + channel, width);
        storeUpTo(y + at + channel, larger(low, smaller(high, value)), width);
      }
    }
  });
}

inline void normalizeTraining(const NormalizationShape& s, const float* x, const float* scale, const float* bias, const float* residual, float* y, float* mean,
                              float* variance, Pool& pool) {
  channelStatistics(s, x, mean, variance, pool);
  Affine affine(s.channels);
  affineOf(s, scale, bias, mean, variance, affine);
  normalize(s, x, affine, residual, y, pool);
}

struct NormalizationBack {
  const float *g, *x, *scale, *mean, *variance;
  const float* bias;  // with it, and without y: what the Relu or Clip let through is found again from x
  const float* y;     // what the Relu or Clip gave
  float* passed;      // where not null: g where it was let through, which the residual gets too; may be g itself
  float *dx, *dScale, *dBias;
};

/** The gradient that comes through the limits. */
template <int kind>
LIKENESS_INLINE Vec throughLimits(Vec g, Vec x, Vec factor, Vec term, const float* y, int64_t width, Vec low, Vec high) {
  if constexpr (kind == 1) return whereInside(multiplyAdd(x, factor, term), low, high, g);
  else if constexpr (kind == 2) return whereInside(loadUpTo(y, width), low, high, g);
  else return g;
}

template <int kind>
void normalizeBackOf(const NormalizationShape& s, const NormalizationBack& t, Pool& pool) {
  Affine affine(s.channels), slope(s.channels), outer(s.channels);
  std::vector<float> means(static_cast<size_t>((s.channels + 15) / 16 * 16));
  std::copy(t.mean, t.mean + s.channels, means.begin());
  if (kind == 1) affineOf(s, t.scale, t.bias, t.mean, t.variance, affine);
  const Vec low = spread(s.low), high = spread(s.high);
  channelSums(
      s, pool,
      [&](int64_t begin, int64_t channel, int64_t width, int64_t rows, Vec& one, Vec& two) {
        const Vec mean = load(means.data() + channel), factor = load(affine.factor.data() + channel), term = load(affine.term.data() + channel);
        for (int64_t at = 0; at < rows; at++) {
          const int64_t place = begin + at * s.channels;
          const Vec x = loadUpTo(t.x + place, width);
          const Vec g = throughLimits<kind>(loadUpTo(t.g + place, width), x, factor, term, t.y + place, width, low, high);
          if (kind == 2 && t.passed != nullptr) storeUpTo(t.passed + place, g, width);
          one = one + g;
          two = multiplyAdd(g, x - mean, two);
        }
      },
      [&](int64_t channel, double one, double two) {
        const size_t at = static_cast<size_t>(channel);
        const double inverse = 1 / std::sqrt(static_cast<double>(t.variance[channel]) + s.epsilon), factor = t.scale[channel] * inverse;
        const double bend = -factor * inverse * inverse * two / static_cast<double>(s.rows);
        outer.factor[at] = static_cast<float>(factor);
        slope.factor[at] = static_cast<float>(bend);
        slope.term[at] = static_cast<float>(-factor * one / static_cast<double>(s.rows) - bend * t.mean[channel]);
        t.dScale[channel] = static_cast<float>(two * inverse);
        t.dBias[channel] = static_cast<float>(one);
      });
  // What was let through is already there when it was asked for.
  constexpr int again = kind;
  const bool isPassed = kind == 2 && t.passed != nullptr;
  const float* gradient = isPassed ? t.passed : t.g;
  const int64_t share = passRows(s.channels);
  pool.forEach((s.rows + share - 1) / share, [&](int64_t item, Scratch&) {
    const int64_t end = std::min(s.rows, (item + 1) * share);
    for (int64_t row = item * share; row < end; row++)
      for (int64_t channel = 0; channel < s.channels; channel += lanes) {
        const int64_t width = s.channels - channel, place = row * s.channels + channel;
        const Vec x = loadUpTo(t.x + place, width);
        Vec g = loadUpTo(gradient + place, width);
        if (!isPassed)
          g = throughLimits<again>(g, x, load(affine.factor.data() + channel), load(affine.term.data() + channel), t.y + place, width, low, high);
        const Vec rest = multiplyAdd(x, load(slope.factor.data() + channel), load(slope.term.data() + channel));
        storeUpTo(t.dx + place, multiplyAdd(g, load(outer.factor.data() + channel), rest), width);
      }
  });
}

inline void normalizeBack(const NormalizationShape& s, const NormalizationBack& t, Pool& pool) {
  if (t.y != nullptr) normalizeBackOf<2>(s, t, pool);
  else if (t.bias != nullptr) normalizeBackOf<1>(s, t, pool);
  else normalizeBackOf<0>(s, t, pool);
}
