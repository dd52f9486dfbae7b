"""``fer`` at its defaults on face crops from a file, in its own environment: it needs OpenCV 4.

Run by path, so it may import nothing of this project. The crops are already cut as faces, so they
go through ``fer``'s own preparation (64×64, -1..1) and its own network, but not its detector.
"""

import importlib
import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np

TIMED = 300
WARM_UP = 20


def main(crops_file: str, answers_file: str) -> None:
    """Write the answers (n, 7) to crops (n, 48, 48); print what it took, as one JSON object."""
    cv2.setNumThreads(1)
    module = importlib.import_module("fer.fer")
    peer = module.FER()
    # The class's own names for these are private; its public method rounds to two digits.
    side = peer._FER__emotion_target_size
    answers, spent = [], []
    for crop in np.load(crops_file):
        started = time.perf_counter()
        face = cv2.resize(crop, side).astype(np.float32)
        answers.append(peer._classify_emotions((face[None] / 255.0 - 0.5) * 2.0)[0])
        spent.append(time.perf_counter() - started)
    np.save(answers_file, np.array(answers, np.float32))
    data = Path(str(module.__file__)).parent / "data"
    timed = spent[WARM_UP : WARM_UP + TIMED] or spent
    told = {
        "labels": [peer._get_labels()[place] for place in range(7)],
        "network": str(data / "emotion_model_quantized.tflite"),
        "parameters": int(
            module.load_model(data / "emotion_model.hdf5", compile=False).count_params()
        ),
        "ms_per_face": float(np.median(timed)) * 1e3,
        "opencv": cv2.__version__,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
