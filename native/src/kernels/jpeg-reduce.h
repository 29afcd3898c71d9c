/**
 * @file jpegReduce: an ordinary JPEG to RGB at a half, a quarter or an eighth of its size, and the luma of a rectangle at full size, from one
 * pass over its data. A library has the choice between all pixels, most of which are thrown away, and few, from which sharpness cannot be
 * told; the entropy-coded data, which are more than half of the work, it would read twice. Each pixel is the mean of a block of factor x factor,
 * as if the picture had been decoded in full first, but for rounding (a level) and for colours that the full picture would have clipped.
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "../instructions.h"
#include "jpeg/entropy.h"
#include "jpeg/header.h"
#include "jpeg/transform-avx2.h"
#include "jpeg/transform.h"

namespace likeness {

struct JpegReduceTask {
  const uint8_t* source;
  int64_t length;
  /** What the caller takes the picture for. */
  int64_t width, height;
  int64_t factor;
  /** [ceil(height / factor), ceil(width / factor), 3] */
  uint8_t* target;
  /** The rectangle, and its luma [centreHeight, centreWidth]. */
  int64_t left, top, centreWidth, centreHeight;
  uint8_t* grey;
};

struct JpegScratch {
  jpeg::Header header;
  jpeg::Lookup dc[4], ac[4];
  jpeg::SkipLookup skips[4];
  jpeg::Fold folds[3], whole;
  std::vector<uint8_t> data, planes[3], rows;
  std::vector<jpeg::Segment> segments;
};

