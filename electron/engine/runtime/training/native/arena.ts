/**
 * @file Lays stretches of memory out so that those never in use together share a place: the largest first, each at the lowest place that is free as long
 * as it lives. ("Greedy by size", Pisarchyk and Lee 2020.)
 */
import type { Stretch } from "./place.ts";

const lineBytes = 64;

/** Sets the addresses and gives the size of all. */
export function layOut(stretches: readonly Stretch[], steps: number): number {
  const placed: { readonly stretch: Stretch; readonly from: number; readonly to: number }[] = [];
  const bySize = [...stretches].sort((a, b) => b.bytes - a.bytes);
  let end = 0;
  for (const stretch of bySize) {
    const [from, to] = stretch.isKept ? [-1, steps] : [stretch.firstStep, stretch.lastStep];
    const size = Math.ceil(Math.max(1, stretch.bytes) / lineBytes) * lineBytes;
    let address = 0;
    for (const other of placed) {
      if (other.to < from || other.from > to) continue;
      const otherEnd = other.stretch.address + Math.ceil(Math.max(1, other.stretch.bytes) / lineBytes) * lineBytes;
      if (other.stretch.address < address + size && otherEnd > address) address = otherEnd;
    }
    stretch.address = address;
    end = Math.max(end, address + size);
    // By address, so that one pass finds the lowest gap.
    const before = placed.findIndex((other) => other.stretch.address > address);
    placed.splice(before < 0 ? placed.length : before, 0, { stretch, from, to });
  }
  return Math.max(end, lineBytes);
}
