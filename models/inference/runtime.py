"""The one place that knows how exported networks are run: one thread, NumPy in and out.

LiteRT runs ``.tflite`` files. Where there is no LiteRT, on Intel Macs, ONNX Runtime runs the
``.onnx`` files that lie beside them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelsError, WeightsError

LITERT: Final = ".tflite"
ONNX: Final = ".onnx"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """What one input or output looks like; ``scale`` is 0 where it is not quantised."""

    shape: tuple[int, ...]
    dtype: type[np.generic]
    scale: float
    zero_point: int


class Network(Protocol):
    """One exported network, ready to run. Not thread-safe: one per thread."""

    @property
    def input(self) -> TensorSpec:
        """The first input."""

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """Every output, in the file's order."""

    def run(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        """Run once on ``values``, of the input's shape and type; a copy of every output."""

    def multiplications(self) -> int | None:
        """Of the convolutions and dense layers in one run; None where the runtime does not tell."""


def runnable() -> str:
    """The suffix of the files that can be run here; LiteRT's wherever it is installed."""
    return LITERT if find_spec("ai_edge_litert") or not find_spec("onnxruntime") else ONNX


def load_network(content: bytes, *, name: str, threads: int = 1) -> Network:
    """Prepare ``content`` of the file called ``name``, by its suffix.

    Raises WeightsError where the file is no network, ModelsError where its runtime is not
    installed.
    """
    kind = _OnnxNetwork if name.endswith(ONNX) else _LiteRTNetwork
    return kind(content, name=name, threads=threads)


class _LiteRTNetwork:
    def __init__(self, content: bytes, *, name: str, threads: int) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise _missing("LiteRT", error) from error
        try:
            with _quiet_stderr():
                self._interpreter = Interpreter(model_content=content, num_threads=threads)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise WeightsError(
                f"{name} must be a LiteRT file, but cannot be read: {error}"
            ) from error
        self._inputs = self._interpreter.get_input_details()
        self._outputs = self._interpreter.get_output_details()

    @property
    def input(self) -> TensorSpec:
        return _spec(self._inputs[0])

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        return tuple(_spec(detail) for detail in self._outputs)

    def run(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        self._interpreter.set_tensor(self._inputs[0]["index"], values)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(detail["index"]) for detail in self._outputs]

    def multiplications(self) -> int | None:
        # The list of operators is the interpreter's own, with an underscore, but has long been so.
        shapes = {
            detail["index"]: detail["shape"] for detail in self._interpreter.get_tensor_details()
        }
        total = 0
        for operator in self._interpreter._get_ops_details():
            if operator["op_name"] in _PER_PLACE:
                weights = shapes[operator["inputs"][1]]
                places = int(np.prod(shapes[operator["outputs"][0]][:-1]))
                total += places * int(np.prod(weights))
        return total


_PER_PLACE: Final = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"})
"""Operators that use each of their weights once for every place of their output."""


class _OnnxNetwork:
    def __init__(self, content: bytes, *, name: str, threads: int) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise _missing("ONNX Runtime", error) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        try:
            self._session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise WeightsError(f"{name} must be an ONNX file, but cannot be read: {error}") from (
                error
            )
        self._name = self._session.get_inputs()[0].name

    @property
    def input(self) -> TensorSpec:
        return _plain(self._session.get_inputs()[0])

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        return tuple(_plain(found) for found in self._session.get_outputs())

    def run(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        return list(self._session.run(None, {self._name: values}))

    def multiplications(self) -> int | None:
        return None


def _missing(runtime: str, error: ImportError) -> ModelsError:
    return ModelsError(
        f"running a model needs {runtime}, which comes with the extra 'agent': "
        f"pip install 'classpulse[agent]' ({error})"
    )


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Keep LiteRT's chatter off the terminal for the milliseconds in which a network is prepared.

    It is printed by compiled code, past Python and without a switch; its errors are raised as well.
    """
    try:
        kept = os.dup(2)
    except OSError:  # A program without a terminal has nothing to keep quiet.
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _spec(detail: dict[str, Any]) -> TensorSpec:
    scale, zero_point = detail["quantization"]
    return TensorSpec(
        tuple(int(side) for side in detail["shape"]), detail["dtype"], float(scale), int(zero_point)
    )


def _plain(found: Any) -> TensorSpec:
    return TensorSpec(tuple(int(side) for side in found.shape), np.float32, 0.0, 0)
