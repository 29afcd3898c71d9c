/**
 * @file What the kernels of training are told. Pictures lie in memory as [batch, height, width, channels], weights as ONNX has them:
 * [outputs, channels / groups, kernel height, kernel width].
 */
#pragma once

#include <cstdint>

namespace likeness {
namespace training {

struct ConvolutionShape {
  int64_t batch, height, width, channels;           // of the picture
  int64_t outHeight, outWidth, outChannels;         // of what comes out
  int64_t kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft, groups;

  int64_t pixels() const { return batch * height * width; }
  int64_t outPixels() const { return batch * outHeight * outWidth; }
  int64_t taps() const { return kernelHeight * kernelWidth; }
  int64_t groupChannels() const { return channels / groups; }
  int64_t groupOutputs() const { return outChannels / groups; }
  bool isDepthwise() const { return groups == channels && groups == outChannels && groups > 1; }
  bool isPointwise() const { return taps() == 1 && strideHeight == 1 && strideWidth == 1 && padTop == 0 && padLeft == 0 && height == outHeight && width == outWidth; }
};

/** y = limit(scale (x - mean) / deviation + bias + residual): `low` and `high` are infinite where there is no Relu or Clip. */
struct NormalizationShape {
  int64_t rows, channels;
  float epsilon, low, high;
};

struct SgdSettings {
  float momentum, decay;
  bool nesterov;
};

struct AdamSettings {
  float beta1, beta2, epsilon, decay;
  bool decoupled;
};

}  // namespace training
}  // namespace likeness
