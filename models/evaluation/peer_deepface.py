"""``deepface``'s expression model on face crops from a file, where it and its weights are there.

Run by path, so it may import nothing of this project. Its weights are never fetched from here: a
peer that is not wholly there is absent, and absent is what is reported.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path

import cv2
import numpy as np

WEIGHTS = "facial_expression_model_weights.h5"
TIMED = 300
WARM_UP = 20


def main(crops_file: str, answers_file: str) -> None:
    """Write the answers (n, 7) to crops (n, 48, 48); print what it took, as one JSON object."""
    home = Path(os.environ.get("DEEPFACE_HOME", Path.home())) / ".deepface" / "weights"
    network = home / WEIGHTS
    if not network.is_file():
        raise SystemExit(f"deepface's weights {WEIGHTS} are not on this machine")
    client = importlib.import_module("deepface.models.demography.Emotion").EmotionClient()
    answers, spent = [], []
    for crop in np.load(crops_file):
        started = time.perf_counter()
        # As its own client does: grey levels 0..1, one channel, 48 × 48.
        face = cv2.resize(crop, (48, 48)).astype(np.float32)[None, :, :, None] / 255
        answers.append(np.asarray(client.model(face, training=False))[0])
        spent.append(time.perf_counter() - started)
    np.save(answers_file, np.array(answers, np.float32))
    told = {
        "labels": ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"],
        "network": str(network),
        "parameters": int(client.model.count_params()),
        "ms_per_face": float(np.median(spent[WARM_UP : WARM_UP + TIMED] or spent)) * 1e3,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
