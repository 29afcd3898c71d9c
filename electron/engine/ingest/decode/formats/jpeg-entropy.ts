/**
 * @file What the rarer processes of JPEG share (ITU-T T.81): segments, Huffman tables, and the bits between the markers. libjpeg as shipped reads 8 bits and the
 * cosine transform; medical files also hold lossless frames and frames of 12 bits.
 */
import { DecodeError } from "../decode-error.ts";

export interface JpegScan {
  /** Marker of the frame: 0xc1 extended, 0xc3 lossless. */
  readonly process: number;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  /** Indices of the components in this scan, in the order of their samples. */
  readonly components: readonly ScanComponent[];
  readonly componentCount: number;
  /** Ss, and Al: predictor and point transform of lossless frames. */
  readonly start: number;
  readonly pointTransform: number;
  /** Blocks or samples between restart markers; 0: none. */
  readonly restartInterval: number;
  readonly bits: EntropyBits;
}

export interface ScanComponent {
  readonly index: number;
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable | null;
  /** Zigzag order; null in lossless frames. */
  readonly quantisation: Uint16Array | null;
}

/** By the next 16 bits: length of the code * 256 + symbol; 0 where no code begins so. */
export type HuffmanTable = Uint16Array;

interface Component {
  readonly id: number;
  readonly sampling: number;
  readonly table: number;
}

interface Frame {
  readonly process: number;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly components: readonly Component[];
}

/** Each scan in the order of the file. */
export function* jpegScans(bytes: Buffer): Generator<JpegScan> {
  const codes = new Map<number, Buffer>();
  const quantisations = new Map<number, Uint16Array>();
  let restartInterval = 0;
  let frame: Frame | null = null;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff || bytes[at + 1] === 0xff || bytes[at + 1] === 0 || isAlone(bytes[at + 1] as number)) {
      at++;
      continue;
    }
    const marker = bytes[at + 1] as number;
    if (marker === 0xd9) return;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) throw new DecodeError("truncated", "the JPEG ends inside its header");
    const segment = bytes.subarray(at + 4, end);
    if (marker === 0xc4) keepCodes(codes, segment);
    else if (marker === 0xdb) keepQuantisations(quantisations, segment);
    else if (marker === 0xdd && segment.length >= 2) restartInterval = segment.readUInt16BE(0);
    else if (marker === 0xc1 || marker === 0xc0 || marker === 0xc3) frame = readFrame(marker, segment);
    else if (marker === 0xda) {
      if (frame === null) throw new DecodeError("corrupt", "the JPEG has a scan before its frame header");
      const bits = new EntropyBits(bytes, end);
      yield { ...readScan(segment, { frame, codes, quantisations }), restartInterval, bits };
      at = bits.position;
      continue;
    }
    at = end;
  }
}

/** The bits of a scan: stuffed zeros left out, zeros after the end. */
export class EntropyBits {
  /** Of the next byte that is not in `held`. */
  position: number;
  private readonly bytes: Buffer;
  private held = 0;
  private count = 0;
  private invented = 0;

  constructor(bytes: Buffer, position: number) {
    this.bytes = bytes;
    this.position = position;
  }

  /** A symbol of a Huffman code. */
  symbol(table: HuffmanTable): number {
    if (this.count < 16) this.fill();
    const found = table[(this.held >>> (this.count - 16)) & 0xffff] as number;
    if (found === 0) throw new DecodeError(this.isSpent ? "truncated" : "corrupt", "the JPEG holds a code that its tables do not have");
    this.count -= found >> 8;
    return found & 255;
  }

