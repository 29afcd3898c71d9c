/**
 * @file Operators on each number alone, on pairs and triples that broadcast, casts and copies, over any strides: block by block the operands are
 * brought side by side, then one loop does the work. float32 is computed in float32, whole numbers in float64, which holds all that occur exactly.
 */

constexpr int64_t pointwiseBlock = 512;

template <typename Number>
void fetch(const Operand& from, int64_t offset, int64_t stride, int64_t count, Number* to) {
  auto take = [&](auto* data) {
    data += offset;
    if (stride == 1)
      for (int64_t at = 0; at < count; at++) to[at] = static_cast<Number>(data[at]);
    else if (stride == 0) std::fill(to, to + count, static_cast<Number>(data[0]));
    else
      for (int64_t at = 0; at < count; at++) to[at] = static_cast<Number>(data[at * stride]);
  };
  switch (from.kind) {
    case ElementKind::float32: return take(reinterpret_cast<const float*>(from.data));
    case ElementKind::int64: return take(reinterpret_cast<const int64_t*>(from.data));
    case ElementKind::int32: return take(reinterpret_cast<const int32_t*>(from.data));
    case ElementKind::bool8: return take(reinterpret_cast<const uint8_t*>(from.data));
  }
}

/** Whole numbers beyond their type and NaN become the nearest there is. */
template <typename Number>
void put(const Operand& to, int64_t offset, int64_t stride, int64_t count, const Number* from) {
  auto whole = [&](auto* data, double low, double high) {
    for (int64_t at = 0; at < count; at++) {
      const double value = static_cast<double>(from[at]);
      data[offset + at * stride] = value >= high ? std::numeric_limits<std::remove_reference_t<decltype(*data)>>::max()
                                                 : static_cast<std::remove_reference_t<decltype(*data)>>(value > low ? value : value != value ? 0 : low);
    }
  };
  switch (to.kind) {
    case ElementKind::float32: {
      float* data = reinterpret_cast<float*>(to.data) + offset;
      if (stride == 1)
        for (int64_t at = 0; at < count; at++) data[at] = static_cast<float>(from[at]);
      else
        for (int64_t at = 0; at < count; at++) data[at * stride] = static_cast<float>(from[at]);
      return;
    }
    case ElementKind::int64: return whole(reinterpret_cast<int64_t*>(to.data), -0x1p63, 0x1p63);
    case ElementKind::int32: return whole(reinterpret_cast<int32_t*>(to.data), -0x1p31, 0x1p31 - 1);
    case ElementKind::bool8:
      for (int64_t at = 0; at < count; at++) reinterpret_cast<uint8_t*>(to.data)[offset + at * stride] = from[at] != 0;
      return;
  }
}

/** low, high: of Clip; of `between`, which lets a through where low < b < high; slopes and offsets of LeakyRelu and HardSigmoid. */
template <typename Number>
void applyPointwise(Pointwise operation, const Number* a, const Number* b, const Number* c, Number low, Number high, Number* to, int64_t n) {
  const auto each = [&](auto&& compute) {
    for (int64_t at = 0; at < n; at++) to[at] = compute(at);
  };
  switch (operation) {
    case Pointwise::add: return each([=](int64_t i) { return a[i] + b[i]; });
    case Pointwise::sub: return each([=](int64_t i) { return a[i] - b[i]; });
    case Pointwise::mul: return each([=](int64_t i) { return a[i] * b[i]; });
    case Pointwise::div: return each([=](int64_t i) { return std::is_same_v<Number, float> ? a[i] / b[i] : std::trunc(a[i] / b[i]); });
    case Pointwise::pow: return each([=](int64_t i) { return b[i] == 2 ? a[i] * a[i] : std::pow(a[i], b[i]); });
    case Pointwise::max: return each([=](int64_t i) { return a[i] > b[i] || a[i] != a[i] ? a[i] : b[i]; });
    case Pointwise::min: return each([=](int64_t i) { return a[i] < b[i] || a[i] != a[i] ? a[i] : b[i]; });
    case Pointwise::neg: return each([=](int64_t i) { return -a[i]; });
    case Pointwise::abs: return each([=](int64_t i) { return std::fabs(a[i]); });
    case Pointwise::sqrt: return each([=](int64_t i) { return std::sqrt(a[i]); });
    case Pointwise::exp: return each([=](int64_t i) { return std::exp(a[i]); });
    case Pointwise::log: return each([=](int64_t i) { return std::log(a[i]); });
    case Pointwise::reciprocal: return each([=](int64_t i) { return 1 / a[i]; });
    case Pointwise::erf: return each([=](int64_t i) { return std::erf(a[i]); });
    case Pointwise::tanh: return each([=](int64_t i) { return std::tanh(a[i]); });
    case Pointwise::sigmoid: return each([=](int64_t i) { return 1 / (1 + std::exp(-a[i])); });
    case Pointwise::relu: return each([=](int64_t i) { return a[i] < 0 ? Number(0) : a[i]; });
    case Pointwise::sign: return each([=](int64_t i) { return static_cast<Number>((a[i] > 0) - (a[i] < 0)); });
    case Pointwise::floor: return each([=](int64_t i) { return std::floor(a[i]); });
    case Pointwise::ceil: return each([=](int64_t i) { return std::ceil(a[i]); });
    case Pointwise::softplus: return each([=](int64_t i) { return a[i] > 0 ? a[i] + std::log1p(std::exp(-a[i])) : std::log1p(std::exp(a[i])); });
    case Pointwise::greater: return each([=](int64_t i) { return static_cast<Number>(a[i] > b[i]); });
    case Pointwise::less: return each([=](int64_t i) { return static_cast<Number>(a[i] < b[i]); });
    case Pointwise::equal: return each([=](int64_t i) { return static_cast<Number>(a[i] == b[i]); });
    case Pointwise::greaterOrEqual: return each([=](int64_t i) { return static_cast<Number>(a[i] >= b[i]); });
    case Pointwise::lessOrEqual: return each([=](int64_t i) { return static_cast<Number>(a[i] <= b[i]); });
    case Pointwise::conjunction: return each([=](int64_t i) { return static_cast<Number>(a[i] != 0 && b[i] != 0); });
    case Pointwise::disjunction: return each([=](int64_t i) { return static_cast<Number>(a[i] != 0 || b[i] != 0); });
    case Pointwise::negation: return each([=](int64_t i) { return static_cast<Number>(a[i] == 0); });
    case Pointwise::where: return each([=](int64_t i) { return a[i] != 0 ? b[i] : c[i]; });
    case Pointwise::clip: return each([=](int64_t i) { return a[i] < low ? low : a[i] > high ? high : a[i]; });
    case Pointwise::between: return each([=](int64_t i) { return b[i] > low && b[i] < high ? a[i] : Number(0); });
    case Pointwise::isNaN: return each([=](int64_t i) { return static_cast<Number>(a[i] != a[i]); });
    case Pointwise::mod: return each([=](int64_t i) { return a[i] - std::floor(a[i] / b[i]) * b[i]; });
    case Pointwise::cos: return each([=](int64_t i) { return std::cos(a[i]); });
    case Pointwise::sin: return each([=](int64_t i) { return std::sin(a[i]); });
    case Pointwise::leakyRelu: return each([=](int64_t i) { return a[i] < 0 ? a[i] * low : a[i]; });
    case Pointwise::hardSigmoid: return each([=](int64_t i) { return std::max(Number(0), std::min(Number(1), low * a[i] + high)); });
    case Pointwise::hardSwish: return each([=](int64_t i) { return a[i] * std::max(Number(0), std::min(Number(1), a[i] / 6 + Number(0.5))); });
    case Pointwise::gelu: return each([=](int64_t i) { return a[i] * Number(0.5) * (1 + std::erf(a[i] * Number(0.70710678118654752))); });
    default: return each([=](int64_t i) { return a[i]; });
  }
}

