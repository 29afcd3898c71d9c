"""Writes blocks.json beside this file: random blocks of the packings of graphics cards, in files, and what another decoder (bcdec, in imagecodecs) makes of them.

    pip install imagecodecs==2026.3.6 numpy && python make.py

Every mode of BC6H and BC7 has a share of the blocks, and every way to part a block among two or three lines comes up. A file is one column of blocks; its pixels are
[height, 4, channels].
"""
import base64
import json
import pathlib
import struct

import imagecodecs
import numpy

rng = numpy.random.default_rng(7)
entries = []


def dds(dxgi, blocks):
    header = struct.pack("<IIIIIII", 124, 0x1007, len(blocks) * 4, 4, 0, 0, 0) + bytes(44)
    header += struct.pack("<II4sIIIII", 32, 4, b"DX10", 0, 0, 0, 0, 0) + struct.pack("<IIIII", 0x1000, 0, 0, 0, 0)
    return b"DDS " + header + struct.pack("<IIIII", dxgi, 3, 0, 1, 0) + blocks.tobytes()


def text(raw):
    return base64.b64encode(raw).decode()


def add(name, dxgi, blocks, code, channels):
    shape = (len(blocks) * 4, 4, channels) if channels > 1 else (len(blocks) * 4, 4)
    pixels = imagecodecs.bcn_decode(blocks.tobytes(), format=code, shape=shape)
    if pixels.dtype == numpy.float16:
        shares = numpy.clip(numpy.nan_to_num(pixels.astype(numpy.float64), nan=0), 0, 1)
        pixels = numpy.floor(shares * 255).astype(numpy.uint8)
    assert pixels.dtype == numpy.uint8
    entries.append({"name": name, "file": text(dds(dxgi, blocks)), "channels": channels, "pixels": text(pixels.tobytes())})


def random_blocks(count, size):
    return rng.integers(0, 256, (count, size), dtype=numpy.uint8)


def with_low_bits(blocks, values, count):
    """In place: each block as a number, its lowest `count` bits replaced."""
    for block, value in zip(blocks, values):
        number = int.from_bytes(block.tobytes(), "little") >> count << count | value
        block[:] = numpy.frombuffer(number.to_bytes(16, "little"), numpy.uint8)
    return blocks


add("bc1", 71, random_blocks(16, 8), 1, 4)
add("bc2", 74, random_blocks(16, 16), 2, 4)
add("bc3", 77, random_blocks(16, 16), 3, 4)
add("bc4", 80, random_blocks(16, 8), 4, 1)
for number, count in ((0, 16), (1, 64), (2, 64), (3, 16), (4, 16), (5, 16), (6, 16), (7, 16)):
    partitions = range(count) if count == 64 else rng.integers(0, 64, count)
    lows = [1 << number | int(partition) << (number + 1) for partition in partitions]
    add(f"bc7, mode {number}", 98, with_low_bits(random_blocks(count, 16), lows, number + 7), 7, 4)
for name, dxgi, code in (("bc6h", 95, 6), ("bc6h, signed", 96, -6)):
    for number in (0, 1, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19):
        bits = 2 if number < 2 else 5
        add(f"{name}, mode {number}", dxgi, with_low_bits(random_blocks(12, 16), [number] * 12, bits), code, 3)

lines = ",\n".join("  " + json.dumps(entry) for entry in entries)
pathlib.Path(__file__).with_name("blocks.json").write_text(f"[\n{lines}\n]\n")
