"""The marked copy of a .docx report: highlighted figures and comments, written to a new file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from io import BytesIO
from typing import TYPE_CHECKING

from checker.harmless import one_line
from checker.report_text.statements import JUDGED_WORDS, KIND_WORDS, Judged, Statement
from checker.report_text.text_source import open_docx, paragraphs_of

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

AUTHOR = "校验"
_REFERENCE = "CommentReference"
"""The style that Word gives the sign of a comment."""


def marked(data: bytes, statements: Sequence[Statement]) -> bytes:
    """The document with a highlight and a comment on each statement that is wrong or to be
    verified. Text, styles and everything else stay. Raises UnreadableReport, MissingExtra."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_COLOR_INDEX

    document = open_docx(data)
    colours = {Judged.WRONG: WD_COLOR_INDEX.RED, Judged.ASK: WD_COLOR_INDEX.YELLOW}
    paragraphs = list(paragraphs_of(document))
    if not any(style.style_id == _REFERENCE for style in document.styles):
        document.styles.add_style(_REFERENCE, WD_STYLE_TYPE.CHARACTER)  # comments refer to it
    for one in sorted(statements, key=lambda each: each.judged is Judged.WRONG):
        if one.judged not in colours:
            continue
        runs = _runs_between(paragraphs[one.paragraph], one.start, one.end)
        for run in runs:
            run.font.highlight_color = colours[one.judged]
        if runs:
            text = f"{JUDGED_WORDS[one.judged]}（{KIND_WORDS[one.kind]}）：{one_line(one.message)}"
            document.add_comment(runs, text=text, author=AUTHOR, initials=AUTHOR)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def _runs_between(paragraph: Paragraph, start: int, end: int) -> list[Run]:
    """The runs that hold the characters from ``start`` to ``end``, cut so that they hold no more.

    A run whose text cannot be cut (it holds a picture or a field) is taken whole."""
    found: list[Run] = []
    at = 0
    for run in _all_runs(paragraph):
        length = len(run.text)
        first, last = max(start - at, 0), min(end - at, length)
        if first < last:
            found.append(_cut(run, first, last))
        at += length
    return found


def _all_runs(paragraph: Paragraph) -> Iterable[Run]:
    """The runs in reading order, those of links too: together they are the paragraph's text."""
    from docx.text.run import Run

    for part in paragraph.iter_inner_content():
        if isinstance(part, Run):
            yield part
        else:
            yield from part.runs


def _cut(run: Run, first: int, last: int) -> Run:
    """The run that holds the characters from ``first`` to ``last``; what is before and after them
    becomes runs of their own that look the same."""
    from docx.text.run import Run

    text = run.text
    plain = all(child.tag.endswith(("}rPr", "}t")) for child in run._r)
    if (first == 0 and last == len(text)) or not plain:
        return run
    if first:
        before = deepcopy(run._r)
        run._r.addprevious(before)
        Run(before, run._parent).text = text[:first]
    if last < len(text):
        after = deepcopy(run._r)
        run._r.addnext(after)
        Run(after, run._parent).text = text[last:]
    run.text = text[first:last]
    return run
