"""Reads a plain command line of ``checker check`` without click; gives up on anything unusual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.cli.check_run import CheckChoices

FLAGS = {
    "--in-place": "in_place",
    "--no-mark": "no_mark",
    "--no-cache": "no_cache",
    "--watch": "watch",
}
WORDS = {
    "--format": "form",
    "--profile": "profile",
    "--previous": "previous",
    "--out": "out",
    "--plugins": "plugins",
    "--scheduler": "scheduler",
}
NUMBERS = {"--edition": "edition", "--workers": "workers"}
LISTS = {"--select": "select", "--ignore": "ignore", "--plugin-dir": "plugin_dirs"}
FORMATS = ("text", "json", "junit", "sarif")


def parsed(arguments: Sequence[str]) -> CheckChoices | None:
    """The choices; None for whatever click should explain: help, mistakes, rarer ways to write."""
    flags: set[str] = set()
    words: dict[str, str] = {}
    numbers: dict[str, int] = {}
    lists: dict[str, list[str]] = {"paths": [], "select": [], "ignore": [], "plugin_dirs": []}
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("-"):
            lists["paths"].append(argument)
            continue
        if argument in FLAGS:
            flags.add(FLAGS[argument])
            continue
        value = next(rest, "")
        if not value or value.startswith("-"):
            return None
        if argument in LISTS:
            lists[LISTS[argument]].append(value)
        elif argument in WORDS:
            words[WORDS[argument]] = value
        elif argument in NUMBERS and value.isascii() and value.isdigit() and int(value) > 0:
            numbers[NUMBERS[argument]] = int(value)
        else:
            return None
    if not lists["paths"] or words.get("form", "text") not in FORMATS:
        return None
    from checker.cli.check_run import CheckChoices

    return CheckChoices(
        paths=tuple(lists["paths"]),
        form=words.get("form", "text"),
        select=tuple(lists["select"]),
        ignore=tuple(lists["ignore"]),
        profile=words.get("profile"),
        edition=numbers.get("edition"),
        previous=words.get("previous"),
        out=words.get("out"),
        in_place="in_place" in flags,
        no_mark="no_mark" in flags,
        plugin_dirs=tuple(lists["plugin_dirs"]),
        plugins=words.get("plugins"),
        workers=numbers.get("workers"),
        scheduler=words.get("scheduler"),
        no_cache="no_cache" in flags,
        watch="watch" in flags,
    )
