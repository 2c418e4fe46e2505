"""``checker plugin list``: the plugins there are, where each came from, and those refused."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from checker.session import Session


class Listed(Struct, frozen=True):
    """One plugin. ``error`` says why it was refused; then nothing but its id is known."""

    id: str
    title: str = ""
    version: str = ""
    rules: int = 0
    families: tuple[str, ...] = ()
    templates: int = 0
    profiles: int = 0
    commands: tuple[str, ...] = ()
    report_formats: tuple[str, ...] = ()
    origin: str = ""
    folder: str = ""
    error: str = ""


def listed(session: Session) -> Iterator[Listed]:
    """All plugins of a session, in the order they were found, then those that were refused."""
    for manifest in session.plugins.manifests:
        yield Listed(
            manifest.id,
            manifest.title,
            manifest.version,
            len({rule.id for rule in manifest.rules}),
            tuple(manifest.families),
            len(manifest.template_folders()),
            len(manifest.profile_files()),
            tuple(manifest.commands),
            tuple(manifest.report_formats),
            manifest.origin,
            str(manifest.folder),
        )
    for error in session.errors:
        yield Listed(error.plugin, folder=error.where, error=error.message)


def lines(session: Session) -> Iterator[str]:
    """The list for people."""
    found = list(listed(session))
    for item in found:
        if item.error:
            continue
        brings = [f"{item.rules} 条规则（{'、'.join(item.families)}）"] if item.rules else []
        brings += [f"{item.templates} 个模板"] if item.templates else []
        brings += [f"{item.profiles} 个口径"] if item.profiles else []
        brings += [f"命令 {'、'.join(item.commands)}"] if item.commands else []
        brings += [f"报告格式 {'、'.join(item.report_formats)}"] if item.report_formats else []
        yield f"{item.id:<14}{item.version:<9}{item.title}　{'，'.join(brings)}　{item.origin}"
    refused = [item for item in found if item.error]
    for item in refused:
        yield f"{item.id:<14}没有启用：{item.error}（{item.folder}）"
    yield from session.plugins.notices
    rules = sum(item.rules for item in found)
    tail = f"，{len(refused)} 个没有启用" if refused else ""
    yield f"共 {len(found) - len(refused)} 个插件，{rules} 条规则{tail}。"
