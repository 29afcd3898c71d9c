/**
 * @file Convolutions 3 x 3 with stride 1 by the minimal filtering of Winograd, F(4 x 4, 3 x 3) (Lavin and Gray 2016): 36 products where the plain
 * way takes 144. Forward, by the picture (the kernel turned round) and by the weights (the transposed algorithm). Errors are about 1e-5 of the largest number.
 */

constexpr int64_t winogradPoints = 36;

inline bool fitsWinograd(const ConvolutionShape& s) {
  return s.kernelHeight == 3 && s.kernelWidth == 3 && s.strideHeight == 1 && s.strideWidth == 1 && s.dilationHeight == 1 && s.dilationWidth == 1 &&
         s.groups == 1 && s.channels >= lanes && s.outChannels >= lanes && s.padTop >= 0 && s.padTop <= 2 && s.padLeft >= 0 && s.padLeft <= 2 &&
         s.outHeight >= 3 && s.outWidth >= 3;
}

/** A grid of tiles of 4 x 4 pixels over pictures of `height` x `width`. */
struct TileGrid {
  int64_t batch, height, width, down, across;
  TileGrid(int64_t count, int64_t h, int64_t w) : batch(count), height(h), width(w), down((h + 3) / 4), across((w + 3) / 4) {}
  int64_t tiles() const { return batch * down * across; }
};

/** B' d: six numbers of the picture. */
LIKENESS_INLINE void enter(const Vec* d, int step, Vec* to, int toStep) {
  const Vec four = spread(4), minusFour = spread(-4), minusFive = spread(-5), two = spread(2), minusTwo = spread(-2);
  const Vec d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  const Vec p = multiplyAdd(minusFour, d2, d4), q = multiplyAdd(minusFour, d1, d3), r = d4 - d2, t = d3 - d1;
  to[0] = multiplyAdd(four, d0, multiplyAdd(minusFive, d2, d4));
  to[toStep] = p + q;
  to[2 * toStep] = p - q;
  to[3 * toStep] = multiplyAdd(two, t, r);
  to[4 * toStep] = multiplyAdd(minusTwo, t, r);
  to[5 * toStep] = multiplyAdd(four, d1, multiplyAdd(minusFive, d3, d5));
}

/** A' m: six products to four outputs. */
LIKENESS_INLINE void leave(const Vec* m, int step, Vec* to, int toStep) {
  const Vec p = m[step] + m[2 * step], q = m[step] - m[2 * step], r = m[3 * step] + m[4 * step], t = m[3 * step] - m[4 * step];
  to[0] = m[0] + p + r;
  to[toStep] = multiplyAdd(spread(2), t, q);
  to[2 * toStep] = multiplyAdd(spread(4), r, p);
  to[3 * toStep] = multiplyAdd(spread(8), t, q) + m[5 * step];
}

/** A y: four gradients to six. */
LIKENESS_INLINE void enterGradient(const Vec* y, int step, Vec* to, int toStep) {
  const Vec y0 = y[0], y1 = y[step], y2 = y[2 * step], y3 = y[3 * step];
  const Vec even = y0 + y2, odd = y1 + y3, evenFar = multiplyAdd(spread(4), y2, y0), oddFar = multiplyAdd(spread(8), y3, spread(2) * y1);
  to[0] = y0;
  to[toStep] = even + odd;
  to[2 * toStep] = even - odd;
  to[3 * toStep] = evenFar + oddFar;
  to[4 * toStep] = evenFar - oddFar;
  to[5 * toStep] = y3;
}

/** G w: three weights to six. */
LIKENESS_INLINE void enterWeights(const Vec* w, int step, Vec* to, int toStep) {
  const Vec w0 = w[0], w1 = w[step], w2 = w[2 * step];
  const Vec sum = (w0 + w2) * spread(-1.0f / 6), middle = w1 * spread(-1.0f / 6);
  const Vec far = multiplyAdd(w2, spread(1.0f / 6), w0 * spread(1.0f / 24)), half = w1 * spread(1.0f / 12);
  to[0] = w0 * spread(0.25f);
  to[toStep] = sum + middle;
  to[2 * toStep] = sum - middle;
  to[3 * toStep] = far + half;
  to[4 * toStep] = far - half;
  to[5 * toStep] = w2;
}

