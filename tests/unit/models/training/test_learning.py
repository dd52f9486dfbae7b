"""A run's rate and end follow from its configuration and the epochs before, nothing else."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from models.errors import TrainingError
from models.training.architectures import ARCHITECTURES
from models.training.data.augmentation import Augmentation
from models.training.learning import (
    TrainConfig,
    differing,
    finished,
    plateau_rate,
    read_config,
    since_best,
)
from tests.builders.places import ROOT

RECIPES = sorted((ROOT / "models" / "recipes").glob("*.json"))
PLATEAU = TrainConfig(
    schedule="plateau",
    learning_rate=1.0,
    plateau_epochs=2,
    plateau_factor=0.1,
    least_learning_rate=0.05,
)


@pytest.mark.parametrize(
    ("accuracies", "rate"),
    [
        ([], 1.0),
        ([0.5, 0.4], 1.0),
        ([0.5, 0.4, 0.5], 0.1),  # as good is no improvement
        ([0.5, 0.4, 0.6, 0.5], 1.0),
        ([0.5, 0.4, 0.4, 0.3], 0.1),
        ([0.5, 0.4, 0.4, 0.3, 0.3], 0.05),  # and no lower
        ([0.5, 0.4, 0.4, 0.6, 0.7], 0.1),
    ],
)
def test_the_rate_falls_where_nothing_improves(accuracies: list[float], rate: float) -> None:
    assert plateau_rate(PLATEAU, accuracies) == pytest.approx(rate)


def test_epochs_since_the_best_count_from_the_first_of_equals() -> None:
    assert since_best([]) == 0
    assert since_best([0.1, 0.3, 0.2, 0.3]) == 2


def test_a_run_ends_by_number_or_for_want_of_improvement() -> None:
    config = TrainConfig(epochs=5, patience=2)
    assert not finished(config, [0.1, 0.3, 0.2])
    assert finished(config, [0.1, 0.3, 0.2, 0.3])
    assert finished(config, [0.1, 0.2, 0.3, 0.4, 0.5])
    assert not finished(TrainConfig(epochs=5), [0.5, 0.1, 0.1, 0.1])


def test_a_field_added_later_does_not_end_an_older_run() -> None:
    now = json.loads(json.dumps(asdict(TrainConfig())))
    older = {key: value for key, value in now.items() if key != "patience"}
    assert differing(now, older) == []
    less = {key: value for key, value in now["augmentation"].items() if key != "contrast"}
    assert differing(now, older | {"augmentation": less}) == []
    assert differing(now, older | {"augmentation": less | {"zoom": 0.9}}) == ["augmentation"]
    assert differing(now | {"patience": 3, "batch": 1}, older) == ["batch", "patience"]


@pytest.mark.parametrize(("field", "value"), [("optimizer", "adamw"), ("schedule", "step")])
def test_a_word_that_is_not_known_is_named(tmp_path: Path, field: str, value: str) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps({field: value}), encoding="utf-8")
    with pytest.raises(TrainingError, match=f"{field} must be one of .* not '{value}'"):
        read_config(recipe)


def test_a_recipe_that_is_not_there_or_no_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="does not fit"):
        read_config(tmp_path / "nowhere.json")
    (tmp_path / "list.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(TrainingError, match="does not fit"):
        read_config(tmp_path / "list.json")


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda file: file.stem)
def test_every_kept_recipe_is_one_of_a_known_model(recipe: Path) -> None:
    assert read_config(recipe).model in ARCHITECTURES


def test_every_model_has_a_recipe() -> None:
    assert {read_config(recipe).model for recipe in RECIPES} == set(ARCHITECTURES)


def test_changes_shrink_evenly_to_the_last_epoch() -> None:
    config = TrainConfig(
        epochs=5,
        augmentation=Augmentation(rotation_degrees=20, cutout_share=0.4),
        augmentation_end=0.5,
    )

    turns = [config.augmentation_at(epoch).rotation_degrees for epoch in range(5)]

    assert turns == pytest.approx([20, 17.5, 15, 12.5, 10])
    assert config.augmentation_at(4).cutout_share == pytest.approx(0.2)
    assert config.augmentation_at(4).flip is True
    assert TrainConfig(epochs=5).augmentation_at(4) == TrainConfig().augmentation
