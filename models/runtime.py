"""The one place that knows how an exported network is run: LiteRT, one thread, NumPy in and out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelsError, WeightsError


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """What one input or output looks like; ``scale`` is 0 where it is not quantised."""

    shape: tuple[int, ...]
    dtype: type[np.generic]
    scale: float
    zero_point: int


class Network:
    """One exported network, ready to run. Not thread-safe: one per thread."""

    def __init__(self, content: bytes, *, name: str, threads: int = 1) -> None:
        """Prepare ``content``, a LiteRT flat buffer; ``name`` is for messages.

        Raises WeightsError where the file is no network, ModelsError where no runtime is installed.
        """
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise ModelsError(
                "running a model needs LiteRT, which comes with the extra 'agent': "
                f"pip install 'classpulse[agent]' ({error})"
            ) from error
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
        """The first input."""
        return _spec(self._inputs[0])

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """Every output, in the file's order."""
        return tuple(_spec(detail) for detail in self._outputs)

    def run(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        """Run once on ``values``, of the input's shape and type; a copy of every output."""
        self._interpreter.set_tensor(self._inputs[0]["index"], values)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(detail["index"]) for detail in self._outputs]


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
