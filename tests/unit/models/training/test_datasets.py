"""Made-up FER2013 folders are read exactly, and wrong ones refused in a sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import DataSetError
from models.training.data.datasets import (
    Faces,
    Split,
    crowd_targets,
    load_dataset,
    repeated,
    soft_targets,
)
from models.training.runs import judge
from models.truths import Truth

WriteSheets = Callable[..., Path]

ROWS: list[dict[str, Any]] = [
    {"usage": "Training", "emotion": 4, "ferplus_sadness": 6, "ferplus_neutral": 4},
    {"usage": "PublicTest", "emotion": 3, "ferplus_happiness": 4, "ferplus_unknown": 6},
    {"usage": "Training", "emotion": 6, "ferplus_known": 0, "ferplus_anger": 9},
    {"usage": "PrivateTest", "emotion": 0, "ferplus_anger": 5, "ferplus_fear": 5},
]


def test_each_split_gets_its_own_faces_labels_and_votes(write_sheets: WriteSheets) -> None:
    data = load_dataset(write_sheets(ROWS))

    assert [int(face[0, 0]) for face in data.training.pixels] == [0, 2]
    assert data.training.labels.tolist() == [4, 6]
    assert data.part(Split.PUBLIC_TEST).pixels[0, 47, 47] == 1
    assert data.part(Split.PRIVATE_TEST).labels.tolist() == [0]
    assert data.training.votes[0].tolist() == [0, 0, 0, 0, 6, 0, 4]


def test_votes_that_ferplus_does_not_know_count_for_nothing(write_sheets: WriteSheets) -> None:
    training = load_dataset(write_sheets(ROWS)).training

    assert training.votes[1].sum() == 0
    assert training.raters.tolist() == [10, 0]


def test_clear_means_at_least_half_of_all_raters(write_sheets: WriteSheets) -> None:
    data = load_dataset(write_sheets(ROWS))

    assert data.training.clear().tolist() == [True, False]
    assert data.public_test.clear().tolist() == [False]  # 4 of 10, the others "unknown"
    assert data.private_test.clear().tolist() == [True]


def test_majority_needs_one_look_alone_at_the_top(write_sheets: WriteSheets) -> None:
    data = load_dataset(write_sheets(ROWS))

    assert data.training.ferplus_majority().tolist() == [4, -1]
    assert data.private_test.ferplus_majority().tolist() == [-1]


def test_targets_mix_label_and_votes_and_sum_to_one(write_sheets: WriteSheets) -> None:
    training = load_dataset(write_sheets(ROWS)).training

    targets = soft_targets(training, votes_share=0.25, smoothing=0.07)

    assert targets.sum(axis=1) == pytest.approx([1, 1])
    assert targets[0, 4] == pytest.approx(0.93 * (0.75 + 0.25 * 0.6) + 0.01)
    assert targets[1, 6] == pytest.approx(0.93 + 0.01)


def test_a_teacher_takes_its_share_of_the_target(write_sheets: WriteSheets) -> None:
    training = load_dataset(write_sheets(ROWS)).training
    teacher = np.eye(7, dtype=np.float32)[[3, 3]]

    targets = soft_targets(
        training, votes_share=0.2, smoothing=0.0, teacher=teacher, teacher_share=0.3
    )

    assert targets[0] == pytest.approx([0, 0, 0, 0.3, 0.5 + 0.2 * 0.6, 0, 0.2 * 0.4])
    assert targets[1] == pytest.approx([0, 0, 0, 0.3, 0, 0, 0.7])


def test_the_hash_names_the_data(write_sheets: WriteSheets) -> None:
    first = load_dataset(write_sheets(ROWS)).sha256
    again = load_dataset(write_sheets(ROWS)).sha256
    other = load_dataset(write_sheets([*ROWS, ROWS[0]])).sha256

    assert first == again != other


def test_repeats_are_found_pixel_for_pixel(write_sheets: WriteSheets) -> None:
    data = load_dataset(write_sheets(ROWS))
    touched = data.training.pixels.copy()
    touched[0, 0, 0] += 1
    other = type(data.training)(Split.TRAINING, touched, *_labels_of(data.training))

    assert repeated(other, of=data.training).tolist() == [False, True]


def _labels_of(faces: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return faces.labels, faces.votes, faces.raters


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match="nowhere is none"):
        load_dataset(tmp_path / "nowhere")


def test_a_folder_without_labels_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match=r"must hold labels\.csv beside .* holds none"):
        load_dataset(tmp_path)


def test_missing_columns_are_named(write_sheets: WriteSheets) -> None:
    folder = write_sheets(ROWS)
    labels = folder / "labels.csv"
    text = labels.read_text(encoding="utf-8").replace("ferplus_fear", "fear")
    labels.write_text(text, encoding="utf-8")

    with pytest.raises(DataSetError, match="lacks ferplus_fear"):
        load_dataset(folder)


def test_a_label_outside_the_seven_is_named(write_sheets: WriteSheets) -> None:
    folder = write_sheets([{"usage": "Training", "emotion": 7}])

    with pytest.raises(DataSetError, match="face 0 has '7'"):
        load_dataset(folder)


def test_a_split_without_faces_is_named(write_sheets: WriteSheets) -> None:
    with pytest.raises(DataSetError, match="names no PrivateTest faces"):
        load_dataset(write_sheets(ROWS[:3]))


def test_a_missing_sheet_is_named(write_sheets: WriteSheets) -> None:
    folder = write_sheets(ROWS)
    (folder / "faces_00.webp").unlink()

    with pytest.raises(DataSetError, match=r"has no faces_00\.webp"):
        load_dataset(folder)


def test_a_sheet_that_is_no_picture_is_named(write_sheets: WriteSheets) -> None:
    folder = write_sheets(ROWS)
    (folder / "faces_00.webp").write_bytes(b"not a picture")

    with pytest.raises(DataSetError, match="readable WebP sheet"):
        load_dataset(folder)


def _seen(votes: list[list[int]], raters: list[int]) -> Faces:
    count = len(votes)
    return Faces(
        Split.TRAINING,
        np.zeros((count, 48, 48), np.uint8),
        np.arange(count),
        np.array(votes, np.float32),
        np.array(raters, np.float32),
    )


def test_every_vote_is_told_with_its_face() -> None:
    faces = _seen([[0, 0, 0, 2, 0, 0, 1], [0] * 7, [1, 0, 0, 0, 0, 0, 0]], [10, 10, 10])

    rows, looks = faces.each_vote()

    assert list(zip(rows, looks, strict=True)) == [(0, 3), (0, 3), (0, 6), (2, 0)]


def test_raters_agree_where_half_of_all_of_them_do() -> None:
    faces = _seen([[5, 5, 0, 0, 0, 0, 0], [5, 4, 0, 0, 0, 0, 0], [4, 0, 0, 0, 0, 0, 0]], [10] * 3)

    assert faces.agreed().tolist() == [False, True, False]
    assert faces.true_by(Truth.CROWD).tolist() == [-1, 0, 0]
    assert faces.true_by(Truth.LABEL).tolist() == [0, 1, 2]
    assert len(faces.with_truth(Truth.CROWD)) == 2


def test_crowd_targets_weigh_faces_by_who_saw_a_look_and_take_a_teacher_s_part() -> None:
    faces = _seen([[6, 2, 0, 0, 0, 0, 0], [0] * 7], [10, 0])
    even = np.full((2, 7), 1 / 7, np.float32)

    assert crowd_targets(faces)[0, :2].tolist() == pytest.approx([0.6, 0.2])
    assert crowd_targets(faces)[1].sum() == 0
    mixed = crowd_targets(faces, teacher=even, teacher_share=0.5)
    assert mixed[0, 0] == pytest.approx(0.3 + 0.5 / 7)
    assert mixed[1] == pytest.approx(even[1] / 2)


def test_labels_stand_in_where_no_crowd_was_ever_asked() -> None:
    faces = _seen([[0] * 7] * 3, [0, 0, 0])

    assert faces.true_by(Truth.CROWD).tolist() == [0, 1, 2]
    assert [part.tolist() for part in faces.each_vote()] == [[0, 1, 2], [0, 1, 2]]
    assert crowd_targets(faces) == pytest.approx(np.eye(7)[:3])
    judged = judge(np.eye(14)[[0, 1, 9]] * 9, faces, (Truth.CROWD, Truth.LABEL))
    assert judged.accuracy == pytest.approx(2 / 3)
    assert judged.label_accuracy == pytest.approx(2 / 3)
