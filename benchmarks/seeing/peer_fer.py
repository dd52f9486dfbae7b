"""``fer`` at its defaults on pictures from a file, in an environment of its own: it needs OpenCV 4.

Run by path, so it may import nothing of this project.
"""

import importlib
import json
import os
import sys
import time

import cv2
import numpy as np


def main(path: str) -> None:
    """Print frames a second, pictures with a face, and pictures, as one JSON object."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    pictures = np.load(path, mmap_mode="r")
    detector = importlib.import_module("fer.fer").FER()
    detector.detect_emotions(np.array(pictures[0]))
    found, begin = 0, time.process_time()
    for picture in pictures:
        found += bool(detector.detect_emotions(np.array(picture)))
    seconds = time.process_time() - begin
    told = {"frames_per_s": round(len(pictures) / seconds, 1), "faces_found": found}
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
