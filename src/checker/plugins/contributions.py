"""What plugins bring beside rules: templates, profiles, report formats, commands.

What a plugin folder holds (``templates/``, ``profiles/``) needs no code. Code is asked only where
plugin.toml names the hook; one that goes wrong is reported and costs nobody else's contribution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from checker.model.verdicts import RuleError
from checker.plugins.failure import PluginFailure

if TYPE_CHECKING:
    from checker.plugins.code import PluginCode
    from checker.plugins.hookspecs import RunCommand, WriteReport
    from checker.plugins.manifest import PluginManifest

TEMPLATES = "checker_templates"
PROFILES = "checker_profiles"
REPORT_FORMATS = "checker_report_formats"
COMMANDS = "checker_commands"


class Contributions:
    """Asks the loaded plugins. ``errors`` gathers what went wrong while asking."""

    def __init__(self, manifests: Iterable[PluginManifest], code: PluginCode) -> None:
        self.manifests = tuple(manifests)
        self.code = code
        self.errors: list[RuleError] = []

    def template_folders(self) -> list[Path]:
        """Folders with a template.toml."""
        return self._paths(TEMPLATES, lambda manifest: manifest.template_folders())

    def profile_files(self) -> list[Path]:
        """Profile files."""
        return self._paths(PROFILES, lambda manifest: manifest.profile_files())

    def report_formats(self) -> dict[str, str]:
        """Names of report formats with their titles, from the manifests alone."""
        return {
            name: title
            for manifest in self.manifests
            for name, title in manifest.report_formats.items()
        }

    def commands(self) -> dict[str, str]:
        """Names of commands with one line of help, from the manifests alone."""
        return {
            name: text for manifest in self.manifests for name, text in manifest.commands.items()
        }

    def report_format(self, name: str) -> WriteReport:
        """The writer of a report format. Raises KeyError for an unknown one, PluginFailure."""
        return cast(
            "WriteReport",
            self._named(name, REPORT_FORMATS, lambda manifest: manifest.report_formats),
        )

    def command(self, name: str) -> RunCommand:
        """What runs a command. Raises KeyError for an unknown one, PluginFailure."""
        return cast("RunCommand", self._named(name, COMMANDS, lambda manifest: manifest.commands))

    def _paths(self, hook: str, in_folder: Callable[[PluginManifest], list[Path]]) -> list[Path]:
        found: list[Path] = []
        for manifest in self.manifests:
            found.extend(in_folder(manifest))
            if hook not in manifest.hooks:
                continue
            try:
                found.extend(self.given_paths(manifest, hook))
            except PluginFailure as failure:
                self.errors.append(failure.error(manifest.id, None))
        return found

    def given_paths(self, manifest: PluginManifest, hook: str) -> list[Path]:
        """What a plugin's hook gives that is to give paths. Raises PluginFailure."""
        return _as_paths(self.code.hook(manifest.id, hook), hook)

    def _named(
        self, name: str, hook: str, announced: Callable[[PluginManifest], Mapping[str, str]]
    ) -> object:
        for manifest in self.manifests:
            if name not in announced(manifest):
                continue
            if hook not in manifest.hooks:
                told = f"插件 {manifest.id} 写明了 {name}"
                raise PluginFailure(f"{told}，但 plugin.toml 的 [plugin] hooks 里没有 {hook}")
            given = self.code.hook(manifest.id, hook)
            if not isinstance(given, Mapping) or not callable(given.get(name)):
                raise PluginFailure(f"插件 {manifest.id} 写明了 {name}，但它的 {hook} 没有给出")
            found: object = given[name]
            return found
        raise KeyError(name)


def _as_paths(given: object, hook: str) -> list[Path]:
    if given is None:
        return []
    if isinstance(given, str | Path) or not isinstance(given, Iterable):
        raise PluginFailure(f"{hook} 应给出一组路径，却给出了 {type(given).__name__}")
    found = list(given)
    for item in found:
        if not isinstance(item, Path):
            raise PluginFailure(f"{hook} 应给出一组路径（Path），却有 {type(item).__name__}")
    return found
