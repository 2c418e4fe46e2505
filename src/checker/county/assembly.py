"""The county's judgement put together: records in, CountyReport out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from sys import intern

from msgspec import Struct
from msgspec.structs import replace

from checker.county.concluding import conclude_all
from checker.county.conclusions import CountyFinding, key_of_note
from checker.county.handing_in import Disagreement, HandingIn, hand_in, with_codes
from checker.county.measuring import collection_rules, gather, gather_gaps
from checker.county.python_rules import submission_of
from checker.county.question import County, HandedIn
from checker.county.report import (
    SENT_BACK,
    Attainment,
    CountyReport,
    Decisions,
    Indicator,
    Level,
    Shortage,
    YearLine,
    fact_columns,
)
from checker.county.roster import RosterEntry
from checker.forms.plain_text import same_school
from checker.judging.engine import sent_back
from checker.marking.file_record import FileRecord, exact
from checker.model.rules import Plain, Rule
from checker.model.submission import Submission
from checker.model.template import SCHOOL_LEVELS, Template
from checker.model.verdicts import MISSED, Outcome, Severity, rule_of
from checker.session import Session
from checker.toml_files import texts

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_LEAST = frozenset({">=", ">", "=="})
_MANY_COPIES = 5
"""So many schools with last year's figures, and most of all, are one mistake and not many."""


class Received(Struct, frozen=True):
    """What came of a county's files: the records of this year's and last year's, the submission of
    its own form, its roster, what it decided on explanations; ``unjudged`` the files that the run
    did not come to, ``beside`` (name, reason) of files that have nothing to do with it."""

    records: Sequence[FileRecord]
    form: Submission | None = None
    roster: tuple[RosterEntry, ...] | None = None
    earlier: Sequence[FileRecord] = ()
    decisions: Decisions = {}
    unjudged: Sequence[str] = ()
    beside: Sequence[tuple[str, str]] = ()


def report_on(received: Received, session: Session, name: str = "") -> CountyReport:
    """The county's report on what it received. ``name`` of the county, else that of its form;
    collection rules that went wrong stand in its ``errors``."""
    templates = {template.id: template for template in session.templates}
    roster, form = received.roster, received.form
    records = [_with_code(each, templates, roster) for each in received.records]
    before = [_with_code(each, templates, roster) for each in received.earlier]
    handing_in = hand_in([each for each in records if _is_school(each, templates)], roster)
    counted = handing_in.counted
    listed = with_codes(roster or (), tuple(counted.values()))
    earlier = hand_in([each for each in before if _is_school(each, templates)], None).counted
    template = _main_template(counted.values(), templates)
    handing_in = replace(
        _with_copies_of_last_year(handing_in, counted, earlier),
        missing=_with_types_in_words(handing_in.missing, template),
    )
    county = replace(
        _measured(counted, earlier, templates, template),
        form=form,
        absent=len(handing_in.missing),
        unread=_without_figures(records, handing_in, received) if roster is None else 0,
    )
    rules = collection_rules(session.ruleset, session.profile)
    concluded = conclude_all(rules, county, session.ruleset, session.profile)
    findings = tuple(_answered(concluded.findings, counted, received.decisions))
    judged = _judged(counted, session.rules)
    indicators = _indicators(judged.rules, session.rules, rules)
    years: tuple[YearLine, ...] = ()
    if earlier:
        from checker.county.year_on_year import year_lines  # late: pandas

        both = (county.measured, county.earlier)
        years = year_lines(_Levels(counted), earlier, indicators, county.stages, rules, both)
    told = tuple(_still_asked(records, findings, rules))
    by_path = {record.path: record for record in told}
    return CountyReport(
        county=name or (form.identity("name") if form else ""),
        profile=session.profile.title,
        edition=county.edition,
        asked=session.asked,
        handing_in=handing_in,
        records=told,
        schools=tuple(replace(by_path[record.path], code=code) for code, record in counted.items()),
        stages=county.stages,
        indicators=indicators,
        levels=_Levels(counted),
        dispersion=concluded.dispersion,
        shortages=judged.shortages,
        findings=findings,
        errors=(*session.errors, *concluded.errors),
        unjudged=tuple(received.unjudged),
        beside=tuple(received.beside),
        fact_columns=fact_columns(template) if template else (),
        attainments=tuple(_attainments(rules, county, session.rules)),
        roster={entry.code: entry for entry in listed},
        decisions=received.decisions,
        years=years,
    )


def _with_code(
    record: FileRecord, templates: Mapping[str, Template], roster: tuple[RosterEntry, ...] | None
) -> FileRecord:
    """The record of a form that does not ask for the school's code with the code that the roster
    has for its name, if only one school can be meant; else its name stands for it."""
    template = templates.get(record.template)
    if record.code or not record.name or template is None or template.identity.code is not None:
        return record
    codes = {entry.code for entry in roster or () if same_school(entry.name, record.name)} - {""}
    return replace(record, code=codes.pop() if len(codes) == 1 else record.name)


