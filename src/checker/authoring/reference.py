"""Reference tables of the documentation, made from the lists that the program itself works with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from inspect import getdoc, getmembers, isfunction, signature

from checker.rules.functions import FUNCTIONS
from checker.rules.functions import Takes as Argument
from checker.rules.kinds import COLLECTION_KINDS, KINDS, Key, Takes
from checker.session import Session

TAKES_WORDS: Mapping[Takes, str] = {
    Takes.EXPRESSION: "表达式",
    Takes.EXPRESSIONS: "表达式的列表",
    Takes.FIELD: "字段编号",
    Takes.THRESHOLD: "限值编号",
    Takes.LIMIT: "限值编号或表达式",
    Takes.COMPARE: "`>=` `<=` `>` `<` `==`",
    Takes.TEXT: "文字",
    Takes.TEXTS: "文字的列表",
    Takes.WHOLE: "整数",
    Takes.NUMBER: "数",
    Takes.GAP: "表",
    Takes.CODE_LIST: "代码表编号",
    Takes.PATTERN: "正则表达式",
    Takes.ALGORITHM: "`uscc`、`id_card` 或 `org_code`",
    Takes.TABLE: "表的编号",
    Takes.COLUMNS: "列编号的列表",
    Takes.RULES: "规则编号的列表",
    Takes.ITEMS: "规则编号的列表，合为一项的写作 A + B",
    Takes.RULE: "规则编号",
    Takes.PER: "`stage` 或 `submission`",
    Takes.FUNCTION: "函数名",
    Takes.TRUTH: "`true` 或 `false`",
}
ARGUMENT_WORDS: Mapping[Argument, str] = {
    Argument.VALUE: "式子",
    Argument.FIELD: "字段",
    Argument.TABLE: "表",
    Argument.CELLS: "表.列",
    Argument.CONDITION: "条件",
    Argument.TEXT: "'文字'",
}


def kinds(session: Session) -> Iterator[str]:
    """Every kind of rule with its keys."""
    for name, kind in KINDS.items():
        if name == "form":
            continue  # the host's own
        word = "，全县各校一起判断" if name in COLLECTION_KINDS else ""
        used = next((rule.id for rule in session.rules.values() if rule.kind == name), "")
        example = f"，例如 [{used}](../rules/{used}.md)" if used else ""
        yield f"### `{name}`　{kind.title} {{ #kind-{name} }}"
        yield ""
        yield f"{len(kind.keys)} 个专有的项{word}{example}。"
        yield ""
        yield "| 项 | 必填 | 写什么 | 说明 |"
        yield "|---|---|---|---|"
        yield from (_key_row(key) for key in kind.keys)
        yield ""


def _key_row(key: Key) -> str:
    needed = "是" if key.required else ""
    return f"| `{key.name}` | {needed} | {TAKES_WORDS[key.takes]} | {_cell(key.help)} |"


def functions(_: Session) -> Iterator[str]:
    """Every function an expression may call."""
    yield "| 函数 | 说明 |"
    yield "|---|---|"
    for name, function in FUNCTIONS.items():
        words = [ARGUMENT_WORDS[each] for each in function.takes]
        must = len(words) - function.optional
        shown = "、".join(words[:must]) + "".join(f"〔、{each}〕" for each in words[must:])
        shown += "……" if function.repeats else ""
        yield f"| `{name}`（{shown}） | {_cell(function.help)} |"


def profiles(session: Session) -> Iterator[str]:
    """The profiles that are there."""
    from checker.plugins.profile_files import load_overlay

    yield "| 编号 | 名称 | 建立在 | 改了什么 |"
    yield "|---|---|---|---|"
    for overlay in map(load_overlay, session.plugins.contributions().profile_files()):
        changed = [f"限值 {entry.id}" for entry in overlay.thresholds]
        changed += [f"规则 {rule_id}" for rule_id in overlay.rules]
        changed += [f"{name} 取 {choice}" for name, choice in overlay.definitions.items()]
        told = "、".join(dict.fromkeys(changed)) or "只选定名称"
        yield f"| `{overlay.id}` | {overlay.title} | `{overlay.base}` | {_cell(told)} |"


def templates(session: Session) -> Iterator[str]:
    """The templates that are there."""
    yield "| 编号 | 名称 | 年度 | 字段 | 明细表 |"
    yield "|---|---|---|---|---|"
    for template in session.templates:
        yield (
            f"| `{template.id}` | {template.title} | {template.edition} "
            f"| {len(template.fields())} | {len(template.tables())} |"
        )


def hooks(_: Session) -> Iterator[str]:
    """The hooks with their signatures."""
    from checker.plugins import hookspecs

    yield "| 钩子 | 给出 | 英文说明 |"
    yield "|---|---|---|"
    for name, function in getmembers(hookspecs, isfunction):
        if name.startswith("checker_"):
            gives = str(signature(function).return_annotation)
            words = " ".join((getdoc(function) or "").split())
            yield f"| `{name}` | `{_cell(gives)}` | {_cell(words)} |"


PARTS: Mapping[str, Callable[[Session], Iterator[str]]] = {
    "kinds": kinds,
    "functions": functions,
    "profiles": profiles,
    "templates": templates,
    "hooks": hooks,
}
"""Part of a page -> what makes it; a page has ``<!-- 由程序生成：kinds -->`` where it belongs."""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
