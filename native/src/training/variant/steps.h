/**
 * @file One step of a program: its numbers are read, checked against the memory, and its kernel is called.
 */

inline void runConvolution(StepReader& given, Pool& pool) {
  const ConvolutionShape s = given.convolution();
  const bool isWinograd = given.flag(), add = given.flag();
  const float* x = given.floats(s.pixels() * s.channels);
  const float* weights = given.floats(s.outChannels * s.groupChannels() * s.taps());
  const float* bias = given.floatsOrNull(s.outChannels);
  float* y = given.floats(s.outPixels() * s.outChannels);
  if (s.isDepthwise() && !add) depthwise(s, x, weights, bias, y, pool);
  else if (isWinograd && fitsWinograd(s)) convolveWinograd(s, false, x, weights, bias, y, add, pool);
  else convolve(s, x, weights, bias, y, add, pool);
}

inline void runConvolutionBack(StepReader& given, Pool& pool) {
  const ConvolutionShape s = given.convolution();
  const bool isWinograd = given.flag(), add = given.flag();
  const float* g = given.floats(s.outPixels() * s.outChannels);
  const float* weights = given.floats(s.outChannels * s.groupChannels() * s.taps());
  float* dx = given.floats(s.pixels() * s.channels);
  if (s.isDepthwise()) depthwiseBack(s, g, weights, dx, add, pool);
  else if (isWinograd && fitsWinograd(s)) convolveWinograd(s, true, g, weights, nullptr, dx, add, pool);
  else convolveBack(s, g, weights, dx, add, pool);
}

inline void runConvolutionWeights(StepReader& given, Pool& pool) {
  const ConvolutionShape s = given.convolution();
  const bool isWinograd = given.flag();
  const float* x = given.floats(s.pixels() * s.channels);
  const float* g = given.floats(s.outPixels() * s.outChannels);
  float* dWeights = given.floats(s.outChannels * s.groupChannels() * s.taps());
  if (s.isDepthwise()) depthwiseWeightGradient(s, x, g, dWeights, pool);
  else if (isWinograd && fitsWinograd(s)) convolveWeightsWinograd(s, x, g, dWeights, pool);
  else convolveWeights(s, x, g, dWeights, pool);
}

inline void runNormalization(StepReader& given, Pool& pool) {
  const NormalizationShape s = given.normalization();
  const int64_t numbers = s.rows * s.channels;
  const float *x = given.floats(numbers), *scale = given.floats(s.channels), *bias = given.floats(s.channels), *residual = given.floatsOrNull(numbers);
  float *y = given.floats(numbers), *mean = given.floats(s.channels), *variance = given.floats(s.channels);
  normalizeTraining(s, x, scale, bias, residual, y, mean, variance, pool);
}

inline void runNormalizationBack(StepReader& given, Pool& pool) {
  const NormalizationShape s = given.normalization();
  const int64_t numbers = s.rows * s.channels;
  NormalizationBack t{};
  t.g = given.floats(numbers);
  t.x = given.floats(numbers);
  t.scale = given.floats(s.channels);
  t.mean = given.floats(s.channels);
  t.variance = given.floats(s.channels);
  t.bias = given.floatsOrNull(s.channels);
  t.y = given.floatsOrNull(numbers);
  t.passed = given.floatsOrNull(numbers);
  t.dx = given.floats(numbers);
  t.dScale = given.floats(s.channels);
  t.dBias = given.floats(s.channels);
  normalizeBack(s, t, pool);
}

inline void runSgd(StepReader& given, Pool& pool) {
  const int64_t count = given.count();
  const SgdSettings settings{given.real(), given.real(), given.flag()};
  const float *weights = given.floats(count), *g = given.floats(count), *velocity = given.floats(count), *rate = given.floats(1);
  float *newWeights = given.floats(count), *newVelocity = given.floats(count);
  sgdStep(settings, count, weights, g, velocity, *rate, newWeights, newVelocity, pool);
}

