"""How well *looks disengaged* tells pictures that annotators saw so from engaged ones."""

from typing import Any

from benchmarks.real.pictures import Pictures


def engagement(listening: Pictures, elearners: Pictures) -> dict[str, Any]:
    """``engagement_auc_pooled engagement_auc_within elearners_auc``."""
    return dict.fromkeys(("engagement_auc_pooled", "engagement_auc_within", "elearners_auc"))
