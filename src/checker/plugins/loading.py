"""Loading: manifests of the plugins that were found become one RuleSet and its profiles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from checker import toml_files
from checker.model.verdicts import RuleError
from checker.plugins.code import PluginCode
from checker.plugins.contributions import Contributions
from checker.plugins.discovery import BUNDLED, Found, find
from checker.plugins.manifest import API_VERSION, PluginManifest, load_manifest
from checker.rules.ruleset import RuleSet

FORM_RULES = Path(__file__).parent.parent / "forms" / "form_rules.toml"
"""The host's own rules about the form itself: FORM001 and following."""


class Plugins(Struct, frozen=True):
    """What was loaded: manifests in order, the rules they make up, and what was refused.
    ``notices``: installed plugins that a named folder stands in for, one Chinese line each."""

    manifests: tuple[PluginManifest, ...]
    ruleset: RuleSet
    code: PluginCode
    notices: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[RuleError, ...]:
        """Plugins that were refused, each with the reason."""
        return self.ruleset.errors

    def why_off(self) -> str:
        """Why plugins are off, for whoever asks for a rule that is not there; "" if none is."""
        told = "；".join(f"{error.plugin}（{error.message}）" for error in self.errors)
        return f"有插件没有启用：{told}。" if told else ""

    def contributions(self) -> Contributions:
        """Templates, profiles, report formats and commands that plugins bring."""
        return Contributions(self.manifests, self.code)

    def template_folders(self) -> list[Path]:
        """Folders of all templates that plugins bring."""
        return self.contributions().template_folders()


def load_plugins(folders: Sequence[Path] = (), only: Sequence[str] | None = None) -> Plugins:
    """All plugins: bundled, installed, and those in ``folders`` (each a plugin or full of them).

    ``only`` restricts to plugins of these ids (``--plugins``). One that cannot be used is left out
    and named in ``errors``.
    """
    manifests: list[PluginManifest] = []
    errors: list[RuleError] = []
    for found in find(folders):
        try:
            manifest = _manifest(found)
        except toml_files.TomlFileError as error:
            told = "；".join(error.problems)
            if only is None or found.name in only:
                errors.append(RuleError(found.name, None, f"清单有误：{told}", str(error.path)))
            continue
        except LookupError as error:
            if only is None or found.name in only:
                errors.append(RuleError(found.name, None, str(error.args[0]), found.origin))
            continue
        if only is not None and manifest.id not in only:
            continue
        trouble = _api_trouble(manifest)
        if trouble:
            errors.append(RuleError(manifest.id, None, trouble, str(manifest.path)))
            continue
        manifests.append(manifest)
    manifests, notices = _without_replaced(manifests)
    manifests, clashes = without_clashes(manifests)
    errors.extend(clashes)
    known = {manifest.id for manifest in manifests} | {error.plugin for error in errors}
    errors.extend(
        RuleError(word, None, "没有找到这个插件") for word in only or () if word not in known
    )
    code = PluginCode(manifests)
    return Plugins(tuple(manifests), ruleset_of(manifests, errors, code), code, notices)


def ruleset_of(
    manifests: Iterable[PluginManifest], errors: Iterable[RuleError], code: PluginCode
) -> RuleSet:
    """The rules of these manifests, with the host's own."""
    used = tuple(manifests)
    own = load_manifest(FORM_RULES, BUNDLED)
    return RuleSet(
        rules=tuple(rule for manifest in used for rule in manifest.rules),
        thresholds=tuple(entry for manifest in used for entry in manifest.thresholds),
        code_lists={manifest.id: manifest.code_lists for manifest in used},
        form_rules=own.rules,
        functions=code,
        errors=tuple(errors),
        files={own.id: str(FORM_RULES)} | {each.id: str(each.path) for each in used},
    )


_NAMES: tuple[tuple[str, Callable[[PluginManifest], set[str]]], ...] = (
    ("插件编号", lambda manifest: {manifest.id}),
    ("规则编号", lambda manifest: {rule.id for rule in manifest.rules}),
    ("限值编号", lambda manifest: {entry.id for entry in manifest.thresholds}),
)
"""What may be there only once among all plugins."""


def without_clashes(
    manifests: list[PluginManifest],
) -> tuple[list[PluginManifest], list[RuleError]]:
    """Plugins without those that share an id, a rule id or a threshold id with another one: all of
    them are refused, naming each other, since nobody can say which one was meant. What comes with
    the program stays: one bad plugin must not switch the official rules off."""
    owners: dict[tuple[str, str], list[PluginManifest]] = {}
    for what, names_of in _NAMES:
        claimed = [names_of(manifest) for manifest in manifests]
        if len(set().union(*claimed)) == sum(map(len, claimed)):
            continue  # as nearly always
        for manifest, names in zip(manifests, claimed, strict=True):
            for name in names:
                owners.setdefault((what, name), []).append(manifest)
    refused: dict[Path, RuleError] = {}
    for (what, clash), claimants in sorted(owners.items(), key=lambda item: item[0]):
        if len(claimants) < 2:
            continue
        bundled = [manifest for manifest in claimants if manifest.origin == BUNDLED]
        for manifest in claimants:
            if bundled == [manifest]:
                continue
            others = "、".join(
                f"{other.id}（{other.path}）" for other in claimants if other is not manifest
            )
            end = (
                "自带的照常使用，这个插件没有启用；请改编号"
                if bundled
                else "双方都没有启用；请改名或只装其中一个"
            )
            whose = "程序自带的" if bundled else ""
            message = f"{what} {clash} 与{whose}插件 {others} 重复，{end}"
            refused.setdefault(
                manifest.path, RuleError(manifest.id, None, message, str(manifest.path))
            )
    kept = [manifest for manifest in manifests if manifest.path not in refused]
    return kept, list(refused.values())


def _without_replaced(
    manifests: list[PluginManifest],
) -> tuple[list[PluginManifest], tuple[str, ...]]:
    """Plugins without installed ones of which a folder was named too: who names a folder works on
    it. Each is said in one line."""
    named = {manifest.id: manifest for manifest in manifests if manifest.is_named}
    kept: list[PluginManifest] = []
    notices: list[str] = []
    for manifest in manifests:
        other = named.get(manifest.id)
        if other is None or manifest.is_named or manifest.origin == BUNDLED:
            kept.append(manifest)
        else:
            notices.append(f"插件 {manifest.id} 用的是{other.origin}，不是{manifest.origin}。")
    return kept, tuple(notices)


def _manifest(found: Found) -> PluginManifest:
    if found.folder is None:
        raise LookupError(found.problem)
    return load_manifest(found.folder / "plugin.toml", found.origin, found.package)


def _api_trouble(manifest: PluginManifest) -> str:
    if manifest.api_version == API_VERSION:
        return ""
    if manifest.api_version > API_VERSION:
        mend = "请升级校验程序，或安装这个插件较早的版本"
    else:
        mend = "请安装这个插件较新的版本"
    return f"插件按第 {manifest.api_version} 版接口编写，本程序支持第 {API_VERSION} 版；{mend}"
