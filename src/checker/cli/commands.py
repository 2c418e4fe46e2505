"""What all commands share: how they are shown, how a mistake of the user is said, the session."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from checker.session import Session, SessionOptions
    from checker.settings import Settings

F = TypeVar("F", bound=Callable[..., object])

HELP = {"help_option_names": ["-h", "--help"]}

_CHOSEN = "checker.chosen."
"""How the names begin under which click's context holds what `chosen_option` was given."""
_SESSION = "checker.session"
"""Under which it holds the session of the running command."""


def chosen_option(*names: str, **attributes: Any) -> Callable[[F], F]:
    """An option that is no parameter of its command: `chosen` tells its value to whoever needs it,
    such as `session_here`."""

    def keep(ctx: click.Context, param: click.Parameter, value: object) -> None:
        ctx.meta[f"{_CHOSEN}{param.name}"] = value

    return click.option(*names, expose_value=False, callback=keep, **attributes)


def chosen(*names: str) -> dict[str, Any]:
    """The values of these options of the running command, as far as it has them."""
    meta = click.get_current_context().meta
    return {name: meta[_CHOSEN + name] for name in names if _CHOSEN + name in meta}


plugin_dirs_option = chosen_option(
    "--plugin-dir", "plugin_dirs", multiple=True, metavar="文件夹", help="另加的插件（可写多次）。"
)
_plugins = chosen_option("--plugins", metavar="编号", help="只用这些插件，用逗号隔开。")
_profile = chosen_option(
    "--profile", metavar="口径", help="口径：地区名称（如 jiangxi）或一个口径文件。"
)
_edition = chosen_option("--edition", type=int, metavar="年", help="按哪一年的规则和阈值。")


def profile_options(command: F) -> F:
    """``--profile`` and ``--edition``."""
    return _profile(_edition(command))


def plugin_options(command: F) -> F:
    """``--plugin-dir`` and ``--plugins``."""
    return plugin_dirs_option(_plugins(command))


def format_option(*forms: str, help_text: str = "输出的形式。") -> Callable[[F], F]:
    """``--format``, the first of these forms if it is not given."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        help=help_text,
    )


class Refused(click.ClickException):
    """The command makes no sense as it was given: one Chinese sentence, exit code 2."""

    exit_code = 2


class Unusable(click.ClickException):
    """A file or address cannot be read or written: one Chinese sentence, exit code 3."""

    exit_code = 3


class GivenFile(click.Path):
    """A file that a command reads: not a pipe or a device, which has no end, and not larger than
    any that is read. ``folders``: a folder may be given as well."""

    def __init__(self, folders: bool = False, exists: bool = False) -> None:
        super().__init__(exists=exists, dir_okay=folders, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Raises Unusable."""
        from checker.reading.limits import LIMITS  # late: not for the help
        from checker.reading.unreadable import FILE_TOO_LARGE, NO_ORDINARY_FILE

        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        try:
            status = path.stat()
        except (OSError, ValueError):
            return path  # the command says what is wrong there
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            raise Unusable(f"{path}：{NO_ORDINARY_FILE}")
        if stat.S_ISREG(status.st_mode) and status.st_size > LIMITS.file_bytes:
            raise Unusable(f"{path}：{FILE_TOO_LARGE}")
        return path


class Command(click.Command):
    """A command whose user's mistakes end it with exit code 2."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault("context_settings", HELP)
        options.setdefault("options_metavar", "[选项]")
        super().__init__(*arguments, **options)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line; what it lacks is said in a whole sentence."""
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter as lacking:
            raise click.UsageError(_lacks(lacking, ctx), lacking.ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        from checker.trouble import UserMistake

        try:
            return super().invoke(ctx)
        except UserMistake as mistake:
            raise Refused(str(mistake)) from mistake


def _lacks(lacking: click.MissingParameter, ctx: click.Context) -> str:
    needed = lacking.param
    if isinstance(needed, click.Option):
        told = f"缺少选项 {'、'.join(needed.opts)}"
    else:
        told = f"缺少参数“{needed.make_metavar(ctx) if needed else ''}”"
    choices = needed.type.choices if needed and isinstance(needed.type, click.Choice) else ()
    return f"{told}，可以是 {'、'.join(map(str, choices))}。" if choices else f"{told}。"


class Group(click.Group):
    """A command with commands of its own, such as ``plugin``."""

    command_class = Command

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault("context_settings", HELP)
        options.setdefault("options_metavar", "[选项]")
        options.setdefault("subcommand_metavar", "命令 [参数]…")
        super().__init__(*arguments, **options)


@contextmanager
def writing_to(place: Path) -> Iterator[None]:
    """Turns an error of writing there into a message."""
    from checker.trouble import disk_reason

    try:
        yield
    except OSError as problem:
        raise Unusable(f"写不进 {place}（{disk_reason(problem)}）。") from problem


def echo_json(value: object, indent: int = 1) -> None:
    """Print a document."""
    import json

    click.echo(json.dumps(value, ensure_ascii=False, indent=indent))


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


def session_options(settings: Settings, previous: str | None = None) -> SessionOptions:
    """The choice of rules by the command line and the settings, all rules reported."""
    names = ("profile", "edition", "plugin_dirs", "plugins")
    return settings.session_options(**chosen(*names), previous=previous)


def session_here() -> Session:
    """Rules, profile and templates by the command line and the settings, loaded once a command.
    Raises BadSettings or BadChoice."""
    from checker.session import Session

    meta = click.get_current_context().meta
    loaded: Session | None = meta.get(_SESSION)
    if loaded is None:
        loaded = meta[_SESSION] = Session(session_options(settings_here()))
    return loaded


def plugin_failed(problem: Exception, told: str) -> int:
    """Says on standard error that the code of a plugin went wrong, and why where that is known to
    its author; the exit code for an internal error."""
    from checker.harmless import one_line
    from checker.plugins.failure import PluginFailure
    from checker.trouble import report_trouble

    if not isinstance(problem, PluginFailure):
        return report_trouble(problem, told)
    where = f"（{problem.where}）" if problem.where else ""
    click.echo(one_line(f"错误：{told}：{problem.message}{where}。"), err=True)
    return 4
