/**
 * @file Convolutions of any shape as matrix products: what a window sees is copied into rows, block by block, so that the rows stay in the cache. The
 * gradient by the picture treats pixels of one place relative to the stride together: all of them are reached by the same taps.
 */

/** Rows of windows that fit a second-level cache, a multiple of `tileRows`. */
inline int64_t windowBlock(int64_t depth) {
  const int64_t fitting = (384 << 10) / (depth * static_cast<int64_t>(sizeof(float)));
  return std::max<int64_t>(2, std::min<int64_t>(16, fitting / tileRows)) * tileRows;
}

/** A few numbers at a time are quicker copied by hand. */
LIKENESS_INLINE void copyFloats(float* to, const float* from, int64_t count) {
  if (count >= 16) std::memcpy(to, from, static_cast<size_t>(count) * sizeof(float));
  else
    for (int64_t at = 0; at < count; at++) to[at] = from[at];
}

/** What the windows of output pixels [first, first + count) see of channels [channel, channel + width): [count, taps, width], zeros outside. */
inline void gatherWindows(const ConvolutionShape& s, const float* x, int64_t first, int64_t count, int64_t channel, int64_t width, float* rows) {
  int64_t column = first % s.outWidth, line = first / s.outWidth % s.outHeight, image = first / (s.outWidth * s.outHeight);
  for (int64_t row = 0; row < count; row++) {
    const float* picture = x + image * s.height * s.width * s.channels + channel;
    const int64_t top = line * s.strideHeight - s.padTop, left = column * s.strideWidth - s.padLeft;
    for (int64_t ky = 0; ky < s.kernelHeight; ky++) {
      const int64_t y = top + ky * s.dilationHeight;
      for (int64_t kx = 0; kx < s.kernelWidth; kx++, rows += width) {
        const int64_t at = left + kx * s.dilationWidth;
        if (y >= 0 && y < s.height && at >= 0 && at < s.width) copyFloats(rows, picture + (y * s.width + at) * s.channels, width);
        else std::memset(rows, 0, static_cast<size_t>(width) * sizeof(float));
      }
    }
    if (++column == s.outWidth) {
      column = 0;
      if (++line == s.outHeight) line = 0, image++;
    }
  }
}

inline void convolve(const ConvolutionShape& s, const float* x, const float* weights, const float* bias, float* y, bool add, Pool& pool) {
  const int64_t channels = s.groupChannels(), outputs = s.groupOutputs(), depth = s.taps() * channels;
  const int64_t panels = (outputs + tileColumns - 1) / tileColumns, size = packedSize(depth, outputs);
  float* packed = pool.shared.floats(s.groups * size);
  pool.forEach(s.groups * panels, [&](int64_t item, Scratch&) {
    const int64_t group = item / panels, first = item % panels * tileColumns;
    for (int64_t tap = 0; tap < s.taps(); tap++)
      packPanel(weights + (group * outputs + first) * depth + tap, s.taps(), depth, channels, std::min(tileColumns, outputs - first),
                packed + group * size + first * depth + tap * channels * tileColumns);
  });
  const int64_t block = windowBlock(depth), blocks = (s.outPixels() + block - 1) / block;
  pool.forEach(blocks, [&](int64_t item, Scratch& scratch) {
    const int64_t first = item * block, count = std::min(block, s.outPixels() - first);
    for (int64_t group = 0; group < s.groups; group++) {
      Factor a{x + first * s.channels + group * channels, s.channels, 1};
      // Rows a multiple of 4 KB apart fall on the same few places of the cache: they are copied too.
      if (!s.isPointwise() || s.channels % 512 == 0) {
        const int64_t row = depth + lanes;
        float* windows = scratch.floats(block * row);
        for (int64_t at = 0; at < count; at++) gatherWindows(s, x, first + at, 1, group * channels, channels, windows + at * row);
        a = {windows, row, 1};
      }
      float* to = y + first * s.outChannels + group * outputs;
      if (bias != nullptr && !add)
        for (int64_t row = 0; row < count; row++) copyFloats(to + row * s.outChannels, bias + group * outputs, outputs);
      multiply(a, {packed + group * size, tileColumns * depth, tileColumns}, count, outputs, depth, to, s.outChannels, add || bias != nullptr);
    }
  });
}

