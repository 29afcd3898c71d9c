"""Writes the ONNX files that a stranger would bring: image encoders as PyTorch's two exporters make them, with random weights.

    python export-models.py OUT_FOLDER [NAME...]

Needs torch, torchvision, timm, onnx and onnxscript. Each file is <name>-<exporter>.onnx; what PyTorch itself gives for one picture lies
beside it in <name>-<exporter>.json, so that the imported encoder can be held against it.
"""

import json
import sys
import warnings
from pathlib import Path

import timm
import torch
import torchvision

warnings.filterwarnings("ignore")


class Tokens(torch.nn.Module):
    """The tokens of a transformer, before any pooling."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        return self.model.forward_features(image)


def timm_model(name, size, **options):
    if any(part in name for part in ("vit_", "swin_")):
        options["img_size"] = size
    return timm.create_model(name, pretrained=False, **options)


# name -> (how to make it, size, fixed batch or None)
MODELS = {
    "resnet18": (lambda: torchvision.models.resnet18(), 64, None),
    "mobilenet_v3_small": (lambda: torchvision.models.mobilenet_v3_small(), 96, None),
    "vit_tiny": (lambda: timm_model("vit_tiny_patch16_224", 64), 64, None),
    "vit_tiny_tokens": (lambda: Tokens(timm_model("vit_tiny_patch16_224", 64)), 64, None),
    "convnext_atto": (lambda: timm_model("convnext_atto", 64), 64, None),
    "efficientnet_lite0": (lambda: timm_model("efficientnet_lite0", 64), 64, None),
    "swin_tiny": (lambda: timm_model("swin_tiny_patch4_window7_224", 112, depths=(1, 1, 2, 1), embed_dim=32, num_heads=(1, 2, 4, 8)), 112, None),
    "resnet18_batch4": (lambda: torchvision.models.resnet18(), 64, 4),
}


def export(name, folder, dynamo):
    make, size, batch = MODELS[name]
    torch.manual_seed(0)
    model = make().eval()
    images = torch.rand(batch or 2, 3, size, size)
    path = folder / f"{name}-{'dynamo' if dynamo else 'script'}.onnx"
    options = {"input_names": ["image"], "output_names": ["output"], "dynamo": dynamo}
    if batch is None:
        if dynamo:
            options["dynamic_shapes"] = ({0: torch.export.Dim("batch")},)
        else:
            options["dynamic_axes"] = {"image": {0: "batch"}, "output": {0: "batch"}}
    if dynamo:
        options["external_data"] = name == "resnet18"
    torch.onnx.export(model, (images,), str(path), **options)
    # A picture that any side can make: byte value = (x * 3 + y * 5 + channel * 40) mod 256, shown as 0..1.
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    picture = torch.stack([(x * 3 + y * 5 + channel * 40) % 256 for channel in range(3)]).float() / 255
    with torch.no_grad():
        output = model(picture[None].repeat(batch or 1, 1, 1, 1))[0]
    path.with_suffix(".json").write_text(json.dumps({"size": size, "output": output.flatten()[:2000].tolist()}))
    print(path.name, path.stat().st_size, flush=True)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name in sys.argv[2:] or MODELS:
        for dynamo in (False, True):
            try:
                export(name, folder, dynamo)
            except Exception as error:  # one that cannot be exported must not hide the others
                failed += 1
                print(f"{name} ({'dynamo' if dynamo else 'script'}): {type(error).__name__}: {str(error)[:300]}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