def _measured(
    counted: Mapping[str, FileRecord],
    earlier: Mapping[str, FileRecord],
    templates: Mapping[str, Template],
    template: Template | None,
) -> County:
    """What the schools' records bring to the collection rules."""
    return County(
        measured=gather((code, record.measures) for code, record in counted.items()),
        earlier=gather((code, record.measures) for code, record in earlier.items()),
        names={code: record.name for code, record in counted.items()},
        stages={stage.id: stage.title for stage in template.stages} if template else {},
        edition=template.edition if template else 0,
        unmeasured=gather_gaps((code, record.unmeasured) for code, record in counted.items()),
        types={code: record.type for code, record in counted.items()},
        forms=_forms(counted, templates),
        earlier_forms=_forms(earlier, templates),
    )


def _forms(records: Mapping[str, FileRecord], templates: Mapping[str, Template]) -> list[HandedIn]:
    return [
        HandedIn(
            code,
            record.name,
            record.type,
            record.template,
            partial(submission_of, record, templates[record.template]),
        )
        for code, record in records.items()
    ]


def _answered(
    findings: Iterable[CountyFinding], counted: Mapping[str, FileRecord], decisions: Decisions
) -> Iterator[CountyFinding]:
    """The findings; a doubt about one school that the school has explained is 已说明, as long as
    its own figure is the one that it explained, and the county did not send the text back."""
    for item in findings:
        if not item.of_school or item.outcome is not Outcome.DOUBT or item.informs:
            yield item
            continue
        (code,) = item.schools
        key = key_of_note(item.rule, item.stage)
        told = next((each for each in counted[code].explained if each.key == key), None)
        if told is None or item.actual not in told.message:
            yield item
            continue
        decision = decisions.get((code, key))
        if decision and decision.word == SENT_BACK and decision.text == told.text:
            yield replace(item, message=item.message + sent_back(decision.remark))
        else:
            yield replace(item, outcome=Outcome.EXPLAINED)


def _still_asked(
    records: Iterable[FileRecord], findings: Iterable[CountyFinding], rules: Iterable[Rule]
) -> Iterator[FileRecord]:
    """The records without explanations of doubts of the county that it does not have any more."""
    own = {rule.id for rule in rules}
    asked = {
        (item.schools[0], key_of_note(item.rule, item.stage))
        for item in findings
        if item.of_school and item.outcome in (Outcome.DOUBT, Outcome.EXPLAINED)
    }
    for record in records:
        told = tuple(
            each
            for each in record.explained
            if rule_of(each.key) not in own or (record.code, each.key) in asked
        )
        yield record if len(told) == len(record.explained) else replace(record, explained=told)


def _attainments(
    asked: Iterable[Rule], county: County, rules: Mapping[str, Rule]
) -> Iterator[Attainment]:
    """Every composite standard that a collection rule asks the stages for: first by school, which
    meets it where all of its stages do, then by stage."""
    for rule in asked:
        parts = [rules.get(name) for name in texts(rule.spec.get("of"))]
        if rule.kind != "pass_share" or not any(
            part and part.kind == "composite" for part in parts
        ):
            continue
        by_school: dict[str, set[str]] = {}
        stages = []
        for stage in county.stages:
            words = dict.fromkeys(county.unmeasured.get((rule.id, stage), ()), "open")
            for row in county.measured.get((rule.id, stage), ()):
                words[row.code] = "unsure" if row.doubts else "met" if row.amount else "missed"
            for code, word in words.items():
                by_school.setdefault(code, set()).add(word)
            if words:
                stages.append(_attainment(rule, stage, words.values()))
        if stages:
            order = ("missed", "unsure", "open", "met")  # the first that any stage has
            schools = [next(word for word in order if word in own) for own in by_school.values()]
            yield _attainment(rule, "", schools)
            yield from stages


def _attainment(rule: Rule, stage: str, words: Iterable[str]) -> Attainment:
    tally = Counter(words)
    title = rule.title.removesuffix("率")
    return Attainment(
        rule.id, title, stage, tally["met"], tally["missed"], tally["unsure"], tally["open"]
    )


def _is_school(record: FileRecord, templates: Mapping[str, Template]) -> bool:
    """Whether a record is of a school's form on which something was filled in."""
    template = templates.get(record.template)
    judged = record.status == "checked" and not record.overview.blank
    return judged and template is not None and template.level in SCHOOL_LEVELS


def _without_figures(
    records: Iterable[FileRecord], handing_in: HandingIn, received: Received
) -> int:
    """Files that may be a school's and yet bring no figures: with a roster such a school is 缺报,
    without one nobody else would notice that it is not in the county's figures."""
    unreadable = sum(record.status != "checked" or record.overview.blank for record in records)
    return unreadable + len(handing_in.nameless) + len(received.unjudged)


