/**
 * @file The binding: raw Node-API 8, one C++ function per kernel that checks its arguments and calls plain C++ in kernels/. What a kernel keeps
 * between calls belongs to the environment (`State`), so the addon may be loaded by any number of worker threads. Kernels fill arrays that
 * JavaScript made: Electron refuses buffers whose memory is not its own.
 */
#define NAPI_VERSION 8
#include <algorithm>
#include <exception>
#include <new>

#include <node_api.h>

#include "alignment-binding.h"
#include "args.h"
#include "binding-limits.h"
#include "corners-binding.h"
#include "instructions.h"
#include "kernels/augment.h"
#include "kernels/box-reduce.h"
#include "kernels/find-bad-row.h"
#include "kernels/histograms.h"
#include "kernels/jpeg-reduce.h"
#include "kernels/perceptual-hashes.h"
#include "kernels/project-rows.h"
#include "kernels/resample.h"
#include "kernels/sharpness.h"
#include "kernels/spread-labels.h"
#include "kernels/umap-layout.h"
#include "letters-binding.h"
#include "neighbours-binding.h"
#include "tiles-binding.h"
#include "training/binding.h"
#include "watch-parent.h"

namespace likeness {
namespace {

struct State {
  Instructions best = bestInstructions();
  Instructions level = best;
  AreaMeansScratch areaMeans;
  AugmentScratch augment;
  BoxScratch box;
  CornersScratch corners;
  HistogramScratch histograms;
  JpegScratch jpeg;
  LettersScratch letters;
  PlaneScratch plane;
  ResampleScratch resample;
  SharpnessScratch sharpness;
  SpreadScratch spread;
};

constexpr int64_t maxSide = 1 << 17;
constexpr int64_t maxJpegSide = 65535;
constexpr int64_t maxRectangle = 1024;
constexpr int64_t maxAugmentSide = 4096;

napi_value numberValue(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

napi_value textValue(napi_env env, const char* text) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result);
  return result;
}

napi_value augmentBinding(napi_env env, napi_callback_info info, State& state) {
  Arguments given(env, info, "augment");
  AugmentTask task{};
  task.count = given.integer("count", 0, maxCount);
  task.side = given.integer("cachedSize", 1, maxAugmentSide);
  task.views = given.integer("views", 0, maxCount);
  task.size = given.integer("size", 1, maxAugmentSide);
  task.channelsLast = given.oneOf("channelsLast", {0, 1}) == 1;
  const double white = given.number("white", 1e-3, 1e6);
  int threads = static_cast<int>(given.integer("threads", 1, maxThreads));
  task.images = given.arrayOfAtLeast<uint8_t>("images", task.count * task.side * task.side * 3).data;
  Span<int32_t> sources = given.array<int32_t>("sources", task.views);
  Span<float> plans = given.array<float>("plans", task.views * augmenting::planLength);
  Span<float> means = given.array<float>("means", 3);
  requireFinite("augment", "means", means);
  Span<float> deviations = given.array<float>("deviations", 3);
  requireFinite("augment", "deviations", deviations);
  task.target = given.array<float>("target", task.views * task.size * task.size * 3).data;
  for (int channel = 0; channel < 3; channel++) {
    const double deviation = deviations.data[channel];
    if (deviation <= 0) throw ArgumentError{"out-of-range", "augment: deviations has a number that is not above 0"};
    task.factors[channel] = static_cast<float>(white / 255 / deviation);
    task.added[channel] = static_cast<float>(-means.data[channel] / deviation);
  }
  for (size_t view = 0; view < sources.length; view++)
    if (sources.data[view] < 0 || sources.data[view] >= task.count)
      throw ArgumentError{"out-of-range", "augment: sources names an image that is not there"};
  int64_t bad = augmenting::findBadPlan(plans.data, task.views);
  if (bad >= 0)
    throw ArgumentError{"out-of-range", std::string("augment: plans has a ") + augmenting::planColumns[bad % augmenting::planLength].name +
                                            " outside its range in view " + std::to_string(bad / augmenting::planLength)};
  task.sources = sources.data;
  task.plans = plans.data;
  augment(task, threads, state.level, state.augment);
  return nullptr;
}

napi_value alignmentSumsBinding(napi_env env, napi_callback_info info, State& state) { return alignmentSumsFor(env, info, state.level); }

napi_value areaMeansBinding(napi_env env, napi_callback_info info, State& state) { return areaMeansFor(env, info, state.level, state.areaMeans); }
napi_value smoothPlaneBinding(napi_env env, napi_callback_info info, State& state) { return smoothPlaneFor(env, info, state.level, state.plane); }
napi_value tileResidualsBinding(napi_env env, napi_callback_info info, State& state) { return tileResidualsFor(env, info, state.level, state.plane); }
napi_value shiftSumsBinding(napi_env env, napi_callback_info info, State& state) { return shiftSumsFor(env, info, state.level); }
napi_value warpPictureBinding(napi_env env, napi_callback_info info, State& state) { return warpPictureFor(env, info, state.level); }

napi_value findBadRowBinding(napi_env env, napi_callback_info info, State&) {
  Arguments given(env, info, "findBadRow");
  int64_t count = given.integer("count", 0, maxCount);
  int64_t dimensions = given.integer("dimensions", 1, maxDimensions);
  Span<float> vectors = given.array<float>("vectors", count * dimensions);
  return numberValue(env, static_cast<double>(findBadRow(vectors.data, count, dimensions)));
}

napi_value exactNeighboursBinding(napi_env env, napi_callback_info info, State& state) { return exactNeighboursFor(env, info, state.level); }

napi_value layCornersBinding(napi_env env, napi_callback_info info, State& state) { return layCornersFor(env, info, state.level); }

napi_value mutualNeighboursBinding(napi_env env, napi_callback_info info, State& state) { return mutualNeighboursFor(env, info, state.level); }
napi_value joinNeighboursBinding(napi_env env, napi_callback_info info, State& state) { return joinNeighboursFor(env, info, state.level); }
napi_value splitRowsBinding(napi_env env, napi_callback_info info, State& state) { return splitRowsFor(env, info, state.level); }

napi_value perceptualHashesBinding(napi_env env, napi_callback_info info, State& state) {
  Arguments given(env, info, "perceptualHashes");
  Span<float> grey = given.array<float>("grey", hashes::side * hashes::side);
  Span<double> cosines = given.array<double>("cosines", hashes::side * hashes::low);
  Span<uint8_t> target = given.array<uint8_t>("hashes", hashes::low * 8);
  perceptualHashes(grey.data, cosines.data, target.data, state.level);
  return nullptr;
}

napi_value projectRowsBinding(napi_env env, napi_callback_info info, State& state) {
  Arguments given(env, info, "projectRows");
  ProjectTask task{};
  task.count = given.integer("count", 0, maxCount);
  task.dimensions = given.integer("dimensions", 1, maxDimensions);
  task.width = given.integer("width", 1, maxDimensions);
  task.vectors = given.array<float>("vectors", task.count * task.dimensions).data;
  task.directions = given.array<float>("directions", task.width * task.dimensions).data;
  task.products = given.array<float>("products", task.count * task.width).data;
  projectRows(task, static_cast<int>(given.integer("threads", 1, maxThreads)), state.level);
  return nullptr;
}

napi_value resampleBinding(napi_env env, napi_callback_info info, State& state) {
  Arguments given(env, info, "resample");
  ResampleShape shape{};
  shape.sourceWidth = given.integer("sourceWidth", 1, maxSide);
  shape.sourceHeight = given.integer("sourceHeight", 1, maxSide);
  shape.targetWidth = given.integer("targetWidth", 1, maxSide);
  shape.targetHeight = given.integer("targetHeight", 1, maxSide);
  shape.channels = given.oneOf("channels", {1, 3});
  Span<uint8_t> source = given.array<uint8_t>("source", shape.sourceWidth * shape.sourceHeight * shape.channels);
  Span<uint8_t> target = given.array<uint8_t>("target", shape.targetWidth * shape.targetHeight * shape.channels);
  resample(source.data, target.data, shape, state.level, state.resample);
  return nullptr;
}

napi_value boxReduceBinding(napi_env env, napi_callback_info info, State& state) {
  Arguments given(env, info, "boxReduce");
  BoxShape shape{};
  shape.sourceWidth = given.integer("sourceWidth", 1, maxSide);
  shape.sourceHeight = given.integer("sourceHeight", 1, maxSide);
  shape.factor = given.integer("factor", 1, 256);
  Span<uint8_t> source = given.arrayOfAtLeast<uint8_t>("source", shape.sourceWidth * shape.sourceHeight * 3);
  auto reduced = [&](int64_t side) { return (side + shape.factor - 1) / shape.factor; };
  Span<uint8_t> target = given.array<uint8_t>("target", reduced(shape.sourceWidth) * reduced(shape.sourceHeight) * 3);
  boxReduce(source.data, target.data, shape, state.level, state.box);
  return nullptr;
}

napi_value findLettersBinding(napi_env env, napi_callback_info info, State& state) { return findLettersFor(env, info, state.level, state.letters); }
napi_value findCornersBinding(napi_env env, napi_callback_info info, State& state) { return findCornersFor(env, info, state.level, state.corners); }

napi_value histogramsBinding(napi_env env, napi_callback_info info, State& state) {
  Arguments given(env, info, "histograms");
  int64_t count = given.integer("count", 0, maxCount);
  Span<uint8_t> source = given.array<uint8_t>("source", count * 3);
  Span<uint32_t> greys = given.array<uint32_t>("greys", 256), chromas = given.array<uint32_t>("chromas", 256);
  histograms(source.data, count, greys.data, chromas.data, state.level, state.histograms);
  return nullptr;
}

napi_value jpegReduceBinding(napi_env env, napi_callback_info info, State& state) {
  Arguments given(env, info, "jpegReduce");
  JpegReduceTask task{};
  Span<uint8_t> source = given.array<uint8_t>("source");
  task.source = source.data;
  task.length = static_cast<int64_t>(source.length);
  task.width = given.integer("width", 1, maxJpegSide);
  task.height = given.integer("height", 1, maxJpegSide);
  task.factor = given.oneOf("factor", {2, 4, 8});
  auto reduced = [&](int64_t side) { return (side + task.factor - 1) / task.factor; };
  task.target = given.array<uint8_t>("target", reduced(task.width) * reduced(task.height) * 3).data;
  task.centreWidth = given.integer("centreWidth", 0, task.width);
  task.centreHeight = given.integer("centreHeight", 0, task.height);
  task.left = given.integer("left", 0, task.width - task.centreWidth);
  task.top = given.integer("top", 0, task.height - task.centreHeight);
  task.grey = given.array<uint8_t>("grey", task.centreWidth * task.centreHeight).data;
  return numberValue(env, jpegReduce(task, state.level, state.jpeg) ? 1 : 0);
}

napi_value sharpnessBinding(napi_env env, napi_callback_info info, State& state) {
  Arguments given(env, info, "sharpness");
  SharpnessTask task{};
  task.sourceWidth = given.integer("sourceWidth", 1, maxSide);
  int64_t sourceHeight = given.integer("sourceHeight", 1, maxSide);
  task.width = given.integer("width", 1, std::min(maxRectangle, task.sourceWidth));
  task.height = given.integer("height", 1, std::min(maxRectangle, sourceHeight));
  task.left = given.integer("left", 0, task.sourceWidth - task.width);
  task.top = given.integer("top", 0, sourceHeight - task.height);
  task.noise = static_cast<int>(given.integer("noise", 0, 255));
  task.channels = given.oneOf("channels", {1, 3});
  task.source = given.arrayOfAtLeast<uint8_t>("source", task.sourceWidth * sourceHeight * task.channels).data;
  Span<double> sums = given.array<double>("sums", 6);
  SharpnessSums found = sharpness(task, state.level, state.sharpness);
  const int64_t values[] = {found.laplacian, found.squares, found.acrossTotal, found.acrossLost, found.downTotal, found.downLost};
  for (size_t index = 0; index < sums.length; index++) sums.data[index] = static_cast<double>(values[index]);
  return nullptr;
}

napi_value spreadLabelsBinding(napi_env env, napi_callback_info info, State& state) {
  Arguments given(env, info, "spreadLabels");
  SpreadTask task{};
  task.count = given.integer("count", 1, maxCount);
  task.starts = given.array<int32_t>("starts", task.count + 1).data;
  Span<int32_t> columns = given.array<int32_t>("columns");
  task.columns = columns.data;
  task.edges = static_cast<int64_t>(columns.length);
  task.weights = given.array<float>("weights", task.edges).data;
  task.flow = static_cast<float>(given.number("flow", 0.001, 0.999));
  task.iterations = given.integer("iterations", 1, 1000);
  task.width = given.oneOf("width", {1, 4, 16});
  task.values = given.array<float>("values", task.count * task.width).data;
  int threads = static_cast<int>(given.integer("threads", 1, maxThreads));
  if (!spreadLabels(task, threads, state.level, state.spread))
    throw ArgumentError{"out-of-range", "spreadLabels: a start or a column lies outside the graph"};
  return nullptr;
}

napi_value umapLayoutBinding(napi_env env, napi_callback_info info, State& state) {
  Arguments given(env, info, "umapLayout");
  UmapLayout layout{};
  layout.count = given.integer("count", 0, maxCount);
  layout.offsets = given.array<int32_t>("offsets", layout.count + 1).data;
  Span<int32_t> targets = given.array<int32_t>("targets");
  layout.targets = targets.data;
  layout.edges = static_cast<int64_t>(targets.length);
  layout.steps = given.array<uint32_t>("steps", layout.edges).data;
  layout.phases = given.array<uint32_t>("phases", layout.edges).data;
  layout.snapshot = given.array<float>("snapshot", layout.count * 2).data;
  layout.coordinates = given.array<float>("coordinates", layout.count * 2).data;
  layout.a = static_cast<float>(given.number("a", 1e-3, 1e3));
  layout.b = static_cast<float>(given.number("b", 1e-2, 10));
  layout.rate = static_cast<float>(given.number("rate", 0, 1e3));
  layout.seed = static_cast<uint32_t>(given.integer("seed", 0, 0xffffffff));
  layout.epoch = static_cast<uint32_t>(given.integer("epoch", 0, maxCount));
  int64_t from = given.integer("from", 0, layout.count);
  int64_t to = given.integer("to", from, layout.count);
  int threads = static_cast<int>(given.integer("threads", 1, 256));
  int64_t drawn = umapLayout(layout, from, to, threads, state.level);
  if (drawn < 0) throw ArgumentError{"out-of-range", "umapLayout: an offset or a target lies outside the graph"};
  return numberValue(env, static_cast<double>(drawn));
}

napi_value trainingOpenBinding(napi_env env, napi_callback_info info, State& state) { return training::openProgram(env, info, state.level); }
napi_value trainingWriteBinding(napi_env env, napi_callback_info info, State&) { return training::writeProgram(env, info); }
napi_value trainingReadBinding(napi_env env, napi_callback_info info, State&) { return training::readProgram(env, info); }
napi_value trainingRunBinding(napi_env env, napi_callback_info info, State&) { return training::runProgram(env, info); }
napi_value trainingTimesBinding(napi_env env, napi_callback_info info, State&) { return training::programTimes(env, info); }
napi_value trainingCloseBinding(napi_env env, napi_callback_info info, State&) { return training::closeProgram(env, info); }

napi_value watchParentBinding(napi_env env, napi_callback_info info, State&) { return watchParent(env, info); }

/** The level in use; with `{level}` (0 scalar, 1 neon, 2 avx2, 3 avx512) sets it, where this processor has it. For tests and `doctor`. */
napi_value instructionsBinding(napi_env env, napi_callback_info info, State& state) {
  Arguments given(env, info, "instructions");
  if (given.has("level")) {
    auto level = static_cast<Instructions>(given.integer("level", 0, 3));
    if (canUse(level, state.best)) state.level = level;
  }
  return textValue(env, nameOf(state.level));
}

using Body = napi_value (*)(napi_env, napi_callback_info, State&);

/** No C++ exception may cross into JavaScript's frames. */
template <Body body>
napi_value guarded(napi_env env, napi_callback_info info) {
  void* state = nullptr;
  if (napi_get_instance_data(env, &state) != napi_ok || !state) {
    napi_throw_error(env, "internal", "the addon has no state in this environment");
    return nullptr;
  }
  try {
    return body(env, info, *static_cast<State*>(state));
  } catch (const ArgumentError& error) {
    if (error.isTypeError) napi_throw_type_error(env, error.code, error.message.c_str());
    else napi_throw_range_error(env, error.code, error.message.c_str());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "out-of-memory", "out of memory in the native addon");
  } catch (const std::exception& error) {
    napi_throw_error(env, "internal", error.what());
  }
  return nullptr;
}

