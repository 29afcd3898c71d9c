/**
 * @file Sums and their kin over any axes, in float64; and Softmax along the last axis.
 */

struct ReductionTask {
  Reduction kind;
  Walk kept, taken;
  const float* in;
  int64_t keptStrides[maxAxes], takenStrides[maxAxes];
  float* out;  // in the order of the kept axes
};

LIKENESS_INLINE double reduceStart(Reduction kind) {
  return kind == Reduction::max ? -std::numeric_limits<double>::infinity() : kind == Reduction::min ? std::numeric_limits<double>::infinity() : 0;
}

LIKENESS_INLINE double reduceStep(Reduction kind, double known, double value) {
  switch (kind) {
    case Reduction::max: return value > known || value != value ? value : known;
    case Reduction::min: return value < known || value != value ? value : known;
    case Reduction::sumSquare:
    case Reduction::l2: return known + value * value;
    case Reduction::l1: return known + std::fabs(value);
    default: return known + value;
  }
}

inline void reduce(const ReductionTask& t, Pool& pool) {
  const int64_t rows = t.taken.rows(), length = t.taken.last(), stride = lastStride(t.taken, t.takenStrides);
  const int64_t keptRows = t.kept.rows(), keptLength = t.kept.last(), keptStride = lastStride(t.kept, t.keptStrides);
  const double count = static_cast<double>(rows * length);
  // Where neighbours in memory go to neighbouring results, many results at a time.
  const int64_t block = keptStride == 1 ? 64 : 1, blocks = (keptLength + block - 1) / block;
  const int64_t share = std::max<int64_t>(1, 8192 / std::max<int64_t>(1, rows * length * block)), items = keptRows * blocks;
  pool.forEach((items + share - 1) / share, [&](int64_t group, Scratch&) {
    for (int64_t item = group * share; item < std::min(items, (group + 1) * share); item++) {
      const int64_t keptRow = item / blocks, first = item % blocks * block, width = std::min(block, keptLength - first);
      const float* base = t.in + rowOffset(t.kept, t.keptStrides, keptRow) + first * keptStride;
      double sums[64];
      std::fill(sums, sums + width, reduceStart(t.kind));
      const auto run = [&](auto kind) {
        for (int64_t row = 0; row < rows; row++) {
          const float* from = base + rowOffset(t.taken, t.takenStrides, row);
          for (int64_t at = 0; at < length; at++, from += stride)
            for (int64_t column = 0; column < width; column++) sums[column] = reduceStep(decltype(kind)::value, sums[column], from[column]);
        }
      };
      switch (t.kind) {
        case Reduction::max: run(std::integral_constant<Reduction, Reduction::max>()); break;
        case Reduction::min: run(std::integral_constant<Reduction, Reduction::min>()); break;
        case Reduction::sumSquare:
        case Reduction::l2: run(std::integral_constant<Reduction, Reduction::sumSquare>()); break;
        case Reduction::l1: run(std::integral_constant<Reduction, Reduction::l1>()); break;
        default: run(std::integral_constant<Reduction, Reduction::sum>()); break;
      }
      for (int64_t column = 0; column < width; column++) {
        const double sum = t.kind == Reduction::mean ? sums[column] / count : t.kind == Reduction::l2 ? std::sqrt(sums[column]) : sums[column];
        t.out[keptRow * keptLength + first + column] = static_cast<float>(sum);
      }
    }
  });
}

/** Rows of `length` numbers. */
inline void softmaxRows(int64_t rows, int64_t length, bool isLog, const float* in, float* out, Pool& pool) {
  const int64_t share = std::max<int64_t>(1, 4096 / std::max<int64_t>(1, length));
  pool.forEach((rows + share - 1) / share, [&](int64_t item, Scratch&) {
    for (int64_t row = item * share; row < std::min(rows, (item + 1) * share); row++) {
      const float* x = in + row * length;
      float* y = out + row * length;
      float most = x[0];
      for (int64_t at = 1; at < length; at++) most = x[at] > most || x[at] != x[at] ? x[at] : most;
      double sum = 0;
      for (int64_t at = 0; at < length; at++) {
        const float power = std::exp(x[at] - most);
        sum += power;
        if (!isLog) y[at] = power;
      }
      const float shift = isLog ? static_cast<float>(std::log(sum)) + most : static_cast<float>(1 / sum);
      for (int64_t at = 0; at < length; at++) y[at] = isLog ? x[at] - shift : y[at] * shift;
    }
  });
}