/** Pixels of one place relative to the stride along one axis, and the taps that reach them. */
struct Phase {
  int64_t first, count, taps;
  int64_t tap[64], shift[64];  // the output reached through a tap: (pixel - first) / stride + shift
};

inline Phase phaseOf(int64_t place, int64_t size, int64_t stride, int64_t kernel, int64_t dilation, int64_t pad) {
  Phase phase{place, place < size ? (size - place + stride - 1) / stride : 0, 0, {}, {}};
  for (int64_t tap = 0; tap < kernel; tap++) {
    const int64_t offset = place + pad - tap * dilation;
    if (offset % stride != 0) continue;
    phase.tap[phase.taps] = tap;
    phase.shift[phase.taps++] = offset / stride;
  }
  return phase;
}

/** dx from g; kernels of up to 64 taps along an axis. */
inline void convolveBack(const ConvolutionShape& s, const float* g, const float* weights, float* dx, bool add, Pool& pool) {
  const int64_t channels = s.groupChannels(), outputs = s.groupOutputs(), whole = s.taps() * channels;
  const int64_t panels = (channels + tileColumns - 1) / tileColumns;
  for (int64_t placeY = 0; placeY < s.strideHeight; placeY++)
    for (int64_t placeX = 0; placeX < s.strideWidth; placeX++) {
      const Phase down = phaseOf(placeY, s.height, s.strideHeight, s.kernelHeight, s.dilationHeight, s.padTop);
      const Phase across = phaseOf(placeX, s.width, s.strideWidth, s.kernelWidth, s.dilationWidth, s.padLeft);
      const int64_t pixels = s.batch * down.count * across.count, taps = down.taps * across.taps, depth = taps * outputs;
      if (pixels == 0 || (taps == 0 && add)) continue;
      const int64_t size = packedSize(depth, channels);
      float* packed = pool.shared.floats(std::max<int64_t>(1, s.groups * size));
      pool.forEach(s.groups * panels, [&](int64_t item, Scratch&) {
        const int64_t group = item / panels, first = item % panels * tileColumns;
        float* to = packed + group * size + first * depth;
        for (int64_t ty = 0; ty < down.taps; ty++)
          for (int64_t tx = 0; tx < across.taps; tx++, to += outputs * tileColumns)
            packPanel(weights + group * outputs * whole + first * s.taps() + down.tap[ty] * s.kernelWidth + across.tap[tx], whole, s.taps(), outputs,
                      std::min(tileColumns, channels - first), to);
      });
      const int64_t block = windowBlock(std::max<int64_t>(depth, 64)), blocks = (pixels + block - 1) / block;
      pool.forEach(blocks, [&](int64_t item, Scratch& scratch) {
        const int64_t first = item * block, count = std::min(block, pixels - first), row = depth + lanes;
        std::vector<float*> to(static_cast<size_t>(count));
        const bool isDirect = s.isPointwise() && s.outChannels % 512 != 0;
        float* windows = isDirect ? nullptr : scratch.floats(block * row);
        for (int64_t group = 0; group < s.groups; group++) {
          for (int64_t at = 0; at < count; at++) {
            const int64_t pixel = first + at, ix = pixel % across.count, iy = pixel / across.count % down.count, image = pixel / (across.count * down.count);
            to[static_cast<size_t>(at)] =
                dx + ((image * s.height + placeY + iy * s.strideHeight) * s.width + placeX + ix * s.strideWidth) * s.channels + group * channels;
            if (isDirect) continue;
            float* window = windows + at * row;
            for (int64_t ty = 0; ty < down.taps; ty++)
              for (int64_t tx = 0; tx < across.taps; tx++, window += outputs) {
                const int64_t oy = iy + down.shift[ty], ox = ix + across.shift[tx];
                if (oy >= 0 && oy < s.outHeight && ox >= 0 && ox < s.outWidth)
                  copyFloats(window, g + ((image * s.outHeight + oy) * s.outWidth + ox) * s.outChannels + group * outputs, outputs);
                else std::memset(window, 0, static_cast<size_t>(outputs) * sizeof(float));
              }
          }
          const Factor a = isDirect ? Factor{g + first * s.outChannels + group * outputs, s.outChannels, 1} : Factor{windows, row, 1};
          multiply(a, {packed + group * size, tileColumns * depth, tileColumns}, count, channels, depth, to.data(), add);
        }
      });
    }
}

