"""The VBA module that holds the launcher's Chinese texts, generated from ``texts.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

from checker_xlsx.vba.project import Module, ModuleKind

_TEXTS = Path(__file__).parent.parent / "launcher" / "texts.toml"
_PIECE = 60
"""Characters per source line; VBA refuses lines over 1,023 characters."""

_FUNCTIONS = """\
' \\uXXXX turned into the characters meant; the rest as it is.
Public Function Decoded(text As String) As String
    Dim at As Long, from As Long
    from = 1
    at = InStr(from, text, "\\u")
    Do While at > 0
        Decoded = Decoded & Mid(text, from, at - from) & ChrW(CLng("&H" & Mid(text, at + 2, 4)))
        from = at + 6
        at = InStr(from, text, "\\u")
    Loop
    Decoded = Decoded & Mid(text, from)
End Function

' The opposite of Decoded: everything but plain printable ASCII as \\uXXXX.
Public Function Encoded(text As String) As String
    Dim at As Long, code As Long
    For at = 1 To Len(text)
        code = AscW(Mid(text, at, 1)) And 65535
        If code < 32 Or code > 126 Or code = 92 Then
            Encoded = Encoded & "\\u" & Right("000" & Hex(code), 4)
        Else
            Encoded = Encoded & ChrW(code)
        End If
    Next at
End Function
"""


def launcher_texts() -> dict[str, str]:
    """What the launcher may say, by key, without the line break that ends a TOML block."""
    texts = tomllib.loads(_TEXTS.read_text(encoding="utf-8"))
    return {key: str(text).strip("\n") for key, text in texts.items()}


def escaped(text: str) -> str:
    """``text`` in printable ASCII, all else (and the backslash) as UTF-16 units ``\\uXXXX``."""
    units = text.encode("utf-16-be")
    codes = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    return "".join(
        chr(code) if 32 <= code <= 126 and code != 92 else f"\\u{code:04X}" for code in codes
    )


def unescaped(text: str) -> str:
    """The opposite of :func:`escaped`."""
    pieces = text.split("\\u")
    units = pieces[0].encode("utf-16-be")
    for piece in pieces[1:]:
        units += bytes.fromhex(piece[:4]) + piece[4:].encode("utf-16-be")
    return units.decode("utf-16-be")


def texts_module() -> Module:
    """Module ``CheckerTexts``: ``Text(key)``, ``Decoded`` and ``Encoded``."""
    lines = [
        "Option Explicit",
        "' Generated from launcher/texts.toml. Do not edit.",
        "",
        "Public Function Text(key As String) As String",
        "    Dim codes As String",
        "    Select Case key",
    ]
    for key, text in launcher_texts().items():
        lines.append(f'    Case "{key}"')
        for start in range(0, len(text), _PIECE):
            quoted = escaped(text[start : start + _PIECE]).replace('"', '""')
            lines.append(f'        codes = codes & "{quoted}"')
    lines += ["    End Select", "    Text = Decoded(codes)", "End Function", ""]
    return Module("CheckerTexts", ModuleKind.STANDARD, "\n".join(lines) + "\n" + _FUNCTIONS)
