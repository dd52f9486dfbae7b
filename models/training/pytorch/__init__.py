"""Training by PyTorch where it is installed: faster on a processor, on the very same parameters."""

import os
from importlib.util import find_spec

_MISSING = [name for name in ("torch", "keras") if find_spec(name) is None]
if _MISSING:
    raise ImportError(
        f"training by PyTorch needs {' and '.join(_MISSING)}: install torch beside the extra "
        "'train', or train by Keras with models.training.train",
        name=__name__,
    )
# Read when Keras is first imported.
os.environ.setdefault("KERAS_BACKEND", "torch")
