"""Times PyTorch's convolutions and both their gradients on the shapes given as JSON; prints the lower of both memory layouts' medians in ms."""
import json
import sys
import time

import torch

given = json.loads(sys.argv[1])
torch.set_num_threads(given["threads"])


def median(run):
    times = []
    for _ in range(given["runs"] + 1):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times[1:])[(len(times) - 1) // 2]


def measure(shape, layout):
    kernel, stride, groups = shape["kernel"], shape["stride"], shape["groups"]
    pad = kernel // 2
    x = torch.rand(shape["batch"], shape["channels"], shape["pixels"], shape["pixels"]).to(memory_format=layout)
    w = torch.rand(shape["outputs"], shape["channels"] // groups, kernel, kernel).to(memory_format=layout)
    g = torch.nn.functional.conv2d(x, w, None, stride, pad, 1, groups)

    def backward(mask):
        sides = ([0], [stride] * 2, [pad] * 2, [1] * 2, False, [0] * 2, groups)
        return lambda: torch.ops.aten.convolution_backward(g, x, w, *sides, mask)

    forward = median(lambda: torch.nn.functional.conv2d(x, w, None, stride, pad, 1, groups))
    return [forward, median(backward([True, False, False])), median(backward([False, True, False]))]


found = []
for shape in given["shapes"]:
    both = [measure(shape, layout) for layout in (torch.channels_last, torch.contiguous_format)]
    found.append([min(each) for each in zip(*both)])
print(json.dumps(found))
