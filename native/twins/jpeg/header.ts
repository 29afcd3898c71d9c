/**
 * @file The segments of a JPEG before its scan (ITU-T T.81 annex B), as far as jpegReduce takes them; see src/kernels/jpeg/header.h.
 */
export interface Component {
  readonly id: number;
  readonly across: number;
  readonly down: number;
  readonly quantiser: number;
  dc: number;
  ac: number;
}

/** DHT as written: how many codes of each length 1..16, and what they mean. */
export interface Codes {
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

export interface Header {
  width: number;
  height: number;
  components: Component[];
  restartInterval: number;
  /** In the order of the file (zigzag). */
  readonly quantisers: (Uint8Array | undefined)[];
  readonly dc: (Codes | undefined)[];
  readonly ac: (Codes | undefined)[];
  /** Where the entropy-coded data begin. */
  scan: number;
}

/** Null for what is not of the ordinary kind. */
export function readHeader(bytes: Uint8Array): Header | null {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  const header: Header = { width: 0, height: 0, components: [], restartInterval: 0, quantisers: [], dc: [], ac: [], scan: 0 };
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] as number;
    const next = at + 2 + wordAt(bytes, at + 2);
    if (next < at + 4 || next > bytes.length) return null;
    const segment = bytes.subarray(at + 4, next);
    if (marker === 0xda) {
      header.scan = next;
      return readScan(segment, header) ? header : null;
    }
    if (!readSegment(marker, segment, header)) return null;
    at = next;
  }
  return null;
}

function readSegment(marker: number, segment: Uint8Array, header: Header): boolean {
  if (marker === 0xfe || (marker >= 0xe0 && marker <= 0xef)) return true;
  if (marker === 0xdb) return readQuantisers(segment, header);
  if (marker === 0xc4) return readCodes(segment, header);
  if (marker === 0xc0 || marker === 0xc1) return readFrame(segment, header);
  if (marker !== 0xdd || segment.length !== 2) return false;
  header.restartInterval = wordAt(segment, 0);
  return true;
}

function readQuantisers(segment: Uint8Array, header: Header): boolean {
  for (let at = 0; at < segment.length; at += 65) {
    const which = segment[at] as number;
    if (which > 3 || segment.length - at < 65) return false;
    header.quantisers[which] = segment.subarray(at + 1, at + 65);
  }
  return true;
}

function readCodes(segment: Uint8Array, header: Header): boolean {
  for (let at = 0; at < segment.length;) {
    const which = segment[at] as number;
    if (segment.length - at < 17 || (which & 15) > 3 || which >> 4 > 1) return false;
    const counts = segment.subarray(at, at + 17);
    const total = counts.subarray(1).reduce((sum, count) => sum + count, 0);
    if (total > 256 || segment.length - at < 17 + total) return false;
    (which >> 4 === 1 ? header.ac : header.dc)[which & 15] = { counts, symbols: segment.subarray(at + 17, at + 17 + total) };
    at += 17 + total;
  }
  return true;
}

function readFrame(segment: Uint8Array, header: Header): boolean {
  if (header.components.length > 0 || segment.length < 6 || segment[0] !== 8) return false;
  header.height = wordAt(segment, 1);
  header.width = wordAt(segment, 3);
  const count = segment[5] as number;
  if ((count !== 1 && count !== 3) || segment.length !== 6 + 3 * count) return false;
  for (let at = 6; at < segment.length; at += 3) {
    const [id, factors, quantiser] = segment.subarray(at, at + 3) as unknown as [number, number, number];
    // A lone component is not interleaved: its factors say nothing.
    const [across, down] = count === 1 ? [1, 1] : [factors >> 4, factors & 15];
    if (across < 1 || across > 2 || down < 1 || down > 2 || quantiser > 3) return false;
    header.components.push({ id, across, down, quantiser, dc: 0, ac: 0 });
  }
  // Named R, G and B they are no luma and chroma.
  if (String.fromCharCode(...header.components.map(({ id }) => id)) === "RGB") return false;
  const first = header.components[0] as Component;
  return header.components.every(({ across, down }) => across <= first.across && down <= first.down);
}

function readScan(segment: Uint8Array, header: Header): boolean {
  const count = header.components.length;
  if (count === 0 || segment.length !== 4 + 2 * count || segment[0] !== count) return false;
  for (const [index, component] of header.components.entries()) {
    const tables = segment[2 + index * 2] as number;
    component.dc = tables >> 4;
    component.ac = tables & 15;
    if (segment[1 + index * 2] !== component.id || component.dc > 3 || component.ac > 3) return false;
    if (!header.quantisers[component.quantiser] || !header.dc[component.dc] || !header.ac[component.ac]) return false;
  }
  return segment[segment.length - 3] === 0 && segment[segment.length - 2] === 63 && segment[segment.length - 1] === 0;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
