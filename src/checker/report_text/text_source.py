"""The text of a report: a .docx file or plain text, as paragraphs. Bounded; nothing is run."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from checker.extras import need
from checker.reading.limits import LIMITS
from checker.reading.package import Package
from checker.reading.unreadable import UnreadableWorkbook

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

TEXT_SIGNS = 500_000
"""A text of more than this is not a report; public ones have 4,000 to 70,000 signs."""

_TOO_LONG = "文字过长，不像是报告，没有读取。"
_ENCODINGS = ("utf-8-sig", "gb18030")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class UnreadableReport(Exception):
    """The file gives no text. ``reason`` is a Chinese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_paragraphs(name: str, data: bytes) -> tuple[str, ...]:
    """The paragraphs of a report, in reading order, those of a .docx's tables where they stand.

    Raises UnreadableReport; MissingExtra for a .docx where python-docx is not installed.
    """
    if not data:
        raise UnreadableReport("文件是空的（0 字节），请核对是否选错了文件。")
    if is_docx(data):
        return _bounded([paragraph.text for paragraph in paragraphs_of(open_docx(data))])
    if data.startswith(_OLE):
        raise UnreadableReport("这是 .doc 文件，读不出来；请用 Word 或 WPS 另存为 .docx。")
    if len(data) > TEXT_SIGNS * 4:  # bytes of a sign in the widest encoding
        raise UnreadableReport(_TOO_LONG)
    return _bounded(_decoded(name, data).splitlines())


def _bounded(paragraphs: list[str]) -> tuple[str, ...]:
    if sum(map(len, paragraphs)) > TEXT_SIGNS:
        raise UnreadableReport(_TOO_LONG)
    return tuple(paragraphs)


def is_docx(data: bytes) -> bool:
    """Whether the content is a zip package, as a .docx is."""
    return data.startswith(_ZIP)


def open_docx(data: bytes) -> Document:
    """The document, after its package was looked at. Raises UnreadableReport, MissingExtra."""
    need("report", "docx")
    import docx

    try:
        package = Package(data)
        if not package.has("word/document.xml"):
            raise UnreadableReport("这不是 Word 文档，请选择 .docx 或 .txt 格式的报告。")
        for name in package.names:
            package.read(name, LIMITS.small_part_bytes * 4)
        if b"<!ENTITY" in package.read("word/document.xml", LIMITS.small_part_bytes * 4):
            raise UnreadableReport("文件里含有报告不应有的实体定义，为安全起见没有读取。")
        return docx.Document(BytesIO(data))
    except UnreadableReport:
        raise
    except UnreadableWorkbook as problem:
        raise UnreadableReport(
            "文件已损坏、设有密码，或解开后过大，没有读取；请用 Word 或 WPS 打开并另存为 .docx。"
        ) from problem
    except Exception as problem:  # whatever a broken document brings about in python-docx
        raise UnreadableReport(
            "文件已损坏，读不出内容；请用 Word 或 WPS 打开并另存为 .docx。"
        ) from problem


def paragraphs_of(document: Document) -> Iterator[Paragraph]:
    """All paragraphs of the body in reading order; those of a merged cell once."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield block
        elif isinstance(block, Table):
            yield from _in_table(block)


def _in_table(table: object) -> Iterator[Paragraph]:
    seen: set[object] = set()
    for row in table.rows:  # type: ignore[attr-defined]
        for cell in row.cells:
            if cell._tc not in seen:
                seen.add(cell._tc)
                yield from cell.paragraphs


def _decoded(name: str, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableReport(f"{name} 不是文字文件，请选择 .docx 或 .txt 格式的报告。")
