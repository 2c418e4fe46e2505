"""Reference for authors, made from the lists that the program itself works with: tables of the
pages in ``docs/author`` (``make reference`` writes them) and what ``checker plugin help`` prints.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from importlib.util import find_spec
from inspect import getdoc, getmembers, isclass, isfunction, signature
from pathlib import Path

from checker import api
from checker.plugins.manifest_check import nearest
from checker.rules.kinds import KINDS, TAKES_WORDS
from checker.rules.syntax import FUNCTIONS
from checker.rules.syntax import Takes as Argument
from checker.session import Session
from checker.trouble import UserMistake

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
        word = "，全县各校一起判断" if kind.collection else ""
        used = next((rule.id for rule in session.rules.values() if rule.kind == name), "")
        example = f"，例如 [{used}](../rules/{used}.md)" if used else ""
        yield f"### `{name}`　{kind.title} {{ #kind-{name} }}"
        yield ""
        yield f"{len(kind.keys)} 个专有的项{word}{example}。"
        yield ""
        keys = (
            (f"`{key.name}`", "是" if key.required else "", TAKES_WORDS[key.takes], _cell(key.help))
            for key in kind.keys
        )
        yield from _table(("项", "必填", "写什么", "说明"), keys)
        yield ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    yield from (f"| {' | '.join(row)} |" for row in rows)


def functions(_: Session) -> Iterator[str]:
    """Every function an expression may call."""
    rows = []
    for name, function in FUNCTIONS.items():
        words = [ARGUMENT_WORDS[each] for each in function.takes]
        must = len(words) - function.optional
        shown = "、".join(words[:must]) + "".join(f"〔、{each}〕" for each in words[must:])
        rows.append(
            (f"`{name}`（{shown}{'……' if function.repeats else ''}）", _cell(function.help))
        )
    return _table(("函数", "说明"), rows)


def profiles(session: Session) -> Iterator[str]:
    """The profiles that are there."""
    from checker.plugins.profile_files import load_overlay

    rows = []
    for overlay in map(load_overlay, session.plugins.contributions().profile_files()):
        changed = [f"限值 {entry.id}" for entry in overlay.thresholds]
        changed += [f"规则 {rule_id}" for rule_id in overlay.rules]
        changed += [f"{name} 取 {choice}" for name, choice in overlay.definitions.items()]
        told = "、".join(dict.fromkeys(changed)) or "只选定名称"
        rows.append((f"`{overlay.id}`", overlay.title, f"`{overlay.base}`", _cell(told)))
    return _table(("编号", "名称", "建立在", "改了什么"), rows)


def templates(session: Session) -> Iterator[str]:
    """The templates that are there."""
    rows = []
    for each in session.templates:
        counts = each.edition, len(each.fields()), len(each.tables())
        rows.append((f"`{each.id}`", each.title, *map(str, counts)))
    return _table(("编号", "名称", "年度", "字段", "明细表"), rows)


def hooks(_: Session) -> Iterator[str]:
    """The hooks with their signatures."""
    from checker.plugins import hookspecs

    rows = (
        (f"`{name}`", f"`{_cell(str(signature(hook).return_annotation))}`", _cell(_words(hook)))
        for name, hook in getmembers(hookspecs, isfunction)
        if name.startswith("checker_")
    )
    return _table(("钩子", "给出", "英文说明"), rows)


def classes(_: Session) -> Iterator[str]:
    """Every name of ``checker.api``: its fields, properties and methods."""
    for name in sorted(api.__all__, key=str.lower):
        thing = getattr(api, name)
        yield f"### `{name}` {{ #api-{name.lower()} }}"
        yield ""
        if not isclass(thing):
            if isfunction(thing):
                yield f"`{_call_of(thing)}`　{_words(thing)}"
            else:
                yield "写在钩子前面的装饰器。" if name == "hookimpl" else f"`{thing!r}`"
            yield ""
            continue
        yield _words(thing)
        yield ""
        members = list(_members(thing))
        if members:
            rows = ((f"`{_cell(each)}`", _cell(told)) for each, told in members)
            yield from _table(("成员", "说明"), rows)
            yield ""


def _members(thing: type) -> Iterator[tuple[str, str]]:
    if issubclass(thing, Enum):
        yield from ((each.name, str(each.value)) for each in thing)
        return
    own = {name: value for name, value in vars(thing).items() if not name.startswith("_")}
    fields = getattr(thing, "__annotations__", {})
    for name in getattr(thing, "__slots__", ()):
        if not name.startswith("_") and name not in fields:
            yield name, ""
    for name, kind in fields.items():
        if not name.startswith("_"):
            yield f"{name}: {getattr(kind, '__forward_arg__', kind)}", ""
    for name, value in own.items():
        if isfunction(value):
            yield _call_of(value), _words(value)
        elif name not in fields and hasattr(value, "__get__") and getdoc(value):
            yield name, _words(value)


def _call_of(function: Callable[..., object]) -> str:
    shown = str(signature(function)).replace("(self, ", "(").replace("(self)", "()")
    return function.__name__ + re.sub(r"(: |-> )'([^']*)'", r"\1\2", shown)


def _words(thing: object) -> str:
    return " ".join((getdoc(thing) or "").split())


PARTS: Mapping[str, Callable[[Session], Iterator[str]]] = {
    "kinds": kinds,
    "functions": functions,
    "profiles": profiles,
    "templates": templates,
    "hooks": hooks,
    "api": classes,
}
"""Part of a page -> what makes it. In the page it stands between two comments that name it."""

_COMMENT = re.compile(r"<!--.*?-->\n| \{ #[\w-]+ \}")
_PART = re.compile(r"(<!-- 由程序生成：(\w+) -->\n).*?(<!-- 到这里 -->)", re.DOTALL)


def filled(markdown: str, session: Session) -> str:
    """A page with its generated parts as they should be. KeyError for a part nobody makes."""
    return _PART.sub(
        lambda part: f"{part[1]}{chr(10).join(PARTS[part[2]](session)).rstrip()}\n{part[3]}",
        markdown,
    )


def pages() -> dict[str, Path]:
    """Pages for authors by topic: of the installed package, else of the source tree."""
    spec = find_spec("checker_docs")
    places = list(spec.submodule_search_locations or ()) if spec else []
    here = Path(__file__).parents[3] / "docs" / "author"
    folder = Path(places[0]) if places else here
    return {path.stem: path for path in sorted(folder.glob("*.md"))}


# -- checker plugin help -----------------------------------------------------------------------


class NoTopicError(UserMistake):
    """There is nothing on this; the text is a Chinese sentence."""


def help_lines(topic: str, session: Session) -> Iterator[str]:
    """What ``checker plugin help`` prints: on everything (""), a kind of rule, ``kinds``,
    ``functions`` or one of them, ``hooks``, ``api`` or one of its names, or a page. Raises
    NoTopicError."""
    found = pages()
    if not topic:
        yield from _topics(found)
    elif topic == "kinds":
        yield from (f"{name:<16}{kind.title}" for name, kind in KINDS.items() if name != "form")
        yield "一种规则有哪些项、怎么写：写它的名称，如 checker plugin help relation。"
        yield "种类是固定的，插件不能再加：每一种都要能检查单位、写成句子；别的用 function 写。"
    elif topic in {*KINDS, *FUNCTIONS} - {"form"}:  # sum and total are both
        yield from (line for line in functions(session) if line.startswith(f"| `{topic}`"))
        if topic in KINDS:
            yield from _kind_lines(topic, session)
    elif topic == "functions":
        yield from functions(session)
        yield "函数是固定的，插件不能再加：式子不执行代码，别人的清单才能放心读。"
        yield "式子算不出的，用 function 种类写："
        yield ""
        yield found[topic].read_text("utf-8").rstrip()
    elif topic in api.__all__:
        part = "\n".join(classes(session)).split(f"### `{topic}`")[1]
        yield _COMMENT.sub("", f"{topic}{part.split('### `')[0]}").rstrip()
    elif topic in found:
        yield _COMMENT.sub("", found[topic].read_text("utf-8")).rstrip()
    else:
        known = [*KINDS, *FUNCTIONS, *api.__all__, *found, "kinds", "functions", "hooks", "api"]
        meant = nearest(topic, known)
        hint = f"，是不是 {meant}？" if meant else "。"
        raise NoTopicError(
            f"没有关于“{topic}”的说明{hint}不带参数运行 checker plugin help 看有哪些。"
        )


def _topics(found: Mapping[str, Path]) -> Iterator[str]:
    yield "checker plugin help 主题"
    yield ""
    yield "kinds           规则有哪些种类"
    yield "relation、sum…   一个种类的名称：它的各项和一个真实的例子"
    yield "functions       式子里能用的函数，和用 Python 写规则；看一个写它的名称，如 count"
    yield "Unit、Context…  checker.api 里的一个名称（全部：checker plugin help api）"
    for name, path in found.items():
        if name != "functions":
            yield f"{name:<16}{path.read_text('utf-8').partition(chr(10))[0].lstrip('# ')}"


def _kind_lines(name: str, session: Session) -> Iterator[str]:
    kind = KINDS[name]
    yield f"{name}　{kind.title}"
    for key in kind.keys:
        needed = "必填" if key.required else "可选"
        yield f"  {key.name:<16}{needed}　{TAKES_WORDS[key.takes].replace('`', '')}　{key.help}"
    if kind.collection:
        yield '  scope = "collection"，例子用 schools（每校一个表）、last_year、county'
    yield "每条规则都有的项：checker plugin help manifest"
    sources = [
        (_source_of(rule.id, session.ruleset.file_of(rule)), rule)
        for rule in session.rules.values()
        if rule.kind == name and len(rule.examples) > 1
    ]
    if sources:
        lines, used = min(sources, key=lambda found: sum(map(len, found[0])) or 10**6)
        yield f"例（{used.id}，{used.title}）："
        yield from lines


def _source_of(rule_id: str, manifest: str) -> list[str]:
    """A rule as it stands in its manifest."""
    for block in _blocks(manifest):
        if block.startswith("[[rules]]") and f'\nid = "{rule_id}"\n' in block:
            return [line for line in block.rstrip().split("\n") if not line.startswith("#")]
    return []


@cache
def _blocks(manifest: str) -> list[str]:
    return re.split(r"^(?=\[)", Path(manifest).read_text("utf-8"), flags=re.MULTILINE)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
