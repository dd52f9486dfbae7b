"""Augmentation keeps faces faces: in range, repeatable, and nothing at all when turned off."""

from dataclasses import replace

import numpy as np
import pytest

from models.training.data.augmentation import Augmentation, augment, mix

OFF = Augmentation(
    rotation_degrees=0, zoom=0, shift=0, flip=False, brightness=0, contrast=0, cutout_share=0
)


@pytest.fixture
def faces() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (32, 48, 48), dtype=np.uint8)


def test_turned_off_it_changes_nothing(faces: np.ndarray) -> None:
    assert np.array_equal(augment(faces, OFF, np.random.default_rng(0)), faces)


def test_the_same_seed_gives_the_same_faces(faces: np.ndarray) -> None:
    once = augment(faces, Augmentation(), np.random.default_rng(5))
    again = augment(faces, Augmentation(), np.random.default_rng(5))
    other = augment(faces, Augmentation(), np.random.default_rng(6))

    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


def test_values_stay_grey_levels(faces: np.ndarray) -> None:
    out = augment(faces, Augmentation(brightness=200, contrast=0.9), np.random.default_rng(0))

    assert out.dtype == np.float32
    assert out.shape == faces.shape
    assert out.min() >= 0
    assert out.max() <= 255


def test_flip_alone_mirrors_some_faces_and_leaves_the_others(faces: np.ndarray) -> None:
    limits = Augmentation(
        rotation_degrees=0, zoom=0, shift=0, brightness=0, contrast=0, cutout_share=0
    )

    out = augment(faces, limits, np.random.default_rng(0))

    kept = np.array([np.allclose(a, b, atol=0.01) for a, b in zip(out, faces, strict=True)])
    mirrored = np.array(
        [np.allclose(a, b[:, ::-1], atol=0.01) for a, b in zip(out, faces, strict=True)]
    )
    assert (kept ^ mirrored).all()
    assert 0 < mirrored.sum() < len(faces)


def test_cutout_covers_one_rectangle_of_one_grey() -> None:
    face = np.arange(48 * 48, dtype=np.int64).reshape(1, 48, 48) % 251
    limits = Augmentation(
        rotation_degrees=0,
        zoom=0,
        shift=0,
        flip=False,
        brightness=0,
        contrast=0,
        cutout_share=1,
    )

    out = augment(face.astype(np.uint8), limits, np.random.default_rng(3))[0]

    changed = out != face[0]
    down, across = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert len(np.unique(out[changed])) == 1
    assert len(down) <= 0.35 * 48 + 1
    assert len(across) <= 0.35 * 48 + 1


def test_mixing_blends_faces_and_targets_alike() -> None:
    faces = np.arange(6, dtype=np.float32)[:, None, None] * np.ones((6, 48, 48), np.float32)
    targets = np.stack([np.arange(6), 5 - np.arange(6)], axis=1).astype(np.float32) / 5

    blended, wanted = mix(faces, targets, 0.4, np.random.default_rng(3))

    assert not np.array_equal(blended, faces)
    assert blended[:, 7, 7] / 5 == pytest.approx(wanted[:, 0], abs=1e-6)
    assert wanted.sum(axis=1) == pytest.approx(np.ones(6))


def test_mixing_of_no_strength_changes_nothing_and_draws_nothing() -> None:
    random, untouched = np.random.default_rng(3), np.random.default_rng(3)
    faces, targets = np.ones((2, 48, 48), np.float32), np.ones((2, 7), np.float32)

    assert mix(faces, targets, 0.0, random) == (faces, targets)
    assert random.random() == untouched.random()


def test_a_flat_grey_lies_outside_only_of_the_share_asked_for() -> None:
    faces = np.full((40, 48, 48), 200, dtype=np.uint8)
    shifted = replace(OFF, shift=0.3)
    repeated = augment(faces, shifted, np.random.default_rng(1))
    outside = augment(faces, replace(shifted, outside_share=0.5), np.random.default_rng(1))
    assert (repeated == 200).all()
    touched = (outside != 200).any(axis=(1, 2)).sum()
    assert 10 <= touched <= 30


def test_coarse_faces_lose_detail_and_keep_their_light() -> None:
    faces = np.random.default_rng(2).integers(0, 256, (30, 48, 48)).astype(np.uint8)
    coarse = augment(faces, replace(OFF, coarse_share=1.0, coarsest=0.4), np.random.default_rng(3))
    assert coarse.std(axis=(1, 2)).mean() < 0.8 * faces.std(axis=(1, 2)).mean()
    assert np.allclose(coarse.mean(axis=(1, 2)), faces.mean(axis=(1, 2)), atol=4)