struct PointwiseTask {
  Pointwise operation;
  Walk walk;
  int inputs;
  Operand in[3], out;
  double low, high;
};

template <typename Number>
void pointwiseOf(const PointwiseTask& t, Pool& pool) {
  const int64_t rows = t.walk.rows(), length = t.walk.last(), total = rows * length;
  const int64_t share = 32768, items = (total + share - 1) / share;
  pool.forEach(items, [&](int64_t item, Scratch&) {
    Number side[3][pointwiseBlock], result[pointwiseBlock];
    const int64_t end = std::min(total, (item + 1) * share);
    for (int64_t at = item * share; at < end;) {
      const int64_t row = at / length, column = at % length, count = std::min({pointwiseBlock, length - column, end - at});
      const Number* given[3] = {side[0], side[1], side[2]};
      for (int input = 0; input < t.inputs; input++) {
        const Operand& from = t.in[input];
        const int64_t stride = lastStride(t.walk, from.strides), offset = rowOffset(t.walk, from.strides, row) + column * stride;
        if constexpr (std::is_same_v<Number, float>)
          if (from.kind == ElementKind::float32 && stride == 1) {
            given[input] = reinterpret_cast<const float*>(from.data) + offset;
            continue;
          }
        fetch(from, offset, stride, count, side[input]);
      }
      const int64_t stride = lastStride(t.walk, t.out.strides), offset = rowOffset(t.walk, t.out.strides, row) + column * stride;
      applyPointwise(t.operation, given[0], given[1], given[2], static_cast<Number>(t.low), static_cast<Number>(t.high), result, count);
      put(t.out, offset, stride, count, result);
      at += count;
    }
  });
}

inline void pointwise(const PointwiseTask& t, Pool& pool) {
  bool isFloat = t.out.kind == ElementKind::float32 || t.out.kind == ElementKind::bool8;
  for (int input = 0; input < t.inputs; input++)
    if (t.in[input].kind == ElementKind::int64 || t.in[input].kind == ElementKind::int32) isFloat = false;
  if (isFloat) pointwiseOf<float>(t, pool);
  else pointwiseOf<double>(t, pool);
}

/** Bits as they are. */
template <typename Element>
void copyOf(const Walk& walk, const Operand& from, const Operand& to, Pool& pool) {
  const int64_t rows = walk.rows(), length = walk.last(), share = std::max<int64_t>(1, 16384 / std::max<int64_t>(1, length));
  const int64_t fromStride = lastStride(walk, from.strides), toStride = lastStride(walk, to.strides);
  pool.forEach((rows + share - 1) / share, [&](int64_t item, Scratch&) {
    for (int64_t row = item * share; row < std::min(rows, (item + 1) * share); row++) {
      const Element* source = reinterpret_cast<const Element*>(from.data) + rowOffset(walk, from.strides, row);
      Element* target = reinterpret_cast<Element*>(to.data) + rowOffset(walk, to.strides, row);
      if (fromStride == 1 && toStride == 1) std::memmove(target, source, static_cast<size_t>(length) * sizeof(Element));
      else
        for (int64_t at = 0; at < length; at++) target[at * toStride] = source[at * fromStride];
    }
  });
}

inline void copyElements(const Walk& walk, const Operand& from, const Operand& to, Pool& pool) {
  switch (widthOf(from.kind)) {
    case 8: return copyOf<uint64_t>(walk, from, to, pool);
    case 4: return copyOf<uint32_t>(walk, from, to, pool);
    default: return copyOf<uint8_t>(walk, from, to, pool);
  }
}
