"""A VBA project from source text: the streams of MS-OVBA, packed into ``vbaProject.bin``.

No compiled code is stored: the seven-byte ``_VBA_PROJECT`` stream tells every host to compile from
source, so one project serves Excel 2010 to 365 on 32 and 64 bits, and LibreOffice.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from enum import Enum

from checker_xlsx.vba.compound_file import compound_file
from checker_xlsx.vba.compression import compress
from msgspec import Struct

_COMPILE_FROM_SOURCE = bytes.fromhex("cc61ffff000000")
_CODE_PAGE = 1252  # sources are ASCII; the number only has to exist on every PC
_LOCALE = 0x0409
_NAMESPACE = uuid.UUID("5c0f6a3e-6d0b-4d33-9b58-2b6a5a3f7d10")
_WORKBOOK_BASE = "0{00020819-0000-0000-C000-000000000046}"
_SHEET_BASE = "0{00020820-0000-0000-C000-000000000046}"
_STDOLE = (
    "*\\G{00020430-0000-0000-C000-000000000046}#2.0#0#"
    "C:\\Windows\\System32\\stdole2.tlb#OLE Automation"
)


class ModuleKind(Enum):
    """What a module belongs to; the workbook and every sheet have one module each."""

    STANDARD = "standard"
    WORKBOOK = "workbook"
    SHEET = "sheet"


class Module(Struct, frozen=True):
    """One module. ``source`` is ASCII text; an ``Attribute VB_Name`` line in it is replaced."""

    name: str
    kind: ModuleKind
    source: str = ""


def vba_project(modules: Sequence[Module], name: str = "Checker") -> bytes:
    """The bytes of ``vbaProject.bin`` for these modules, the same bytes for the same modules.

    Document modules must carry the code names that the workbook's XML gives its sheets. Raises
    ValueError (UnicodeEncodeError) for source that is not ASCII: Chinese is written with ``ChrW``.
    """
    project_id = uuid.uuid5(_NAMESPACE, name)
    streams = {"PROJECT": _project_text(modules, name, project_id).encode("ascii")}
    streams["PROJECTwm"] = b"".join(
        module.name.encode("ascii") + b"\0" + module.name.encode("utf-16-le") + b"\0\0"
        for module in modules
    ) + bytes(2)
    streams["VBA/_VBA_PROJECT"] = _COMPILE_FROM_SOURCE
    streams["VBA/dir"] = compress(_directory(modules, name))
    for module in modules:
        streams[f"VBA/{module.name}"] = compress(_source(module).encode("ascii"))
    content: bytes = compound_file(streams)
    return content


def _source(module: Module) -> str:
    """The module's text as VBA stores it: attributes first, lines ended by CR LF."""
    attributes = [f'Attribute VB_Name = "{module.name}"']
    if module.kind is not ModuleKind.STANDARD:
        base = _WORKBOOK_BASE if module.kind is ModuleKind.WORKBOOK else _SHEET_BASE
        attributes += [
            f'Attribute VB_Base = "{base}"',
            "Attribute VB_GlobalNameSpace = False",
            "Attribute VB_Creatable = False",
            "Attribute VB_PredeclaredId = True",
            "Attribute VB_Exposed = True",
            "Attribute VB_TemplateDerived = False",
            "Attribute VB_Customizable = True",
        ]
    body = [line for line in module.source.splitlines() if not line.startswith("Attribute VB_Name")]
    return "\r\n".join([*attributes, *body]) + "\r\n"


def _record(identifier: int, content: bytes) -> bytes:
    return identifier.to_bytes(2, "little") + len(content).to_bytes(4, "little") + content


def _both(identifier: int, unicode_identifier: int, text: str) -> bytes:
    """A text in the project's code page, followed by the same in UTF-16."""
    return _record(identifier, text.encode("ascii")) + _record(
        unicode_identifier, text.encode("utf-16-le")
    )


def _number(identifier: int, value: int, width: int = 4) -> bytes:
    return _record(identifier, value.to_bytes(width, "little"))


def _directory(modules: Sequence[Module], name: str) -> bytes:
    """The ``dir`` stream before compression ([MS-OVBA] 2.3.4.2)."""
    parts = [
        _number(0x0001, 1),  # system kind: 32-bit Windows, read by all
        _number(0x0002, _LOCALE),
        _number(0x0014, _LOCALE),
        _number(0x0003, _CODE_PAGE, 2),
        _record(0x0004, name.encode("ascii")),
        _both(0x0005, 0x0040, ""),
        _record(0x0006, b"") + _record(0x003D, b""),
        _number(0x0007, 0),
        _number(0x0008, 0),
        (0x0009).to_bytes(2, "little") + (4).to_bytes(4, "little") + (1).to_bytes(4, "little"),
        (1).to_bytes(2, "little"),  # minor version, part of the record before
        _both(0x000C, 0x003C, ""),
        _both(0x0016, 0x003E, "stdole"),
        _record(
            0x000D,
            len(_STDOLE).to_bytes(4, "little") + _STDOLE.encode("ascii") + bytes(6),
        ),
        _number(0x000F, len(modules), 2),
        _number(0x0013, 0xFFFF, 2),
    ]
    for module in modules:
        parts += [
            _both(0x0019, 0x0047, module.name),
            _both(0x001A, 0x0032, module.name),
            _both(0x001C, 0x0048, ""),
            _number(0x0031, 0),
            _number(0x001E, 0),
            _number(0x002C, 0xFFFF, 2),
            _record(0x0021 if module.kind is ModuleKind.STANDARD else 0x0022, b""),
            _record(0x002B, b""),
        ]
    return b"".join([*parts, _record(0x0010, b"")])


def _project_text(modules: Sequence[Module], name: str, project_id: uuid.UUID) -> str:
    """The ``PROJECT`` stream: which modules there are, and that nothing is locked."""
    braced = f"{{{str(project_id).upper()}}}"
    lines = [f'ID="{braced}"']
    for module in modules:
        if module.kind is ModuleKind.STANDARD:
            lines.append(f"Module={module.name}")
        else:
            lines.append(f"Document={module.name}/&H00000000")
    lines += [
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{_obscured(bytes(4), braced, 0x11)}"',
        f'DPB="{_obscured(bytes(1), braced, 0x22)}"',
        f'GC="{_obscured(bytes([0xFF]), braced, 0x33)}"',
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
    ]
    return "\r\n".join(lines) + "\r\n"


def _obscured(content: bytes, project_id: str, seed: int) -> str:
    """Hex text of a protection field ([MS-OVBA] 2.4.3.2); the seed is fixed, not random."""
    project_key = sum(project_id.encode("ascii")) & 0xFF
    version_plain = 2
    encrypted = [seed, seed ^ version_plain, seed ^ project_key]
    previous_plain, before_last, last = project_key, encrypted[1], encrypted[2]
    ignored = bytes([7] * ((seed & 6) // 2))
    for plain in ignored + len(content).to_bytes(4, "little") + content:
        value = plain ^ ((before_last + previous_plain) & 0xFF)
        encrypted.append(value)
        before_last, last, previous_plain = last, value, plain
    return bytes(encrypted).hex().upper()
