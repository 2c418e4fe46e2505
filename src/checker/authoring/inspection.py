"""``checker plugin check``: everything that can be said of a plugin before anyone relies on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from checker import toml_files
from checker.authoring import unused
from checker.authoring.impure import impure
from checker.authoring.plugin_source import (
    ManifestSource,
    Problem,
    PythonSource,
    Weight,
    line_naming,
    syntax_problem,
)
from checker.forms.errors import TemplateError
from checker.forms.loading import load_template
from checker.forms.registry import SHEETS_FILE, TEMPLATE_FILE, load_extra_sheets
from checker.model.rules import Rule
from checker.model.verdicts import Scope
from checker.plugins.code import REGISTER
from checker.plugins.contributions import (
    COMMANDS,
    PROFILES,
    REPORT_FORMATS,
    TEMPLATES,
    Contributions,
)
from checker.plugins.discovery import MANIFEST_FILE
from checker.plugins.failure import PluginFailure
from checker.plugins.manifest import API_VERSION, PluginManifest
from checker.plugins.manifest_check import nearest, problems
from checker.rules.rule_check import static_problems, text_problems
from checker.session import BadChoice, Session, SessionOptions
from checker.trouble import UserMistake

_MISSING = re.compile(r"没有(字段|限值|学段|模板|表|规则|代码表|) ?([^ ：，。]+)$")
_KEY = re.compile(r"([a-z_]+)：")
_IN_CODE = re.compile(r"（(\w+\.py):(\d+)）$")
HOOKS = (REGISTER, TEMPLATES, PROFILES, REPORT_FORMATS, COMMANDS)
_OF_TEMPLATE = re.compile(r"（模板 ([^）]*)）(.*)", re.DOTALL)


class NoPluginError(UserMistake):
    """There is no plugin at the path; the text is a Chinese sentence."""


def check_plugin(folder: Path) -> list[Problem]:
    """All problems of the plugin in ``folder``, in order of file and line. Raises NoPluginError."""
    if not (folder / MANIFEST_FILE).is_file():
        raise NoPluginError(f"{folder} 中没有 {MANIFEST_FILE}，它不是插件的文件夹。")
    try:
        source = ManifestSource(folder)
    except toml_files.TomlFileError as error:
        return syntax_problem(error)
    wrong = [source.located(message) for message in problems(source.document)]
    if wrong:
        return sorted(wrong)
    try:
        session = Session(SessionOptions(plugin_dirs=(str(folder),)))
    except BadChoice as error:
        return [Problem(MANIFEST_FILE, 0, str(error))]
    here = folder.resolve()
    for manifest in session.plugins.manifests:
        if manifest.folder.resolve() == here:
            return sorted(set(_Inspection(source, session, manifest).problems()))
    return [
        Problem(MANIFEST_FILE, source.clash_line(refused.message), refused.message)
        for refused in session.errors
        if Path(refused.where).resolve() == here / MANIFEST_FILE
    ]


class _Inspection:
    """The check of one plugin whose manifest has the right form."""

    def __init__(self, source: ManifestSource, session: Session, manifest: PluginManifest) -> None:
        self.folder = manifest.folder
        self.source = source
        self.session = session
        self.manifest = manifest
        self.templates = {template.id: template for template in session.templates}
        self.limits = {entry.id for entry in session.ruleset.thresholds}
        self.broken: set[str] = set()
        """Rules whose own mistakes are told: what becomes of their examples is a consequence."""
        self.meant: set[str] = set()
        """Names that were probably meant where an unknown one was written."""

    def problems(self) -> Iterator[Problem]:
        """Every problem; code that is no Python ends it."""
        manifest, source, session = self.manifest, self.source, self.session
        for notice in session.plugins.notices:
            yield Problem(MANIFEST_FILE, 0, notice, Weight.NOTE)
        yield from self._of_loading()
        for rule in manifest.rules:
            yield from self._of_rule(rule)
        yield from self._of_limits()
        yield from self._of_documents()
        yield from self._of_profiles()
        yield from self._of_folder()
        yield from unused.uncited_documents(manifest, source)
        yield from unused.unfamiliar_families(manifest, source)
        try:
            code = PythonSource(self.folder / "rules.py")
        except PluginFailure as failure:
            yield Problem("rules.py", int(failure.where.rpartition(":")[2] or 0), failure.message)
            return
        yield from self._of_code(code)
        yield from self._of_hooks(code)
        yield from impure(code)
        unread = unused.unused_limits(manifest, session.ruleset, source, code)
        yield from (problem for limit, problem in unread if limit not in self.meant)
        yield from unused.unused_lists(manifest, source, code)
        yield from unused.unused_functions(manifest, code)
        for folder in manifest.template_folders():
            with suppress(TemplateError):  # said already
                yield from self._of_template(folder, code)
        yield from self._of_examples()

    def _of_loading(self) -> Iterator[Problem]:
        """What was refused of its templates and profiles."""
        for told in self.session.errors:
            if Path(told.where).is_relative_to(self.folder):
                file = Path(told.where).relative_to(self.folder).as_posix()
                missing = _MISSING.search(told.message)
                message = told.message
                if missing is not None and missing[1] == "模板":
                    message += _hint(nearest(missing[2], self.templates))
                yield Problem(file, line_naming(Path(told.where), told.message), message)

    def _of_template(self, folder: Path, code: PythonSource) -> Iterator[Problem]:
        if (folder / TEMPLATE_FILE).is_file():
            template = load_template(folder / TEMPLATE_FILE)
            file = f"templates/{folder.name}/{TEMPLATE_FILE}"
            yield from unused.dead_fields(template, template.sheets, self.session.rules, code, file)
        if (folder / SHEETS_FILE).is_file():
            extra = load_extra_sheets(folder / SHEETS_FILE)
            file = f"templates/{folder.name}/{SHEETS_FILE}"
            for template in self.session.templates:
                if template.id == extra.id and extra.edition in (0, template.edition):
                    rules = self.session.rules
                    yield from unused.dead_fields(template, extra.sheets, rules, code, file)

    def _of_rule(self, rule: Rule) -> Iterator[Problem]:
        if rule.kind == "form":
            return
        mistakes = list(static_problems(rule, self.session.ruleset, self.templates))
        if mistakes:
            self.broken.add(rule.id)
        mistakes = [self._with_hint(each, rule) for each in mistakes]
        for message in dict.fromkeys([*text_problems(rule), *mistakes]):
            of_template = _OF_TEMPLATE.match(message)
            if of_template:
                message = of_template[2]
                if len(rule.templates) > 1:
                    message += f"（模板 {of_template[1]}）"
            key = _KEY.match(message)
            line = self.source.rule_line(rule.id, key[1] if key else "")
            yield self.source.problem(f"规则 {rule.id} 的 {message}", line)
        for citation in rule.citations:
            if not citation.clause:
                yield self.source.problem(
                    f"规则 {rule.id} 的 sources：没有写 clause（哪一条）",
                    self.source.rule_line(rule.id, "sources"),
                    Weight.REMINDER,
                )

    def _with_hint(self, message: str, rule: Rule) -> str:
        """The message, with what was probably meant by a name that is not known."""
        missing = _MISSING.search(message)
        if missing is None:
            return message
        forms = [self.templates[name] for name in rule.templates if name in self.templates]
        fields = {
            *(name for form in forms for name in form.fields()),
            *(
                f"{table.id}.{column.id}"
                for form in forms
                for table in form.tables().values()
                for column in table.columns
            ),
        }
        known: dict[str, Iterable[str]] = {
            "字段": fields,
            "限值": self.limits,
            "学段": {stage.id for form in forms for stage in form.stages},
            "模板": self.templates,
            "表": {name for form in forms for name in form.tables()},
            "规则": self.session.rules,
            "代码表": {
                *self.session.ruleset.code_lists.get(rule.plugin, {}),
                *(name for form in forms for name in form.code_lists),
            },
            "": {*fields, *self.limits},
        }
        meant = nearest(missing[2], known[missing[1]])
        self.meant.add(meant)
        return message + _hint(meant)

    def _of_limits(self) -> Iterator[Problem]:
        for number, entry in enumerate(self.manifest.thresholds):
            line = self.source.line("thresholds", number)
            if not entry.source.strip():
                yield self.source.problem(
                    f"限值 {entry.id} 没有写 source（数字是从哪里看到的）", line
                )
            if not entry.confirmed:
                yield self.source.problem(
                    f"限值 {entry.id} 未经核实（confirmed = false）", line, Weight.REMINDER
                )

    def _of_documents(self) -> Iterator[Problem]:
        for key, document in self.manifest.documents.items():
            if not document.confirmed:
                line = self.source.line("documents", key)
                yield self.source.problem(
                    f"文件 {key}（{document.title}）未经核实", line, Weight.REMINDER
                )

    def _of_profiles(self) -> Iterator[Problem]:
        from checker.plugins.profile_files import load_overlay, unit_problems

        for path in self.manifest.profile_files():
            name = f"profiles/{path.name}"
            try:
                overlay = load_overlay(path)
            except toml_files.TomlFileError as error:
                yield from (
                    Problem(name, each.line, each.message) for each in syntax_problem(error)
                )
                continue
            unknown = [
                f"限值 {each.id}" for each in overlay.thresholds if each.id not in self.limits
            ]
            unknown += [f"规则 {each}" for each in overlay.rules if each not in self.session.rules]
            wrong = [f"没有{each}，这一项不起作用；请核对编号" for each in unknown]
            for told in (*wrong, *unit_problems(overlay, self.session.ruleset)):
                yield Problem(name, line_naming(path, told), told)

    def _of_folder(self) -> Iterator[Problem]:
        if self.manifest.api_version != API_VERSION:
            yield Problem(MANIFEST_FILE, self.source.line("plugin", "api_version"), "接口版本不对")
        if not any(self._tests()):
            yield Problem("tests", 0, "没有测试（tests/test_*.py）", Weight.REMINDER)

    def _tests(self) -> Iterator[Path]:
        """Test files of the folder, else of the project it is in."""
        yield from self.folder.glob("tests/test_*.py")
        for above in self.folder.resolve().parents[:3]:
            if (above / "pyproject.toml").is_file():
                yield from above.glob("tests/test_*.py")
                return

    def _of_code(self, code: PythonSource) -> Iterator[Problem]:
        manifest = self.manifest
        functions = [rule for rule in manifest.rules if rule.kind == "function"]
        registered = "checker_register_functions" in manifest.hooks
        for rule in functions:
            name = str(rule.spec.get("function"))
            if not registered and name not in code.functions and name not in code.imports:
                line = self.source.rule_line(rule.id, "function")
                meant = nearest(name, code.functions)
                hint = _hint(meant) or "，请写好这个函数或改 function"
                yield self.source.problem(f"规则 {rule.id}：rules.py 中没有函数 {name}{hint}", line)
            elif not code.takes_two.get(name, True):
                self.broken.add(rule.id)
                first = "county" if rule.scope is Scope.COLLECTION else "unit"
                told = f"函数 {name} 要有两个参数：def {name}({first}, context)"
                yield Problem(code.path.name, code.functions[name], told)
        for needed in manifest.requires:
            if find_spec(needed.partition(".")[0]) is None:
                self.broken |= {rule.id for rule in functions}
                told = f"requires：没有安装 {needed}；请安装它，或从 requires 里删去"
                yield self.source.problem(told, self.source.line("plugin", "requires"))
        line = self.source.line("plugin", "hooks")
        for hook in manifest.hooks:
            if hook not in code.hook_lines:
                meant = nearest(hook, HOOKS)
                hint = _hint(meant) if meant != hook else ""
                yield self.source.problem(
                    f"hooks 写了 {hook}，rules.py 中没有带 @hookimpl 的这个函数{hint}", line
                )
        for hook, at in code.hook_lines.items():
            if hook not in manifest.hooks:
                message = f"{hook} 没有写进 plugin.toml 的 [plugin] hooks，不会被调用"
                yield Problem(code.path.name, at, message)

    def _of_hooks(self, code: PythonSource) -> Iterator[Problem]:
        """What the hooks give when they are called: is it what plugin.toml announces?"""
        there = [hook for hook in self.manifest.hooks if hook in code.hook_lines]
        asked = Contributions((self.manifest,), self.session.plugins.code)
        for hook, failure in _failures_of(asked, self.manifest, there):
            line = int(failure.where.rpartition(":")[2] or 0) or code.hook_lines[hook]
            yield Problem(code.path.name, line, f"{hook}：{failure.message}")

    def _of_examples(self) -> Iterator[Problem]:
        from checker.authoring.examples import run_examples

        for rule in self.manifest.rules:
            if rule.kind == "form" or rule.id in self.broken:
                continue
            told: set[str] = set()
            for result in run_examples(rule, self.session.ruleset, self.templates):
                if not result.problem:
                    continue
                in_code = _IN_CODE.search(result.problem)
                cause = result.problem[: in_code.start()] if in_code else result.problem
                cause = self._with_hint(cause, rule)
                said = f"规则 {rule.id} 的第 {result.number} 个例子：{cause}"
                if in_code is None:
                    line = self.source.rule_line(rule.id, "examples")
                    yield self.source.problem(said, line)
                elif cause not in told:  # the code's fault is one, whatever it is asked
                    told.add(cause)
                    yield Problem(in_code[1], int(in_code[2]), said)


def _hint(meant: str) -> str:
    """What was probably meant; "" for nothing."""
    return f"，是不是 {meant}？" if meant else ""


def _functions_of(manifest: PluginManifest) -> Iterable[str]:
    return {str(rule.spec["function"]) for rule in manifest.rules if rule.kind == "function"}


_ANNOUNCED: Mapping[str, tuple[str, Callable[[PluginManifest], Iterable[str]]]] = {
    REPORT_FORMATS: ("report_formats", lambda manifest: manifest.report_formats),
    COMMANDS: ("commands", lambda manifest: manifest.commands),
}
"""Hooks that give something by name -> the part of plugin.toml where the names stand."""


def _failures_of(
    asked: Contributions, manifest: PluginManifest, hooks: Iterable[str]
) -> Iterator[tuple[str, PluginFailure]]:
    """Each hook with what is wrong with what it gives."""
    for hook in hooks:
        try:
            if hook in (TEMPLATES, PROFILES):
                for path in asked.given_paths(manifest, hook):
                    if not (path / TEMPLATE_FILE if hook == TEMPLATES else path).is_file():
                        inside = f"里没有 {TEMPLATE_FILE}" if hook == TEMPLATES else "不在那里"
                        raise PluginFailure(f"给出的 {path} {inside}")
                continue
            given = asked.code.hook(manifest.id, hook)
            if not isinstance(given, Mapping) or not all(map(callable, given.values())):
                raise PluginFailure(f"应给出“名字 → 函数”的表，却给出了 {type(given).__name__}")
            part, names_of = _ANNOUNCED.get(hook, ("", _functions_of))
            wanted = set(names_of(manifest))
            for name in sorted(wanted - set(given)):
                raise PluginFailure(f"没有给出 {name}，{f'[{part}]' if part else '规则'}里写了它")
            for name in sorted(set(given) - wanted) if part else ():
                raise PluginFailure(f"给出了 {name}，plugin.toml 的 [{part}] 里没有写，用不上")
        except PluginFailure as failure:
            yield hook, failure
