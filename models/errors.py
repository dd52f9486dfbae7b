"""The errors of the models package: one root, and a leaf for each thing a person can put right."""

import sys
from collections.abc import Callable

from contract.errors import ClassPulseError


class ModelsError(ClassPulseError):
    """Something about a model, its weights or its data is not as it must be."""


class DataSetError(ModelsError):
    """A data set is missing, incomplete or in a form that is not known."""


class CardError(ModelsError):
    """A model card is missing or does not say what it must."""


class WeightsError(ModelsError):
    """A weight file is missing, or is not the file its card or manifest describes."""


class InputError(ModelsError):
    """What was given to a model is not of the shape or type it reads."""


class TrainingError(ModelsError):
    """A training run cannot start or go on as asked."""


def in_a_sentence(main: Callable[[], None]) -> None:
    """Run a module's ``main``; what a person can put right is one sentence and exit code 1."""
    try:
        main()
    except ModelsError as error:
        sys.exit(str(error))
