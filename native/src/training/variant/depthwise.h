/**
 * @file Convolutions of one channel each, and their gradients: vectors lie along the channels, one picture after the other, so that a picture is fetched
 * once and then found in the cache.
 */

/** Weights [channels, taps] to [taps, channels]. */
inline const float* depthwiseWeights(const ConvolutionShape& s, const float* weights, Pool& pool) {
  float* packed = pool.shared.floats(s.taps() * s.channels + lanes);
  for (int64_t channel = 0; channel < s.channels; channel++)
    for (int64_t tap = 0; tap < s.taps(); tap++) packed[tap * s.channels + channel] = weights[channel * s.taps() + tap];
  return packed;
}

/** The taps [from, to) that lie inside `size` when the window begins at `start`. */
struct TapRange {
  int64_t from, to;
};
LIKENESS_INLINE TapRange tapsInside(int64_t start, int64_t kernel, int64_t dilation, int64_t size) {
  const int64_t from = start < 0 ? (-start + dilation - 1) / dilation : 0;
  const int64_t to = start >= size ? 0 : std::min(kernel, (size - 1 - start) / dilation + 1);
  return {from, std::max(from, to)};
}

/** One vector of channels at `count` output pixels of a line that see every column of their windows. */
template <int count>
LIKENESS_INLINE void depthwisePixels(const ConvolutionShape& s, const float* x, const float* w, TapRange down, int64_t top, int64_t left, Vec start, float* y,
                                     int64_t width) {
  Vec sums[count];
#pragma GCC unroll 8
  for (int at = 0; at < count; at++) sums[at] = start;
  const int64_t step = s.strideWidth * s.channels;
  for (int64_t ky = down.from; ky < down.to; ky++) {
    const float* line = x + ((top + ky * s.dilationHeight) * s.width + left) * s.channels;
    for (int64_t kx = 0; kx < s.kernelWidth; kx++, line += s.dilationWidth * s.channels) {
      const Vec weight = loadUpTo(w + (ky * s.kernelWidth + kx) * s.channels, width);
#pragma GCC unroll 8
      for (int at = 0; at < count; at++) sums[at] = multiplyAdd(loadUpTo(line + at * step, width), weight, sums[at]);
    }
  }
#pragma GCC unroll 8
  for (int at = 0; at < count; at++) storeUpTo(y + at * s.channels, sums[at], width);
}

inline void depthwise(const ConvolutionShape& s, const float* x, const float* weights, const float* bias, float* y, Pool& pool) {
  const float* packed = depthwiseWeights(s, weights, pool);
  pool.forEach(s.batch, [&](int64_t image, Scratch&) {
    for (int64_t channel = 0; channel < s.channels; channel += lanes) {
      const int64_t width = s.channels - channel;
      const Vec start = bias == nullptr ? spread(0) : loadUpTo(bias + channel, width);
      const float* picture = x + image * s.height * s.width * s.channels + channel;
      const float* w = packed + channel;
      for (int64_t line = 0; line < s.outHeight; line++) {
        const int64_t top = line * s.strideHeight - s.padTop;
        const TapRange down = tapsInside(top, s.kernelHeight, s.dilationHeight, s.height);
        float* to = y + ((image * s.outHeight + line) * s.outWidth) * s.channels + channel;
        for (int64_t column = 0; column < s.outWidth;) {
          const int64_t left = column * s.strideWidth - s.padLeft;
          const TapRange across = tapsInside(left, s.kernelWidth, s.dilationWidth, s.width);
          if (across.from == 0 && across.to == s.kernelWidth && width >= lanes) {
            const int64_t lastLeft = s.width - 1 - (s.kernelWidth - 1) * s.dilationWidth;
            const int64_t inside = std::min(s.outWidth - column, (lastLeft - left) / s.strideWidth + 1);
            if (inside >= 6) depthwisePixels<6>(s, picture, w, down, top, left, start, to + column * s.channels, lanes), column += 6;
            else if (inside >= 3) depthwisePixels<3>(s, picture, w, down, top, left, start, to + column * s.channels, lanes), column += 3;
            else depthwisePixels<1>(s, picture, w, down, top, left, start, to + column * s.channels, lanes), column += 1;
            continue;
          }
          Vec sum = start;
          for (int64_t ky = down.from; ky < down.to; ky++)
            for (int64_t kx = across.from; kx < across.to; kx++)
              sum = multiplyAdd(loadUpTo(picture + ((top + ky * s.dilationHeight) * s.width + left + kx * s.dilationWidth) * s.channels, width),
                                loadUpTo(w + (ky * s.kernelWidth + kx) * s.channels, width), sum);
          storeUpTo(to + column * s.channels, sum, width);
          column++;
        }
      }
    }
  });
}

