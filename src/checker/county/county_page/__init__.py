"""The county's report as one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from importlib.resources import files
from urllib.parse import quote

from msgspec import Struct

from checker.county.conclusions import DispersionResult, cells_of
from checker.county.county_page.histograms import distributions, shares_of
from checker.county.report import (
    CountyReport,
    Indicator,
    Level,
    school_years,
    state_of,
)
from checker.county.townships import ELSEWHERE, KINDS, townships
from checker.county.traces import hint
from checker.county.work_list import WorkList
from checker.marking.file_record import FileRecord
from checker.marking.findings import Finding
from checker.model.verdicts import MISSED, OUTCOME_WORDS, Outcome, format_number

_PIECES_AT_ONCE = 2000
"""So many pieces of the page are joined before they are written."""


def county_page(
    report: CountyReport,
    generated: str,
    todo: WorkList,
    notes: Mapping[str, Sequence[Finding]],
) -> Iterator[str]:
    """The page as text, piece by piece: the schools are read back one by one while it is written.
    ``generated`` is the time to print on it, e.g. "2026-09-20 18:05"; ``todo`` is the report's
    work list, ``notes`` what the county says of single schools."""
    from jinja2 import Environment, FunctionLoader
    from markupsafe import Markup

    here = files(__name__)
    environment = Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda name: (here / name).read_text("utf-8")),
    )
    environment.globals["number"] = format_number
    template = environment.get_template("page.html.j2")
    style, script = ((here / name).read_text("utf-8") for name in ("page.css", "page.js"))
    towns = [(town, shares_of(town)) for town in townships(report, todo.lines)]
    pieces = template.stream(
        report=report,
        generated=generated,
        style=Markup(style),
        script=Markup(script),
        style_hash=Markup(allowed_source(style)),
        script_hash=Markup(allowed_source(script)),
        todo=todo,
        townships=sorted({line.township or ELSEWHERE for line in todo.lines}, key=_last),
        elsewhere=ELSEWHERE,
        towns=towns,
        tallest=max((max(shares) for _, shares in towns), default=Fraction(0)),
        kinds=KINDS,
        scorecard=_scorecard(report),
        clean=sum(
            record.status == "checked" and not record.counts.fail for record in report.standing()
        ),
        by_cause=by_cause,
        county_of=notes,
        school_anchors={school.code: f"s{n}" for n, school in enumerate(report.schools, 1)},
        cells_of=cells_of,
        matrix_cell=matrix_cell,
        distributions=list(distributions(report)),
        dispersion=_by_stage(report.deciding()),
        shortages=sorted(report.total_shortages()),
        shortages_of=_shortages_by_school(report),
        names=report.names,
        link=_link,
        percent=_percent,
        left_out=_left_out,
        hint=hint,
        state_of=state_of,
        school_years=school_years,
        all_stages=list(report.stages.items()),
    )
    pieces.enable_buffering(_PIECES_AT_ONCE)
    return pieces


def allowed_source(text: str) -> str:
    """The source expression by which a Content-Security-Policy allows this very text."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


class CauseGroup(Struct, frozen=True):
    """The findings that follow from one thing to do first ("" for all others)."""

    message: str
    findings: list[Finding]


def by_cause(record: FileRecord) -> list[CauseGroup]:
    """The findings of a file by what they follow from, in the order in which they should be
    mended."""
    groups = [CauseGroup(str(thing), []) for thing in record.overview.first]
    groups.append(CauseGroup("", []))
    for finding in record.findings:
        groups[finding.cause - 1].findings.append(finding)
    return [group for group in groups if group.findings]


def _scorecard(report: CountyReport) -> list[tuple[str, dict[str, DispersionResult]]]:
    """The seven 差异系数, each with its result by stage."""
    found: dict[str, dict[str, DispersionResult]] = defaultdict(dict)
    for item in report.deciding():
        found[item.title][item.finding.stage] = item
    return list(found.items())


def _by_stage(results: tuple[DispersionResult, ...]) -> dict[str, list[DispersionResult]]:
    grouped: dict[str, list[DispersionResult]] = defaultdict(list)
    for result in results:
        grouped[result.finding.stage].append(result)
    return dict(grouped)


def _left_out(results: list[DispersionResult]) -> list[tuple[tuple[str, ...], list[str]]]:
    """The schools whose figures are missing, with the titles of the indicators that lack them."""
    titles: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for item in results:
        if item.finding.not_measured:
            titles[item.finding.not_measured].append(item.title)
    return list(titles.items())


def _last(town: str) -> tuple[bool, str]:
    """`ELSEWHERE` after the 乡镇 that have names."""
    return town == ELSEWHERE, town


def _percent(share: Fraction) -> str:
    """46%; what misses is never shown as 100%."""
    text = format_number(share * 100, 0)
    return f"{format_number(share * 100, 2) if share < 1 and text == '100' else text}%"


def _shortages_by_school(report: CountyReport) -> dict[str, list[str]]:
    lines: dict[str, list[str]] = defaultdict(list)
    for item in report.shortages:
        stage = report.stages.get(item.stage, "")
        lines[item.code].append(
            f"{stage}{item.title}：缺 {format_number(item.value, 2)} {item.unit}{item.noun}"
        )
    return dict(lines)


def _link(path: str) -> str:
    """A relative link to a marked copy; never an absolute address or another scheme."""
    return quote(path.replace("\\", "/").lstrip("/"))


class MatrixCell(Struct, frozen=True):
    """One cell of the school × indicator matrix: shown text, heat class and tooltip."""

    text: str
    heat: str
    title: str


def matrix_cell(indicator: Indicator, level: Level | None) -> MatrixCell:
    """How a level is shown."""
    if level is None or level.value is None:
        word = OUTCOME_WORDS[level.outcome] if level else "不适用"
        return MatrixCell("—", "none", f"{indicator.title}：{word}")
    text = format_number(level.value, indicator.digits)
    need = "" if level.limit is None else f"，标准 {format_number(level.limit, indicator.digits)}"
    told = f"{indicator.title}：{text}{indicator.unit}{need}，"
    if not level.sure:
        cells = "、".join(cells_of(level.doubts))
        return MatrixCell(f"{text} ?", "q", f"{told}数据有错或存疑，见 {cells}")
    word = "达标" if level.outcome is Outcome.PASS else OUTCOME_WORDS[level.outcome]
    missed = " ✗" if level.outcome in MISSED else ""
    return MatrixCell(f"{text}{missed}", _heat(indicator, level), f"{told}{word}")


def _heat(indicator: Indicator, level: Level) -> str:
    """g2 g1 (kept) · y (missed by up to 15 %, the floor of the school verdict) · r1 r2 (worse)."""
    ratio = level.ratio(indicator)
    if level.outcome not in MISSED:
        return "g2" if ratio is not None and ratio >= Fraction(6, 5) else "g1"
    if ratio is None or ratio < Fraction(3, 5):
        return "r2"
    return "y" if ratio >= Fraction(17, 20) else "r1"
