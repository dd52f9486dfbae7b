"""ONNX files out of LiteRT files, for machines without LiteRT: the same answers, the same size.

Converted by ``tf2onnx``, then every large weight is kept in half precision and widened when the
file is loaded. The LiteRT files' weights are half precision already, so nothing is lost by it.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from models.errors import ModelsError

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
        raise ModelsError(
            "writing ONNX files needs tf2onnx, which comes with the extra 'train': "
            f"pip install 'classpulse[agent,train]' ({error})"
        ) from error
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
