"""SimCLR, MoCo, BYOL, SwAV and DCL put together from the `lightly` package, on a residual net, first weights, views and learning rates that come in through stdin. So that losses are compared and
not batches, both views go through the net together (MoCo: in parts, as its norms want it), and heads are two layers with a norm between them; the package's examples give each view a pass of its own,
and SimCLR's head a norm at its end.

In: 4 bytes (length of the header), the header (JSON: method, seed, settings, optimizer, decay, width, blocks, images, steps, size, pictures, weights: their shapes in order, heads: likewise, as PyTorch has them, none for SwAV),
the weights of the net and of the heads; for each step two numbers (learning rate, what a slow copy keeps) and [2, images, 3, size, size]; then [pictures, 3, size, size]. All float32.
Out: [pictures, dimensions] of the net in evaluation mode, float32.
"""
import copy
import json
import struct
import sys

import torch
from lightly.loss import DCLLoss, NegativeCosineSimilarity, NTXentLoss, SwaVLoss
from lightly.loss.memory_bank import MemoryBankModule
from lightly.models.batchnorm import SplitBatchNorm
from lightly.models.modules.heads import (
    BYOLPredictionHead,
    BYOLProjectionHead,
    MoCoProjectionHead,
    ProjectionHead,
    SwaVProjectionHead,
    SwaVPrototypes,
)
from lightly.models.utils import (
    batch_shuffle,
    batch_unshuffle,
    deactivate_requires_grad,
    get_weight_decay_parameters,
    update_momentum,
)
from torch import nn
from torch.nn import functional as F

stream = sys.stdin.buffer


def read(shape):
    count = 1
    for each in shape:
        count *= each
    data = stream.read(4 * count)
    assert len(data) == 4 * count, "the stream ended early"
    return torch.frombuffer(bytearray(data), dtype=torch.float32).reshape(shape)


header = json.loads(stream.read(struct.unpack("<I", stream.read(4))[0]))
images, size, settings = header["images"], header["size"], header["settings"]
torch.manual_seed(header["seed"])
torch.set_num_threads(2)


def norm(channels):
    return SplitBatchNorm(channels, settings["parts"]) if header["method"] == "moco" else nn.BatchNorm2d(channels)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first, self.first_norm = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), norm(outputs)
        self.second, self.second_norm = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), norm(outputs)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), norm(outputs))

    def forward(self, x):
        inner = F.relu(self.first_norm(self.first(x)))
        return F.relu(self.second_norm(self.second(inner)) + self.shortcut(x))


class Net(nn.Module):
    def __init__(self, width, blocks):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, width, 3, 1, 1, bias=False), norm(width), nn.ReLU())
        layers, inputs = [], width
        for stage, count in enumerate(blocks):
            for block in range(count):
                layers.append(Block(inputs, width * 2**stage, 2 if stage > 0 and block == 0 else 1))
                inputs = width * 2**stage
        self.blocks = nn.Sequential(*layers)
        self.dimensions = inputs

    def forward(self, x):
        return self.blocks(self.stem(x)).mean((2, 3))


net = Net(header["width"], header["blocks"])
assert [list(each.shape) for each in net.parameters()] == header["weights"], "another net than ours"
with torch.no_grad():
    for each in net.parameters():
        each.copy_(read(list(each.shape)))
heads = [read(shape) for shape in header["heads"]]


def filled(head):
    """The head with our first weights, where there are any."""
    if heads:
        with torch.no_grad():
            for each in head.parameters():
                each.copy_(heads.pop(0))
    return head


# The plain layout: with channels last PyTorch's gradients of this net are off by 2 to 3 % (against float64; 1e-6 as they are), and BYOL ends 2 points lower.
numbers = net.dimensions


def together(apply, first, second):
    """Both views in one batch."""
    return apply(torch.cat([first, second])).chunk(2)


def simclr(loss):
    head = filled(ProjectionHead([(numbers, numbers, nn.BatchNorm1d(numbers), nn.ReLU()), (numbers, settings["projection"], None, None)]))

    def step(first, second, keep):
        return loss(*together(lambda views: head(net(views)), first, second))

    return [head], step