def _with_copies_of_last_year(
    handing_in: HandingIn, counted: Mapping[str, FileRecord], earlier: Mapping[str, FileRecord]
) -> HandingIn:
    """Forms whose every fact is last year's: handed in again, not filled in. Where last year's
    forms are of this very year, that is said first; most schools at once are one sentence."""
    same = [record for record in counted.values() if record.overview.same_year]
    copies = [
        record
        for code, record in counted.items()
        if code in earlier and not record.sparse and record.content == earlier[code].content
    ]
    told: list[Disagreement] = []
    if same:
        text = (
            f"--previous 给的上年的表里，{len(same)} 所学校的写的也是今年，像是把今年的表当成了"
            "上年的。那样的话，与上年比较的各条存疑和“与去年比”都不算数，请换成上年的表再运行一次。"
        )
        told.append(Disagreement("same_year", tuple(record.path for record in same), text))
    if len(copies) >= _MANY_COPIES and len(copies) * 2 > len(counted):
        text = (
            f"有 {len(copies)} 所学校今年的填报数据与去年完全相同，像是把今年的表当成了去年的，"
            "或者各校交的都是去年的表，请核实。"
        )
        paths = tuple(record.path for record in copies)
        told.append(Disagreement("copied_last_year", paths, text))
    else:
        told += [
            Disagreement(
                "copied_last_year",
                (record.path,),
                f"“{record.name}”今年的填报数据与去年完全相同，像是交了去年的表，请核实。",
            )
            for record in copies
        ]
    return replace(handing_in, disagreements=(*told, *handing_in.disagreements))


def _main_template(
    records: Iterable[FileRecord], templates: Mapping[str, Template]
) -> Template | None:
    """The template most schools handed in: its stages are the county's."""
    tally: dict[str, int] = {}
    for record in records:
        tally[record.template] = tally.get(record.template, 0) + 1
    return templates[max(tally, key=lambda key: tally[key])] if tally else None


def _with_types_in_words(
    missing: Iterable[RosterEntry], template: Template | None
) -> tuple[RosterEntry, ...]:
    """A roster often gives the 办学类型 as its code: 211 is shown as 小学."""
    field = template.fields().get(template.split.field or "") if template else None
    words = template.code_lists.get(field.codes or "", {}) if template and field else {}
    return tuple(replace(entry, type=words.get(entry.type, entry.type)) for entry in missing)


class _Judged(Struct, frozen=True):
    """What one pass over the schools' indicator verdicts brings: the rules that any stage was
    judged by, and what is lacking where."""

    rules: frozenset[str]
    shortages: tuple[Shortage, ...]


def _judged(counted: Mapping[str, FileRecord], rules: Mapping[str, Rule]) -> _Judged:
    judged: set[str] = set()
    shortages = []
    for code, record in counted.items():
        for item in record.judged:
            if item.stage:
                judged.add(item.rule)
            rule = rules.get(item.rule)
            if item.gap and item.outcome in MISSED and rule is not None:
                shortages.append(
                    Shortage(
                        code=code,
                        name=record.name,
                        stage=intern(item.stage),
                        rule=rule.id,
                        title=rule.title,
                        value=exact(item.gap),
                        unit=intern(item.gap_unit),
                        noun=intern(item.gap_noun),
                    )
                )
    return _Judged(frozenset(judged), tuple(shortages))


def _indicators(
    judged: frozenset[str], rules: Mapping[str, Rule], asked: Iterable[Rule]
) -> tuple[Indicator, ...]:
    """The deciding indicators that any school was judged by, in the order of the rules: first those
    that 差异系数 compare, which a county looks at first."""
    compared = {str(rule.spec.get("indicator")) for rule in asked if rule.kind == "dispersion"}
    found = (
        Indicator(
            rule=rule.id,
            title=rule.title,
            unit=str(rule.spec.get("unit", "")),
            digits=_whole(rule.spec.get("digits", 2)),
            at_least=str(rule.spec.get("compare", ">=")) in _LEAST,
        )
        for rule in rules.values()
        if rule.id in judged and rule.severity in (Severity.HARD, Severity.STANDARD)
    )
    return tuple(sorted(found, key=lambda item: item.rule not in compared))


def _whole(value: Plain) -> int:
    return value if isinstance(value, int) else 2


class _Levels(Iterable[Level]):
    """The levels of the schools that count, school by school, read anew on every pass."""

    def __init__(self, counted: Mapping[str, FileRecord]) -> None:
        self._counted = counted

    def __iter__(self) -> Iterator[Level]:
        for code, record in self._counted.items():
            for item in record.judged:
                if item.stage:
                    yield Level(
                        code=code,
                        stage=item.stage,
                        rule=item.rule,
                        outcome=_OUTCOMES[item.outcome],
                        value=exact(item.value) if item.value else None,
                        limit=exact(item.limit) if item.limit else None,
                        doubts=item.doubts,
                    )
