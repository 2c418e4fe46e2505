"""``make reference``: what the guides say of the program's own lists, from the program itself.

``docs/commands.md``: every command, option and exit code; ``docs/settings.md``: keys of
``checker.toml``, environment variables, ``checker.ini``; ``docs/json.md``: every field of every
``--format json``, from the schemas that are released with the program; and the tables of the
authors' pages, Chinese and English.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import click
from msgspec.structs import fields

from checker.authoring.reference import filled, pages
from checker.cli.chinese import speak_chinese
from checker.cli.group import COMMANDS, command
from checker.marking.results import ExitCode
from checker.reading.limits import Limits
from checker.reports.json_report import SCHEMA
from checker.session import Session
from checker.settings import PATHS, Settings

DOCS = Path(__file__).parents[1]
ENGLISH = DOCS / "en" / "author"
MADE = "<!-- 由 make reference 从程序生成，请不要手改。 -->"
HEAD = f"""# 命令行

{MADE}

下面是程序的全部命令和选项，与 `checker 命令 --help` 显示的一样。插件还可以带来别的命令。

## 退出码

| 退出码 | 含义 |
|---|---|
"""
EXIT_WORDS: Mapping[ExitCode, str] = {
    ExitCode.CLEAN: "没有必须修改的问题（未达标不算；`--strict` 时未达标、未判断、空白表也算）",
    ExitCode.FINDINGS: "有不通过的；`plugin check`、`plugin test`、`doctor`、`report` 查出了问题；"
    "`diff` 有新出的问题",
    ExitCode.USAGE: "命令或设置写错；`--previous` 的文件、地址打不开",
    ExitCode.UNREADABLE: "要查的文件、文件夹、地址不存在或读不出来，不是已知的填报表，"
    "或者结果写不进去",
    ExitCode.INTERNAL: "规则、插件或程序自身出错，写明的插件文件夹不存在，集群断了："
    "与学校的数据无关",
    ExitCode.INTERRUPTED: "没有查完就被 Ctrl-C 中断，结果只包括中断前的",
}
"""What each means for all commands."""
SETTINGS_HEAD = f"""# 设置

{MADE}

同一件事写了几处的，按这个顺序，先有的算：

1. 命令行上写的；
2. 运行命令的文件夹（不是所查的文件夹）里的 `checker.toml`，没有就看 `pyproject.toml` 的 `[tool.checker]`，再没有就看上一级文件夹，直到最上面；表里的按钮从工作簿所在的文件夹看起；
3. 您自己的 `checker.toml`：Windows 在 `%APPDATA%\\checker`，Linux 在 `~/.config/checker`，macOS 在 `~/Library/Application Support/checker`。

第 2、3 处只用一个文件：有了第 2 处的，您自己的里只有 `plugin_dirs`、`limits` 还算数。文件里的路径从这个文件所在的文件夹算起。项写错、值的类型不对，程序写明哪个文件、哪一项，退出码 2。

```toml
profile = "jiangxi"
edition = 2026
ignore = ["TEA2"]
previous = "去年的表"
plugin_dirs = ["省里的插件"]
```

第 2 处的文件可能是跟着报送的表来的：里面的 `plugin_dirs` 和网络地址，要用 `checker plugin allow` 允许过那个文件夹才算数；`limits` 不算数；每次提醒一行。
"""
INI = """## `checker.ini`

