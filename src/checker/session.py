"""Session: the one place where reading, recognising, binding and judging are put together.

The command line, the folder run and the button inside the spreadsheet program all judge through
here, so they give the same verdicts. What is judged stays pure; the session only holds what was
loaded once: rules, profile, templates, last year's workbooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from checker.model.report import FileStatus, Judgement
from checker.model.rules import Rule, Threshold
from checker.model.snapshot import Snapshot
from checker.model.submission import Submission
from checker.model.template import Template
from checker.model.verdicts import RuleError

if TYPE_CHECKING:
    from checker.previous_year import PreviousYear
    from checker.rules.profiles import Profile
    from checker.rules.ruleset import RuleSet


class BadChoice(Exception):
    """Options that name something that does not exist; the text is a Chinese sentence."""


class SessionOptions(Struct, frozen=True):
    """What a user chooses. Picklable and hashable: workers make the same session from it.

    ``profile`` is an id or the path of a profile file; ``plugins`` None means all that are found;
    ``previous`` is last year's workbook, a folder or archive of them, or an fsspec URL of these.
    """

    profile: str | None = None
    edition: int | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    plugin_dirs: tuple[str, ...] = ()
    plugins: tuple[str, ...] | None = None
    previous: str | None = None


class Session:
    """What was loaded for one choice of rules. Raises BadChoice when it makes no sense."""

    def __init__(self, options: SessionOptions = SessionOptions()) -> None:  # noqa: B008 - immutable
        from checker.plugins.loading import load_plugins

        self.options = options
        if options.previous is not None:
            from checker.previous_year import why_not

            problem = why_not(options.previous)
            if problem is not None:
                raise BadChoice(problem)
        folders = [Path(folder) for folder in options.plugin_dirs]
        self.plugins = load_plugins(folders, options.plugins)
        self.ruleset: RuleSet = self._chosen(self.plugins.ruleset)
        self.profile: Profile = self._load_profile()

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
        from msgspec.structs import replace

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
            from checker.rules.profiles import build

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

    # -- judging -----------------------------------------------------------------------------

    def submission_of(self, snapshot: Snapshot) -> Submission | str:
        """The submission in a snapshot; the reason (Chinese) if it is no known form."""
        from checker.forms.binding import bind
        from checker.forms.recognition import Unrecognised, recognise

        template = recognise(snapshot, self.templates)
        if isinstance(template, Unrecognised):
            return template.reason
        return bind(snapshot, template)

    def judge_snapshot(self, snapshot: Snapshot, previous: Submission | None = None) -> Judgement:
        """What becomes of a workbook that was read, from a file or from the open book.

        ``previous`` is last year's submission; without it the session looks in its own last year.
        """
        from checker.judging.engine import judge

        submission = self.submission_of(snapshot)
        if isinstance(submission, str):
            return Judgement(snapshot.name, FileStatus.UNKNOWN_TEMPLATE, message=submission)
        if previous is None and self.previous_year is not None:
            previous = self.previous_year.of(submission)
        report = judge(submission, self.ruleset, self.profile, previous)
        return Judgement(
            snapshot.name, FileStatus.CHECKED, report, cannot_write=snapshot.cannot_write
        )

    def judge_bytes(self, path: str, data: bytes) -> Judgement:
        """What becomes of a workbook file with this content; never raises for a bad file."""
        from checker.reading import UnreadableWorkbook, read_snapshot_bytes

        try:
            snapshot = read_snapshot_bytes(Path(path).name, data)
        except UnreadableWorkbook as problem:
            return Judgement(path, FileStatus.UNREADABLE, message=problem.reason)
        return self._at(path, self.judge_snapshot(snapshot))

    def judge_file(self, path: Path | str) -> Judgement:
        """What becomes of a workbook file; never raises for a bad file."""
        from checker.reading import UnreadableWorkbook, read_snapshot

        try:
            snapshot = read_snapshot(Path(path))
        except UnreadableWorkbook as problem:
            return Judgement(str(path), FileStatus.UNREADABLE, message=problem.reason)
        return self._at(str(path), self.judge_snapshot(snapshot))

    @staticmethod
    def _at(path: str, judgement: Judgement) -> Judgement:
        from msgspec.structs import replace

        return replace(judgement, path=path)

    @cached_property
    def previous_year(self) -> PreviousYear | None:
        """Last year's workbooks, if they were named."""
        if self.options.previous is None:
            return None
        from checker.previous_year import PreviousYear
        from checker.reading import UnreadableWorkbook, read_snapshot_bytes

        def read(name: str, data: bytes) -> Submission | None:
            try:
                found = self.submission_of(read_snapshot_bytes(name, data))
            except UnreadableWorkbook:
                return None
            return None if isinstance(found, str) else found

        return PreviousYear(self.options.previous, read)