  /** A number of `length` bits (at most 16) as T.81 F.2.2.1 extends it: half of them negative. */
  difference(length: number): number {
    if (length === 0) return 0;
    if (this.count < length) this.fill();
    this.count -= length;
    const value = (this.held >>> this.count) & ((1 << length) - 1);
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /** True when more bits were asked for than there are. */
  get isSpent(): boolean {
    return this.count < this.invented;
  }

  /** Goes on behind the next restart marker. */
  restart(): void {
    while (
      this.position + 1 < this.bytes.length &&
      !(this.bytes[this.position] === 0xff && isMarker(this.bytes[this.position + 1] as number))
    )
      this.position++;
    const marker = this.bytes[this.position + 1] ?? 0;
    if (marker < 0xd0 || marker > 0xd7) throw new DecodeError("truncated", "the JPEG ends before its next restart marker");
    this.position += 2;
    this.held = 0;
    this.count = 0;
    this.invented = 0;
  }

  private fill(): void {
    while (this.count <= 16) {
      const byte = this.bytes[this.position];
      const next = this.bytes[this.position + 1];
      const isEnd = byte === undefined || (byte === 0xff && next !== 0);
      this.held = (this.held << 8) | (isEnd ? 0 : byte);
      this.count += 8;
      if (isEnd) this.invented += 8;
      else this.position += byte === 0xff ? 2 : 1;
    }
  }
}

function isAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

function isMarker(byte: number): boolean {
  return byte !== 0 && byte !== 0xff;
}

/** A table is the counts of its code lengths and its symbols; it is unfolded when a scan asks for it. */
function keepCodes(codes: Map<number, Buffer>, segment: Buffer): void {
  for (let at = 0; at + 17 <= segment.length;) {
    const total = segment.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    const end = at + 17 + total;
    if (total > 256 || end > segment.length) throw new DecodeError("corrupt", `a code table of the JPEG claims ${total} symbols`);
    codes.set(segment[at] as number, segment.subarray(at + 1, end));
    at = end;
  }
}

function keepQuantisations(quantisations: Map<number, Uint16Array>, segment: Buffer): void {
  for (let at = 0; at + 65 <= segment.length;) {
    const head = segment[at] as number;
    const isWide = head >= 16;
    const end = at + (isWide ? 129 : 65);
    if (end > segment.length) return;
    const from = at + 1;
    quantisations.set(
      head & 15,
      Uint16Array.from({ length: 64 }, (_, step) => (isWide ? segment.readUInt16BE(from + step * 2) : (segment[from + step] as number))),
    );
    at = end;
  }
}

function readFrame(process: number, segment: Buffer): Frame {
  const count = segment[5] ?? 0;
  if (segment.length < 6 + count * 3 || count === 0) throw new DecodeError("corrupt", "the frame header of the JPEG is too short");
  return {
    process,
    precision: segment[0] as number,
    height: segment.readUInt16BE(1),
    width: segment.readUInt16BE(3),
    components: Array.from({ length: count }, (_, index) => ({
      id: segment[6 + index * 3] as number,
      sampling: segment[7 + index * 3] as number,
      table: segment[8 + index * 3] as number,
    })),
  };
}

function readScan(
  segment: Buffer,
  from: { frame: Frame; codes: ReadonlyMap<number, Buffer>; quantisations: ReadonlyMap<number, Uint16Array> },
): Omit<JpegScan, "restartInterval" | "bits"> {
  const { frame, codes, quantisations } = from;
  const count = segment[0] ?? 0;
  if (count === 0 || count > 4 || segment.length < 4 + count * 2) throw new DecodeError("corrupt", "a scan header of the JPEG is damaged");
  if (count > 1 && frame.components.some(({ sampling }) => sampling !== frame.components[0]?.sampling))
    throw new DecodeError("unsupported", "JPEG lossless or of 12 bits with components of different sizes");
  const components = Array.from({ length: count }, (_, order) => {
    const id = segment[1 + order * 2] as number;
    const selectors = segment[2 + order * 2] as number;
    const index = frame.components.findIndex((component) => component.id === id);
    const dc = codes.get(selectors >> 4);
    const ac = codes.get(16 + (selectors & 15));
    const isLossless = frame.process === 0xc3;
    const quantisation = quantisations.get(frame.components[index]?.table ?? -1);
    if (index < 0 || dc === undefined || (!isLossless && (ac === undefined || quantisation === undefined)))
      throw new DecodeError("corrupt", `a scan of the JPEG names a component or a table that it lacks (component ${id})`);
    return { index, dc: unfold(dc), ac: isLossless || ac === undefined ? null : unfold(ac), quantisation: quantisation ?? null };
  });
  const { process, precision, width, height } = frame;
  const tail = 1 + count * 2;
  return {
    process,
    precision,
    width,
    height,
    componentCount: frame.components.length,
    components,
    start: segment[tail] as number,
    pointTransform: (segment[tail + 2] as number) & 15,
  };
}

/** T.81 annex C: codes of one length count up, and double with each bit. */
function unfold(codes: Buffer): HuffmanTable {
  const table = new Uint16Array(65536);
  let code = 0;
  let symbol = 16;
  for (let length = 1; length <= 16; length++) {
    for (let left = codes[length - 1] as number; left > 0; left--) {
      const first = code << (16 - length);
      table.fill(length * 256 + (codes[symbol++] as number), first, first + (1 << (16 - length)));
      code++;
    }
    if (code > 1 << length) throw new DecodeError("corrupt", "a code table of the JPEG has more codes than there is room for");
    code <<= 1;
  }
  return table;
}
