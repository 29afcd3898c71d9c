/**
 * @file Matrix products C = A B (or C += A B). The innermost part keeps a tile of C in registers: `tileRows` rows of two vectors. Numbers of A are
 * read one by one with any strides, so neither a transposed nor a padded A needs a copy; rows of B are read as vectors, packed or where they lie.
 */

constexpr int64_t tileColumns = 2 * lanes;

struct Factor {
  const float* data;
  int64_t row, step;  // from row to row of C, from number to number along the sum
};

/** Where B lies: number k of column panel p begins at data + p * panel + k * step. A panel may be read beyond its last column. */
struct Panels {
  const float* data;
  int64_t panel, step;
};

using Tile = void (*)(Factor a, const float* b, int64_t bStep, int64_t depth, float* const* c, int64_t width, bool add);

template <int rows, int vectors>
void multiplyTile(Factor a, const float* b, int64_t bStep, int64_t depth, float* const* c, int64_t width, bool add) {
  Vec sums[rows][vectors];
#pragma GCC unroll 12
  for (int row = 0; row < rows; row++)
#pragma GCC unroll 2
    for (int vector = 0; vector < vectors; vector++) sums[row][vector] = spread(0);
  const float* left = a.data;
  for (int64_t k = 0; k < depth; k++) {
    Vec right[vectors];
#pragma GCC unroll 2
    for (int vector = 0; vector < vectors; vector++) right[vector] = load(b + vector * lanes);
#pragma GCC unroll 12
    for (int row = 0; row < rows; row++) {
      const Vec x = spread(left[row * a.row]);
#pragma GCC unroll 2
      for (int vector = 0; vector < vectors; vector++) sums[row][vector] = multiplyAdd(x, right[vector], sums[row][vector]);
    }
    left += a.step;
    b += bStep;
  }
#pragma GCC unroll 12
  for (int row = 0; row < rows; row++) {
    float* to = c[row];
#pragma GCC unroll 2
    for (int vector = 0; vector < vectors; vector++) {
      const int64_t rest = width - vector * lanes;
      Vec sum = sums[row][vector];
      if (add) sum = sum + loadUpTo(to + vector * lanes, rest);
      storeUpTo(to + vector * lanes, sum, rest);
    }
  }
}

template <int vectors, int... row>
constexpr std::array<Tile, sizeof...(row)> tilesOf(std::integer_sequence<int, row...>) {
  return {multiplyTile<row + 1, vectors>...};
}

constexpr std::array<Tile, tileRows> narrowTiles = tilesOf<1>(std::make_integer_sequence<int, tileRows>());
constexpr std::array<Tile, tileRows> wideTiles = tilesOf<2>(std::make_integer_sequence<int, tileRows>());

/** Columns [0, columns) of rows of C; `rowAt(row)` is where a row begins. Rows are shared out evenly among tiles. */
template <typename RowAt>
LIKENESS_INLINE void multiplyInto(Factor a, Panels b, int64_t rows, int64_t columns, int64_t depth, RowAt rowAt, bool add) {
  const int64_t tiles = (rows + tileRows - 1) / tileRows;
  for (int64_t panel = 0; panel * tileColumns < columns; panel++) {
    const int64_t width = std::min(tileColumns, columns - panel * tileColumns);
    const auto& kinds = width > lanes ? wideTiles : narrowTiles;
    for (int64_t tile = 0; tile < tiles; tile++) {
      const int64_t from = rows * tile / tiles, count = rows * (tile + 1) / tiles - from;
      float* places[tileRows];
      for (int64_t row = 0; row < count; row++) places[row] = rowAt(from + row) + panel * tileColumns;
      kinds[static_cast<size_t>(count - 1)]({a.data + from * a.row, a.row, a.step}, b.data + panel * b.panel, b.step, depth, places, width, add);
    }
  }
}

/** Rows of C through `c`, one pointer a row. */
LIKENESS_INLINE void multiply(Factor a, Panels b, int64_t rows, int64_t columns, int64_t depth, float* const* c, bool add) {
  multiplyInto(a, b, rows, columns, depth, [c](int64_t row) { return c[row]; }, add);
}

/** Rows of C at equal distances. */
LIKENESS_INLINE void multiply(Factor a, Panels b, int64_t rows, int64_t columns, int64_t depth, float* c, int64_t cRow, bool add) {
  multiplyInto(a, b, rows, columns, depth, [c, cRow](int64_t row) { return c + row * cRow; }, add);
}

inline int64_t packedSize(int64_t depth, int64_t columns) { return (columns + tileColumns - 1) / tileColumns * tileColumns * depth; }

/** One panel of B[k][n] = from[k * step + n * column], to `packed` [depth, tileColumns], zeros behind the last column. */
inline void packPanel(const float* from, int64_t step, int64_t column, int64_t depth, int64_t width, float* packed) {
  for (int64_t k = 0; k < depth; k++, packed += tileColumns) {
    const float* row = from + k * step;
    for (int64_t n = 0; n < width; n++) packed[n] = row[n * column];
    for (int64_t n = width; n < tileColumns; n++) packed[n] = 0;
  }
}

struct MatrixTask {
  int64_t batch, rows, columns, depth;
  const float *a, *b;
  float* c;
  int64_t aBatch, aRow, aStep, bBatch, bStep, bColumn, cBatch;  // C is [batch, rows, columns]
  bool add;
};

/** Batched product with any strides of A and B. */
inline void multiplyMatrices(const MatrixTask& t, Pool& pool) {
  const int64_t panels = (t.columns + tileColumns - 1) / tileColumns, size = packedSize(t.depth, t.columns);
  // The last panel of the last row would be read beyond its end, so only whole panels are read where they lie.
  const bool isDirect = t.bColumn == 1 && t.columns % tileColumns == 0 && t.rows <= 4 * tileRows;
  const int64_t packedBatches = isDirect ? 0 : t.bBatch == 0 ? 1 : t.batch;
  float* packed = pool.shared.floats(std::max<int64_t>(1, packedBatches * size));
  pool.forEach(packedBatches * panels, [&](int64_t item, Scratch&) {
    const int64_t batch = item / panels, panel = item % panels, first = panel * tileColumns;
    packPanel(t.b + batch * t.bBatch + first * t.bColumn, t.bStep, t.bColumn, t.depth, std::min(tileColumns, t.columns - first),
              packed + batch * size + panel * tileColumns * t.depth);
  });
  const int64_t share = 8 * tileRows, shares = (t.rows + share - 1) / share;
  // Few rows: the columns are shared out too.
  const int64_t wide = t.batch * shares >= 16 ? panels : std::max<int64_t>(1, std::min<int64_t>(panels, 4));
  const int64_t strips = (panels + wide - 1) / wide;
  pool.forEach(t.batch * shares * strips, [&](int64_t item, Scratch&) {
    const int64_t batch = item / (shares * strips), row = item / strips % shares * share, panel = item % strips * wide, column = panel * tileColumns;
    const Panels b = isDirect ? Panels{t.b + batch * t.bBatch + column, tileColumns, t.bStep}
                              : Panels{packed + (t.bBatch == 0 ? 0 : batch * size) + column * t.depth, tileColumns * t.depth, tileColumns};
    multiply({t.a + batch * t.aBatch + row * t.aRow, t.aRow, t.aStep}, b, std::min(share, t.rows - row), std::min(wide * tileColumns, t.columns - column),
             t.depth, t.c + batch * t.cBatch + row * t.columns + column, t.columns, t.add);
  });
}
