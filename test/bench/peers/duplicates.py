"""The peer of the duplicate scan: imagededup's PHash over a folder, listing to pairs, with as many processes as it likes.

Usage: duplicates.py FOLDER   prints {"seconds": x, "images": n, "pairs": m}
"""
import json
import sys
import time

from imagededup.methods import PHash

if __name__ == "__main__":
    start = time.perf_counter()
    found = PHash(verbose=False).find_duplicates(image_dir=sys.argv[1])
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "images": len(found), "pairs": sum(map(len, found.values())) // 2}))
