"""What a face may go through between two epochs, as pure functions of pixels and a random source.

Each epoch sees every face once, turned, zoomed, shifted, mirrored, coarsened, relit and partly
covered. All of it is plain NumPy and OpenCV on the host, so it is the same under every Keras back
end, and costs about a second an epoch.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far each change may go; zero turns one off."""

    rotation_degrees: float = 20.0
    zoom: float = 0.2
    shift: float = 0.1
    """Of the side."""
    flip: bool = True
    brightness: float = 40.0
    """Grey levels added or taken away, of 255."""
    contrast: float = 0.3
    cutout_share: float = 0.5
    """The share of faces on which one rectangle is covered."""
    cutout_side: float = 0.35
    """The rectangle's longest side, of the face's."""
    outside_share: float = 0.0
    """The share of faces beyond whose edges lies a flat grey, as where a box reaches over the edge
    of a picture or tile; the edge itself is repeated outward for the others."""
    coarse_share: float = 0.0
    """The share of faces that lose detail, as a small face in a large picture does."""
    coarsest: float = 0.5
    """The least side a coarsened face is shrunk to, of its own."""

    def scaled(self, share: float) -> "Augmentation":
        """The same changes going ``share`` as far; mirroring and sizes stay."""
        return replace(
            self,
            rotation_degrees=self.rotation_degrees * share,
            zoom=self.zoom * share,
            shift=self.shift * share,
            brightness=self.brightness * share,
            contrast=self.contrast * share,
            cutout_share=self.cutout_share * share,
            outside_share=self.outside_share * share,
            coarse_share=self.coarse_share * share,
        )


def augment(
    pixels: NDArray[np.uint8], limits: Augmentation, random: np.random.Generator
) -> NDArray[np.float32]:
    """Change each face of ``pixels`` (n, side, side) within ``limits``; (n, side, side) 0..255."""
    faces = _warp(pixels, limits, random)
    # What is turned off draws no random number, so that a run begun without it goes on as it was.
    if limits.coarse_share > 0:
        faces = _coarsen(faces, limits, random)
    relit = _relight(faces, limits, random)
    return _cover(relit, limits, random)


def _warp(
    pixels: NDArray[np.uint8], limits: Augmentation, random: np.random.Generator
) -> NDArray[np.float32]:
    """Turn, zoom, shift and mirror in one interpolation."""
    count, side = len(pixels), pixels.shape[-1]
    angle = np.deg2rad(random.uniform(-limits.rotation_degrees, limits.rotation_degrees, count))
    scale = random.uniform(1 - limits.zoom, 1 + limits.zoom, count)
    mirror = np.where(random.random(count) < 0.5, -1.0, 1.0) if limits.flip else np.ones(count)
    shift = random.uniform(-limits.shift, limits.shift, (count, 2)) * side
    centre = (side - 1) / 2
    rows = np.empty((count, 2, 3))
    rows[:, 0, 0], rows[:, 0, 1] = mirror * scale * np.cos(angle), -scale * np.sin(angle)
    rows[:, 1, 0], rows[:, 1, 1] = mirror * scale * np.sin(angle), scale * np.cos(angle)
    rows[:, :, 2] = centre + shift - rows[:, :, :2].sum(axis=2) * centre
    grey = np.full(count, -1.0)
    if limits.outside_share > 0:
        flat = random.random(count) < limits.outside_share
        grey = np.where(flat, random.uniform(0, 255, count), grey)
    out = np.empty(pixels.shape, dtype=np.float32)
    for number in range(count):
        out[number] = cv2.warpAffine(
            pixels[number],
            rows[number],
            (side, side),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE if grey[number] < 0 else cv2.BORDER_CONSTANT,
            borderValue=max(grey[number], 0),
        )
    return out


def _coarsen(
    faces: NDArray[np.float32], limits: Augmentation, random: np.random.Generator
) -> NDArray[np.float32]:
    """Shrink a share of the faces and stretch them back."""
    side = faces.shape[-1]
    out = faces.copy()
    for number in np.flatnonzero(random.random(len(faces)) < limits.coarse_share):
        less = round(side * random.uniform(limits.coarsest, 1))
        small = cv2.resize(faces[number], (less, less), interpolation=cv2.INTER_AREA)
        out[number] = cv2.resize(small, (side, side), interpolation=cv2.INTER_LINEAR)
    return out


def _relight(
    faces: NDArray[np.float32], limits: Augmentation, random: np.random.Generator
) -> NDArray[np.float32]:
    """Change contrast around each face's own mean, then brightness, within 0..255."""
    count = len(faces)
    gain = random.uniform(1 - limits.contrast, 1 + limits.contrast, (count, 1, 1))
    lift = random.uniform(-limits.brightness, limits.brightness, (count, 1, 1))
    mean = faces.mean(axis=(1, 2), keepdims=True)
    relit = np.clip((faces - mean) * gain + mean + lift, 0, 255)
    return np.asarray(relit, dtype=np.float32)


def _cover(
    faces: NDArray[np.float32], limits: Augmentation, random: np.random.Generator
) -> NDArray[np.float32]:
    """Cover one rectangle with a flat grey on a share of the faces (DeVries & Taylor 2017)."""
    count, side = len(faces), faces.shape[-1]
    longest = limits.cutout_side * side
    size = random.uniform(0.3 * longest, longest, (count, 2))
    middle = random.uniform(0, side, (count, 2))
    grey = random.uniform(0, 255, (count, 1, 1)).astype(np.float32)
    chosen = random.random(count) < limits.cutout_share
    line = np.arange(side)
    down = np.abs(line[None, :] - middle[:, :1]) < size[:, :1] / 2
    across = np.abs(line[None, :] - middle[:, 1:]) < size[:, 1:] / 2
    covered = down[:, :, None] & across[:, None, :] & chosen[:, None, None]
    return np.where(covered, grey, faces).astype(np.float32)


def mix(
    faces: NDArray[np.float32],
    targets: NDArray[np.float32],
    strength: float,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Blend each face and its target with another's of the batch (mixup, Zhang et al. 2018).

    ``faces`` (n, side, side), ``targets`` (n, 7); the share of the other is drawn for each batch
    from Beta(strength, strength). Strength 0 blends nothing.
    """
    if strength <= 0:
        return faces, targets
    share = np.float32(random.beta(strength, strength))
    other = random.permutation(len(faces))
    return (
        share * faces + (1 - share) * faces[other],
        share * targets + (1 - share) * targets[other],
    )
