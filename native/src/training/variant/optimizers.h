/**
 * @file Steps of optimizers over all numbers of a parameter, in place or not.
 */

constexpr int64_t optimizerShare = 16384;

inline void sgdStep(const SgdSettings& s, int64_t count, const float* weights, const float* g, const float* velocity, float rate, float* newWeights,
                    float* newVelocity, Pool& pool) {
  pool.forEach((count + optimizerShare - 1) / optimizerShare, [&](int64_t item, Scratch&) {
    const int64_t end = std::min(count, (item + 1) * optimizerShare);
    const Vec momentum = spread(s.momentum), decay = spread(s.decay), by = spread(-rate);
    for (int64_t at = item * optimizerShare; at < end; at += lanes) {
      const int64_t width = end - at;
      const Vec w = loadUpTo(weights + at, width), decayed = multiplyAdd(decay, w, loadUpTo(g + at, width));
      const Vec moved = multiplyAdd(momentum, loadUpTo(velocity + at, width), decayed);
      storeUpTo(newVelocity + at, moved, width);
      storeUpTo(newWeights + at, multiplyAdd(by, s.nesterov ? multiplyAdd(momentum, moved, decayed) : moved, w), width);
    }
  });
}

inline void adamStep(const AdamSettings& s, int64_t count, const float* weights, const float* gradient, const float* first, const float* second, float rate, float step,
                     float* newWeights, float* newFirst, float* newSecond, Pool& pool) {
  const float firstShare = 1 - std::pow(s.beta1, step), secondShare = 1 - std::pow(s.beta2, step);
  pool.forEach((count + optimizerShare - 1) / optimizerShare, [&](int64_t item, Scratch&) {
    const int64_t end = std::min(count, (item + 1) * optimizerShare);
    for (int64_t at = item * optimizerShare; at < end; at++) {
      const float w = weights[at], g = s.decoupled ? gradient[at] : gradient[at] + s.decay * w;
      const float one = s.beta1 * first[at] + (1 - s.beta1) * g, two = s.beta2 * second[at] + (1 - s.beta2) * g * g;
      const float move = one / firstShare / (std::sqrt(two / secondShare) + s.epsilon);
      newFirst[at] = one;
      newSecond[at] = two;
      newWeights[at] = w - rate * (s.decoupled ? move + s.decay * w : move);
    }
  });
}

/** keep old + (1 - keep) fresh */
inline void average(int64_t count, const float* old, const float* fresh, float keep, float* to, Pool& pool) {
  pool.forEach((count + optimizerShare - 1) / optimizerShare, [&](int64_t item, Scratch&) {
    const int64_t end = std::min(count, (item + 1) * optimizerShare);
    for (int64_t at = item * optimizerShare; at < end; at++) to[at] = keep * old[at] + (1 - keep) * fresh[at];
  });
}
