"""A pair built like CLIP (causal text tower, the vector of the end mark) and one built like SigLIP (no mask, filled up, the last token), small and untrained, as
PyTorch's two exporters write them, with PyTorch's own vectors of texts.

usage: export-clip.py FOLDER TOKENS.json VOCABULARY    TOKENS.json: {"clip": [[...]], "siglip": [[...]]}, numbers of tokens
"""

import json
import os
import sys

import torch
from torch import nn

WIDTH, HEADS, LAYERS, DIMENSIONS, LONGEST = 64, 4, 2, 32, 77


class Text(nn.Module):
    def __init__(self, vocabulary, causal):
        super().__init__()
        self.causal = causal
        self.tokens = nn.Embedding(vocabulary, WIDTH)
        self.places = nn.Parameter(torch.randn(LONGEST, WIDTH) * 0.1)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(WIDTH, HEADS, 4 * WIDTH, 0.0, "gelu", batch_first=True, norm_first=True) for _ in range(LAYERS)
        )
        self.norm = nn.LayerNorm(WIDTH)
        self.projection = nn.Linear(WIDTH, DIMENSIONS, bias=False)

    def forward(self, input_ids):
        length = input_ids.shape[1]
        x = self.tokens(input_ids) + self.places[:length]
        mask = None
        if self.causal:
            mask = torch.full((length, length), -1e9).triu(1)
        for block in self.blocks:
            x = block(x, src_mask=mask)
        x = self.norm(x)
        if self.causal:
            end = input_ids.argmax(dim=1)
            pooled = x[torch.arange(x.shape[0]), end]
        else:
            pooled = x[:, -1]
        return x, self.projection(pooled)


class Image(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, 8, 8)
        self.block = nn.TransformerEncoderLayer(WIDTH, HEADS, 4 * WIDTH, 0.0, "gelu", batch_first=True, norm_first=True)
        self.projection = nn.Linear(WIDTH, DIMENSIONS, bias=False)

    def forward(self, pixel_values):
        x = self.patches(pixel_values).flatten(2).transpose(1, 2)
        return self.projection(self.block(x).mean(1))


def main():
    folder, tokens_path, vocabulary = sys.argv[1], sys.argv[2], int(sys.argv[3])
    torch.manual_seed(5)
    with open(tokens_path) as file:
        tokens = json.load(file)
    image = Image().eval()
    expected = {}
    for kind, causal in (("clip", True), ("siglip", False)):
        text = Text(vocabulary, causal).eval()
        # The fast path of attention is no part of what is exported.
        torch.backends.mha.set_fastpath_enabled(False)
        with torch.no_grad():
            expected[kind] = [text(torch.tensor([row]))[1][0].tolist() for row in tokens[kind]]
        for exporter in ("script", "dynamo"):
            # The last text is long. The older exporter writes the length of what it is shown into attention.
            example = torch.tensor([tokens["clip"][-1 if exporter == "script" else 0]] * 2) if causal else torch.tensor([tokens[kind][0]] * 2)
            length = {1: "tokens"} if causal else {}
            options = {"input_names": ["input_ids"], "output_names": ["last_hidden_state", "text_embeds"], "opset_version": 18}
            path = os.path.join(folder, f"{kind}-{exporter}-text.onnx")
            if exporter == "script":
                axes = {"input_ids": {0: "batch", **length}, "last_hidden_state": {0: "batch", **length}, "text_embeds": {0: "batch"}}
                torch.onnx.export(text, (example,), path, dynamic_axes=axes, dynamo=False, **options)
            else:
                shapes = ({0: torch.export.Dim("batch"), **({1: torch.export.Dim("tokens", max=LONGEST)} if causal else {})},)
                torch.onnx.export(text, (example,), path, dynamic_shapes=shapes, dynamo=True, **options)
    torch.onnx.export(
        image,
        (torch.rand(2, 3, 32, 32),),
        os.path.join(folder, "image.onnx"),
        input_names=["pixel_values"],
        output_names=["image_embeds"],
        dynamic_axes={"pixel_values": {0: "batch"}, "image_embeds": {0: "batch"}},
        dynamo=False,
        opset_version=17,
    )
    with open(os.path.join(folder, "expected.json"), "w") as file:
        json.dump(expected, file)


main()