namespace jpeg {

/** A component while its scan is read. */
struct Channel {
  const Lookup *dc, *ac;
  /** Where a block comes to one point, so that only its mean is asked for; else null. */
  const SkipLookup* skips;
  const Fold* fold;
  /** Points of a block in the reduced plane, and blocks in a unit. */
  int pointsAcross, pointsDown, blocksAcross, blocksDown;
  uint8_t* plane;
  int64_t stride;
  int32_t previous;
};

/** The mean that a block begins with, in steps of its quantiser, into `previous`; refills first. False where there is no such code. */
LIKENESS_INLINE bool readFirst(Reader& reader, Channel& channel) {
  int32_t value;
  uint32_t advance;
  reader.refill();
  if (!readSymbol(reader, *channel.dc, true, value, advance)) return false;
  channel.previous = static_cast<int32_t>(static_cast<uint32_t>(channel.previous) + static_cast<uint32_t>(value));
  return true;
}

/** The coefficients of one block, folded once or twice. False where the data are damaged. */
template <bool isTwice>
LIKENESS_INLINE bool readBlock(Reader& reader, Channel& channel, int32_t* sums, const Fold& whole, int32_t* wholeSums) {
  const Fold& fold = *channel.fold;
  int32_t value;
  uint32_t advance;
  auto times = [](int32_t one, int32_t other) { return static_cast<uint32_t>(one) * static_cast<uint32_t>(other); };
  auto add = [&times](int32_t& sum, int32_t one, int32_t other) { sum = static_cast<int32_t>(static_cast<uint32_t>(sum) + times(one, other)); };
  if (!readFirst(reader, channel)) return false;
  add(sums[0], channel.previous, fold.weights[0]);
  if (isTwice) add(wholeSums[0], channel.previous, whole.weights[0]);
  uint32_t index = 0;
  for (;;) {
    // Two symbols to a refill: 2 x 27 bits of 56.
    reader.refill();
    for (int twice = 0; twice < 2; twice++) {
      if (!readSymbol(reader, *channel.ac, false, value, advance)) return false;
      index += advance;
      add(sums[fold.slots[index]], value, fold.weights[index]);
      if (isTwice) add(wholeSums[whole.slots[index]], value, whole.weights[index]);
      if (index >= 63) return index == 63 || advance == toTheEnd;
    }
  }
}

/** The mean of one block; the rest is passed over. False where the data are damaged. */
LIKENESS_INLINE bool readMean(Reader& reader, Channel& channel) {
  int32_t value;
  uint32_t advance, index = 0;
  if (!readFirst(reader, channel)) return false;
  const uint16_t* skips = channel.skips->entries;
  for (;;) {
    // 27 bits at most are gone of 56, or none.
    for (int twice = 0; twice < 2; twice++) {
      uint32_t entry = skips[reader.bits >> (64 - skipBits)];
      index += entry >> 8;
      // None so short, or the block may be full before its symbols are: one at a time then.
      if (__builtin_expect(entry == 0 || index > 62, 0)) {
        index -= entry >> 8;
        reader.refill();
        if (!readSymbol(reader, *channel.ac, false, value, advance)) return false;
        index += advance;
        if (index >= 63) return index == 63 || advance == toTheEnd;
        break;
      }
      reader.skip(static_cast<int>(entry & 15));
      if (entry & 0x80u) return true;
    }
    reader.refill();
  }
}

LIKENESS_INLINE void writePoints(const Channel& channel, const int32_t* sums, uint8_t* to) {
  switch (channel.pointsAcross * 16 + channel.pointsDown) {
    case 0x11: return transform<1, 1>(sums, to, channel.stride);
    case 0x21: return transform<2, 1>(sums, to, channel.stride);
    case 0x12: return transform<1, 2>(sums, to, channel.stride);
    case 0x22: return transform<2, 2>(sums, to, channel.stride);
    case 0x42: return transform<4, 2>(sums, to, channel.stride);
    case 0x24: return transform<2, 4>(sums, to, channel.stride);
    case 0x44: return transform<4, 4>(sums, to, channel.stride);
    case 0x84: return transform<8, 4>(sums, to, channel.stride);
    case 0x48: return transform<4, 8>(sums, to, channel.stride);
    default: return transform<8, 8>(sums, to, channel.stride);
  }
}

/** Sizes known to the compiler: a few stores instead of a call. */
LIKENESS_INLINE void clear(int32_t* sums, int points) {
  if (points <= 4) std::memset(sums, 0, 4 * sizeof *sums);
  else if (points <= 16) std::memset(sums, 0, 16 * sizeof *sums);
  else
    for (int index = 0; index < 64; index += 16) std::memset(sums + index, 0, 16 * sizeof *sums);
  sums[nowhere] = 0;
}

/** What of the block whose corner is at x, y lies in the rectangle. */
template <bool hasAvx2>
LIKENESS_INLINE void writeGrey(const JpegReduceTask& task, int64_t x, int64_t y, const int32_t* sums) {
  uint8_t block[64];
#if defined(LIKENESS_X86)
  if constexpr (hasAvx2) transformWholeAvx2(sums, block);
  else
#endif
    transform<8, 8>(sums, block, 8);
  int64_t from = std::max<int64_t>(0, task.left - x), to = std::min<int64_t>(8, task.left + task.centreWidth - x);
  for (int64_t row = std::max<int64_t>(0, task.top - y); row < std::min<int64_t>(8, task.top + task.centreHeight - y); row++)
    std::memcpy(task.grey + (y + row - task.top) * task.centreWidth + x + from - task.left, block + row * 8 + from, static_cast<size_t>(to - from));
}

template <bool hasAvx2>
LIKENESS_INLINE bool readUnit(Reader& reader, Channel* channels, int count, int64_t column, int64_t row, const JpegReduceTask& task, const Fold& whole) {
  for (int index = 0; index < count; index++) {
    Channel& channel = channels[index];
    for (int down = 0; down < channel.blocksDown; down++) {
      for (int across = 0; across < channel.blocksAcross; across++) {
        int64_t x = column * channel.blocksAcross + across, y = row * channel.blocksDown + down;
        int32_t sums[nowhere + 1], wholeSums[nowhere + 1];
        bool isInside = index == 0 && x * 8 < task.left + task.centreWidth && x * 8 + 8 > task.left && y * 8 < task.top + task.centreHeight && y * 8 + 8 > task.top;
        if (channel.skips != nullptr && !isInside) {
          if (!readMean(reader, channel)) return false;
          sums[0] = static_cast<int32_t>(static_cast<uint32_t>(channel.previous) * static_cast<uint32_t>(channel.fold->weights[0]));
          transform<1, 1>(sums, channel.plane + y * channel.stride + x, channel.stride);
          continue;
        }
        clear(sums, channel.pointsAcross * channel.pointsDown);
        if (isInside) {
          clear(wholeSums, 64);
          if (!readBlock<true>(reader, channel, sums, whole, wholeSums)) return false;
          writeGrey<hasAvx2>(task, x * 8, y * 8, wholeSums);
        } else if (!readBlock<false>(reader, channel, sums, whole, nullptr)) return false;
        writePoints(channel, sums, channel.plane + y * channel.pointsDown * channel.stride + x * channel.pointsAcross);
      }
    }
  }
  return true;
}

/** All segments. False where the data are damaged or do not end where they should. */
template <bool hasAvx2>
LIKENESS_INLINE bool readScanData(const JpegReduceTask& task, JpegScratch& scratch, Channel* channels, int64_t unitsAcross, int64_t unitsDown) {
  const Header& header = scratch.header;
  int64_t units = unitsAcross * unitsDown, perSegment = header.restartInterval > 0 ? header.restartInterval : units;
  if (static_cast<int64_t>(scratch.segments.size()) != (units + perSegment - 1) / perSegment) return false;
  int64_t unit = 0, column = 0, row = 0;
  for (const Segment& segment : scratch.segments) {
    Reader reader(scratch.data.data() + segment.from);
    const uint8_t* end = scratch.data.data() + segment.to;
    for (int index = 0; index < header.components; index++) channels[index].previous = 0;
    for (int64_t last = std::min(units, unit + perSegment); unit < last; unit++) {
      if (!readUnit<hasAvx2>(reader, channels, header.components, column, row, task, scratch.whole) || reader.reached() > end) return false;
      if (++column == unitsAcross) {
        column = 0;
        row++;
      }
    }
    if (reader.reached() != end) return false;
  }
  return true;
}

LIKENESS_INLINE uint8_t toByte(int32_t value) { return static_cast<uint8_t>(std::min(std::max(value, 0), 255)); }

/** JFIF: full-range BT.601, 16 bits behind the point. */
LIKENESS_INLINE void writeRow(const uint8_t* luma, const uint8_t* blue, const uint8_t* red, int64_t width, uint8_t* planes, uint8_t* __restrict target) {
  uint8_t *__restrict r = planes, *__restrict g = planes + width, *__restrict b = planes + 2 * width;
  // Planes of their own: without this word every write might change what is read next, and pixels go one by one.
#pragma GCC ivdep
  for (int64_t x = 0; x < width; x++) {
    int32_t y = luma[x], cb = blue[x] - 128, cr = red[x] - 128;
    r[x] = toByte(y + ((91881 * cr + 32768) >> 16));
    g[x] = toByte(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
    b[x] = toByte(y + ((116130 * cb + 32768) >> 16));
  }
  for (int64_t x = 0; x < width; x++) {
    target[x * 3] = r[x];
    target[x * 3 + 1] = g[x];
    target[x * 3 + 2] = b[x];
  }
}

template <bool hasAvx2>
LIKENESS_INLINE bool reduce(const JpegReduceTask& task, JpegScratch& scratch) {
  Header& header = scratch.header;
  int count = header.components;
  int64_t unitWidth = header.mostAcross * 8, unitHeight = header.mostDown * 8;
  int64_t unitsAcross = (header.width + unitWidth - 1) / unitWidth, unitsDown = (header.height + unitHeight - 1) / unitHeight;
  int64_t stride = unitsAcross * unitWidth / task.factor, rows = unitsDown * unitHeight / task.factor;
  Channel channels[3];
  bool hasSkips[4] = {};
  for (int index = 0; index < count; index++) {
    const Component& component = header.component[index];
    Channel& channel = channels[index];
    channel.dc = &scratch.dc[component.dc];
    channel.ac = &scratch.ac[component.ac];
    channel.fold = &scratch.folds[index];
    channel.pointsAcross = static_cast<int>(8 / task.factor) * header.mostAcross / component.across;
    channel.pointsDown = static_cast<int>(8 / task.factor) * header.mostDown / component.down;
    channel.blocksAcross = component.across;
    channel.blocksDown = component.down;
    channel.stride = stride;
    channel.skips = nullptr;
    if (channel.pointsAcross * channel.pointsDown == 1) {
      // Both chroma components have one table.
      if (!hasSkips[component.ac]) makeSkipLookup(*channel.ac, scratch.skips[component.ac]);
      hasSkips[component.ac] = true;
      channel.skips = &scratch.skips[component.ac];
    }
    scratch.planes[index].resize(static_cast<size_t>(stride * rows));
    channel.plane = scratch.planes[index].data();
    makeFold(header.quantisers[component.quantiser], channel.pointsAcross, channel.pointsDown, scratch.folds[index]);
  }
  makeFold(header.quantisers[header.component[0].quantiser], 8, 8, scratch.whole);
  if (!readScanData<hasAvx2>(task, scratch, channels, unitsAcross, unitsDown)) return false;
  int64_t width = (header.width + task.factor - 1) / task.factor, height = (header.height + task.factor - 1) / task.factor;
  scratch.rows.resize(static_cast<size_t>(width) * 3);
  for (int64_t row = 0; row < height; row++) {
    const uint8_t* luma = channels[0].plane + row * stride;
    uint8_t* target = task.target + row * width * 3;
    if (count == 3) writeRow(luma, channels[1].plane + row * stride, channels[2].plane + row * stride, width, scratch.rows.data(), target);
    else
      for (int64_t x = 0; x < width; x++) target[x * 3] = target[x * 3 + 1] = target[x * 3 + 2] = luma[x];
  }
  return true;
}

#if defined(LIKENESS_X86)
LIKENESS_AVX2 inline bool reduceAvx2(const JpegReduceTask& task, JpegScratch& scratch) { return reduce<true>(task, scratch); }
#endif
inline bool reduceScalar(const JpegReduceTask& task, JpegScratch& scratch) { return reduce<false>(task, scratch); }

}  // namespace jpeg

/**
 * False for what is not an ordinary JPEG of this size, or not a whole one; `target` and `grey` are then undefined.
 * *Caller's contract*: the rectangle lies in the picture, the arrays are as long as it says.
 */
inline bool jpegReduce(const JpegReduceTask& task, Instructions level, JpegScratch& scratch) {
  jpeg::Header& header = scratch.header;
  header = jpeg::Header();
  if (!jpeg::readHeader(task.source, task.length, header) || header.width != task.width || header.height != task.height) return false;
  for (int index = 0; index < header.components; index++) {
    const jpeg::Component& component = header.component[index];
    if (!jpeg::makeLookup(header.dc[component.dc], true, scratch.dc[component.dc])) return false;
    if (!jpeg::makeLookup(header.ac[component.ac], false, scratch.ac[component.ac])) return false;
  }
  if (!jpeg::unstuff(task.source, task.length, header.scan, scratch.data, scratch.segments)) return false;
#if defined(LIKENESS_X86)
  if (canUse(Instructions::avx2, level)) return jpeg::reduceAvx2(task, scratch);
#endif
  return jpeg::reduceScalar(task, scratch);
}

}  // namespace likeness
