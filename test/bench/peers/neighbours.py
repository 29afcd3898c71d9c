"""The peer of the neighbours bench: exact inner products by faiss' IndexFlatIP in 2 threads.

Usage: neighbours.py X.npy K OUT.npy   prints {"seconds": x, "cpuSeconds": y}; rows of X have length 1, a row's first neighbour is itself
"""
import json
import sys
import time

import faiss
import numpy


def main(path, k, out):
    vectors = numpy.load(path)
    faiss.omp_set_num_threads(2)
    start, cpu = time.perf_counter(), time.process_time()
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    _, indices = index.search(vectors, k + 1)
    print(json.dumps({"seconds": time.perf_counter() - start, "cpuSeconds": time.process_time() - cpu}))
    numpy.save(out, indices[:, 1:].astype(numpy.int32))


main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
