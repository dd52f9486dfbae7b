"""Faces are found where they are, however turned, lit or sized, and nowhere else."""

import cv2
import numpy as np
import pytest
import skimage.data

from models.errors import InputError
from models.inference.blazeface import BlazeFace, Detection
from models.inference.crops import RECIPE, Recipe, evenly_lit, face_crop, framed, square_crop
from models.inference.face_detector import FaceDetector
from models.inference.face_mesh import FaceMesh
from models.inference.face_windows import moved, one_of_each, scaled, window_of, windows
from models.training.data.scenes import Placed
from models.training.framing import Found, fit, misses

EYES_AND_MOUTH = np.array([[204.0, 105.0], [245.0, 107.0], [226.0, 150.0]])
"""The astronaut's right eye, left eye and mouth, read off the portrait by hand."""


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return np.ascontiguousarray(skimage.data.astronaut()[:, :, ::-1])


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector.load()


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return FaceMesh.load()


def _turned(picture: np.ndarray, degrees: float) -> np.ndarray:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(picture, turn, (width, height))


def test_the_face_is_found_with_its_eyes_and_mouth(
    detector: FaceDetector, astronaut: np.ndarray
) -> None:
    (face,) = detector.detect(astronaut)

    found = face.keypoints[[0, 1, 3]]
    assert np.abs(found - EYES_AND_MOUTH).max() < 8
    assert face.x < 204 < 245 < face.x + face.w
    assert face.y < 105 < 150 < face.y + face.h


@pytest.mark.parametrize("degrees", [-45, -20, 20, 45])
def test_a_turned_head_is_found_and_its_roll_is_known(
    detector: FaceDetector, astronaut: np.ndarray, degrees: float
) -> None:
    straight = detector.detect(astronaut)[0].roll_degrees
    (face,) = detector.detect(_turned(astronaut, degrees))

    assert face.roll_degrees - straight == pytest.approx(-degrees, abs=8)


@pytest.mark.parametrize("light", [0.15, 0.5, 1.6])
def test_light_matters_little(detector: FaceDetector, astronaut: np.ndarray, light: float) -> None:
    lit = np.clip(astronaut * light, 0, 255).astype(np.uint8)

    assert len(detector.detect(lit)) == 1


def test_a_wide_scene_with_a_small_face(detector: FaceDetector, astronaut: np.ndarray) -> None:
    scene = np.full((480, 854, 3), 90, np.uint8)
    scene[200:456, 580:836] = cv2.resize(astronaut, (256, 256), interpolation=cv2.INTER_AREA)

    (face,) = detector.detect(scene)

    assert face.x + face.w / 2 == pytest.approx(580 + 225 / 2, abs=6)
    assert face.y + face.h / 2 == pytest.approx(200 + 125 / 2, abs=6)


def test_two_faces_come_largest_first(detector: FaceDetector, astronaut: np.ndarray) -> None:
    scene = np.full((512, 900, 3), 90, np.uint8)
    scene[:, 388:] = astronaut
    scene[100:400, 20:320] = cv2.resize(astronaut, (300, 300), interpolation=cv2.INTER_AREA)

    first, second = detector.detect(scene)

    assert first.area > second.area
    assert first.x > 388 > second.x


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_nothing_is_found_in_nothing(detector: FaceDetector, grey: int) -> None:
    assert detector.detect(np.full((240, 320, 3), grey, np.uint8)) == []


def test_noise_and_textures_are_no_faces(detector: FaceDetector) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    coffee = np.ascontiguousarray(skimage.data.coffee()[:, :, ::-1])

    assert detector.detect(noise) == []
    assert detector.detect(coffee) == []


