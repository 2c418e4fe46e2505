"""What a report says with its figures, found and recomputed sentence by sentence.

Only what is certain is called wrong: the figures stand in one sentence, it is plain which of them
is meant, and they cannot be true together. Whatever could be read in another way is 请核对, and
what cannot be recomputed is passed over. Arithmetic is exact; a rounded figure stands for all
numbers that are printed like it.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.report_text.changes import growth, points
from checker.report_text.contradictions import (
    differing_tasks,
    low_targets,
    numbers_of_schools,
    said_twice,
)
from checker.report_text.figures import sentences_of
from checker.report_text.ratios import comparisons, limits, means, products, shares
from checker.report_text.self_scores import scores
from checker.report_text.statements import Judged, Statement
from checker.report_text.totals import sums


def statements_of(paragraphs: Sequence[str]) -> tuple[Statement, ...]:
    """All statements of a report, in reading order."""
    sentences = sentences_of(paragraphs)
    found = [one for sentence in sentences for find in _IN_A_SENTENCE for one in find(sentence)]
    found += [one for find in _IN_THE_WHOLE for one in find(sentences)]
    listed = [
        one
        for sentence in sentences_of(paragraphs, wide=True)
        for one in sums(sentence)
        if one.judged is Judged.RIGHT
    ]  # a list that goes on after a semicolon
    places = {(one.paragraph, one.start) for one in listed}
    found = [one for one in found if one.kind != "sum" or (one.paragraph, one.start) not in places]
    found += listed
    unique = {(one.kind, one.paragraph, one.start, one.end): one for one in found}
    return tuple(sorted(unique.values(), key=lambda one: (one.paragraph, one.start, one.end)))


_IN_A_SENTENCE = (sums, growth, shares, means, comparisons, limits, points, products)

_IN_THE_WHOLE = (said_twice, low_targets, differing_tasks, numbers_of_schools, scores)
