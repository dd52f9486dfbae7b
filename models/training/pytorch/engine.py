"""Runs a Keras graph by PyTorch's fused operations, on the very parameters Keras holds.

Pictures go in as (n, channels, side, side), channels last in memory; Keras's own conventions are
kept: padding "same" adds the odd line below and to the right, and ``Flatten`` reads a picture line
by line with its channels innermost, so that weights mean the same in both.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Final

import keras
import numpy as np
import torch
import torch.nn.functional as nn
from numpy.typing import NDArray

from models.errors import TrainingError


class Mode(Enum):
    """What a pass is for: it decides what dropout and the norms' running statistics do."""

    JUDGING = auto()
    TRAINING = auto()
    """By the batch's own statistics, towards which the running ones move."""
    ELSEWHERE = auto()
    """As in training, but at weights that will not be kept: the running statistics stay."""


def faces_tensor(faces: NDArray[np.float32]) -> torch.Tensor:
    """(n, 48, 48) as (n, 1, 48, 48), channels last."""
    return torch.from_numpy(faces[:, None]).to(memory_format=torch.channels_last)


class Engine:
    """A Keras graph's own parameters, run by PyTorch on (n, 1, 48, 48) faces."""

    def __init__(self, model: keras.Model) -> None:
        if keras.backend.backend() != "torch":
            raise TrainingError(
                "Keras must hold its parameters in PyTorch, but runs on "
                f"{keras.backend.backend()}: set KERAS_BACKEND=torch"
            )
        unknown = {type(layer).__name__ for layer in model.layers} - _OPERATIONS.keys()
        if unknown - {"InputLayer"}:
            raise TrainingError(
                f"every layer must be one of {', '.join(_OPERATIONS)}, but {model.name} has "
                f"{', '.join(sorted(unknown - {'InputLayer'}))}"
            )
        self._layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]

    def __call__(self, faces: torch.Tensor, mode: Mode) -> torch.Tensor:
        """Logits (n, 7)."""
        values: dict[str, torch.Tensor] = {"faces": faces}
        for layer in self._layers:
            node = layer._inbound_nodes[0]
            inputs = [values[tensor._keras_history.operation.name] for tensor in node.input_tensors]
            x = _OPERATIONS[type(layer).__name__](layer, inputs, mode)
            activation = getattr(layer, "activation", None)
            values[layer.name] = _ACTIVATIONS[activation.__name__](x) if activation else x
        return values[self._layers[-1].name]


def _same(x: torch.Tensor, size: int, stride: int, fill: float = 0.0) -> torch.Tensor:
    """Pad so that a window of ``size`` at ``stride`` answers ceil(side / stride) places."""
    side = x.shape[-1]
    total = max((-(-side // stride) - 1) * stride + size - side, 0)
    if total == 0:
        return x
    before, after = total // 2, total - total // 2
    return nn.pad(x, (before, after, before, after), value=fill)


def _convolved(layer: Any, x: torch.Tensor, kernel: torch.Tensor, groups: int) -> torch.Tensor:
    size, stride = kernel.shape[-1], layer.strides[0]
    padding = 0
    if layer.padding == "same":
        if stride == 1:
            padding = size // 2
        else:
            x = _same(x, size, stride)
    bias = layer.bias.value if layer.use_bias and groups == 1 else None
    return nn.conv2d(x, kernel, bias, stride, padding, groups=groups)


def _convolution(layer: Any, inputs: list[torch.Tensor], _: Mode) -> torch.Tensor:
    return _convolved(layer, inputs[0], layer.kernel.value.permute(3, 2, 0, 1), 1)


def _depthwise(layer: Any, inputs: list[torch.Tensor], _: Mode) -> torch.Tensor:
    kernel = layer.kernel.value.permute(2, 3, 0, 1)
    return _convolved(layer, inputs[0], kernel, kernel.shape[0])


def _separable(layer: Any, inputs: list[torch.Tensor], _: Mode) -> torch.Tensor:
    each = layer.depthwise_kernel.value.permute(2, 3, 0, 1)
    x = _convolved(layer, inputs[0], each, each.shape[0])
    bias = layer.bias.value if layer.use_bias else None
    return nn.conv2d(x, layer.pointwise_kernel.value.permute(3, 2, 0, 1), bias)


def _normalisation(layer: Any, inputs: list[torch.Tensor], mode: Mode) -> torch.Tensor:
    still = mode is Mode.ELSEWHERE
    return nn.batch_norm(
        inputs[0],
        None if still else layer.moving_mean.value,
        None if still else layer.moving_variance.value,
        layer.gamma.value,
        layer.beta.value,
        training=mode is not Mode.JUDGING,
        momentum=1 - layer.momentum,
        eps=layer.epsilon,
    )


def _peak(layer: Any, inputs: list[torch.Tensor], _: Mode) -> torch.Tensor:
    size, stride = layer.pool_size[0], layer.strides[0]
    x = inputs[0]
    if layer.padding == "same":
        x = _same(x, size, stride, fill=float("-inf"))
    return nn.max_pool2d(x, size, stride)


def _rescaled(layer: Any, inputs: list[torch.Tensor], _: Mode) -> torch.Tensor:
    scale, offset = (
        torch.as_tensor(value, dtype=torch.float32).reshape(1, -1, 1, 1)
        for value in (layer.scale, layer.offset)
    )
    return inputs[0] * scale + offset


def _padded(layer: Any, inputs: list[torch.Tensor], _: Mode) -> torch.Tensor:
    (top, bottom), (left, right) = layer.padding
    return nn.pad(inputs[0], (left, right, top, bottom))


def _dense(layer: Any, inputs: list[torch.Tensor], _: Mode) -> torch.Tensor:
    x, kernel = inputs[0], layer.kernel.value.T
    return nn.linear(x, kernel, layer.bias.value if layer.use_bias else None)


def _rectified(layer: Any, inputs: list[torch.Tensor], _: Mode) -> torch.Tensor:
    return nn.relu(inputs[0]) if layer.max_value is None else inputs[0].clamp(0, layer.max_value)


_OPERATIONS: Final[dict[str, Callable[[Any, list[torch.Tensor], Mode], torch.Tensor]]] = {
    "Rescaling": _rescaled,
    "Conv2D": _convolution,
    "DepthwiseConv2D": _depthwise,
    "SeparableConv2D": _separable,
    "BatchNormalization": _normalisation,
    "ReLU": _rectified,
    "Activation": lambda _, inputs, __: inputs[0],
    "MaxPooling2D": _peak,
    "AveragePooling2D": lambda layer, inputs, _: nn.avg_pool2d(inputs[0], layer.pool_size[0]),
    "GlobalAveragePooling2D": lambda _, inputs, __: inputs[0].float().mean((2, 3)),
    "ZeroPadding2D": _padded,
    "Flatten": lambda _, inputs, __: inputs[0].permute(0, 2, 3, 1).flatten(1),
    "Dropout": lambda layer, inputs, mode: nn.dropout(
        inputs[0], layer.rate, mode is not Mode.JUDGING
    ),
    "Dense": _dense,
    "Add": lambda _, inputs, __: inputs[0] + inputs[1],
    "Concatenate": lambda _, inputs, __: torch.cat(inputs, 1),
}
_ACTIVATIONS: Final[dict[str, Callable[[torch.Tensor], torch.Tensor]]] = {
    "linear": lambda x: x,
    "relu": nn.relu,
}
