"""What all commands share: how they are shown, how a mistake of the user is said, the session."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from checker.session import Session
    from checker.settings import Settings

HELP = {"help_option_names": ["-h", "--help"]}

plugin_dirs_option = click.option(
    "--plugin-dir", "plugin_dirs", multiple=True, metavar="文件夹", help="另加的插件（可写多次）。"
)
plugins_option = click.option("--plugins", metavar="编号", help="只用这些插件，用逗号隔开。")
profile_option = click.option(
    "--profile", metavar="口径", help="口径：地区名称（如 jiangxi）或一个口径文件。"
)
edition_option = click.option("--edition", type=int, metavar="年", help="按哪一年的规则和阈值。")


class Refused(click.ClickException):
    """The command makes no sense as it was given: one Chinese sentence, exit code 2."""

    exit_code = 2


class Unusable(click.ClickException):
    """A file or address cannot be read or written: one Chinese sentence, exit code 3."""

    exit_code = 3


class Command(click.Command):
    """A command whose user's mistakes end it with exit code 2."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault("context_settings", HELP)
        options.setdefault("options_metavar", "[选项]")
        super().__init__(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        from checker.trouble import UserMistake

        try:
            return super().invoke(ctx)
        except UserMistake as mistake:
            raise Refused(str(mistake)) from mistake


class Group(click.Group):
    """A command with commands of its own, such as ``plugin``."""

    command_class = Command

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault("context_settings", HELP)
        options.setdefault("options_metavar", "[选项]")
        options.setdefault("subcommand_metavar", "命令 [参数]…")
        super().__init__(*arguments, **options)


def settings_here() -> Settings:
    """The settings that hold in the current folder; what of them was ignored is said. Raises
    BadSettings."""
    from checker.settings import BadSettings, find_settings, told_of

    try:
        here = Path.cwd()
    except OSError as problem:
        raise BadSettings("当前所在的文件夹已经不在了，请换到别的文件夹再运行。") from problem
    settings = find_settings(here)
    for line in told_of(settings):
        sys.stderr.write(f"提醒：{line}\n")
    return settings


def session_here(
    profile: str | None = None,
    edition: int | None = None,
    plugin_dirs: tuple[str, ...] = (),
    plugins: str | None = None,
) -> Session:
    """Rules, profile and templates by the command line and the settings. Raises BadSettings or
    BadChoice."""
    from checker.session import Session

    settings = settings_here()
    return Session(settings.session_options(profile, edition, plugin_dirs, plugins))
