/**
 * @file Reads the numbers of one step of a program (electron/engine/runtime/training/native/program.ts writes them). Every place in memory is checked
 * for its whole extent before a kernel sees it.
 */
#pragma once

#include <cmath>
#include <cstdint>
#include <stdexcept>

#include "shapes.h"
#include "tensor-view.h"

namespace likeness {
namespace training {

struct ProgramError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/** Numbers in the order of program.ts. */
enum class StepKind {
  convolution, convolutionBack, convolutionWeights, normalization, normalizationBack, sgd, adam, average, pointwise, copy, reduction, softmax, product, count
};

class StepReader {
 public:
  StepReader(const double* numbers, int64_t length, char* memory, int64_t bytes) : at_(numbers), end_(numbers + length), memory_(memory), bytes_(bytes) {}

  double number() {
    if (at_ == end_) throw ProgramError("a step of a program is cut short");
    return *at_++;
  }
  float real() { return static_cast<float>(number()); }
  bool flag() { return number() != 0; }
  int64_t integer(int64_t low, int64_t high) {
    const double value = number();
    if (!(value >= static_cast<double>(low) && value <= static_cast<double>(high)) || value != std::floor(value))
      throw ProgramError("a number of a program is out of range");
    return static_cast<int64_t>(value);
  }
  int64_t count() { return integer(1, most); }
  StepKind operation() { return static_cast<StepKind>(integer(0, static_cast<int64_t>(StepKind::count) - 1)); }

  float* floats(int64_t count) { return reinterpret_cast<float*>(place(count * 4)); }
  float* floatsOrNull(int64_t count) {
    if (at_ != end_ && *at_ < 0) {
      at_++;
      return nullptr;
    }
    return floats(count);
  }

  ConvolutionShape convolution() {
    ConvolutionShape s{};
    for (int64_t* each : {&s.batch, &s.height, &s.width, &s.channels, &s.outHeight, &s.outWidth, &s.outChannels}) *each = count();
    for (int64_t* each : {&s.kernelHeight, &s.kernelWidth, &s.strideHeight, &s.strideWidth, &s.dilationHeight, &s.dilationWidth}) *each = integer(1, 64);
    for (int64_t* each : {&s.padTop, &s.padLeft}) *each = integer(0, 4096);
    s.groups = count();
    if (s.channels % s.groups != 0 || s.outChannels % s.groups != 0) throw ProgramError("a convolution's groups do not divide its channels");
    if (s.pixels() * s.channels > most || s.outPixels() * s.outChannels > most) throw ProgramError("a convolution is too large");
    return s;
  }

  NormalizationShape normalization() {
    NormalizationShape s{};
    s.rows = count();
    s.channels = count();
    s.epsilon = real();
    s.low = real();
    s.high = real();
    return s;
  }

  Walk walk() {
    Walk walk{};
    walk.axes = static_cast<int>(integer(0, maxAxes));
    int64_t product = 1;
    for (int axis = 0; axis < walk.axes; axis++) {
      walk.sizes[axis] = count();
      product *= walk.sizes[axis];
      if (product > most) throw ProgramError("a tensor of a program is too large");
    }
    return walk;
  }

  Operand operand(const Walk& walk) {
    Operand operand{};
    operand.kind = static_cast<ElementKind>(integer(0, 3));
    const double offset = number();
    int64_t low = 0, high = 0;
    strides(walk, operand.strides, low, high);
    operand.data = within(offset, low, high, widthOf(operand.kind));
    return operand;
  }

  const float* reducedFloats(const Walk& kept, int64_t* keptStrides, const Walk& taken, int64_t* takenStrides) {
    const double offset = number();
    int64_t low = 0, high = 0;
    strides(kept, keptStrides, low, high);
    strides(taken, takenStrides, low, high);
    return reinterpret_cast<const float*>(within(offset, low, high, 4));
  }

  const float* matrix(int64_t batch, int64_t rows, int64_t columns, int64_t* perBatch, int64_t* perRow, int64_t* perColumn) {
    const double offset = number();
    for (int64_t* each : {perBatch, perRow, perColumn}) *each = integer(0, most);
    return reinterpret_cast<const float*>(within(offset, 0, (batch - 1) * *perBatch + (rows - 1) * *perRow + (columns - 1) * *perColumn, 4));
  }

 private:
  static constexpr int64_t most = int64_t{1} << 33;

  void strides(const Walk& walk, int64_t* to, int64_t& low, int64_t& high) {
    for (int axis = 0; axis < walk.axes; axis++) {
      to[axis] = integer(-most, most);
      (to[axis] < 0 ? low : high) += to[axis] * (walk.sizes[axis] - 1);
    }
  }

  char* place(int64_t length) { return within(number(), 0, length - 1, 1); }

  /** `offset` in bytes; elements low to high from there lie in the memory. */
  char* within(double offset, int64_t low, int64_t high, int64_t width) {
    const double first = offset + static_cast<double>(low * width), last = offset + static_cast<double>((high + 1) * width);
    if (!(first >= 0 && last <= static_cast<double>(bytes_)) || offset != std::floor(offset) || static_cast<int64_t>(offset) % width != 0)
      throw ProgramError("a step of a program reaches outside its memory");
    return memory_ + static_cast<int64_t>(offset);
  }

  const double *at_, *end_;
  char* memory_;
  int64_t bytes_;
};

}  // namespace training
}  // namespace likeness