def test_a_doubtful_proposal_is_only_a_face_if_the_mesh_agrees(astronaut: np.ndarray) -> None:
    """The detector asks the mesh about what BlazeFace is unsure of, and only about that."""

    class Proposer:
        def __init__(self, scores: list[float]) -> None:
            self.scores = scores

        def detect(self, image: np.ndarray) -> list[Detection]:
            return [Detection(0, 0, 9, 9, score, np.zeros((6, 2))) for score in self.scores]

    class Confirmer:
        def __init__(self, presence: float) -> None:
            self.value = presence
            self.asked: list[float] = []

        def presence(self, image: np.ndarray, face: Detection) -> float:
            self.asked.append(face.score)
            return self.value

    no, yes = Confirmer(0.5), Confirmer(0.99)
    proposer = Proposer([0.95, 0.6])

    doubted = FaceDetector(proposer, no).detect(astronaut)  # type: ignore[arg-type]
    confirmed = FaceDetector(proposer, yes).detect(astronaut)  # type: ignore[arg-type]

    assert [face.score for face in doubted] == [0.95]
    assert [face.score for face in confirmed] == [0.95, 0.6]
    assert no.asked == [0.6]


def test_the_mesh_lies_on_the_face(
    detector: FaceDetector, mesh: FaceMesh, astronaut: np.ndarray
) -> None:
    (face,) = detector.detect(astronaut)

    found = mesh.landmarks(astronaut, face)

    assert found.presence > 0.95
    assert found.points.shape == (468, 3)
    eyes_and_mouth = np.stack(
        [
            found.points[[33, 133], :2].mean(axis=0),
            found.points[[362, 263], :2].mean(axis=0),
            found.points[[13, 14], :2].mean(axis=0),
        ]
    )
    assert np.abs(eyes_and_mouth - EYES_AND_MOUTH).max() < 8


def test_the_mesh_follows_a_turned_head(
    detector: FaceDetector, mesh: FaceMesh, astronaut: np.ndarray
) -> None:
    turned = _turned(astronaut, 30)
    (straight,), (face,) = detector.detect(astronaut), detector.detect(turned)

    points = mesh.landmarks(astronaut, straight).points[:, :2]
    expected = points @ cv2.getRotationMatrix2D((256, 256), 30, 1)[:, :2].T
    expected += cv2.getRotationMatrix2D((256, 256), 30, 1)[:, 2]

    assert np.abs(mesh.landmarks(turned, face).points[:, :2] - expected).mean() < 2.5


def test_no_face_has_no_presence(mesh: FaceMesh) -> None:
    coffee = np.ascontiguousarray(skimage.data.coffee()[:, :, ::-1])
    nowhere = Detection(200, 100, 120, 120, 0.6, np.array([[230, 140], [290, 140]] + [[0, 0]] * 4))

    assert mesh.presence(coffee, nowhere) < 0.5


def test_the_crop_shows_the_face_in_the_middle(
    detector: FaceDetector, astronaut: np.ndarray
) -> None:
    (face,) = detector.detect(astronaut)

    crop = face_crop(astronaut, face)

    assert crop.shape == (48, 48)
    assert crop.dtype == np.uint8
    larger = cv2.resize(crop, (256, 256), interpolation=cv2.INTER_CUBIC)
    scene = np.full((400, 400, 3), 128, np.uint8)
    scene[72:328, 72:328] = larger[:, :, None]
    (again,) = BlazeFace.load().detect(scene)
    assert again.x + again.w / 2 == pytest.approx(200, abs=20)


def test_a_crop_over_the_edge_goes_on_with_the_edge() -> None:
    picture = np.zeros((60, 60, 3), np.uint8)
    picture[:, :30] = 200

    crop = square_crop(picture, centre=(0, 30), side=60)

    assert (crop[:, :24] == 200).all()


def test_a_turned_crop_turns_the_picture_back() -> None:
    picture = np.zeros((200, 200, 3), np.uint8)
    picture[:100] = 250
    turned = _turned(picture, -40)

    crop = square_crop(turned, centre=(100, 100), side=96, turn_degrees=40)

    assert crop[:22].min() > 240
    assert crop[26:].max() < 10


