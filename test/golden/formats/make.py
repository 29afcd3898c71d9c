"""Writes files.json beside this file: small pictures in formats that no writer of ours makes, and what Pillow or the codec's own library reads in them.

    pip install pillow==13.0.0 pillow-heif==1.8.1 imagecodecs==2026.3.6 numpy && python make.py

All of them show the same 32 x 24 picture, drawn by a formula. Each entry: the file (base64), the name it goes by, the facts, and the colours of twelve pixels on
white, in rows from the upper left.
"""
import base64
import io
import json
import pathlib

import imagecodecs
import numpy
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
WIDTH, HEIGHT = 32, 24
y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
grey = ((x * 6 + y * 2) % 256).astype(numpy.uint8)
colour = numpy.stack([grey, 255 - grey, (y * 10).astype(numpy.uint8)], -1)
with_alpha = numpy.dstack([colour, (x * 8).astype(numpy.uint8)])
entries = []


def points(picture):
    if picture.mode in ("RGBA", "LA"):
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture.convert("RGBA"))
        picture = paper
    picture = picture.convert("RGB")
    return [list(picture.getpixel((int(picture.width * across), int(picture.height * down)))) for down in (0.1, 0.5, 0.9) for across in (0.1, 0.4, 0.6, 0.9)]


def add(name, file, picture=None, **facts):
    """`picture`: what is in the file, where Pillow cannot say."""
    picture = picture or Image.open(io.BytesIO(file))
    size = {"width": picture.width, "height": picture.height}
    entries.append({"name": name, "file": base64.b64encode(file).decode(), "facts": {**size, **facts}, "points": points(picture)})


def saved(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


rgb = Image.fromarray(colour)
rgba = Image.fromarray(with_alpha)
add("plain.heic", saved(rgb, "HEIF", quality=90), channels=3, bitDepth=8, frameCount=1)
add("alpha.heic", saved(rgba, "HEIF", quality=-1), channels=4, hasAlpha=True)
add("two.heic", saved(rgb, "HEIF", quality=90, save_all=True, append_images=[Image.new("RGB", (WIDTH, HEIGHT), "red")]), frameCount=2)
ten = pillow_heif.from_bytes("RGB;16", (WIDTH, HEIGHT), (colour.astype("<u2") * 257).tobytes())
buffer = io.BytesIO()
ten.save(buffer, quality=-1)
add("ten-bits.heic", buffer.getvalue(), rgb, bitDepth=10)
# The orientation in EXIF becomes a property of the image; both then say "turn it".
turned = pillow_heif.from_bytes("RGB", (WIDTH, HEIGHT), colour.tobytes())
exif = Image.Exif()
exif[0x0112] = 6
exif[0x010F] = "Acme"
turned[0].info["exif"] = exif.tobytes()
buffer = io.BytesIO()
turned.save(buffer, quality=90)
add("turned.heic", buffer.getvalue(), rgb.transpose(Image.Transpose.ROTATE_270), channels=3, orientation=1)

add("lossless.jxl", imagecodecs.jpegxl_encode(colour, lossless=True), rgb, channels=3, bitDepth=8)
lossy = imagecodecs.jpegxl_encode(colour, level=90)
add("lossy.jxl", lossy, Image.fromarray(imagecodecs.jpegxl_decode(lossy)), channels=3)
add("boxed.jxl", imagecodecs.jpegxl_encode(colour, lossless=True, usecontainer=True), rgb)
add("alpha.jxl", imagecodecs.jpegxl_encode(with_alpha, lossless=True), rgba, channels=4, hasAlpha=True)

add("lossless.jp2", saved(rgb, "JPEG2000", irreversible=False), channels=3, bitDepth=8)
add("lossy.jp2", saved(rgb, "JPEG2000", irreversible=True, quality_mode="rates", quality_layers=[10]))
add("stream.j2k", imagecodecs.jpeg2k_encode(colour, codecformat="J2K"), rgb, channels=3)
add("tiles.jp2", saved(rgb, "JPEG2000", irreversible=False, tile_size=(16, 16)))
add("grey.jp2", saved(Image.fromarray(grey), "JPEG2000", irreversible=False), channels=1)
add("grey-16.jp2", imagecodecs.jpeg2k_encode(grey.astype(numpy.uint16) * 257), Image.fromarray(grey), channels=1, bitDepth=16)

inks = Image.fromarray(numpy.dstack([255 - colour, (y * 4).astype(numpy.uint8)]), "CMYK")
add("inks.jpg", saved(inks, "JPEG", quality=95, subsampling=0), channels=4)
add("inks.tif", saved(inks, "TIFF", compression="tiff_lzw"), channels=4, bitDepth=8)
add("packed.tga", saved(rgba, "TGA", compression="tga_rle"), channels=4, hasAlpha=True)
add("palette.tga", saved(rgb.quantize(64), "TGA"), channels=3)
add("wide.ppm", b"P6 32 24 65535\n" + (colour.astype(">u2") * 257).tobytes(), rgb, channels=3, bitDepth=16)
wide = numpy.where(colour > 1, colour.astype(numpy.int64) * 257 - 100, 0)
near = Image.fromarray(numpy.round(wide / 257).astype(numpy.uint8))
add("wide.png", imagecodecs.png_encode(numpy.ascontiguousarray(wide.astype(numpy.uint16))), near, channels=3, bitDepth=16)
frames = [Image.fromarray(numpy.roll(colour, shift, 1)) for shift in (0, 9, 18)]
add("moving.png", saved(frames[0], "PNG", save_all=True, append_images=frames[1:]), rgb, frameCount=3)
add("moving.webp", saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True), rgb, frameCount=3)
add("moving.gif", saved(frames[0].quantize(128), "GIF", save_all=True, append_images=[frame.quantize(128) for frame in frames[1:]]), frameCount=3)

add("plain.sgi", saved(rgb, "SGI"), channels=3, bitDepth=8)
add("alpha.sgi", saved(rgba, "SGI"), channels=4, hasAlpha=True)
add("grey.sgi", saved(Image.fromarray(grey), "SGI"), channels=1, hasAlpha=False)
add("wide.sgi", saved(rgb, "SGI", bpc=2), channels=3, bitDepth=16)
add("png.ico", saved(rgba, "ICO", sizes=[(16, 12), (32, 24)]), channels=4, hasAlpha=True, frameCount=2)
add("bitmap.ico", saved(rgba, "ICO", sizes=[(32, 24)], bitmap_format="bmp"), channels=4, bitDepth=8, hasAlpha=True, frameCount=1)
add("plain.dds", saved(rgb, "DDS"), channels=3, bitDepth=8, hasAlpha=False)
add("alpha.dds", saved(rgba, "DDS"), channels=4, hasAlpha=True)
add("grey.dds", saved(Image.fromarray(grey), "DDS"), channels=1)
for packing in ("DXT1", "BC2", "BC3", "DXT3", "DXT5"):
    add(f"{packing.lower()}.dds", saved(rgba, "DDS", pixel_format=packing), hasAlpha=True)
add("bc5.dds", saved(rgb, "DDS", pixel_format="BC5"), channels=3)

text = ",\n".join("  " + json.dumps(entry) for entry in entries)
pathlib.Path(__file__).with_name("files.json").write_text(f"[\n{text}\n]\n")