inline void depthwiseBack(const ConvolutionShape& s, const float* g, const float* weights, float* dx, bool add, Pool& pool) {
  if (s.strideHeight == 1 && s.strideWidth == 1 && !add) {
    // The same convolution the other way: of the gradient, with the kernel turned round.
    ConvolutionShape back = s;
    back.height = s.outHeight, back.width = s.outWidth, back.outHeight = s.height, back.outWidth = s.width;
    back.padTop = (s.kernelHeight - 1) * s.dilationHeight - s.padTop;
    back.padLeft = (s.kernelWidth - 1) * s.dilationWidth - s.padLeft;
    std::vector<float> turned(static_cast<size_t>(s.channels * s.taps()));
    for (int64_t channel = 0; channel < s.channels; channel++)
      for (int64_t tap = 0; tap < s.taps(); tap++)
        turned[static_cast<size_t>(channel * s.taps() + tap)] = weights[channel * s.taps() + s.taps() - 1 - tap];
    depthwise(back, g, turned.data(), nullptr, dx, pool);
    return;
  }
  const float* packed = depthwiseWeights(s, weights, pool);
  pool.forEach(s.batch, [&](int64_t image, Scratch&) {
    for (int64_t channel = 0; channel < s.channels; channel += lanes) {
      const int64_t width = s.channels - channel;
      const float* gradient = g + image * s.outHeight * s.outWidth * s.channels + channel;
      float* to = dx + image * s.height * s.width * s.channels + channel;
      if (!add)
        for (int64_t pixel = 0; pixel < s.height * s.width; pixel++) storeUpTo(to + pixel * s.channels, spread(0), width);
      // Each gradient is handed to the pixels of its window.
      for (int64_t line = 0; line < s.outHeight; line++) {
        const int64_t top = line * s.strideHeight - s.padTop;
        const TapRange down = tapsInside(top, s.kernelHeight, s.dilationHeight, s.height);
        for (int64_t column = 0; column < s.outWidth; column++, gradient += s.channels) {
          const int64_t left = column * s.strideWidth - s.padLeft;
          const TapRange across = tapsInside(left, s.kernelWidth, s.dilationWidth, s.width);
          const Vec each = loadUpTo(gradient, width);
          for (int64_t ky = down.from; ky < down.to; ky++) {
            float* pixel = to + ((top + ky * s.dilationHeight) * s.width + left + across.from * s.dilationWidth) * s.channels;
            const float* w = packed + (ky * s.kernelWidth + across.from) * s.channels + channel;
            for (int64_t kx = across.from; kx < across.to; kx++, pixel += s.dilationWidth * s.channels, w += s.channels)
              storeUpTo(pixel, multiplyAdd(each, loadUpTo(w, width), loadUpTo(pixel, width)), width);
          }
        }
      }
    }
  });
}

/** Sums of one picture for `columns` taps of one line of the kernel, added to `sums` [taps, channels]. */
template <int columns>
void depthwiseTapSums(const ConvolutionShape& s, const float* x, const float* g, int64_t ky, int64_t kx, float* sums, int64_t width) {
  Vec total[columns];
#pragma GCC unroll 8
  for (int at = 0; at < columns; at++) total[at] = loadUpTo(sums + (ky * s.kernelWidth + kx + at) * s.channels, width);
  for (int64_t line = 0; line < s.outHeight; line++) {
    const int64_t y = line * s.strideHeight - s.padTop + ky * s.dilationHeight;
    if (y < 0 || y >= s.height) continue;
    const float* row = x + y * s.width * s.channels;
    const float* gradient = g + line * s.outWidth * s.channels;
    for (int64_t column = 0; column < s.outWidth; column++, gradient += s.channels) {
      const Vec each = loadUpTo(gradient, width);
      const int64_t left = column * s.strideWidth - s.padLeft + kx * s.dilationWidth;
      if (left >= 0 && left + (columns - 1) * s.dilationWidth < s.width) {
#pragma GCC unroll 8
        for (int at = 0; at < columns; at++)
          total[at] = multiplyAdd(loadUpTo(row + (left + at * s.dilationWidth) * s.channels, width), each, total[at]);
        continue;
      }
#pragma GCC unroll 8
      for (int at = 0; at < columns; at++) {
        const int64_t place = left + at * s.dilationWidth;
        if (place >= 0 && place < s.width) total[at] = multiplyAdd(loadUpTo(row + place * s.channels, width), each, total[at]);
      }
    }
  }
#pragma GCC unroll 8
  for (int at = 0; at < columns; at++) storeUpTo(sums + (ky * s.kernelWidth + kx + at) * s.channels, total[at], width);
}

inline void depthwiseWeightGradient(const ConvolutionShape& s, const float* x, const float* g, float* dWeights, Pool& pool) {
  const int64_t shares = std::min<int64_t>(s.batch, 16), numbers = s.taps() * s.channels;
  float* sums = pool.partial.floats(shares * numbers + lanes);
  pool.forEach(shares, [&](int64_t share, Scratch&) {
    float* own = sums + share * numbers;
    std::fill(own, own + numbers, 0.0f);
    for (int64_t image = s.batch * share / shares; image < s.batch * (share + 1) / shares; image++)
      for (int64_t channel = 0; channel < s.channels; channel += lanes) {
        const int64_t width = std::min<int64_t>(lanes, s.channels - channel);
        const float* picture = x + image * s.height * s.width * s.channels + channel;
        const float* gradient = g + image * s.outHeight * s.outWidth * s.channels + channel;
        for (int64_t ky = 0; ky < s.kernelHeight; ky++)
          for (int64_t kx = 0; kx < s.kernelWidth;) {
            if (s.kernelWidth - kx >= 5) depthwiseTapSums<5>(s, picture, gradient, ky, kx, own + channel, width), kx += 5;
            else if (s.kernelWidth - kx >= 3) depthwiseTapSums<3>(s, picture, gradient, ky, kx, own + channel, width), kx += 3;
            else depthwiseTapSums<1>(s, picture, gradient, ky, kx, own + channel, width), kx += 1;
          }
      }
  });
  for (int64_t channel = 0; channel < s.channels; channel++)
    for (int64_t tap = 0; tap < s.taps(); tap++) {
      float sum = 0;
      for (int64_t share = 0; share < shares; share++) sum += sums[share * numbers + tap * s.channels + channel];
      dWeights[channel * s.taps() + tap] = sum;
    }
}
