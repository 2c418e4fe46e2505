"""docProps/app.xml: the list of sheet titles that file managers show."""

from __future__ import annotations

import re
from itertools import islice

from checker.writing.package import Package
from checker.writing.relations import related
from checker.writing.sheet_cells import prefixed
from checker.writing.xml_bytes import Element, children, escape, local, root_tag, unescape

_COUNT = re.compile(rb"<((?:[\w.-]+:)?i4)\s*>\s*(\d+)\s*</\1\s*>")
_SIZE = re.compile(rb"""(\ssize\s*=\s*["'])(\d+)(["'])""")


def list_titles(package: Package, before: list[str], after: list[str]) -> None:
    """Replace the sheet titles ``before`` by ``after``; a list that says otherwise is left alone.

    The part is for show only, so anything unusual in it is no reason to stop.
    """
    key = related(package, "", "extended-properties")
    if key is None or before == after:
        return
    part = package.part(key)
    part.commit()
    scan = part.scan
    root = root_tag(scan)
    top = {one.name: one for one in children(scan, root.end(), len(scan))}
    headings = _vector(scan, top.get("HeadingPairs"))
    titles = _vector(scan, top.get("TitlesOfParts"))
    if headings is None or titles is None:
        return
    count = _COUNT.search(scan, headings.inner_start, headings.inner_end)
    size = _SIZE.search(scan, titles.start, titles.inner_start)
    # Defined names follow the sheets, hundreds of them: they are counted, not read.
    inside = children(scan, titles.inner_start, titles.inner_end)
    entries = list(islice(inside, len(before)))
    shown = [unescape(scan[one.inner_start : one.inner_end]) for one in entries]
    if not before or not count or not size or int(count[2]) != len(before) or shown != before:
        return
    prefix = scan[entries[0].start + 1 : entries[0].inner_start - 1].split()[0]
    total = int(size[2])
    closed = scan.count(b"</" + prefix + b">", titles.inner_start, titles.inner_end)
    if total != closed and total != len(entries) + sum(1 for _ in inside):
        return
    prefix = prefix[: len(prefix) - len(local(prefix).encode())]
    xml = "".join(f"<lpstr>{escape(title)}</lpstr>" for title in after).encode()
    total += len(after) - len(before)
    part.splice(count.start(2), count.end(2), b"%d" % len(after))
    part.splice(size.start(2), size.end(2), b"%d" % total)
    part.splice(entries[0].start, entries[len(before) - 1].end, prefixed(xml, prefix))
    part.commit()


def _vector(scan: bytes, element: Element | None) -> Element | None:
    if element is None:
        return None
    inside = children(scan, element.inner_start, element.inner_end)
    return next((one for one in inside if one.name == "vector"), None)
