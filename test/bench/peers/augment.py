"""The peer of the augmentation bench: SimCLR's views with Pillow, as torchvision makes them from Pillow images, normalised with NumPy.

Usage: augment.py FROM_PX TO_PX VIEWS PROCESSES CROP_MIN JITTER HUE   prints views per second (median of three)
"""
import math
import multiprocessing
import random
import sys
import time

import numpy
from PIL import Image, ImageEnhance, ImageFilter

FROM, TO, VIEWS, PROCESSES = (int(value) for value in sys.argv[1:5])
CROP, JITTER, HUE = (float(value) for value in sys.argv[5:8])


def crop(image, rng):
    for _ in range(10):
        area, ratio = rng.uniform(CROP, 1), math.exp(rng.uniform(math.log(3 / 4), math.log(4 / 3)))
        width, height = round(FROM * math.sqrt(area * ratio)), round(FROM * math.sqrt(area / ratio))
        if width <= FROM and height <= FROM:
            break
    width, height = min(width, FROM), min(height, FROM)
    left, top = rng.randint(0, FROM - width), rng.randint(0, FROM - height)
    return image.crop((left, top, left + width, top + height)).resize((TO, TO), Image.BILINEAR)


def turn_hue(image, rng):
    hue, saturation, value = image.convert("HSV").split()
    levels = numpy.asarray(hue, dtype=numpy.uint8) + numpy.uint8(int(rng.uniform(-HUE, HUE) * 255) % 256)
    return Image.merge("HSV", (Image.fromarray(levels, "L"), saturation, value)).convert("RGB")


def view(task):
    pixels, seed = task
    rng = random.Random(seed)
    image = crop(Image.fromarray(pixels), rng)
    if rng.random() < 0.5:
        image = image.transpose(Image.FLIP_LEFT_RIGHT)
    if rng.random() < 0.8:
        changes = [
            lambda picture: ImageEnhance.Brightness(picture).enhance(rng.uniform(1 - JITTER, 1 + JITTER)),
            lambda picture: ImageEnhance.Contrast(picture).enhance(rng.uniform(1 - JITTER, 1 + JITTER)),
            lambda picture: ImageEnhance.Color(picture).enhance(rng.uniform(1 - JITTER, 1 + JITTER)),
            lambda picture: turn_hue(picture, rng),
        ]
        rng.shuffle(changes)
        for change in changes:
            image = change(image)
    if rng.random() < 0.2:
        image = image.convert("L").convert("RGB")
    if rng.random() < 0.5:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.1, 2) * TO / 224))
    numbers = (numpy.asarray(image, dtype=numpy.float32) - 127) / 128
    return numpy.ascontiguousarray(numbers.transpose(2, 0, 1)).sum()


def main():
    pictures = numpy.random.default_rng(3).integers(0, 256, (max(1, VIEWS // 2), FROM, FROM, 3), dtype=numpy.uint8)
    # What is sent between the processes is no part of it: each makes its own share.
    with multiprocessing.Pool(PROCESSES) as pool:
        shares = [pictures[index::PROCESSES] for index in range(PROCESSES)]
        print(sorted(VIEWS / max(pool.map(share_seconds, shares)) for _ in range(3))[1])


def share_seconds(pictures):
    start = time.perf_counter()
    for seed in range(2 * len(pictures)):
        view((pictures[seed // 2], seed))
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
