"""The whole document in one call: LibreOffice writes a copy, checker's own readers read it.

Asking LibreOffice cell by cell or name by name costs a millisecond per object, seconds for a form.
The copy holds what is on the screen, edits that were not saved included; it lies in a folder that
only this user can open and is deleted at once.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from checker_xlsx.libreoffice.connection import Uno, uno_module

_FILTER = "Calc MS Excel 2007 XML"


def exported(document: Uno) -> bytes:
    """The document as an .xlsx file; its own file, name and saved state stay as they are."""
    with tempfile.TemporaryDirectory(prefix="checker-") as folder:
        copy = Path(folder, "copy.xlsx")
        kind = uno_module().createUnoStruct("com.sun.star.beans.PropertyValue")
        kind.Name, kind.Value = "FilterName", _FILTER
        document.storeToURL(copy.as_uri(), (kind,))
        return copy.read_bytes()