/** G' u: six to three. */
LIKENESS_INLINE void leaveWeights(const Vec* u, int step, Vec* to, int toStep) {
  const Vec near = (u[step] + u[2 * step]) * spread(-1.0f / 6), far = u[3 * step] + u[4 * step];
  to[0] = multiplyAdd(u[0], spread(0.25f), multiplyAdd(far, spread(1.0f / 24), near));
  to[toStep] = multiplyAdd(u[2 * step] - u[step], spread(1.0f / 6), (u[3 * step] - u[4 * step]) * spread(1.0f / 12));
  to[2 * toStep] = multiplyAdd(far, spread(1.0f / 6), near) + u[5 * step];
}

/** Numbers of one tile and point are `row` apart from those of the next tile; a multiple of a page would fall on the same places of the cache. */
inline int64_t winogradRow(int64_t channels) {
  const int64_t row = (channels + lanes - 1) / lanes * lanes;
  return row % 256 == 0 ? row + lanes : row;
}

/** Reads `size` x `size` pixels of a picture whose upper left is (top, left), zeros outside, `count` channels of them. */
template <int size>
LIKENESS_INLINE void readTile(const float* picture, int64_t height, int64_t width, int64_t channels, int64_t top, int64_t left, int64_t count, Vec* d) {
  if (top >= 0 && left >= 0 && top + size <= height && left + size <= width && count >= lanes) {
    for (int y = 0; y < size; y++)
      for (int x = 0; x < size; x++) d[y * size + x] = load(picture + ((top + y) * width + left + x) * channels);
    return;
  }
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++) {
      const int64_t line = top + y, column = left + x;
      const bool isInside = line >= 0 && line < height && column >= 0 && column < width;
      d[y * size + x] = isInside ? loadUpTo(picture + (line * width + column) * channels, count) : spread(0);
    }
}

/** Tiles [first, first + count) of a picture to points [36, tiles, row]: B' d B, or A y A' for gradients. */
template <bool isGradient>
void enterTiles(const TileGrid& grid, const float* x, int64_t height, int64_t width, int64_t channels, int64_t padTop, int64_t padLeft, int64_t first,
                int64_t count, float* points, int64_t row, int64_t plane) {
  constexpr int size = isGradient ? 4 : 6;
  for (int64_t at = 0; at < count; at++) {
    const int64_t tile = first + at, image = tile / (grid.down * grid.across);
    const int64_t top = tile / grid.across % grid.down * 4 - padTop, left = tile % grid.across * 4 - padLeft;
    const float* picture = x + image * height * width * channels;
    for (int64_t channel = 0; channel < channels; channel += lanes) {
      Vec d[size * size], half[6 * size], out[6];
      readTile<size>(picture + channel, height, width, channels, top, left, channels - channel, d);
      float* to = points + at * row + channel;
#pragma GCC unroll 6
      for (int column = 0; column < size; column++) {
        if constexpr (isGradient) enterGradient(d + column, size, half + column, size);
        else enter(d + column, size, half + column, size);
      }
#pragma GCC unroll 6
      for (int line = 0; line < 6; line++) {
        if constexpr (isGradient) enterGradient(half + line * size, 1, out, 1);
        else enter(half + line * size, 1, out, 1);
#pragma GCC unroll 6
        for (int column = 0; column < 6; column++) store(to + (line * 6 + column) * plane, out[column]);
      }
    }
  }
}

