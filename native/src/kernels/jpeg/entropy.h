/**
 * @file Huffman decoding of a baseline scan (ITU-T T.81 annex F.2). Most coefficients cost one look into a table that is addressed by the
 * next ten bits and holds code and value together. Nothing here trusts the data: whatever a table lacks or a block overruns ends the scan.
 */
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "../../instructions.h"
#include "header.h"

namespace likeness::jpeg {

constexpr int lookBits = 10;
/** What advances past the last coefficient: the end of a block. */
constexpr uint32_t toTheEnd = 64;
/** Bytes behind the data that may be read before anybody looks whether they end: a unit of twelve blocks at most. */
constexpr size_t readAhead = 4096;

/**
 * One look: value << 16 | advance << 8 | needsMore << 7 | bits taken. needsMore: the value's own bits are still to come, as many as `value`
 * says. 0: no code so short.
 */
struct Lookup {
  uint32_t entries[1 << lookBits];
  /** By length of code: the smallest code, the largest (-1 where there is none), and what to add to a code to find its symbol. */
  int32_t smallest[17], largest[17], offset[17];
  uint8_t symbols[256];
};

/** The number that `size` bits of T.81 F.2.2.1 stand for. */
LIKENESS_INLINE int32_t extend(uint32_t bits, int size) {
  auto value = static_cast<int32_t>(bits);
  return value < (1 << (size - 1)) ? value - (1 << size) + 1 : value;
}

/** How an AC symbol moves on, or 0 where baseline knows none such. DC symbols are sizes alone. */
inline uint32_t advanceOf(int symbol, bool isDc) {
  int run = symbol >> 4, size = symbol & 15;
  if (isDc) return symbol <= 11 ? 1 : 0;
  if (size == 0) return run == 0 ? toTheEnd : run == 15 ? 16 : 0;
  return size <= 10 ? static_cast<uint32_t>(run) + 1 : 0;
}

inline bool sameCodes(const Codes& one, const Codes& other) {
  int total = 0;
  for (int length = 1; length <= 16; length++) total += one.counts[length];
  return std::memcmp(one.counts + 1, other.counts + 1, 16) == 0 && std::memcmp(one.symbols, other.symbols, static_cast<size_t>(total)) == 0;
}

/** False where the codes are none. */
inline bool makeLookup(const Codes& codes, bool isDc, Lookup& lookup) {
  std::memset(lookup.entries, 0, sizeof lookup.entries);
  std::memcpy(lookup.symbols, codes.symbols, sizeof lookup.symbols);
  int32_t code = 0, index = 0;
  for (int length = 1; length <= 16; length++, code <<= 1) {
    lookup.offset[length] = index - code;
    lookup.smallest[length] = code;
    lookup.largest[length] = -1;
    for (int nth = 0; nth < codes.counts[length]; nth++, code++, index++) {
      if (code >= 1 << length) return false;
      lookup.largest[length] = code;
      if (length > lookBits) continue;
      int symbol = codes.symbols[index], size = symbol & 15;
      uint32_t advance = advanceOf(symbol, isDc);
      if (advance == 0) continue;
      int free = lookBits - length;
      uint32_t* entry = lookup.entries + (code << free);
      for (uint32_t rest = 0; rest < 1u << free; rest++) {
        bool whole = size <= free;
        uint32_t value = !whole ? static_cast<uint32_t>(size) : size == 0 ? 0 : static_cast<uint32_t>(extend(rest >> (free - size), size));
        entry[rest] = value << 16 | advance << 8 | (whole ? 0u : 0x80u) | static_cast<uint32_t>(length + (whole ? size : 0));
      }
    }
  }
  return true;
}

/** The next bits of a segment, the first of them highest. */
struct Reader {
  uint64_t bits = 0;
  int count = 0;
  const uint8_t* at;

  explicit Reader(const uint8_t* from) : at(from) {}

