"""Writes codestreams.json and files.json beside this file: what other libraries read in DICOM's codestreams and in real DICOM files.

    pip install pydicom==3.0.2 pylibjpeg==2.1.0 pylibjpeg-libjpeg==2.5.0 pylibjpeg-openjpeg==2.6.0 imagecodecs==2026.3.6 numpy
    apt-get download python3-pydicom && dpkg -x python3-pydicom_*.deb unpacked
    python make.py unpacked/usr/lib/python3/dist-packages/pydicom/data

codestreams.json: one small picture, drawn by a formula, through every codec, and the samples that the codec's own library reads back.
files.json: of each file in the folder that pydicom reads, the size and 32 colours of the middle frame, in rows from the upper left. The window, rescale and
palette functions are pydicom's; without a window the range of values is spread as electron/engine/ingest/decode/formats/samples.ts says.
"""
import base64
import json
import logging
import pathlib
import sys
import warnings

import imagecodecs
import numpy
import pydicom
from pydicom.pixels import apply_color_lut, apply_modality_lut
from pydicom.pixels.processing import apply_voi, apply_windowing

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
here = pathlib.Path(__file__).parent

WIDTH, HEIGHT = 23, 17
y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH].astype(numpy.int64)
LOSSLESS, LOSSLESS_ANY = "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.57"
EXTENDED = "1.2.840.10008.1.2.4.51"
JPEG_LS, NEAR_LS = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"
JPEG_2000, JPEG_2000_LOSSY = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"
HIGH_THROUGHPUT, HIGH_THROUGHPUT_LOSSY = "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.203"


def ramp(bits):
    values = (x * 37 + y * 11 + (x * y) % 7) * (2**bits - 1) // 1100
    return numpy.clip(values, 0, 2**bits - 1).astype(numpy.uint8 if bits <= 8 else numpy.uint16)


def codestreams():
    def entry(name, syntax, frame, samples, bits, signed=False):
        words = numpy.ascontiguousarray(samples).astype("<i2" if signed else "<u2")
        components = samples.shape[2] if samples.ndim == 3 else 1
        described = {"name": name, "syntax": syntax, "bits": bits, "signed": signed, "components": components}
        return {**described, "frame": base64.b64encode(frame).decode(), "samples": base64.b64encode(words.tobytes()).decode()}

    colour = numpy.stack([ramp(8), 255 - ramp(8), ramp(8)[::-1]], -1)
    for bits in (8, 12, 16):
        for predictor in range(1, 8):
            if predictor > 1 and bits == 8:
                continue
            frame = imagecodecs.jpeg8_encode(ramp(bits), lossless=True, predictor=predictor, bitspersample=bits)
            yield entry(f"lossless JPEG, {bits} bits, predictor {predictor}", LOSSLESS if predictor == 1 else LOSSLESS_ANY, frame, ramp(bits), bits)
    frame = imagecodecs.jpeg8_encode(colour, lossless=True, predictor=1, colorspace="RGB", outcolorspace="RGB")
    yield entry("lossless JPEG of colour", LOSSLESS, frame, colour, 8)
    frame = imagecodecs.jpeg8_encode(ramp(12), level=90, bitspersample=12)
    yield entry("JPEG of 12 bits", EXTENDED, frame, imagecodecs.jpeg8_decode(frame), 12)
    for bits in (8, 12, 16):
        yield entry(f"JPEG-LS, {bits} bits", JPEG_LS, imagecodecs.jpegls_encode(ramp(bits)), ramp(bits), bits)
    frame = imagecodecs.jpegls_encode(ramp(16), level=3)
    yield entry("JPEG-LS, nearly lossless", NEAR_LS, frame, imagecodecs.jpegls_decode(frame), 16)
    yield entry("JPEG-LS of colour", JPEG_LS, imagecodecs.jpegls_encode(colour), colour, 8)
    for bits in (8, 16):
        yield entry(f"JPEG 2000, {bits} bits", JPEG_2000, imagecodecs.jpeg2k_encode(ramp(bits), codecformat="J2K"), ramp(bits), bits)
    signed = ramp(16).astype(numpy.int64) - 32768
    frame = imagecodecs.jpeg2k_encode(signed.astype(numpy.int16), codecformat="J2K")
    yield entry("JPEG 2000, signed", JPEG_2000, frame, signed, 16, True)
    frame = imagecodecs.jpeg2k_encode(ramp(8), level=40, codecformat="J2K", reversible=False)
    yield entry("JPEG 2000, lossy", JPEG_2000_LOSSY, frame, imagecodecs.jpeg2k_decode(frame), 8)
    yield entry("JPEG 2000 of colour", JPEG_2000, imagecodecs.jpeg2k_encode(colour, codecformat="J2K"), colour, 8)
    for bits in (8, 16):
        yield entry(f"High-Throughput JPEG 2000, {bits} bits", HIGH_THROUGHPUT, imagecodecs.htj2k_encode(ramp(bits)), ramp(bits), bits)
    yield entry("High-Throughput JPEG 2000 of colour", HIGH_THROUGHPUT, imagecodecs.htj2k_encode(colour), colour, 8)


