"""What changed around each marker, in one sentence."""

from math import isnan

from analytics.moments import NOTABLE, MarkerChange
from dashboard import i18n, wording
from dashboard.i18n import text


def change_words(change: MarkerChange) -> str:
    """Before and after the marker, e.g. *After Quiz, attention rose from 52 % to 71 %.*"""
    parts = [*_attention(change), *_look(change)]
    if not parts:
        return text("After {marker}, the mood stayed as it was.", marker=change.marker.label)
    return text(
        "After {marker}, {changes}.", marker=change.marker.label, changes=i18n.listing(parts)
    )


def _attention(change: MarkerChange) -> list[str]:
    before, after = change.attentive_before, change.attentive_after
    if isnan(before) or isnan(after):
        return []
    shares = {"before": i18n.percent(before), "after": i18n.percent(after)}
    if abs(after - before) < NOTABLE:
        return [text("attention stayed near {after}", **shares)]
    if after > before:
        return [text("attention rose from {before} to {after}", **shares)]
    return [text("attention fell from {before} to {after}", **shares)]


def _look(change: MarkerChange) -> list[str]:
    before, after = change.share_before, change.share_after
    if change.look is None or abs(after - before) < NOTABLE:
        return []
    values = {
        "look": wording.LOOK[change.look],
        "before": i18n.percent(before),
        "after": i18n.percent(after),
    }
    if after > before:
        return [text("{look} rose from {before} to {after}", **values)]
    return [text("{look} fell from {before} to {after}", **values)]
