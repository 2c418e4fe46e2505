"""One protocol, two carriers: the open book attached to, and a copy saved by the launcher.

LibreOffice carries both: attached to through our engine, and through the launcher's own painter in
its VBA, from the orders that the program works out of a copy. (Only saving the copy is done by the
test: LibreOffice's SaveCopyAs writes the format of 1997.)
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import xlwings as xw
from checker_xlsx.libreoffice.exported import exported
from checker_xlsx.orders import PROTOCOL
from checker_xlsx.painting import macro_of

sys.path.insert(0, str(Path(__file__).parent))
from whole_book import differences, everything, filled, told

pytestmark = pytest.mark.real

CHECKER = Path(sys.executable).with_name("checker")


def by_attaching(office, book: xw.Book, action: str, folder: Path) -> str:
    """What the program tells the launcher after it has attached to the book and marked it."""
    answer = folder / "answer.txt"
    office.click(book, action, f"--answer={answer}")
    return told(answer)


def by_copy(office, book: xw.Book, action: str, folder: Path) -> str:
    """What ThroughCopy does in the launcher, step by step."""
    copy, about, orders = folder / "copy.xlsm", folder / "book.txt", folder / "orders.txt"
    answer = folder / "answer.txt"
    copy.write_bytes(exported(book.api))
    orders.unlink(missing_ok=True)
    assert macro_of(book, "Checker_DescribeBook")(str(about)) == ""
    subprocess.run(
        [
            *(CHECKER, "button", action, "--from_xl=1", f"--launcher={PROTOCOL}"),
            *(f"--wb={book.name}", f"--copy={copy}", f"--description={about}"),
            *(f"--orders={orders}", f"--answer={answer}"),
        ],
        check=True,
    )
    if orders.exists():
        assert macro_of(book, "Checker_Paint")(str(orders), str(folder / "done.txt")) == ""
        macro_of(book, "LetGo")()
    return told(answer)


def test_both_carriers_paint_the_same_workbook(office, tmp_path: Path) -> None:
    seen, answers = [], []
    for carrier in (by_attaching, by_copy):
        folder = tmp_path / carrier.__name__
        folder.mkdir()
        book = office.open(filled(folder / "上石桥 一小's.xlsm"))
        try:
            book.sheets["基本情况"].range("D10").value = "121 镇中心区"  # not saved: it counts
            before = everything(book)
            answers.append(carrier(office, book, "check", folder))
            marked = everything(book)
            assert marked["tabs"] != before["tabs"]
            answers.append(carrier(office, book, "clean", folder))
            cleaned = everything(book)
            cleaned["chosen"] = before["chosen"]
            assert not differences(cleaned, before)
            answers.append(carrier(office, book, "clean", folder))
            seen.append(marked)
        finally:
            book.close()
    assert answers[:3] == answers[3:]
    assert answers[2] == "这个工作簿里没有校验标记，不用清除。\n"
    # A width is given in characters, which LibreOffice's VBA measures by another font than ours.
    attached, copied = (one["校验结果"].pop("widths") for one in seen)  # type: ignore[attr-defined]
    assert all(0.7 < one / other < 1 for one, other in zip(attached, copied, strict=True))
    assert differences(*seen) == []
