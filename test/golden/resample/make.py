"""Writes pillow.json beside this file: hashes of what Pillow's Image.resize(BICUBIC) makes of pictures drawn by a formula.

    pip install pillow==13.0.0 && python make.py

The formula is repeated in test/conformance/resample.test.ts: byte i is 0 or 255 where a small congruential generator says so (edges that overshoot),
else its own bits.
"""
import hashlib
import json
import pathlib

import PIL
from PIL import Image

# source width and height, target width and height, channels
SHAPES = [
    (256, 256, 160, 160, 3), (256, 256, 160, 160, 1), (301, 203, 160, 160, 3), (1200, 900, 256, 192, 3), (7, 5, 13, 29, 3), (33, 20, 33, 7, 3),
    (20, 33, 7, 33, 1), (1, 1, 9, 7, 3), (513, 3, 2, 1, 3), (640, 480, 1, 1, 1), (96, 64, 255, 300, 3), (1000, 10, 999, 11, 3),
]


def draw(count):
    state, picture = 1, bytearray(count)
    for index in range(count):
        state = (state * 1664525 + 1013904223) % 4294967296
        choice = state >> 30
        picture[index] = 0 if choice == 0 else 255 if choice == 1 else (state >> 16) & 255
    return bytes(picture)


cases = []
for source_width, source_height, width, height, channels in SHAPES:
    mode = "RGB" if channels == 3 else "L"
    picture = Image.frombytes(mode, (source_width, source_height), draw(source_width * source_height * channels))
    scaled = picture.resize((width, height), Image.Resampling.BICUBIC).tobytes()
    cases.append({"shape": [source_width, source_height, width, height, channels], "sha256": hashlib.sha256(scaled).hexdigest()})
target = pathlib.Path(__file__).with_name("pillow.json")
lines = ",\n".join("    " + json.dumps(case) for case in cases)
target.write_text(f'{{\n  "pillow": "{PIL.__version__}",\n  "cases": [\n{lines}\n  ]\n}}\n')
