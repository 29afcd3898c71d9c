"""The peer of the indexing bench: list a folder, decode with Pillow's draft mode in 2 threads, embed with onnxruntime, save the vectors.

Usage: embed.py MODEL SIZE FOLDER OUT.npy   prints {"images": n, "seconds": x}
"""
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy
import onnxruntime
from PIL import Image

BATCH = 16


def main(model, size, folder, out):
    start = time.perf_counter()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    paths = sorted(os.path.join(base, name) for base, _, names in os.walk(folder) for name in names)

    def decode(path):
        image = Image.open(path)
        image.draft("RGB", (size, size))
        image = image.convert("RGB").resize((size, size), Image.BICUBIC)
        return (numpy.asarray(image, dtype=numpy.float32) - 127) / 128

    vectors = []
    with ThreadPoolExecutor(2) as pool:
        batch = []

        def flush():
            tensor = numpy.ascontiguousarray(numpy.stack(batch).transpose(0, 3, 1, 2))
            values = session.run(None, {"image": tensor})[0]
            vectors.append(values / numpy.linalg.norm(values, axis=1, keepdims=True))
            batch.clear()

        for picture in pool.map(decode, paths):
            batch.append(picture)
            if len(batch) == BATCH:
                flush()
        if batch:
            flush()
    numpy.save(out, numpy.concatenate(vectors).astype(numpy.float16))
    print(json.dumps({"images": len(paths), "seconds": time.perf_counter() - start}))


main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
