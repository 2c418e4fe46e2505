"""Profile files: the overlays that plugins bring or a user names, and the profile they make up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from msgspec import convert
from msgspec.structs import replace

from checker import toml_files
from checker.plugins.manifest import threshold
from checker.rules.profiles import NATIONAL, Overlay, Profile, build
from checker.rules.ruleset import RuleSet
from checker.rules.units import same_unit
from checker.toml_files import Kept, tables, usable


class ProfileNotFoundError(Exception):
    """No profile of this id; ``str()`` is a Chinese sentence naming those there are."""


def load_overlay(path: Path) -> Overlay:
    """The overlay in a profile file. Raises TomlFileError."""
    return replace(toml_files.load_as(path, KEPT, _overlay, _problems), path=str(path))


def _overlay(document: toml_files.Document) -> Overlay:
    limits = [threshold(each, str(document["id"])) for each in tables(document.get("thresholds"))]
    return convert({**document, "thresholds": limits}, Overlay)


def _fits(overlay: Overlay) -> bool:
    return all(usable(value) for entry in overlay.thresholds for value in entry.values.values())


KEPT = Kept("profile-2", Overlay, fits=_fits)


def choose(
    ruleset: RuleSet,
    files: Callable[[], Iterable[Path]],
    name: str | None = None,
    edition: int | None = None,
) -> Profile:
    """The profile of this id, or in this file (a path that ends in .toml); None is the national
    one. Several are joined with commas, the later ones on top: ``jiangxi,safety_6x``. ``files``
    gives the profile files of plugins.

    Raises TomlFileError (also for a limit in another unit than the one it replaces),
    ProfileNotFoundError.
    """
    if name is None or name == NATIONAL:
        return build(ruleset.thresholds, (), edition)
    known = cache(lambda: {overlay.id: overlay for overlay in map(load_overlay, files())})
    named = [
        load_overlay(Path(word)) if word.endswith(".toml") else _named(known(), word)
        for word in map(str.strip, name.split(","))
        if word != NATIONAL
    ]
    chain: list[Overlay] = []
    for overlay in named:
        stack = [overlay]
        while stack[0].base != NATIONAL:
            under = _named(known(), stack[0].base)
            if under.id in {each.id for each in stack}:
                raise ProfileNotFoundError(f"口径 {overlay.id} 的 base 绕回了自己。")
            stack.insert(0, under)
        chain.extend(each for each in stack if each not in chain)
    for overlay in chain:
        problems = unit_problems(overlay, ruleset)
        if problems:
            raise toml_files.TomlFileError(Path(overlay.path), problems)
    profile = build(ruleset.thresholds, chain, edition)
    if len(named) < 2:
        return profile
    together = ",".join(each.id for each in named), "、".join(each.title for each in named)
    return replace(profile, id=together[0], title=together[1])


def unit_problems(overlay: Overlay, ruleset: RuleSet) -> list[str]:
    """Limits of a profile in another unit than the rules that read them expect."""
    units = {entry.id: entry.unit for entry in ruleset.thresholds}
    return [
        f"限值 {entry.id} 的单位是{entry.unit or '空的'}，"
        f"它代替的限值单位是{units[entry.id] or '空的'}，不能相比"
        for entry in overlay.thresholds
        if not same_unit(entry.unit, units.get(entry.id, entry.unit))
    ]


def _named(known: dict[str, Overlay], name: str) -> Overlay:
    if name not in known:
        listed = "、".join([NATIONAL, *sorted(known)])
        raise ProfileNotFoundError(
            f"没有口径“{name}”；可用的有：{listed}，也可以写一个 .toml 文件。"
        )
    return known[name]


def _problems(document: toml_files.Document) -> list[str]:
    from checker.plugins.manifest_check import profile_problems

    return profile_problems(document)