inline void runAdam(StepReader& given, Pool& pool) {
  const int64_t count = given.count();
  const AdamSettings settings{given.real(), given.real(), given.real(), given.real(), given.flag()};
  const float *weights = given.floats(count), *g = given.floats(count), *first = given.floats(count), *second = given.floats(count);
  const float *rate = given.floats(1), *step = given.floats(1);
  float *newWeights = given.floats(count), *newFirst = given.floats(count), *newSecond = given.floats(count);
  adamStep(settings, count, weights, g, first, second, *rate, *step, newWeights, newFirst, newSecond, pool);
}

inline void runAverage(StepReader& given, Pool& pool) {
  const int64_t count = given.count();
  const float *old = given.floats(count), *fresh = given.floats(count), *keep = given.floats(1);
  average(count, old, fresh, *keep, given.floats(count), pool);
}

inline void runPointwise(StepReader& given, Pool& pool) {
  PointwiseTask t{};
  t.operation = static_cast<Pointwise>(given.integer(0, static_cast<int64_t>(Pointwise::count) - 1));
  t.walk = given.walk();
  t.inputs = static_cast<int>(given.integer(1, 3));
  for (int input = 0; input < t.inputs; input++) t.in[input] = given.operand(t.walk);
  t.out = given.operand(t.walk);
  t.low = given.number();
  t.high = given.number();
  pointwise(t, pool);
}

inline void runCopy(StepReader& given, Pool& pool) {
  const Walk walk = given.walk();
  const Operand from = given.operand(walk), to = given.operand(walk);
  copyElements(walk, from, to, pool);
}

inline void runReduction(StepReader& given, Pool& pool) {
  ReductionTask t{};
  t.kind = static_cast<Reduction>(given.integer(0, static_cast<int64_t>(Reduction::count) - 1));
  t.kept = given.walk();
  t.taken = given.walk();
  t.in = given.reducedFloats(t.kept, t.keptStrides, t.taken, t.takenStrides);
  t.out = given.floats(t.kept.rows() * t.kept.last());
  reduce(t, pool);
}

inline void runSoftmax(StepReader& given, Pool& pool) {
  const int64_t rows = given.count(), length = given.count();
  const bool isLog = given.flag();
  const float* in = given.floats(rows * length);
  softmaxRows(rows, length, isLog, in, given.floats(rows * length), pool);
}

inline void runProduct(StepReader& given, Pool& pool) {
  MatrixTask t{};
  t.batch = given.count();
  t.rows = given.count();
  t.columns = given.count();
  t.depth = given.count();
  t.a = given.matrix(t.batch, t.rows, t.depth, &t.aBatch, &t.aRow, &t.aStep);
  t.b = given.matrix(t.batch, t.depth, t.columns, &t.bBatch, &t.bStep, &t.bColumn);
  t.cBatch = t.rows * t.columns;
  t.c = given.floats(t.batch * t.cBatch);
  multiplyMatrices(t, pool);
}

inline void runStep(StepReader& given, Pool& pool) {
  switch (given.operation()) {
    case StepKind::convolution: return runConvolution(given, pool);
    case StepKind::convolutionBack: return runConvolutionBack(given, pool);
    case StepKind::convolutionWeights: return runConvolutionWeights(given, pool);
    case StepKind::normalization: return runNormalization(given, pool);
    case StepKind::normalizationBack: return runNormalizationBack(given, pool);
    case StepKind::sgd: return runSgd(given, pool);
    case StepKind::adam: return runAdam(given, pool);
    case StepKind::average: return runAverage(given, pool);
    case StepKind::pointwise: return runPointwise(given, pool);
    case StepKind::copy: return runCopy(given, pool);
    case StepKind::reduction: return runReduction(given, pool);
    case StepKind::softmax: return runSoftmax(given, pool);
    case StepKind::product: return runProduct(given, pool);
    default: throw ProgramError("a program has a step of no known kind");
  }
}
