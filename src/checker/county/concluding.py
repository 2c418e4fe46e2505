"""Which kind of collection rule is concluded how: measures in, what they say of the county out."""

from __future__ import annotations

from collections.abc import Callable

from checker.county.inequality import mean_dispersion, one_dispersion
from checker.county.question import Conclusion, Question
from checker.county.standing_out import cohort, outliers
from checker.county.sums import share, total

KINDS: dict[str, Callable[[Question], Conclusion]] = {
    "dispersion": one_dispersion,
    "dispersion_mean": mean_dispersion,
    "share": share,
    "pass_share": share,
    "total": total,
    "outlier": outliers,
    "cohort": cohort,
}
"""Kinds of collection rules by the ``kind`` of the manifest."""


def conclude(question: Question) -> Conclusion:
    """The conclusion of one collection rule for one stage. Raises KeyError for an unknown kind."""
    return KINDS[question.rule.kind](question)
