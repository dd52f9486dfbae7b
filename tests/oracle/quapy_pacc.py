"""What QuaPy's PACC says of classes of known make-up, as JSON: run in an environment with QuaPy.

    uv run --no-project --with quapy==0.2.3 python tests/oracle/quapy_pacc.py

It imports nothing of this project. QuaPy fits by least squares and clips, ours by EM on the
simplex: both are the exact inverse of M where that lies inside, so every case here does.
"""

import json
import warnings
from importlib.metadata import version

import numpy as np

warnings.simplefilter("ignore")

from quapy.method.aggregative import PACC  # noqa: E402
from sklearn.base import BaseEstimator, ClassifierMixin  # noqa: E402

LOOKS, FACES, CASES = 7, 150, 12


class Answers(ClassifierMixin, BaseEstimator):
    """A classifier whose input already is its answer."""

    def fit(self, answers, looks):
        self.classes_ = np.unique(looks)
        return self

    def predict_proba(self, answers):
        return np.asarray(answers)

    def predict(self, answers):
        return np.asarray(answers).argmax(axis=1)


def main() -> None:
    rng = np.random.default_rng(1)
    cases = []
    for case in range(CASES):
        own = rng.uniform(1.0, 6.0)
        bank = [rng.dirichlet(0.4 + own * np.eye(LOOKS)[look], FACES) for look in range(LOOKS)]
        answers, looks = np.concatenate(bank), np.repeat(np.arange(LOOKS), FACES)
        shares = 0.03 + 0.79 * rng.dirichlet(np.full(LOOKS, 0.8))
        seen = [
            part[rng.integers(FACES, size=count)]
            for part, count in zip(bank, rng.multinomial(4000, shares / shares.sum()), strict=True)
        ]
        pacc = PACC(Answers().fit(answers, looks), fit_classifier=False, val_split=None)
        pacc.fit(answers, looks)
        found = pacc.predict(np.concatenate(seen))
        assert found.min() > 0.001, f"case {case} is not inside the simplex"
        cases.append(
            {
                "matrix": [part.mean(axis=0).round(9).tolist() for part in bank],
                "mean": np.concatenate(seen).mean(axis=0).round(9).tolist(),
                "shares": found.round(6).tolist(),
            }
        )
    print(json.dumps({"quapy": version("quapy"), "cases": cases}))


if __name__ == "__main__":
    main()
