"""Writes peers.json beside this file: what Pillow, SciPy, colorsys and NumPy make of a picture drawn by a formula, one case a change.

    pip install pillow==13.0.0 scipy numpy && python make.py

Channel c of pixel (x, y) is (3 x^2 + 17 y + x y (c + 1) + 40 c) mod 256; test/golden/augment/cases.ts repeats it. Numbers are levels, 0 to 255.
"""
import colorsys
import json
import math
import pathlib

import numpy
import scipy
import scipy.ndimage
import PIL
from PIL import Image

SIDE, SIZE = 24, 6


def picture():
    y, x, c = numpy.meshgrid(range(SIDE), range(SIDE), range(3), indexing="ij")
    return ((3 * x * x + 17 * y + x * y * (c + 1) + 40 * c) % 256).astype(numpy.float32)


def resize(left, top, width, height):
    """The parts of the side, by Pillow on float pictures, a channel at a time."""
    box = (left * SIDE, top * SIDE, (left + width) * SIDE, (top + height) * SIDE)
    planes = [Image.fromarray(picture()[:, :, c], "F").resize((SIZE, SIZE), Image.BILINEAR, box=box) for c in range(3)]
    return numpy.stack([numpy.asarray(plane, dtype=numpy.float64) for plane in planes], axis=2)


def turn(left, top, width, height, sine):
    cosine, samples = math.sqrt(1 - sine * sine), max(1, math.ceil(max(width, height) * SIDE / SIZE - 0.25))
    result = numpy.zeros((SIZE, SIZE, 3))
    steps = (numpy.arange(SIZE * samples) + 0.5) / samples - SIZE / 2
    down, across = numpy.meshgrid(steps, steps, indexing="ij")
    x = (left + width / 2) * SIDE - 0.5 + (cosine * across - sine * down) * width * SIDE / SIZE
    y = (top + height / 2) * SIDE - 0.5 + (sine * across + cosine * down) * height * SIDE / SIZE
    for c in range(3):
        fine = scipy.ndimage.map_coordinates(picture()[:, :, c].astype(float), [y, x], order=1, mode="nearest")
        result[:, :, c] = fine.reshape(SIZE, samples, SIZE, samples).mean(axis=(1, 3))
    return result


def grey(levels):
    return (levels @ numpy.array([0.2989, 0.587, 0.114]))[:, :, None]


def blend(levels, other, factor):
    return numpy.clip(levels * factor + other * (1 - factor), 0, 255)


def hue(levels, part):
    def change(pixel):
        h, s, v = colorsys.rgb_to_hsv(*(pixel / 255))
        return numpy.array(colorsys.hsv_to_rgb((h + part) % 1, s, v)) * 255

    return numpy.apply_along_axis(change, 2, levels)


def blur(levels, sigma):
    planes = [scipy.ndimage.gaussian_filter(levels[:, :, c], sigma, mode="nearest", radius=math.ceil(3 * sigma)) for c in range(3)]
    return numpy.stack(planes, axis=2)


SMALL = resize(0, 0, 1, 1)
CROP = dict(cropLeft=0.125, cropTop=0.25, cropWidth=0.5625, cropHeight=0.4375)
CLOSE = dict(cropLeft=0.8125, cropTop=0, cropWidth=0.1875, cropHeight=0.125)
CASES = [
    ("shrink", {}, SMALL),
    ("crop", CROP, resize(*CROP.values())),
    ("enlarge", CLOSE, resize(*CLOSE.values())),
    ("mirror", {"orientation": 1}, SMALL[:, ::-1]),
    ("upside down", {"orientation": 2}, SMALL[::-1]),
    ("half turn", {"orientation": 3}, numpy.rot90(SMALL, 2)),
    ("transpose", {"orientation": 4}, SMALL.transpose(1, 0, 2)),
    ("quarter turn left", {"orientation": 5}, numpy.rot90(SMALL, 1)),
    ("quarter turn right", {"orientation": 6}, numpy.rot90(SMALL, -1)),
    ("small turn", {**CROP, "sine": 0.25}, turn(*CROP.values(), 0.25)),
    ("small turn of all", {"sine": -0.5}, turn(0, 0, 1, 1, -0.5)),
    ("brightness", {"brightness": 1.5}, numpy.clip(SMALL * 1.5, 0, 255)),
    ("contrast", {"contrast": 1.75}, blend(SMALL, grey(SMALL).mean(), 1.75)),
    ("saturation", {"saturation": 1.75}, blend(SMALL, grey(SMALL), 1.75)),
    ("hue", {"hue": 0.125}, hue(SMALL, 0.125)),
    ("hue back", {"hue": -0.5}, hue(SMALL, -0.5)),
    ("grey", {"grey": 1}, numpy.repeat(grey(SMALL), 3, axis=2)),
    ("hue first, contrast last", {"order": 3 + 4 * 2 + 16 * 0 + 64 * 1, "hue": 0.25, "saturation": 0.5, "brightness": 0.75, "contrast": 1.5}, None),
    ("blur", {"blurSigma": 1.25}, blur(SMALL, 1.25)),
    ("solarize", {"solarize": 0.5}, numpy.where(SMALL >= 127.5, 255 - SMALL, SMALL)),
]

cases = []
for name, plan, levels in CASES:
    if levels is None:
        levels = numpy.clip(blend(hue(SMALL, 0.25), grey(hue(SMALL, 0.25)), 0.5) * 0.75, 0, 255)
        levels = blend(levels, grey(levels).mean(), 1.5)
    cases.append({"name": name, "plan": plan, "levels": [round(float(value), 3) for value in levels.transpose(2, 0, 1).ravel()]})
target = pathlib.Path(__file__).with_name("peers.json")
versions = {"pillow": PIL.__version__, "scipy": scipy.__version__, "numpy": numpy.__version__}
lines = ",\n".join("    " + json.dumps(case) for case in cases)
target.write_text(f'{{\n  "versions": {json.dumps(versions)},\n  "side": {SIDE},\n  "size": {SIZE},\n  "cases": [\n{lines}\n  ]\n}}\n')