def moco():
    head = filled(MoCoProjectionHead(numbers, numbers, settings["projection"]))
    slow, slow_head = copy.deepcopy(net), copy.deepcopy(head)
    deactivate_requires_grad(slow)
    deactivate_requires_grad(slow_head)
    loss = NTXentLoss(temperature=settings["temperature"], memory_bank_size=(settings["queue"], settings["projection"]))

    def direction(one, other):
        with torch.no_grad():
            shuffled, order = batch_shuffle(other)
            keys = batch_unshuffle(slow_head(slow(shuffled)), order)
        return loss(head(net(one)), keys)

    def step(first, second, keep):
        update_momentum(net, slow, keep)
        update_momentum(head, slow_head, keep)
        return 0.5 * (direction(first, second) + direction(second, first))

    return [head], step


def byol():
    head = filled(BYOLProjectionHead(numbers, numbers, settings["projection"]))
    predictor = filled(BYOLPredictionHead(settings["projection"], numbers, settings["projection"]))
    slow, slow_head = copy.deepcopy(net), copy.deepcopy(head)
    deactivate_requires_grad(slow)
    deactivate_requires_grad(slow_head)
    loss = NegativeCosineSimilarity()

    def step(first, second, keep):
        update_momentum(net, slow, keep)
        update_momentum(head, slow_head, keep)
        ours = together(lambda views: predictor(head(net(views))), first, second)
        with torch.no_grad():
            theirs = together(lambda views: slow_head(slow(views)), first, second)
        # The paper's loss, as ours: squared distances of unit vectors, both directions added up. The package's examples take a quarter of it.
        return 4 + 2 * (loss(ours[0], theirs[1]) + loss(ours[1], theirs[0]))

    return [head, predictor], step


def swav():
    head = SwaVProjectionHead(numbers, numbers, settings["projection"])
    prototypes = SwaVPrototypes(settings["projection"], settings["prototypes"], n_steps_frozen_prototypes=settings["frozenSteps"])
    loss = SwaVLoss(temperature=settings["temperature"], sinkhorn_epsilon=settings["epsilon"])
    queues = [MemoryBankModule(size=(settings["queue"], settings["projection"])) for _ in range(2)] if settings["queue"] > 0 else None
    done = 0

    def step(first, second, keep):
        nonlocal done
        prototypes.normalize()
        vectors = together(lambda views: F.normalize(head(net(views)), dim=1), first, second)
        scores = [prototypes(vector, done) for vector in vectors]
        queued = None
        if queues is not None:
            with torch.no_grad():
                earlier = [queue(vector.detach(), update=True)[1].t() for queue, vector in zip(queues, vectors)]
                if done >= settings["queueFromStep"]:
                    queued = [prototypes(vector, done).detach() for vector in earlier]
        done += 1
        return loss(scores, [], queued)

    return [head, prototypes], step


made = {
    "simclr": lambda: simclr(NTXentLoss(temperature=settings["temperature"])),
    "dcl": lambda: simclr(DCLLoss(temperature=settings["temperature"])),
    "moco": moco,
    "byol": byol,
    "swav": swav,
}
modules, step = made[header["method"]]()
decayed, plain = get_weight_decay_parameters([net, *modules])
groups = [{"params": decayed, "weight_decay": header["decay"]}, {"params": plain, "weight_decay": 0.0}]
optimizer = torch.optim.SGD(groups, lr=1, momentum=0.9) if header["optimizer"] == "sgd" else torch.optim.Adam(groups, lr=1)
net.train()
for at in range(header["steps"]):
    rate, keep = read([2]).tolist()
    first, second = read([2, images, 3, size, size])
    loss = step(first, second, keep)
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if at < 10 or at % 50 == 49 or at >= header["steps"] - 10:
        print(f"{at} {loss.item():.4f}", file=sys.stderr)
net.eval()
with torch.no_grad():
    for part in read([header["pictures"], 3, size, size]).split(100):
        sys.stdout.buffer.write(net(part).numpy().tobytes())
