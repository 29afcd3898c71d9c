/**
 * @file The segments of a JPEG before its scan (ITU-T T.81 annex B), as far as jpegReduce needs them. It takes the ordinary kind only: baseline or
 * extended Huffman, 8 bits, one component or three in one scan, luma at full resolution. Everything else, and whatever is not exactly as the
 * standard says, is left to a library that knows more and forgives more.
 */
#pragma once

#include <cstdint>
#include <cstring>

namespace likeness::jpeg {

struct Component {
  int id, across, down, quantiser, dc, ac;
};

/** DHT as written: how many codes of each length, and what they mean. */
struct Codes {
  bool defined = false;
  uint8_t counts[17];
  uint8_t symbols[256];
};

struct Header {
  int64_t width = 0, height = 0;
  int components = 0, mostAcross = 1, mostDown = 1, restartInterval = 0;
  Component component[3];
  bool hasQuantiser[4] = {};
  /** In the order of the file (zigzag). */
  uint8_t quantisers[4][64];
  Codes dc[4], ac[4];
  /** Where the entropy-coded data begin. */
  int64_t scan = 0;
};

inline int wordAt(const uint8_t* at) { return at[0] << 8 | at[1]; }

inline bool readQuantisers(const uint8_t* at, const uint8_t* end, Header& header) {
  for (; at < end; at += 65) {
    // The high half is the precision: two-byte steps are not for 8 bits.
    if (at[0] > 3 || end - at < 65) return false;
    header.hasQuantiser[at[0]] = true;
    std::memcpy(header.quantisers[at[0]], at + 1, 64);
  }
  return true;
}

inline bool readCodes(const uint8_t* at, const uint8_t* end, Header& header) {
  while (at < end) {
    if (end - at < 17 || (at[0] & 15) > 3 || at[0] >> 4 > 1) return false;
    Codes& codes = (at[0] >> 4 ? header.ac : header.dc)[at[0] & 15];
    int total = 0;
    codes.counts[0] = 0;
    for (int length = 1; length <= 16; length++) total += codes.counts[length] = at[length];
    if (total > 256 || end - at < 17 + total) return false;
    std::memcpy(codes.symbols, at + 17, static_cast<size_t>(total));
    codes.defined = true;
    at += 17 + total;
  }
  return true;
}

inline bool readFrame(const uint8_t* at, const uint8_t* end, Header& header) {
  if (header.components != 0 || end - at < 6 || at[0] != 8) return false;
  header.height = wordAt(at + 1);
  header.width = wordAt(at + 3);
  header.components = at[5];
  if ((header.components != 1 && header.components != 3) || end - at != 6 + 3 * header.components) return false;
  for (int index = 0; index < header.components; index++) {
    const uint8_t* from = at + 6 + index * 3;
    Component& component = header.component[index];
    component = {from[0], from[1] >> 4, from[1] & 15, from[2], 0, 0};
    // A lone component is not interleaved: its factors say nothing.
    if (header.components == 1) component.across = component.down = 1;
    auto isFactor = [](int factor) { return factor == 1 || factor == 2; };
    if (!isFactor(component.across) || !isFactor(component.down) || component.quantiser > 3) return false;
    if (component.across > header.mostAcross) header.mostAcross = component.across;
    if (component.down > header.mostDown) header.mostDown = component.down;
  }
  // Named R, G and B they are no luma and chroma.
  bool isRgb = header.components == 3 && header.component[0].id == 'R' && header.component[1].id == 'G' && header.component[2].id == 'B';
  return !isRgb && header.component[0].across == header.mostAcross && header.component[0].down == header.mostDown;
}

inline bool readScan(const uint8_t* at, const uint8_t* end, Header& header) {
  int count = header.components;
  if (count == 0 || end - at != 4 + 2 * count || at[0] != count) return false;
  for (int index = 0; index < count; index++) {
    Component& component = header.component[index];
    component.dc = at[2 + index * 2] >> 4;
    component.ac = at[2 + index * 2] & 15;
    if (at[1 + index * 2] != component.id || component.dc > 3 || component.ac > 3) return false;
    if (!header.hasQuantiser[component.quantiser] || !header.dc[component.dc].defined || !header.ac[component.ac].defined) return false;
  }
  const uint8_t* rest = at + 1 + 2 * count;
  return rest[0] == 0 && rest[1] == 63 && rest[2] == 0;
}

/** False for what is not of the ordinary kind. */
inline bool readHeader(const uint8_t* bytes, int64_t length, Header& header) {
  if (length < 4 || bytes[0] != 0xff || bytes[1] != 0xd8) return false;
  for (int64_t at = 2; at + 4 <= length;) {
    if (bytes[at] != 0xff) return false;
    int marker = bytes[at + 1];
    const uint8_t* from = bytes + at + 4;
    int64_t next = at + 2 + wordAt(bytes + at + 2);
    const uint8_t* end = bytes + next;
    if (next < at + 4 || next > length) return false;
    bool skipped = marker == 0xfe || (marker >= 0xe0 && marker <= 0xef);
    if (marker == 0xda) {
      header.scan = next;
      return readScan(from, end, header);
    }
    if (marker == 0xdb) skipped = readQuantisers(from, end, header);
    else if (marker == 0xc4) skipped = readCodes(from, end, header);
    else if (marker == 0xc0 || marker == 0xc1) skipped = readFrame(from, end, header);
    else if (marker == 0xdd && end - from == 2) {
      header.restartInterval = wordAt(from);
      skipped = true;
    }
    if (!skipped) return false;
    at = next;
  }
  return false;
}

}  // namespace likeness::jpeg
