"""The peer of the map bench: umap-learn, cosine, 15 neighbours, in 2 threads; compiled before the time runs. It starts from principal components:
its own start, by eigenvectors, did not end within eight minutes where the graph of 100,000 falls into several parts, and would be no match.

Usage: umap_map.py X.npy E.npy   prints {"seconds": x, "cpuSeconds": y}
"""
import json
import sys
import time

import numba
import numpy
import umap


def main(path, out):
    vectors = numpy.load(path)
    numba.set_num_threads(min(2, numba.config.NUMBA_NUM_THREADS))
    umap.UMAP(n_neighbors=15, metric="cosine", init="pca", n_jobs=2).fit_transform(vectors[:5000])
    start, cpu = time.perf_counter(), time.process_time()
    places = umap.UMAP(n_neighbors=15, metric="cosine", init="pca", n_jobs=2).fit_transform(vectors)
    print(json.dumps({"seconds": time.perf_counter() - start, "cpuSeconds": time.process_time() - cpu}))
    numpy.save(out, numpy.ascontiguousarray(places, dtype=numpy.float32))


main(sys.argv[1], sys.argv[2])
