"""ONNX files out of LiteRT files, for machines without LiteRT: the same answers, the same size.

Converted by ``tf2onnx``, then every large weight is kept in half precision and widened when the
file is loaded. The LiteRT files' weights are half precision already, so nothing is lost by it. The
steps of a file can be read back, each with its weights and the layers it was made of.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelsError, WeightsError

if TYPE_CHECKING:
    import onnx

_OPSET: Final = 17
_SMALL: Final = 64
"""Weights of fewer numbers stay in single precision: there is nothing to save."""


def from_litert(file: Path) -> bytes:
    """The ONNX file that answers as the LiteRT ``file`` does, with inputs of the same layout.

    Raises ModelsError where the extra ``train`` is not installed or the file cannot be converted.
    """
    try:
        import tf2onnx
    except ImportError as error:
        raise _missing("writing ONNX files needs tf2onnx", error) from error
    if not file.is_file():
        raise ModelsError(f"the LiteRT file to convert must lie at {file}, but there is none")
    with warnings.catch_warnings():
        # tf2onnx reads the file by TensorFlow's own interpreter, which announces its retirement.
        warnings.simplefilter("ignore")
        model, _ = tf2onnx.convert.from_tflite(str(file), opset=_OPSET)
    _halve(model.graph)
    # What converted it, and when, would make each time's file another one.
    model.producer_version = ""
    return bytes(model.SerializeToString())


def _halve(graph: onnx.GraphProto) -> None:
    from onnx import TensorProto, helper, numpy_helper

    for weight in list(graph.initializer):
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < _SMALL:
            continue
        half = numpy_helper.to_array(weight).astype(np.float16)
        if not np.isfinite(half).all():
            continue
        stored = f"{weight.name}_half"
        graph.initializer.remove(weight)
        graph.initializer.append(numpy_helper.from_array(half, stored))
        widen = helper.make_node(
            "Cast", [stored], [weight.name], name=f"{weight.name}_widen", to=TensorProto.FLOAT
        )
        graph.node.insert(0, widen)


@dataclass(frozen=True, slots=True)
class Step:
    """A convolution or dense layer of a file, with all that was folded into it."""

    names: frozenset[str]
    """The layers that it was made of, as the exporter spells them."""
    kernel: NDArray[np.float32]
    """As Keras keeps it: (height, width, in, out), or (in, out)."""
    bias: NDArray[np.float32]

    def is_made_of(self, layer: str) -> bool:
        """Whether the Keras layer of that name is in it; tracing anew adds a number to a name."""
        return any(re.fullmatch(rf"{re.escape(layer)}(_\d+)?", name) for name in self.names)


def steps_of(content: bytes) -> list[Step]:
    """Every step of an ONNX file that has a kernel of plain numbers.

    Raises ModelsError where the extra ``train`` is not installed, WeightsError for no ONNX file.
    """
    try:
        import onnx
    except ImportError as error:
        raise _missing("reading ONNX files needs onnx", error) from error
    try:
        graph = onnx.load_from_string(content).graph
    except Exception as error:
        raise WeightsError(f"the content must be an ONNX file, but cannot be read: {error}") from (
            error
        )
    numbers = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in numbers:
            numbers[node.output[0]] = numbers[node.input[0]].astype(np.float32)
    found = []
    for node in graph.node:
        if node.op_type not in _KERNEL_AXES or node.input[1] not in numbers:
            continue
        kernel = numbers[node.input[1]].transpose(_KERNEL_AXES[node.op_type])
        names = re.split(r"[;/]", ";".join([node.name, *node.output]))
        bias = numbers[node.input[2]] if len(node.input) > 2 else np.zeros(kernel.shape[-1])
        found.append(Step(frozenset(names), kernel, bias.astype(np.float32)))
    return found


_KERNEL_AXES: Final = {"Conv": (2, 3, 1, 0), "Gemm": (0, 1), "MatMul": (0, 1)}
"""How the axes of a kernel become those of Keras."""


def _missing(what: str, error: ImportError) -> ModelsError:
    return ModelsError(
        f"{what}, which comes with the extra 'train': "
        f"pip install 'classpulse[agent,train]' ({error})"
    )
