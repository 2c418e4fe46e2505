"""What modules that every check imports need of ``typing`` while running, without importing it.

Importing ``typing`` takes as long as judging a school's workbook, and its ``NamedTuple`` compiles a
function for every class that is defined. Type checkers see the standard names.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import (
        Any,
        Generic,
        NamedTuple,
        NoReturn,
        Protocol,
        TypeAlias,
        TypedDict,
        TypeVar,
        cast,
    )
else:
    from operator import itemgetter

    from checker.record import USES_BEFORE_COMPILED, Default, arranged

    try:  # as ``collections`` does: reading a field is then as quick as can be
        from _collections import _tuplegetter as reader
    except ImportError:

        def reader(place, doc):
            """A property that reads one place of a tuple."""
            return property(itemgetter(place), doc=doc)

    Any = NoReturn = TypeAlias = TypedDict = object  # they stand in annotations, which are not run

    class Protocol:
        """Classes below are for type checkers; nothing is asked of them while running."""

    class Generic:
        """What a class is generic in is for type checkers too."""

        def __class_getitem__(cls, parameters):
            return cls

    def TypeVar(name, *bounds, **variance):  # noqa: N802 - the standard name
        """A type variable stands in annotations only."""
        return name

    def cast(kind, value):
        """The value, which type checkers take for one of this kind."""
        return value

    class _Tuple(tuple):
        """What all named tuples have in common; the same names as the standard ones have."""

        __slots__ = ()

        def __new__(cls, /, *values, **named):
            """Put together by hand at first; one that is made often gets a function of its own."""
            cls.__named_uses__[0] -= 1
            found = None
            if cls.__named_uses__[0] > 0:
                found = arranged(cls._fields, cls.__named_defaults__, values, named)
            if found is None:
                return _compiled(cls)(cls, *values, **named)
            return tuple.__new__(cls, found)

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, /, **changes):
            found = [changes.pop(name, value) for name, value in zip(self._fields, self)]  # noqa: B905
            if changes:
                raise ValueError(f"Got unexpected field names: {list(changes)!r}")
            return self.__class__(*found)

        def __repr__(self):
            inside = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{self.__class__.__name__}({inside})"

        def __getnewargs__(self):
            return tuple(self)

    def _compiled(cls):
        """Compile the ``__new__`` of a named tuple and use it from now on."""
        owner = cls.__named_class__
        known = {"make": tuple.__new__}
        parameters = []
        for name in owner._fields:
            if name in owner._field_defaults:
                known[f"default_{name}"] = owner._field_defaults[name]
                parameters.append(f"{name}=default_{name}")
            else:
                parameters.append(name)
        inside = "".join(f"{name}, " for name in owner._fields)
        made = eval(f"lambda cls, {', '.join(parameters)}: make(cls, ({inside}))", known)
        made.__name__ = made.__qualname__ = f"{owner.__name__}"
        owner.__new__ = staticmethod(made)
        return made

    class _Maker(type):
        """Makes a plain class of a class statement whose base is ``NamedTuple``."""

        def __new__(cls, name, bases, content):
            if not bases:
                return type.__new__(cls, name, bases, content)
            fields = tuple(content.get("__annotations__", ()))
            defaults = {field: content.pop(field) for field in fields if field in content}
            for place, field in enumerate(fields):
                content[field] = reader(place, None)
            content.update(
                __slots__=(),
                __match_args__=fields,
                _fields=fields,
                _field_defaults=defaults,
                __named_defaults__={key: Default(value) for key, value in defaults.items()},
                __named_uses__=[USES_BEFORE_COMPILED],
            )
            made = type(name, (_Tuple,), content)
            made.__named_class__ = made
            return made

    class NamedTuple(metaclass=_Maker):
        """Like ``typing.NamedTuple``, as the one base of a class beside ``Generic``."""


__all__ = [
    "TYPE_CHECKING",
    "Any",
    "Generic",
    "NamedTuple",
    "NoReturn",
    "Protocol",
    "TypeAlias",
    "TypeVar",
    "TypedDict",
    "cast",
]