def spread(stored, measured, dataset):
    keep = numpy.ones(stored.shape, bool)
    if "PixelPaddingValue" in dataset:
        ends = int(dataset.PixelPaddingValue), int(dataset.get("PixelPaddingRangeLimit", dataset.PixelPaddingValue))
        keep = (stored < min(ends)) | (stored > max(ends))
    step = max(1, -(-stored.size // 262144))
    some = numpy.sort(measured.ravel()[::step][keep.ravel()[::step]].astype(float))
    every = measured[keep].astype(float)
    skipped = len(some) // 1000
    low, high = (some[skipped], some[-1 - skipped]) if skipped else (every.min(), every.max())
    if low == high:
        low, high = every.min(), every.max()
    return (measured.astype(float) - low) / (high - low) if high > low else (measured > 0).astype(float)


def grey(stored, dataset, groups):
    """Share of white, by pydicom's functions where the file says how."""
    described = pydicom.Dataset()
    for key in ("PhotometricInterpretation", "BitsStored", "PixelRepresentation"):
        setattr(described, key, getattr(dataset, key))
    for group, keys in (
        ("PixelValueTransformationSequence", ("RescaleSlope", "RescaleIntercept", "ModalityLUTSequence")),
        ("FrameVOILUTSequence", ("WindowCenter", "WindowWidth", "VOILUTFunction", "VOILUTSequence")),
    ):
        source = groups(group) or dataset
        for key in keys:
            if key in source:
                described[key] = source[key]
    measured = apply_modality_lut(stored, described) if "RescaleSlope" in described or "ModalityLUTSequence" in described else stored
    if described.get("VOILUTSequence"):
        return apply_voi(measured, described) / (2 ** described.VOILUTSequence[0].LUTDescriptor[2] - 1)
    if described.get("WindowCenter") is not None and described.get("WindowWidth") is not None:
        # pydicom spreads a window over what the stored bits could hold.
        half = 2 ** (described.BitsStored - 1) if described.PixelRepresentation else 0
        ends = numpy.array([-half, 2**described.BitsStored - 1 - half], float)
        if "ModalityLUTSequence" in described:
            ends = numpy.array([0, 2 ** described.ModalityLUTSequence[0].LUTDescriptor[2] - 1], float)
        elif "RescaleSlope" in described:
            ends = ends * float(described.RescaleSlope) + float(described.RescaleIntercept)
        return (apply_windowing(measured, described) - ends[0]) / (ends[1] - ends[0])
    if dataset.BitsStored == 8 and not dataset.PixelRepresentation and numpy.array_equal(measured, stored):
        return stored / 255
    return spread(stored, measured, dataset)


def picture(dataset):
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    stored = dataset.pixel_array[frames // 2] if frames > 1 else dataset.pixel_array
    if dataset.SamplesPerPixel == 3:
        return stored >> max(0, dataset.BitsStored - 8), frames
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        colours = apply_color_lut(stored, dataset)
        return colours >> (8 if colours.max() > 255 else 0), frames

    def groups(key):
        for sequence, index in (("PerFrameFunctionalGroupsSequence", frames // 2), ("SharedFunctionalGroupsSequence", 0)):
            items = dataset.get(sequence) or []
            if index < len(items) and key in items[index]:
                return items[index][key][0]

    share = numpy.clip(grey(stored, dataset, groups), 0, 1)
    share = 1 - share if dataset.PhotometricInterpretation == "MONOCHROME1" else share
    return numpy.repeat(numpy.floor(share * 255 + 0.5)[..., None], 3, -1), frames


def files(folder):
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if not path.is_file() or path.suffix in (".py", ".pyc", ".json", ".txt", ".css", ".dump", ".zip"):
            continue
        try:
            rgb, frames = picture(pydicom.dcmread(path, force=True))
        except Exception:  # no picture, or one that pydicom refuses
            continue
        height, width = rgb.shape[:2]
        points = [rgb[int(height * (row + 0.5) / 4), int(width * (column + 0.5) / 8)] for row in range(4) for column in range(8)]
        found = {"file": str(path.relative_to(folder)), "width": width, "height": height, "frames": frames}
        yield {**found, "points": bytes(numpy.array(points).astype(numpy.uint8).ravel()).hex()}


def write(name, entries):
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    (here / name).write_text(f"[\n{lines}\n]\n")


write("codestreams.json", codestreams())
write("files.json", files(sys.argv[1]))