/** Points [36, tiles, row] to the pixels of tiles [first, first + count). */
inline void leaveTiles(const TileGrid& grid, const float* points, int64_t row, int64_t plane, int64_t first, int64_t count, float* y, int64_t channels, const float* bias,
                       bool add) {
  for (int64_t at = 0; at < count; at++) {
    const int64_t tile = first + at, image = tile / (grid.down * grid.across);
    const int64_t top = tile / grid.across % grid.down * 4, left = tile % grid.across * 4;
    const int64_t lines = std::min<int64_t>(4, grid.height - top), columns = std::min<int64_t>(4, grid.width - left);
    for (int64_t channel = 0; channel < channels; channel += lanes) {
      Vec m[36], half[24], out[16];
      const float* from = points + at * row + channel;
#pragma GCC unroll 36
      for (int point = 0; point < 36; point++) m[point] = load(from + point * plane);
#pragma GCC unroll 6
      for (int column = 0; column < 6; column++) leave(m + column, 6, half + column, 6);
#pragma GCC unroll 4
      for (int line = 0; line < 4; line++) leave(half + line * 6, 1, out + line * 4, 1);
      const int64_t rest = channels - channel;
      const Vec offset = bias == nullptr ? spread(0) : loadUpTo(bias + channel, rest);
      for (int64_t line = 0; line < lines; line++)
        for (int64_t column = 0; column < columns; column++) {
          float* to = y + ((image * grid.height + top + line) * grid.width + left + column) * channels + channel;
          Vec value = out[line * 4 + column] + offset;
          if (add) value = value + loadUpTo(to, rest);
          storeUpTo(to, value, rest);
        }
    }
  }
}

/** G w G' of every pair of channels, packed for `multiply`: [36, panel, from, tileColumns]. `turned`: from outputs to channels, the kernel turned round. */
inline void enterAllWeights(const ConvolutionShape& s, const float* weights, bool turned, float* packed, Pool& pool) {
  const int64_t from = turned ? s.outChannels : s.channels, to = turned ? s.channels : s.outChannels;
  const int64_t fromStep = turned ? s.channels * 9 : 9, toStep = turned ? 9 : s.channels * 9, plane = packedSize(from, to);
  const int64_t strip = 16, strips = (from + strip - 1) / strip, panels = (to + tileColumns - 1) / tileColumns;
  pool.forEach(panels * strips, [&](int64_t item, Scratch&) {
    const int64_t panel = item / strips, begin = item % strips * strip, end = std::min(from, begin + strip);
    for (int64_t k = begin; k < end; k++)
      for (int64_t column = 0; column < tileColumns; column += lanes) {
        float taps[9][lanes] = {};
        const int64_t first = panel * tileColumns + column;
        for (int64_t lane = 0; lane < lanes && first + lane < to; lane++) {
          const float* kernel = weights + k * fromStep + (first + lane) * toStep;
          for (int tap = 0; tap < 9; tap++) taps[turned ? 8 - tap : tap][lane] = kernel[tap];
        }
        Vec w[9], half[18], out[6];
        for (int tap = 0; tap < 9; tap++) w[tap] = load(taps[tap]);
        for (int x = 0; x < 3; x++) enterWeights(w + x, 3, half + x, 3);
        float* place = packed + (panel * from + k) * tileColumns + column;
        for (int line = 0; line < 6; line++) {
          enterWeights(half + line * 3, 1, out, 1);
          for (int x = 0; x < 6; x++) store(place + (line * 6 + x) * plane, out[x]);
        }
      }
  });
}

/** y = x * w, or (`turned`) the gradient by the picture: then x is g and y the picture. */
inline void convolveWinograd(const ConvolutionShape& s, bool turned, const float* x, const float* weights, const float* bias, float* y, bool add, Pool& pool) {
  const int64_t from = turned ? s.outChannels : s.channels, to = turned ? s.channels : s.outChannels;
  const int64_t height = turned ? s.outHeight : s.height, width = turned ? s.outWidth : s.width;
  const int64_t padTop = turned ? 2 - s.padTop : s.padTop, padLeft = turned ? 2 - s.padLeft : s.padLeft;
  const TileGrid grid(s.batch, turned ? s.height : s.outHeight, turned ? s.width : s.outWidth);
  const int64_t plane = packedSize(from, to), fromRow = winogradRow(from), toRow = winogradRow(to);
  float* packed = pool.shared.floats(winogradPoints * plane);
  enterAllWeights(s, weights, turned, packed, pool);
  // Tiles of one item: their points stay in the second-level cache, or, where the weights are many, pay for reading those.
  const int64_t fitting = (768 << 10) / (winogradPoints * (fromRow + toRow) * static_cast<int64_t>(sizeof(float)));
  const int64_t paying = std::max<int64_t>(2 * tileRows, from * to / 2048);
  const int64_t most = std::max<int64_t>(fitting, paying), items = std::max<int64_t>((grid.tiles() + most - 1) / most, std::min<int64_t>(grid.tiles(), 2));
  pool.forEach(items, [&](int64_t item, Scratch& scratch) {
    const int64_t first = grid.tiles() * item / items, count = grid.tiles() * (item + 1) / items - first;
    const int64_t fromPlane = count * fromRow + lanes, toPlane = count * toRow + lanes;
    float* entered = scratch.floats(winogradPoints * (fromPlane + toPlane));
    float* products = entered + winogradPoints * fromPlane;
    enterTiles<false>(grid, x, height, width, from, padTop, padLeft, first, count, entered, fromRow, fromPlane);
    for (int64_t point = 0; point < winogradPoints; point++)
      multiply({entered + point * fromPlane, fromRow, 1}, {packed + point * plane, tileColumns * from, tileColumns}, count, to, from, products + point * toPlane,
               toRow, false);
    leaveTiles(grid, products, toRow, toPlane, first, count, y, to, bias, add);
  });
}

