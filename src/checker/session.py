"""Session: where the five steps read, bind, judge, mark, write are put together (`Session.check`).

The command line, the folder run and the button inside the spreadsheet program all judge through
here, so they give the same verdicts. What is judged stays pure; the session only holds what was
loaded once: rules, profile, templates. Modules of a step are imported when it runs: ``explain`` and
``rules`` need none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from checker.forms.errors import UnknownForm
from checker.model.marks import Changes
from checker.model.report import Asked, FileStatus, Judgement, Report
from checker.model.rules import Rule, Threshold
from checker.model.snapshot import Snapshot
from checker.model.submission import Submission
from checker.model.template import Template
from checker.model.verdicts import RuleError
from checker.plugins.loading import load_plugins
from checker.rules.profiles import Profile, build
from checker.rules.ruleset import RuleSet
from checker.trouble import UserMistake

if TYPE_CHECKING:
    from checker.marking.findings import Finding


class BadChoice(UserMistake):
    """Options that name something that does not exist; the text is a Chinese sentence."""


class LastYear(Protocol):
    """Where last year's submissions are: ``checker.batch.previous_year.PreviousYear``."""

    def of(self, submission: Submission) -> Submission | None: ...


Write = Callable[[Changes], None]
"""Writes marks into a file or a copy. Raises UnwritableWorkbook."""


class SessionOptions(Struct, frozen=True):
    """What a user chooses. Picklable and hashable: workers make the same session from it.

    ``profile`` is an id or the path of a profile file; ``plugins`` None means all that are found;
    ``previous`` is last year's workbook, a folder or archive of them, or an fsspec URL of these; it
    is looked into by sessions that ``checker.batch.previous_year.session_for`` opens; ``limits``
    are those of `checker.reading.limits` that are not the usual ones.
    """

    profile: str | None = None
    edition: int | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    plugin_dirs: tuple[str, ...] = ()
    plugins: tuple[str, ...] | None = None
    previous: str | None = None
    limits: tuple[tuple[str, int], ...] = ()


OLDEST_RULES = 2017
"""The first year of whose rules anything is known: 教督〔2017〕6号."""


