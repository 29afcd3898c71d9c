"""Writes files.json beside this file: what nibabel reads in real NIfTI volumes.

    pip install nibabel==5.4.2 pillow==13.0.0 numpy
    for p in mricron-data python3-nibabel; do apt-get download $p && dpkg -x ${p}_*.deb unpacked/$p; done
    python make.py unpacked

Of each volume: the size of its middle axial slice as radiologists hang it (made square by Pillow), how many slices there are, and 32 greys in rows from the upper
left. Limits are the header's, else the range of all values without the outermost thousandths (electron/engine/ingest/decode/formats/samples.ts).
"""
import json
import pathlib
import sys

import nibabel
import numpy
from PIL import Image

folder = pathlib.Path(sys.argv[1])


def limits(values, header):
    if header["cal_max"] > header["cal_min"]:
        return float(header["cal_min"]), float(header["cal_max"])
    some = values[:: max(1, -(-values.size // 262144))]
    some = numpy.sort(some[numpy.isfinite(some)])
    skipped = len(some) // 1000
    low, high = some[skipped], some[-1 - skipped]
    return (low, high) if skipped and low < high else (numpy.nanmin(values), numpy.nanmax(values))


def entry(path):
    image = nibabel.load(path)
    data = numpy.asanyarray(image.dataobj).astype(float)
    data = data.reshape(data.shape[:3] + (-1,), order="F")[..., 0]
    low, high = limits(data.ravel(order="F"), image.header)
    orientation = nibabel.io_orientation(image.affine)
    upright = nibabel.apply_orientation(data, orientation)
    slice_ = upright[::-1, ::-1, upright.shape[2] // 2].T
    grey = numpy.floor(numpy.clip(numpy.nan_to_num((slice_ - low) / (high - low)), 0, 1) * 255 + 0.5).astype(numpy.uint8)
    spacing = dict(zip(orientation[:, 0].astype(int), nibabel.affines.voxel_sizes(image.affine)))
    stretch = spacing[0] / spacing[1]
    height, width = grey.shape
    if abs(stretch - 1) > 0.01:
        size = (round(width * max(stretch, 1)), round(height / min(stretch, 1)))
        grey = numpy.array(Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC))
    height, width = grey.shape
    points = [int(grey[int(height * (row + 0.5) / 4), int(width * (column + 0.5) / 8)]) for row in range(4) for column in range(8)]
    found = {"file": str(path.relative_to(folder)), "width": width, "height": height, "frames": upright.shape[2]}
    return {**found, "points": bytes(points).hex()}


paths = [path for path in sorted(folder.rglob("*.nii*")) if path.suffix in (".nii", ".gz") and "dconn" not in path.name]
lines = ",\n".join(json.dumps(entry(path)) for path in paths)
(pathlib.Path(__file__).parent / "files.json").write_text(f"[\n{lines}\n]\n")
