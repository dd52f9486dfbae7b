"""FER2013 is read in every form it is shared in, and anything else is refused in a sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from models.errors import DataSetError
from models.training.data.datasets import Split, load_dataset
from models.training.data.forms import SIDE

WriteSheets = Callable[..., Path]
USAGES = ("Training", "Training", "PublicTest", "PrivateTest")
LOOKS = (4, 0, 3, 6)
GREYS = (10, 20, 30, 40)
FERPLUS_HEAD = (
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
)


def table(place: Path, *, head: str = "emotion,pixels,Usage", **changes: Any) -> Path:
    """Kaggle's fer2013.csv: four flat faces."""
    lines = [head]
    for row, (look, grey, usage) in enumerate(zip(LOOKS, GREYS, USAGES, strict=True)):
        values = {"emotion": look, "pixels": " ".join([str(grey)] * SIDE**2), "Usage": usage}
        values |= changes if row == 1 else {}
        lines.append(",".join(str(values[name.strip()]) for name in head.split(",")))
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


def votes(place: Path, rows: int = 4) -> Path:
    """FER+'s fer2013new.csv for the same faces; the second was taken out."""
    lines = [FERPLUS_HEAD]
    for row in range(rows):
        name = "" if row == 1 else f"fer{row:07d}.png"
        lines.append(f"{USAGES[row % 4]},{name},1,0,0,6,0,0,0,1,2,0")
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


def pictures(folder: Path, named: dict[str, int], *, side: int = SIDE) -> Path:
    """Flat faces under the names given, each with its grey."""
    for name, grey in named.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(place), np.full((side, side), grey, np.uint8))
    return folder


KAGGLE = {
    "train/sad/Training_1.jpg": 10,
    "train/angry/Training_2.jpg": 20,
    "test/happy/PublicTest_3.jpg": 30,
    "test/neutral/PrivateTest_4.jpg": 40,
}


def test_kaggles_table_has_the_official_split(tmp_path: Path) -> None:
    data = load_dataset(table(tmp_path / "fer2013.csv"))

    assert data.training.labels.tolist() == [4, 0]
    assert data.training.pixels[:, 5, 7].tolist() == [10, 20]
    assert data.part(Split.PUBLIC_TEST).labels.tolist() == [3]
    assert data.part(Split.PRIVATE_TEST).pixels[0, 47, 47] == 40
    assert data.training.raters.tolist() == [0, 0]
    assert data.training.ferplus_majority().tolist() == [-1, -1]


def test_its_folder_and_its_older_header_are_the_same_data(tmp_path: Path) -> None:
    table(tmp_path / "icml_face_data.csv", head="emotion, Usage, pixels")

    data = load_dataset(tmp_path)

    assert data.training.pixels[:, 0, 0].tolist() == [10, 20]


def test_votes_beside_the_table_go_with_its_rows(tmp_path: Path) -> None:
    alone = load_dataset(table(tmp_path / "fer2013.csv")).sha256
    votes(tmp_path / "fer2013new.csv")

    data = load_dataset(tmp_path)

    assert data.training.votes[0].tolist() == [0, 0, 0, 0, 6, 0, 1]
    assert data.training.raters.tolist() == [10, 0]
    assert data.public_test.ferplus_majority().tolist() == [4]
    assert data.sha256 != alone


def test_kaggles_folders_are_split_by_their_files_names(tmp_path: Path) -> None:
    data = load_dataset(pictures(tmp_path, KAGGLE))

    assert sorted(zip(data.training.labels, data.training.pixels[:, 9, 9], strict=True)) == [
        (0, 20),
        (4, 10),
    ]
    assert data.public_test.labels.tolist() == [3]
    assert data.private_test.labels.tolist() == [6]


def test_folders_of_three_parts_and_other_words_for_the_looks(tmp_path: Path) -> None:
    named = {"Train/sadness/a.png": 1, "validation/Fearful/b.png": 2, "private_test/anger/c.png": 3}

    data = load_dataset(pictures(tmp_path, named))

    assert data.training.labels.tolist() == [4]
    assert data.public_test.labels.tolist() == [2]
    assert data.private_test.pixels[0, 0, 0] == 3