class Session:
    """What was loaded for one choice of rules. Raises BadChoice when it makes no sense."""

    def __init__(self, options: SessionOptions = SessionOptions()) -> None:  # noqa: B008 - immutable
        self.options = options
        self.last_year: LastYear | None = None
        self._years: dict[tuple[str, int, int], Template] = {}
        folders = [Path(folder) for folder in options.plugin_dirs]
        self.plugins = load_plugins(folders, options.plugins)
        self.ruleset = self._chosen(self.plugins.ruleset)
        self.profile = self._load_profile()

    @property
    def asked(self) -> Asked:
        """What this session judges by."""
        return Asked(self.profile.id, self.edition, self.options.previous is not None)

    @property
    def chosen_profile(self) -> str:
        """Title of the profile that was chosen; "" under the national one."""
        return "" if self.options.profile is None else self.profile.title

    def check(self, path: str, data: bytes, write: Write | None = None) -> Judgement:
        """One workbook through the five steps. A bad file becomes a judgement that says why.

        ``data`` is the content of the file at ``path``; ``write`` puts the marks where they are
        wanted, None writes none. A workbook of which only a converted copy can be marked is handed
        to ``write`` too: whether that can be made is seen there.
        """
        from checker.reading import UnreadableWorkbook, read_snapshot_bytes
        from checker.reading.limits import set_limits

        set_limits(self.options.limits)
        try:
            snapshot = read_snapshot_bytes(Path(path).name, data)
            submission = self.bind(snapshot)
        except UnreadableWorkbook as problem:
            return Judgement(path, FileStatus.UNREADABLE, message=problem.reason)
        except UnknownForm as problem:
            return Judgement(path, FileStatus.UNKNOWN_TEMPLATE, message=problem.reason)
        report = self.judge(submission)
        cannot_write = None if snapshot.convertible else snapshot.cannot_write
        if write is not None and cannot_write is None:
            from checker.writing.outcome import UnwritableWorkbook

            try:
                marks = self.mark(report)
                write(marks)
            except UnwritableWorkbook as refusal:
                cannot_write = str(refusal)
        return Judgement(path, FileStatus.CHECKED, report, cannot_write=cannot_write)

    def bind(self, snapshot: Snapshot) -> Submission:
        """The submission in a snapshot. Raises UnknownForm."""
        from checker.forms.binding import bind
        from checker.forms.recognition import recognise

        return bind(snapshot, recognise(snapshot, self.templates))

    def judge(self, submission: Submission, previous: Submission | None = None) -> Report:
        """All verdicts. ``previous`` is last year's submission; without it the session looks in its
        own last year."""
        from checker.judging.engine import judge

        if submission.blank:
            return Report(submission, (), profile=self.profile.id, blank=True)
        if submission.units:
            from checker.judging.ledger import judge_ledger

            return judge_ledger(submission, self.ruleset, self.profile)
        submission, note = self._of_its_year(submission)
        if previous is None and self.last_year is not None:
            previous = self.last_year.of(submission)
        report = judge(submission, self.ruleset, self.profile, previous)
        if previous is not None and 0 < submission.said_year == previous.said_year:
            note += (
                f"用来比较的上年的表写的也是 {previous.said_year} 年，与这份表是同一年，"
                "“与上年比较”的各条可能不对：请核对给的是不是上年的表。"
            )
            return replace(report, note=note, same_year=True)
        return replace(report, note=note) if note else report

    def _of_its_year(self, submission: Submission) -> tuple[Submission, str]:
        """The submission as one of the year that its figures are of, and what is to be said of it:
        last year's figures are not judged by this year's rules, unless that was asked for."""
        template = submission.template
        year = submission.identity("year")
        if not year.isdecimal() or not OLDEST_RULES <= int(year) < template.edition:
            return submission, ""
        asked = self.options.edition
        if asked is not None:
            return submission, f"这份表填的是 {year} 年的数，按要求用 {asked} 年的规则判断。"
        key = (template.id, template.edition, int(year))
        if key not in self._years:
            self._years[key] = replace(template, edition=int(year))
        note = f"这份表填的是 {year} 年的数，按 {year} 年的规则判断。"
        return replace(submission, template=self._years[key]), note

    def mark(self, report: Report, more: Sequence[Finding] = ()) -> Changes:
        """What is to be shown on the cells and in the result sheet; ``more`` are findings from
        elsewhere."""
        from checker.marking import changes_for

        return changes_for(report, self.rules, self.profile.title, more)

    # -- what was loaded -----------------------------------------------------------------------

    @property
    def templates(self) -> tuple[Template, ...]:
        """All templates: those of the program and those that plugins bring. One of a plugin that
        cannot be used is left out and named in ``errors``."""
        return self._forms[0]

    @cached_property
    def _forms(self) -> tuple[tuple[Template, ...], tuple[RuleError, ...]]:
        from checker.forms.errors import TemplateError
        from checker.forms.registry import installed_templates

        contributions = self.plugins.contributions()
        folders = contributions.template_folders()
        errors = contributions.errors
        while True:
            try:
                found = installed_templates(folders)
            except TemplateError as problem:
                path = Path(problem.path)
                broken = next((each for each in folders if path.is_relative_to(each)), None)
                if broken is None:
                    raise BadChoice(str(problem)) from problem
                folders.remove(broken)
                message = f"模板有误：{'；'.join(problem.problems)}"
                errors.append(RuleError(self._owner(broken), None, message, problem.path))
            else:
                return tuple(item.template for item in found), tuple(errors)

    def _owner(self, folder: Path) -> str:
        """Id of the plugin that brought a folder."""
        for manifest in self.plugins.manifests:
            if folder.is_relative_to(manifest.folder):
                return manifest.id
        return folder.name

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """All rules by id, with the severity they have under the profile."""
        found = self.ruleset.by_id(self.options.edition)
        for rule_id in self.profile.rules:
            rule = found.get(rule_id)
            if rule is not None:
                severity = self.profile.severity(rule_id, rule.severity)
                found[rule_id] = replace(rule, severity=severity)
        return found

    @cached_property
    def thresholds(self) -> tuple[Threshold, ...]:
        """All thresholds, national ones first, then those of the profile."""
        return tuple(
            entry
            for layer in self.profile.layers
            for entries in layer.values()
            for entry in entries
        )

    @property
    def errors(self) -> tuple[RuleError, ...]:
        """Plugins that could not be used, and templates of plugins that could not."""
        return (*self.ruleset.errors, *self._forms[1])

    @cached_property
    def families(self) -> dict[str, str]:
        """Titles of the rule families by their letters."""
        titles = {"FORM": "表格本身"}
        for manifest in self.plugins.manifests:
            titles.update(manifest.families)
        return titles

    @property
    def edition(self) -> int:
        """The edition rules are taken of: the one that was asked for, else the newest form's."""
        if self.options.edition is not None:
            return self.options.edition
        return max((template.edition for template in self.templates), default=0)

    def _chosen(self, ruleset: RuleSet) -> RuleSet:
        if not self.options.select and not self.options.ignore:
            return ruleset
        try:
            return ruleset.select(self.options.select, self.options.ignore)
        except KeyError as unknown:
            raise BadChoice(
                f"没有规则、规则族或插件“{unknown.args[0]}”；用“checker rules”查看全部规则。"
                f"{self.plugins.why_off()}"
            ) from unknown

    def _load_profile(self) -> Profile:
        options = self.options
        if options.profile is None:
            return build(self.ruleset.thresholds, (), options.edition)
        from checker.plugins.profile_files import ProfileNotFoundError, choose
        from checker.toml_files import TomlFileError

        try:
            return choose(
                self.ruleset,
                self.plugins.contributions().profile_files,
                options.profile,
                options.edition,
            )
        except (ProfileNotFoundError, TomlFileError) as problem:
            raise BadChoice(str(problem)) from problem

    # -- parts of the way, for those who need no more ------------------------------------------

    def judge_file(self, path: Path | str) -> Judgement:
        """What becomes of a workbook file; never raises for a bad file."""
        from checker.reading import UnreadableWorkbook, read_snapshot

        try:
            snapshot = read_snapshot(Path(path))
        except UnreadableWorkbook as problem:
            return Judgement(str(path), FileStatus.UNREADABLE, message=problem.reason)
        return replace(self.judge_snapshot(snapshot), path=str(path))

    def judge_snapshot(self, snapshot: Snapshot) -> Judgement:
        """What becomes of a workbook that was read, from a file or from the open book."""
        try:
            submission = self.bind(snapshot)
        except UnknownForm as problem:
            return Judgement(snapshot.name, FileStatus.UNKNOWN_TEMPLATE, message=problem.reason)
        report = self.judge(submission)
        return Judgement(
            snapshot.name, FileStatus.CHECKED, report, cannot_write=snapshot.cannot_write
        )