/** The gradient by the weights: chunk after chunk of tiles is brought to its points, then each point's product is added up by whoever is free. */
inline void convolveWeightsWinograd(const ConvolutionShape& s, const float* x, const float* g, float* dWeights, Pool& pool) {
  const TileGrid grid(s.batch, s.outHeight, s.outWidth);
  const int64_t xRow = winogradRow(s.channels), gRow = winogradRow(s.outChannels), tiles = grid.tiles();
  const int64_t fitting = (8 << 20) / (winogradPoints * (xRow + gRow) * static_cast<int64_t>(sizeof(float)));
  const int64_t chunk = std::min(tiles, std::max<int64_t>(fitting, 128)), plane = s.channels * s.outChannels;
  float* sums = pool.partial.floats(winogradPoints * plane);
  const int64_t xPlane = chunk * xRow + lanes, gPlane = chunk * gRow + lanes;
  float* points = pool.shared.floats(winogradPoints * (xPlane + gPlane) + 2 * tileColumns);
  float* gradients = points + winogradPoints * xPlane;
  const int64_t strip = 8 * tileRows, strips = (s.channels + strip - 1) / strip;
  for (int64_t first = 0; first < tiles; first += chunk) {
    const int64_t count = std::min(chunk, tiles - first), piece = 8, pieces = (count + piece - 1) / piece;
    pool.forEach(2 * pieces, [&](int64_t item, Scratch&) {
      const int64_t at = item / 2 * piece, few = std::min(piece, count - at);
      if (item % 2 == 0) enterTiles<false>(grid, x, s.height, s.width, s.channels, s.padTop, s.padLeft, first + at, few, points + at * xRow, xRow, xPlane);
      else enterTiles<true>(grid, g, s.outHeight, s.outWidth, s.outChannels, 0, 0, first + at, few, gradients + at * gRow, gRow, gPlane);
    });
    pool.forEach(winogradPoints * strips, [&](int64_t item, Scratch&) {
      const int64_t point = item / strips, channel = item % strips * strip;
      multiply({points + point * xPlane + channel, 1, xRow}, {gradients + point * gPlane, tileColumns, gRow}, std::min(strip, s.channels - channel), s.outChannels,
               count, sums + point * plane + channel * s.outChannels, s.outChannels, first > 0);
    });
  }
  pool.forEach(s.channels, [&](int64_t channel, Scratch&) {
    for (int64_t output = 0; output < s.outChannels; output += lanes) {
      const int64_t count = std::min<int64_t>(lanes, s.outChannels - output);
      Vec u[36], half[18], out[9];
      for (int point = 0; point < 36; point++) u[point] = loadUpTo(sums + point * plane + channel * s.outChannels + output, count);
      for (int column = 0; column < 6; column++) leaveWeights(u + column, 6, half + column, 6);
      for (int line = 0; line < 3; line++) leaveWeights(half + line * 6, 1, out + line * 3, 1);
      float taps[9][lanes];
      for (int tap = 0; tap < 9; tap++) store(taps[tap], out[tap]);
      for (int64_t lane = 0; lane < count; lane++)
        for (int tap = 0; tap < 9; tap++) dWeights[((output + lane) * s.channels + channel) * 9 + tap] = taps[tap][lane];
    }
  });
}