struct Entry {
  const char* name;
  napi_callback function;
};

/** The names of native/kernels.ts, those of native/training.ts, `watchParent` and `instructions`. */
constexpr Entry entries[] = {
    {"alignmentSums", guarded<alignmentSumsBinding>},
    {"areaMeans", guarded<areaMeansBinding>},
    {"augment", guarded<augmentBinding>},
    {"boxReduce", guarded<boxReduceBinding>},
    {"exactNeighbours", guarded<exactNeighboursBinding>},
    {"findBadRow", guarded<findBadRowBinding>},
    {"findCorners", guarded<findCornersBinding>},
    {"findLetters", guarded<findLettersBinding>},
    {"histograms", guarded<histogramsBinding>},
    {"joinNeighbours", guarded<joinNeighboursBinding>},
    {"jpegReduce", guarded<jpegReduceBinding>},
    {"layCorners", guarded<layCornersBinding>},
    {"mutualNeighbours", guarded<mutualNeighboursBinding>},
    {"perceptualHashes", guarded<perceptualHashesBinding>},
    {"projectRows", guarded<projectRowsBinding>},
    {"resample", guarded<resampleBinding>},
    {"sharpness", guarded<sharpnessBinding>},
    {"shiftSums", guarded<shiftSumsBinding>},
    {"smoothPlane", guarded<smoothPlaneBinding>},
    {"splitRows", guarded<splitRowsBinding>},
    {"spreadLabels", guarded<spreadLabelsBinding>},
    {"tileResiduals", guarded<tileResidualsBinding>},
    {"trainingClose", guarded<trainingCloseBinding>},
    {"trainingOpen", guarded<trainingOpenBinding>},
    {"trainingRead", guarded<trainingReadBinding>},
    {"trainingRun", guarded<trainingRunBinding>},
    {"trainingTimes", guarded<trainingTimesBinding>},
    {"trainingWrite", guarded<trainingWriteBinding>},
    {"umapLayout", guarded<umapLayoutBinding>},
    {"warpPicture", guarded<warpPictureBinding>},
    {"watchParent", guarded<watchParentBinding>},
    {"instructions", guarded<instructionsBinding>},
};

napi_value initialise(napi_env env, napi_value exports) {
  auto* state = new (std::nothrow) State();
  auto release = [](napi_env, void* data, void*) { delete static_cast<State*>(data); };
  if (!state || napi_set_instance_data(env, state, release, nullptr) != napi_ok) {
    delete state;
    napi_throw_error(env, "internal", "the addon's state could not be kept");
    return nullptr;
  }
  for (const Entry& entry : entries) {
    napi_value function = nullptr;
    if (napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.function, nullptr, &function) != napi_ok ||
        napi_set_named_property(env, exports, entry.name, function) != napi_ok)
      return nullptr;
  }
  return exports;
}

}  // namespace
}  // namespace likeness

NAPI_MODULE_INIT() { return likeness::initialise(env, exports); }