def test_shrinking_averages_instead_of_skipping() -> None:
    stripes = np.zeros((480, 480, 3), np.uint8)
    stripes[:, ::2] = 255

    crop = square_crop(stripes, centre=(239.5, 239.5), side=480)

    assert np.abs(crop.astype(int) - 127).max() <= 40


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
        np.zeros((0, 10, 3), np.uint8),
    ],
    ids=["grey", "alpha", "float", "empty"],
)
def test_what_is_no_picture_is_refused(detector: FaceDetector, picture: np.ndarray) -> None:
    with pytest.raises(InputError, match="a picture must"):
        detector.detect(picture)


def test_windows_cover_every_pixel_and_overlap() -> None:
    side, step = 100, 70
    seen = np.zeros((250, 430), np.int64)
    for left, top in windows(430, 250, side, step):
        assert window_of(seen, left, top, side).shape == (side, side)
        seen[top : top + side, left : left + side] += 1

    assert seen.min() == 1
    assert seen.max() == 4


class Counting(BlazeFace):
    """Sees nothing, and counts the pictures and pixels it was shown."""

    def __init__(self) -> None:
        self.side_of, self.shown, self.pixels = 256, 0, 0

    @property
    def side(self) -> int:
        return self.side_of

    def detect(self, image_bgr: np.ndarray) -> list[Detection]:
        self.shown += 1
        self.pixels += image_bgr.size // 3
        return []


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    "size",
    [(1, 1), (1, 1_000), (4_000, 1), (1, 100_000), (20, 20_000), (480, 640), (1_000, 30_000)],
)
def test_the_cost_of_a_picture_follows_its_pixels_whatever_its_shape(
    mesh: FaceMesh, size: tuple[int, int], many: bool
) -> None:
    eyes = Counting()
    finder = FaceDetector(eyes, mesh)
    picture = np.full((*size, 3), 90, np.uint8)
    (finder.detect_many if many else finder.detect)(picture)
    assert eyes.shown <= 100
    # Each window is a network's input at most; beside them the whole picture is shown.
    assert eyes.pixels - size[0] * size[1] <= 100 * 256 * 256


def test_a_face_in_a_long_strip_is_found(detector: FaceDetector, astronaut: np.ndarray) -> None:
    strip = np.full((300, 6_000, 3), 90, np.uint8)
    strip[:, 3_000:3_300] = astronaut[:300, 70:370]
    (face,) = detector.detect(strip)
    assert face.x + face.w / 2 == pytest.approx(3_000 + 225 - 70, abs=15)


def test_what_two_windows_saw_is_one_face() -> None:
    points = np.zeros((6, 2))
    whole = Detection(100, 100, 50, 50, 0.9, points)
    half = Detection(122, 102, 24, 46, 0.95, points)
    beside = Detection(148, 100, 50, 50, 0.7, points)

    assert [face.x for face in one_of_each([half, beside, whole])] == [148, 122]
    assert moved(whole, 20, -30).y == 70
    larger = scaled(whole, 2, 3)
    assert (larger.x, larger.y, larger.w, larger.h) == (200, 300, 100, 150)


def test_a_face_too_small_for_the_whole_picture_is_found_in_a_part(
    detector: FaceDetector, astronaut: np.ndarray
) -> None:
    scene = np.full((900, 1600, 3), 90, np.uint8)
    scene[600:772, 1200:1372] = cv2.resize(astronaut, (172, 172), interpolation=cv2.INTER_AREA)

    assert BlazeFace.load().detect(scene) == []
    (face,) = detector.detect(scene)
    surest = max(detector.detect_many(scene), key=lambda found: found.score)

    for found in (face, surest):
        assert found.x + found.w / 2 == pytest.approx(1200 + 225 / 3, abs=8)