  /** At least 56 bits afterwards. */
  LIKENESS_INLINE void refill() {
    uint64_t next;
    std::memcpy(&next, at, 8);
    bits |= __builtin_bswap64(next) >> count;
    at += (63 - count) >> 3;
    count |= 56;
  }
  LIKENESS_INLINE void skip(int taken) {
    bits <<= taken;
    count -= taken;
  }
  /** Bytes touched, the one that is begun included. */
  const uint8_t* reached() const { return at - (count >> 3); }
};

/** One symbol and its value. Takes 27 bits at most. False: there is no such code. */
LIKENESS_INLINE bool readSymbol(Reader& reader, const Lookup& lookup, bool isDc, int32_t& value, uint32_t& advance) {
  uint32_t entry = lookup.entries[reader.bits >> (64 - lookBits)];
  if (__builtin_expect(entry == 0, 0)) {
    int length = lookBits + 1;
    int32_t code = 0;
    for (; length <= 16; length++) {
      code = static_cast<int32_t>(reader.bits >> (64 - length));
      if (code >= lookup.smallest[length] && code <= lookup.largest[length]) break;
    }
    if (length > 16) return false;
    int symbol = lookup.symbols[code + lookup.offset[length]];
    uint32_t moves = advanceOf(symbol, isDc);
    if (moves == 0) return false;
    entry = static_cast<uint32_t>(symbol & 15) << 16 | moves << 8 | 0x80u | static_cast<uint32_t>(length);
  }
  reader.skip(static_cast<int>(entry & 63));
  advance = entry >> 8 & 127;
  value = static_cast<int32_t>(entry) >> 16;
  if (entry & 0x80u) {
    int size = value;
    if (size == 0) return true;
    value = extend(static_cast<uint32_t>(reader.bits >> (64 - size)), size);
    reader.skip(size);
  }
  return true;
}

constexpr int skipBits = 13;

/**
 * Where values are not asked for: all symbols that the next bits hold whole, in one look. advance << 8 | isEnd << 7 | bits taken, 0 where the first is too
 * long. `advance` leaves out the end of the block and stays under 63, so that whoever adds it up sees where a block is full.
 */
struct SkipLookup {
  uint16_t entries[1 << skipBits];
};

inline void makeSkipLookup(const Lookup& lookup, SkipLookup& skips) {
  for (uint32_t bits = 0; bits < 1u << skipBits; bits++) {
    uint32_t taken = 0, advance = 0, end = 0;
    while (end == 0) {
      uint32_t entry = lookup.entries[(bits << taken & ((1u << skipBits) - 1)) >> (skipBits - lookBits)];
      uint32_t length = (entry & 63) + (entry & 0x80u ? entry >> 16 : 0), moves = entry >> 8 & 127;
      if (entry == 0 || taken + length > skipBits) break;
      if (moves == toTheEnd) end = 1;
      else if (advance + moves > 62) break;
      else advance += moves;
      taken += length;
    }
    skips.entries[bits] = static_cast<uint16_t>(advance << 8 | end << 7 | taken);
  }
}

struct Segment {
  size_t from, to;
};

/**
 * Takes the stuffing out of the scan that begins at `at`, and parts it at its restart markers. False unless it ends in EOI.
 * `data` gets `readAhead` bytes more than it needs.
 */
inline bool unstuff(const uint8_t* bytes, int64_t length, int64_t at, std::vector<uint8_t>& data, std::vector<Segment>& segments) {
  data.resize(static_cast<size_t>(length - at) + readAhead);
  segments.clear();
  uint8_t* to = data.data();
  size_t from = 0;
  const uint8_t *next = bytes + at, *end = bytes + length;
  for (;;) {
    auto* found = static_cast<const uint8_t*>(std::memchr(next, 0xff, static_cast<size_t>(end - next)));
    if (found == nullptr || end - found < 2) return false;
    std::memcpy(to, next, static_cast<size_t>(found - next));
    to += found - next;
    next = found + 2;
    int marker = found[1];
    if (marker == 0) {
      *to++ = 0xff;
      continue;
    }
    auto here = static_cast<size_t>(to - data.data());
    if (marker != 0xd9 && marker != 0xd0 + static_cast<int>(segments.size() & 7)) return false;
    segments.push_back({from, here});
    from = here;
    if (marker == 0xd9) break;
  }
  std::memset(to, 0, readAhead);
  return true;
}

}  // namespace likeness::jpeg
