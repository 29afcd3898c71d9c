/** @file Which arrays are copied and which are moved when a message crosses a port. */
import { describe, expect, it } from "vitest";

import { memoryPair } from "#protocol/transports/memory.ts";
import { handOver, packArrays } from "#protocol/typed-arrays.ts";

describe("packing", () => {
  it("leaves what the sender keeps, moves what it handed over", () => {
    const kept = new Float32Array(4);
    const given = handOver({ deep: [new Float32Array(4)] });
    const message = { kept, given };
    const packed = packArrays(message);
    expect(packed.message).toBe(message);
    expect(packed.moved).toEqual([given.deep[0]?.buffer]);
  });

  it("copies a view tight and moves the copy", () => {
    const view = new Uint16Array([1, 2, 3, 4]).subarray(1, 3);
    const packed = packArrays({ view, other: 1 });
    expect(packed.message.view).toEqual(Uint16Array.of(2, 3));
    expect(packed.message.view.buffer.byteLength).toBe(4);
    expect(packed.moved).toEqual([packed.message.view.buffer]);
    expect(view.length).toBe(2);
  });

  it("moves a buffer that two arrays share once", () => {
    const buffer = new ArrayBuffer(8);
    const message = handOver({ a: new Uint8Array(buffer), b: new Float32Array(buffer) });
    expect(packArrays(message).moved).toEqual([buffer]);
  });

  it("refuses what is nested without end", () => {
    const ring: { self?: unknown } = {};
    ring.self = ring;
    expect(() => packArrays(ring)).toThrow("64 levels");
  });
});

it("an array handed over is empty afterwards, another is not", () => {
  const { client, server } = memoryPair();
  server.listen({ message: () => undefined, state: () => undefined });
  const kept = new Uint8Array(3);
  const given = handOver(new Uint8Array(3));
  client.send({ kind: "result", id: 1, result: { kept, given } });
  expect(kept.length).toBe(3);
  expect(given.length).toBe(0);
});