def test_every_face_of_a_gallery_is_found(detector: FaceDetector, astronaut: np.ndarray) -> None:
    head = cv2.resize(astronaut[:300, 80:380], (150, 150), interpolation=cv2.INTER_AREA)
    gallery = np.full((720, 1280, 3), 60, np.uint8)
    for place in range(12):
        top, left = 60 + 220 * (place // 4), 60 + 300 * (place % 4)
        gallery[top : top + 150, left : left + 150] = head

    found = detector.detect_many(gallery)

    assert len(found) == 12


def _landmarks(turn_degrees: float, size: float, place: tuple[float, float]) -> np.ndarray:
    """A face of random points between -1 and 1, symmetric, with eyes and mouth where they are."""
    points = np.zeros((468, 3))
    half = np.random.default_rng(0).uniform(-0.9, 0.9, (234, 2))
    inner = np.concatenate([half, half * (-1, 1)])
    inner[0], inner[1] = (-1, -1), (1, 1)
    inner[[33, 133]], inner[[362, 263]] = (-0.5, -0.3), (0.5, -0.3)
    inner[4], inner[61], inner[291] = (0, 0), (-0.3, 0.5), (0.3, 0.5)
    turn = np.radians(turn_degrees)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    points[:, :2] = size * inner @ rotation.T + place
    return points


def test_a_frame_grows_moves_and_turns_with_its_face() -> None:
    seen = Detection(0, 0, 1, 1, 0.8, np.zeros((6, 2)))
    straight = framed(_landmarks(0, 50, (200, 120)), seen)
    turned = framed(_landmarks(25, 100, (300, 220)), seen)

    assert straight.x + straight.w / 2 == pytest.approx(200)
    assert abs(straight.y + straight.h / 2 - 120) < 20
    assert 80 < straight.w < 140
    assert turned.w == pytest.approx(2 * straight.w)
    lower = straight.y + straight.h / 2 - 120
    lean = np.radians(25)
    assert turned.x + turned.w / 2 == pytest.approx(300 - 2 * lower * np.sin(lean))
    assert turned.y + turned.h / 2 == pytest.approx(220 + 2 * lower * np.cos(lean))
    assert turned.roll_degrees == pytest.approx(25)
    assert turned.score == 0.8


def test_the_weights_of_the_recipe_sum_to_one() -> None:
    for weights in (RECIPE.lengths, RECIPE.across, RECIPE.down):
        assert sum(weights) == pytest.approx(1, abs=1e-9)


def test_a_face_in_poor_light_is_cropped_as_in_good_light() -> None:
    face = np.random.default_rng(1).integers(20, 220, (48, 48)).astype(np.uint8)
    good = evenly_lit(face)

    for light in (0.35, 0.7, 1.1):
        lit = np.clip(face * light, 0, 255).astype(np.uint8)
        assert np.abs(evenly_lit(lit).astype(int) - good).max() <= 4
    assert evenly_lit(np.zeros((48, 48), np.uint8)).max() == 0


def test_a_window_behind_the_head_does_not_dim_the_face() -> None:
    face = np.full((48, 48), 100, np.uint8)
    face[:6] = 255

    assert evenly_lit(face)[24, 24] == 200


def _found(recipe: Recipe, count: int) -> list[Found]:
    """Faces of random shapes that truly lie where ``recipe`` has them."""
    random = np.random.default_rng(2)
    found = []
    for index in range(count):
        points = _landmarks(
            float(random.uniform(-30, 30)), float(random.uniform(30, 90)), (160, 120)
        )
        points[:, :2] += random.normal(0, 3, (468, 2))
        seen = Detection(0, 0, 1, 1, 0.8, np.zeros((6, 2)))
        square = framed(points, seen, recipe)
        x, y = square.x + square.w / 2, square.y + square.h / 2
        truth = Placed(index, x, y, square.w, square.roll_degrees)
        found.append(Found(index, np.zeros((240, 320, 3), np.uint8), truth, seen, points))
    return found


def test_a_recipe_is_found_again_from_faces_that_follow_it() -> None:
    recipe = Recipe((0.1, 0.2, 0.4, 0.3), 1.3, (0.5, 0.2, 0.2, 0.1), (0.6, 0.1, 0.2, 0.1), 0.05)
    found = _found(recipe, 300)

    off = np.abs(misses(found, fit(found))).mean(axis=0)

    assert off.max() < 0.01
    assert np.abs(misses(found, RECIPE)).mean(axis=0)[0] > 0.05