def test_the_hash_of_folders_names_faces_labels_and_split(tmp_path: Path) -> None:
    def digest(folder: str, **changes: int) -> str:
        return load_dataset(pictures(tmp_path / folder, KAGGLE | changes)).sha256

    same, other = digest("one"), digest("two")
    assert same == other != digest("three", **{"train/sad/Training_1.jpg": 200})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pixels": "1 2 3"}, "must hold 2304 grey levels of 0 to 255, but face 1 does not"),
        ({"pixels": "x" * 30}, "face 1 does not"),
        ({"pixels": " ".join(["256"] * SIDE**2)}, "face 1 does not"),
        ({"emotion": 7}, "must hold 0 to 6, but face 1 has '7'"),
    ],
)
def test_a_wrong_row_of_a_table_is_named(
    tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(DataSetError, match=sentence):
        load_dataset(table(tmp_path / "fer2013.csv", **changes))


def test_votes_that_do_not_go_with_the_faces_are_refused(tmp_path: Path) -> None:
    table(tmp_path / "fer2013.csv")
    votes(tmp_path / "fer2013new.csv", rows=3)
    with pytest.raises(DataSetError, match="a row for each of the 4 faces beside it, but has 3"):
        load_dataset(tmp_path)


def test_votes_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    table(tmp_path / "fer2013.csv")
    file = votes(tmp_path / "fer2013new.csv")
    file.write_text(file.read_text(encoding="utf-8").replace(",6,", ",six,"), encoding="utf-8")
    with pytest.raises(DataSetError, match=r"must be numbers: .*six"):
        load_dataset(tmp_path)


def test_votes_alone_are_no_data_set(tmp_path: Path) -> None:
    alone = votes(tmp_path / "fer2013new.csv")
    for place in (alone, tmp_path):
        with pytest.raises(DataSetError, match=r"has no fer2013\.csv beside it"):
            load_dataset(place)
    table(tmp_path / "fer2013.csv")
    with pytest.raises(DataSetError, match=r"hold no faces: name fer2013\.csv or its folder"):
        load_dataset(alone)


def test_another_table_is_told_which_columns_were_expected(tmp_path: Path) -> None:
    other = tmp_path / "prices.csv"
    other.write_text("day,price\n1,2\n", encoding="utf-8")
    with pytest.raises(DataSetError, match=r"emotion, pixels and Usage, but .* begins with day"):
        load_dataset(other)


def test_a_file_that_is_no_table_is_told_so(tmp_path: Path) -> None:
    other = tmp_path / "picture.jpg"
    other.write_bytes(b"\xff\xd8\xff\xe0\x00")
    with pytest.raises(DataSetError, match="must be a CSV table"):
        load_dataset(other)


def test_a_table_without_rows_or_a_column_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "fer2013.csv"
    file.write_text("emotion,pixels,Usage\n", encoding="utf-8")
    with pytest.raises(DataSetError, match="has no rows"):
        load_dataset(file)
    file.write_text("emotion,pixels\n", encoding="utf-8")
    with pytest.raises(DataSetError, match="lacks Usage"):
        load_dataset(file)


def test_test_faces_that_tell_no_split_are_refused(tmp_path: Path) -> None:
    named = KAGGLE | {"test/happy/im7.jpg": 5}
    with pytest.raises(DataSetError, match=r"PublicTest_… or PrivateTest_….* called im7\.jpg"):
        load_dataset(pictures(tmp_path, named))


OWN = {
    "train/happy/anna.jpg": 5,
    "validation/sad/ben.jpg": 6,
    "test/happy/cleo.jpg": 7,
    "test/anger/dan.jpg": 8,
}


def test_own_faces_come_in_three_folders_and_any_size(tmp_path: Path) -> None:
    data = load_dataset(pictures(tmp_path / "ours", OWN, side=80))

    assert [len(data.part(split)) for split in Split] == [1, 1, 2]
    assert data.private_test.labels.tolist() == [0, 3]
    assert data.training.pixels.shape == (1, 48, 48)
    assert data.name == "ours"
    assert not data.training.has_votes()


def test_own_faces_need_all_three_folders(tmp_path: Path) -> None:
    two = {name: grey for name, grey in OWN.items() if not name.startswith("train/")}
    with pytest.raises(DataSetError, match=r"ours must have faces of Training.* no Training faces"):
        load_dataset(pictures(tmp_path / "ours", two))


def test_a_folder_that_is_no_emotion_is_refused(tmp_path: Path) -> None:
    named = KAGGLE | {"train/bored/Training_9.jpg": 5}
    with pytest.raises(DataSetError, match=r"named after the emotions .* called 'bored'"):
        load_dataset(pictures(tmp_path, named))


def test_a_face_of_another_size_or_none_is_refused(tmp_path: Path) -> None:
    pictures(tmp_path, KAGGLE)
    pictures(tmp_path, {"train/sad/Training_5.png": 5}, side=50)
    with pytest.raises(DataSetError, match=r"48 × 48 pixels, but .*Training_5\.png is 50 × 50"):
        load_dataset(tmp_path)
    (tmp_path / "train/sad/Training_5.png").write_bytes(b"not a picture")
    with pytest.raises(DataSetError, match="is no picture"):
        load_dataset(tmp_path)


def test_folders_without_a_picture_are_refused(tmp_path: Path) -> None:
    (tmp_path / "train" / "sad").mkdir(parents=True)
    with pytest.raises(DataSetError, match="there is not one picture"):
        load_dataset(tmp_path)


@pytest.mark.parametrize("index", ["9999", "-1", "two"])
def test_a_place_that_no_sheet_has_is_refused(write_sheets: WriteSheets, index: str) -> None:
    folder = write_sheets([{"usage": "Training", "emotion": 1}, {"index": index, "emotion": 1}])
    with pytest.raises(DataSetError, match=f"must count the 50 places .* has '{index}'"):
        load_dataset(folder)
