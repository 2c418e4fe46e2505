"""What was read out of short texts, kept for the next workbook made from the same template.

The workbooks of a folder share tags, content types, relationships and style tables byte for byte.
What is made of such a text depends on the text alone, so it does not matter which workbook came
first; and both the number of the texts and their size are limited, so memory stays flat.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Concatenate, ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")
    Reader = Callable[Concatenate[bytes, P], T]


def kept(most: int, longest: int) -> Callable[[Reader[P, T]], Reader[P, T]]:
    """Keep the results of a reader for the last ``most`` texts of at most ``longest`` bytes.

    What the reader returns must never be changed by those who get it.
    """

    def decorate(read: Reader[P, T]) -> Reader[P, T]:
        remembered = lru_cache(maxsize=most)(read)

        @wraps(read)
        def reader(text: bytes, /, *rest: P.args, **named: P.kwargs) -> T:
            if len(text) > longest:
                return read(text, *rest, **named)
            return remembered(text, *rest, **named)  # type: ignore[arg-type]

        return reader

    return decorate