/**
 * dWeights = the sum over output pixels of window times gradient. The pixels are cut into shares with a sum of their own each; how many follows
 * from the shape alone.
 */
inline void convolveWeights(const ConvolutionShape& s, const float* x, const float* g, float* dWeights, Pool& pool) {
  const int64_t channels = s.groupChannels(), outputs = s.groupOutputs(), depth = s.taps() * channels, pixels = s.outPixels();
  const int64_t numbers = s.groups * depth * outputs;
  // Work along the taps where the weights are many, along the pixels where they are few.
  const int64_t strips = depth * outputs >= (1 << 18) ? std::min<int64_t>(s.taps() > 1 ? s.taps() : 1, 16) : 1;
  const int64_t cuts = strips > 1 ? 1 : (channels * s.taps() >= 256 ? 4 : 1);
  const int64_t fitting = std::max<int64_t>(1, (2 << 20) / std::max<int64_t>(1, numbers));
  const int64_t shares = std::max<int64_t>(1, std::min<int64_t>({16, fitting, pixels / 512}));
  const int64_t block = 256;
  float* sums = pool.partial.floats(shares * numbers);
  const int64_t pieces = strips > 1 ? s.taps() : cuts;
  pool.forEach(shares * pieces, [&](int64_t item, Scratch& scratch) {
    const int64_t share = item / pieces, piece = item % pieces;
    const int64_t begin = pixels * share / shares, end = pixels * (share + 1) / shares;
    // A piece is one tap with all its channels, or a range of the whole window.
    const int64_t rowFrom = strips > 1 ? piece * channels : depth * piece / pieces, rowTo = strips > 1 ? rowFrom + channels : depth * (piece + 1) / pieces;
    float* windows = s.isPointwise() ? nullptr : scratch.floats(block * depth);
    for (int64_t group = 0; group < s.groups; group++) {
      float* to = sums + (share * s.groups + group) * depth * outputs + rowFrom * outputs;
      for (int64_t first = begin; first < end; first += block) {
        const int64_t count = std::min(block, end - first);
        Factor a{x + first * s.channels + group * channels + rowFrom, 1, s.channels};
        if (windows != nullptr && strips > 1) {
          ConvolutionShape one = s;
          one.kernelHeight = one.kernelWidth = 1;
          one.padTop -= piece / s.kernelWidth * s.dilationHeight;
          one.padLeft -= piece % s.kernelWidth * s.dilationWidth;
          gatherWindows(one, x, first, count, group * channels, channels, windows);
          a = {windows, 1, channels};
        } else if (windows != nullptr) {
          gatherWindows(s, x, first, count, group * channels, channels, windows);
          a = {windows + rowFrom, 1, depth};
        }
        multiply(a, {g + first * s.outChannels + group * outputs, tileColumns, s.outChannels}, rowTo - rowFrom, outputs, count, to, outputs, first != begin);
      }
    }
  });
  // [group, tap, channel, output] -> [output, channel, tap]
  pool.forEach(s.outChannels, [&](int64_t output, Scratch&) {
    const int64_t group = output / outputs;
    for (int64_t channel = 0; channel < channels; channel++)
      for (int64_t tap = 0; tap < s.taps(); tap++) {
        const float* from = sums + (group * depth + tap * channels + channel) * outputs + output % outputs;
        float sum = 0;
        for (int64_t share = 0; share < shares; share++) sum += from[share * numbers];
        dWeights[output * depth + channel * s.taps() + tap] = sum;
      }
  });
}
