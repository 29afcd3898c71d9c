"""One training step as `likeness bench training` runs it, in PyTorch, on the CPU if no device is named: forward, backward, SGD with momentum, NT-Xent, a two-layer head without norms.

    python training.py resnet18|efficientnet-lite0 plain|channels-last SIZE IMAGES STEPS THREADS [cuda]
Prints one line of JSON: views a second (median of the steps after the first) and the peak of memory in MB.
"""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


def norm_act(inputs, outputs, kernel, stride=1, groups=1, act=nn.ReLU):
    parts = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)]
    return parts + ([act()] if act else [])


class Basic(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(*norm_act(inputs, outputs, 3, stride), *norm_act(outputs, outputs, 3, act=None))
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Sequential(*norm_act(inputs, outputs, 1, stride, act=None))

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))


class Inverted(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, wider):
        super().__init__()
        inner = inputs * wider
        first = norm_act(inputs, inner, 1, act=nn.ReLU6) if wider > 1 else []
        self.body = nn.Sequential(*first, *norm_act(inner, inner, kernel, stride, inner, nn.ReLU6), *norm_act(inner, outputs, 1, act=None))
        self.joins = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.body(x) if self.joins else self.body(x)


def resnet18():
    layers = norm_act(3, 64, 3)
    inputs = 64
    for outputs, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Basic(inputs, outputs, stride), Basic(outputs, outputs, 1)]
        inputs = outputs
    return layers, 512


def efficientnet_lite0():
    layers = norm_act(3, 32, 3, 2, act=nn.ReLU6)
    inputs = 32
    stages = ((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1))
    for wider, kernel, stride, outputs, count in stages:
        for block in range(count):
            layers.append(Inverted(inputs, outputs, kernel, stride if block == 0 else 1, wider))
            inputs = outputs
    return layers + norm_act(320, 1280, 1, act=nn.ReLU6), 1280


name, layout, size, images, steps, threads = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7])
device = sys.argv[7] if len(sys.argv) > 7 else "cpu"
torch.set_num_threads(threads)
layers, numbers = {"resnet18": resnet18, "efficientnet-lite0": efficientnet_lite0}[name]()
head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(numbers, numbers), nn.ReLU(), nn.Linear(numbers, 128)]
model = nn.Sequential(*layers, *head).train().to(device)
views = torch.randn(2 * images, 3, size, size, device=device)
if layout == "channels-last":
    model = model.to(memory_format=torch.channels_last)
    views = views.to(memory_format=torch.channels_last)
optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9, weight_decay=5e-4)
itself = torch.eye(2 * images, dtype=torch.bool, device=device)
partner = (torch.arange(2 * images, device=device) + images) % (2 * images)
seconds = []
for _ in range(steps + 1):
    began = time.perf_counter()
    z = F.normalize(model(views))
    loss = F.cross_entropy((z @ z.t() / 0.2).masked_fill(itself, -1e9), partner)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if device == "cuda":
        torch.cuda.synchronize()
    seconds.append(time.perf_counter() - began)
median = sorted(seconds[1:])[steps // 2]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"viewsPerSecond": 2 * images / median, "peakMegabytes": peak, "torch": torch.__version__}))