放在工作簿旁边，只给表里的按钮看，告诉它程序在哪里，见[按钮怎样找到程序](clerk/button.md#按钮怎样找到程序)。

| 项 | 写什么 |
|---|---|
| `program` | 程序的路径；相对路径从工作簿所在的文件夹算起，例如 `program=checker\\checker.exe` |

别的行不看。
"""
KEYS: Mapping[str, str] = {
    "profile": "口径：地区名称（如 jiangxi），或一个口径文件的路径；几个用逗号连起来",
    "edition": "按哪一年的规则和限值",
    "select": "只查这些规则、规则族或插件",
    "ignore": "不查这些规则、规则族或插件",
    "previous": "上年的表，用于与上年比较：文件、文件夹、zip 或地址",
    "out": "`checker check` 的标记副本和数据表写到哪个文件夹",
    "mark": "`checker check` 写不写标记副本",
    "plugins": "只用这些插件（编号）",
    "plugin_dirs": "另加的插件所在的文件夹；要用 `checker plugin allow` 允许过才生效",
    "limits": "一份文件最多读多少，见下；只能写在您自己的设置里",
}
"""What each key of the settings means."""
LIMITS: Mapping[str, str] = {
    "file_bytes": "文件大小，字节",
    "members": "文件内部的部件，个",
    "part_bytes": "一个部件解开后的大小，字节",
    "total_bytes": "全部部件解开后的大小，字节",
    "styles": "单元格格式，种",
    "strings": "不同的文字，条",
    "sheets": "工作表，张",
    "cells": "写有内容的单元格，格",
    "area": "有效范围，格",
    "merged": "合并的单元格，处",
    "memory": "单独读一份可疑的文件时的内存，字节",
    "seconds": "单独读一份可疑的文件时的时间，秒",
}
"""What each limit is of, with its unit."""
VARIABLES: Mapping[str, str] = {
    "CHECKER_CONFIG_DIR": "您自己的设置（`checker.toml` 和允许过的插件文件夹）在哪个文件夹",
    "CHECKER_CACHE_DIR": "上次的结果存在哪个文件夹",
    "CHECKER_NO_CACHE": "写 `1`：上次的结果不读也不存",
    "CHECKER_LOG_DIR": "程序自身出错时，日志写到哪个文件夹",
    "CHECKER_PROGRAM": "表里的按钮用的程序，写完整路径",
    "CHECKER_UNO": "按钮与 LibreOffice 的连接，如 `pipe,name=checker_0`",
    "CHECKER_TIMINGS": "一个文件：每点一次按钮，写一行各步用了多少时间（JSON，秒）",
    "CHECKER_BUNDLE_COUNTY": "写 `1`：做免安装的程序时连县级汇总一起打进去",
}
"""Every environment variable of the program's own."""
UNSET: Mapping[str, str] = {
    "CHECKER_CONFIG_DIR": "Windows `%APPDATA%\\checker`；Linux `$XDG_CONFIG_HOME/checker`，没有则 "
    "`~/.config/checker`；macOS `~/Library/Application Support/checker`",
    "CHECKER_CACHE_DIR": "Windows `%LOCALAPPDATA%\\checker\\cache`；别的系统 "
    "`$XDG_CACHE_HOME/checker`，没有则 `~/.cache/checker`",
    "CHECKER_LOG_DIR": "Windows `%LOCALAPPDATA%\\checker`；别的系统 `~/.local/state/checker`",
    "CHECKER_PROGRAM": "照“按钮怎样找到程序”里的顺序找",
    "CHECKER_UNO": "`pipe,name=checker_用户号`",
}
"""What holds where a variable is not set; for the others nothing is done."""
JSON_HEAD = f"""# JSON

{MADE}

`--format json` 在屏幕上印出一个 JSON（UTF-8），别的话印到标准错误。每种都有一份 JSON Schema 随程序发布（`checker/reports/schema/`），测试用它核对真实的结果。同一年度里只增不减；换年度时的改变写进更新记录。

现值、要求、差额是写给人看的文字，单位写在里面；`exact` 一类的精确值是分数，如 `9/2`。`[]` 是数组里的每一个，`<…>` 是随内容变的键。`null` 一栏写“可”的，值可以是 null。

查文件夹时写的 `校验结果.json` 与 `checker check --format json` 相同，`县级汇总.json` 与 `checker county --format json` 相同。`运行记录.json`、`answers.json` 不给别的程序用，格式会变。
"""
TYPE_WORDS: Mapping[str, str] = {
    "string": "文字", "integer": "整数", "boolean": "是否", "object": "对象", "array": "数组",
}  # fmt: skip
SETTING_WORDS: Mapping[object, str] = {
    str: "一段文字", int: "年份", bool: "`true` 或 `false`", tuple[str, ...]: "一列文字",
}  # fmt: skip


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group with its full name, groups before what is in them."""
    context = click.Context(group, info_name=" ".join(path) or "checker")
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None, name
        yield " ".join(("checker", *path, name)), found
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))


def commands_page() -> str:
    """The whole text. Every command is imported."""
    lines = [HEAD.rstrip("\n")]
    lines += [f"| {code:d} | {words} |" for code, words in EXIT_WORDS.items()]
    lines += ["", "同时出现几种时取大的数。一个命令有自己的说法时，写在它那一节。"]
    for name, found in commands(command):
        depth = len(name.split())
        lines += ["", f"{'#' * depth} `{name}`", ""]
        if depth == 2:
            lines += [COMMANDS[name.split()[1]] + "。", ""]
        words = cleandoc(found.help or "").replace("\b\n", "")
        if words.rstrip("。") != COMMANDS.get(name.split()[-1], ""):
            lines += [words, ""]
        lines += ["```", usage(name, found), "```"]
        rows = [row for each in found.params if (row := option_row(name, each))]
        if rows:
            lines += ["", "| 选项 | 作用 |", "|---|---|", *rows]
        if found.epilog:
            lines += ["", found.epilog]
    return "\n".join(lines) + "\n"


def usage(name: str, found: click.Command) -> str:
    """The line of how it is called."""
    context = click.Context(found, info_name=name)
    return " ".join((name, *found.collect_usage_pieces(context)))


def option_row(name: str, each: click.Parameter) -> str:
    """A row of the table; empty for arguments and what the help hides."""
    record = each.get_help_record(click.Context(click.Command(name)))
    if record is None or not isinstance(each, click.Option):
        return ""
    option, help_text = (part.replace("|", "\\|").replace("\n", " ") for part in record)
    return f"| `{option}` | {help_text} |"


def settings_page() -> str:
    """Settings, environment variables, ``checker.ini``."""
    lines = [SETTINGS_HEAD.rstrip("\n"), "", "## `checker.toml`", ""]
    lines += ["| 项 | 写什么 | 不写时 | 命令行 | 含义 |", "|---|---|---|---|---|"]
    types = {each.name: each for each in fields(Settings)}
    for key, words in KEYS.items():
        each = types[key]
        kind = "路径或地址" if key in PATHS else setting_word(each.type)
        default = "`true`" if each.default is True else "没有"
        lines.append(f"| `{key}` | {kind} | {default} | {options_of(key)} | {words} |")
    lines += ["", "## `[limits]`", "", "超过的文件说一行、不读。一般不用改。", ""]
    lines += ["| 项 | 不写时 | 是什么的上限 |", "|---|---|---|"]
    usual = Limits()
    for name, words in LIMITS.items():
        lines.append(f"| `{name}` | {int(getattr(usual, name)):,} | {words} |")
    lines += ["", "## 环境变量", "", "| 变量 | 含义 | 不写时 |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {words} | {UNSET.get(name, '不做')} |" for name, words in VARIABLES.items()
    ]
    return "\n".join([*lines, "", INI.rstrip("\n")]) + "\n"


def setting_word(kind: Any) -> str:
    """What is to be written for a type of ``Settings``."""
    parts = [each for each in get_args(kind) if each is not type(None)]
    plain = parts[0] if isinstance(kind, UnionType) else kind
    return SETTING_WORDS.get(plain, "一个表")


def options_of(key: str) -> str:
    """The option that says the same as a key of the settings."""
    name = f"no_{key}" if key == "mark" else key
    found = {
        option.opts[-1]
        for _, each in commands(command)
        for option in each.params
        if isinstance(option, click.Option) and option.name == name
    }
    return "、".join(f"`{option}`" for option in sorted(found))


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema of a ``--format json`` by the command that prints it."""
    documents = [json.loads(path.read_text("utf-8")) for path in SCHEMA.parent.glob("*.json")]
    found = {each["title"].removesuffix(" --format json"): each for each in documents}
    order = [name for name, _ in commands(command)]
    return dict(sorted(found.items(), key=lambda item: order.index(item[0])))


def json_page() -> str:
    """Every field of every schema."""
    lines = [JSON_HEAD.rstrip("\n")]
    files = {f"{each['$id']}": each for each in schemas().values()}
    for name, schema in schemas().items():
        lines += ["", f"## `{name} --format json`", "", schema["description"], ""]
        lines += [f"格式：`{schema['$id']}`。", ""]
        lines += ["| 字段 | 类型 | 单位 | null | 含义 |", "|---|---|---|---|---|"]
        lines += field_rows("", schema, schema, files)
    return "\n".join(lines) + "\n"


def field_rows(
    path: str, schema: Mapping[str, Any], whole: Mapping[str, Any], files: Mapping[str, Any]
) -> Iterator[str]:
    """The rows of everything below a value. What another schema describes is only named."""
    for name, each in schema.get("properties", {}).items():
        place = f"{path}.{name}" if path else name
        meaning, kind, unit, null, below, root = told(each, whole, files)
        text = meaning.replace("|", "\\|")
        yield f"| `{place}` | {kind} | {unit} | {null} | {text} |"
        if below is not None:
            yield from field_rows(place, below, root, files)
    items = schema.get("items")
    if isinstance(items, dict):
        yield from inside(f"{path}[]", items, whole, files)
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        yield from inside(f"{path}.<…>", extra, whole, files)


def inside(
    place: str, each: Mapping[str, Any], whole: Mapping[str, Any], files: Mapping[str, Any]
) -> Iterator[str]:
    """The rows of what is in a list or under names that vary."""
    meaning, kind, unit, null, below, root = told(each, whole, files)
    if meaning or unit:
        text = meaning.replace("|", "\\|")
        yield f"| `{place}` | {kind} | {unit} | {null} | {text} |"
    if below is not None:
        yield from field_rows(place, below, root, files)


def told(
    each: Mapping[str, Any], whole: Mapping[str, Any], files: Mapping[str, Any]
) -> tuple[str, str, str, str, Mapping[str, Any] | None, Mapping[str, Any]]:
    """Meaning, type, unit, whether it can be null, the schema of what is below (None for what
    another schema of the page describes) and the document that its references mean."""
    options = each.get("anyOf", [each])
    null = "可" if {"type": "null"} in options else ""
    each = {**next(one for one in options if one != {"type": "null"}), **each}
    reference = each.get("$ref", "")
    if reference.startswith("#"):
        each = {**resolved(whole, reference), **each}
    elif reference:
        file, _, inner = reference.partition("#")
        target = resolved(files[file], inner)
        if "properties" in target or "items" in target:
            where = inner.replace("/properties/", " ").replace("/items", "").split()[-1]
            where = where.rpartition("/")[2]
            command_name = files[file]["title"]
            meaning = each.get("description", target.get("description", ""))
            word = TYPE_WORDS[target["type"]]
            return f"{meaning}：同 `{command_name}` 的 `{where}`", word, "", null, None, whole
        each = {**target, **each}
    kind = each.get("type", "string")
    if isinstance(kind, list):
        null = "可" if "null" in kind else null
        kind = next(one for one in kind if one != "null")
    if None in each.get("enum", []):
        null = "可"
    if all(isinstance(one, int) for one in each.get("enum", [""])):
        kind = "integer"
    return each.get("description", ""), TYPE_WORDS[kind], each.get("x-unit", ""), null, each, whole


def resolved(document: Mapping[str, Any], pointer: str) -> Mapping[str, Any]:
    """What a JSON pointer means."""
    found: Any = document
    for part in pointer.lstrip("#/").split("/"):
        found = found[part]
    assert isinstance(found, dict)
    return found


def made() -> dict[Path, str]:
    """Every generated page, and every page with generated parts, as they should be."""
    speak_chinese()
    session = Session()
    guides = [*pages().values(), *sorted(ENGLISH.glob("*.md"))]
    return {
        DOCS / "commands.md": commands_page(),
        DOCS / "settings.md": settings_page(),
        DOCS / "json.md": json_page(),
        **{page: filled(page.read_text("utf-8"), session) for page in guides},
    }


def main() -> None:
    """Write them; the names of those that were not so before."""
    for page, text in made().items():
        if not page.is_file() or page.read_text("utf-8") != text:
            page.write_text(text, "utf-8")
            sys.stdout.write(f"{page.relative_to(DOCS)}\n")


if __name__ == "__main__":
    main()
