"""``dataclass`` for the modules that every check imports: the same records, made far faster.

The standard decorator compiles six methods for every class when it is defined, and imports
``inspect`` to do so: thirty milliseconds for the vocabulary alone, a third of what checking one
workbook may take. Here ``__init__`` is compiled when a class turns out to be instantiated often,
and everything else is shared. Type checkers see the standard decorator; ``dataclasses.fields``,
``replace`` and ``asdict`` work as ever. Only frozen classes with slots and without inheritance are
made this way; a plain class that inherits from one (and answers for its fields by properties)
counts as equal to it, and ``replace`` makes the record itself of it.
"""

from __future__ import annotations

TYPE_CHECKING = False  # the constant of ``typing``, which is not imported here

if TYPE_CHECKING:
    from collections.abc import Sequence
    from dataclasses import dataclass, field, replace
    from typing import Any
else:
    _MISSING = object()
    _put = object.__setattr__

    USES_BEFORE_COMPILED = 20
    """Compiling costs as much as putting so many instances together by hand."""

    class Default:
        """What ``field`` was told."""

        __slots__ = ("compared", "factory", "shown", "value")

        def __init__(
            self, value: Any, factory: Any = _MISSING, shown: bool = True, compared: bool = True
        ) -> None:
            self.value, self.factory = value, factory
            self.shown, self.compared = shown, compared

    def field(
        *,
        default: Any = _MISSING,
        default_factory: Any = _MISSING,
        repr: bool = True,
        compare: bool = True,
    ) -> Any:
        """A default, or a function that makes one; whether the value is shown and compared."""
        return Default(default, default_factory, repr, compare)

    class _Fields:
        """``__dataclass_fields__``, made with the standard module when somebody asks for it."""

        def __get__(self, instance: object, owner: type) -> dict[str, Any]:
            import dataclasses

            owner = owner.__record_class__
            specs = []
            for name, kind in owner.__annotations__.items():
                default = owner.__record_defaults__.get(name)
                if default is None:
                    specs.append((name, kind))
                    continue
                options = {"repr": default.shown, "compare": default.compared}
                if default.factory is not _MISSING:
                    made = dataclasses.field(default_factory=default.factory, **options)
                else:
                    made = dataclasses.field(default=default.value, **options)
                specs.append((name, kind, made))
            twin = dataclasses.make_dataclass(owner.__name__, specs, frozen=True, slots=True)
            fields = twin.__dataclass_fields__
            owner.__dataclass_fields__ = fields
            return fields

    def _refuse(self: object, name: str, value: object = None) -> None:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def _compared(self: Any) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self.__record_compared__])

    def _equal(self: Any, other: Any) -> bool:
        if getattr(other, "__record_class__", None) is not self.__record_class__:
            return NotImplemented
        return _compared(self) == _compared(other)

    def _hash(self: Any) -> int:
        return hash(_compared(self))

    def _show(self: Any) -> str:
        hidden = {name for name, item in self.__record_defaults__.items() if not item.shown}
        inside = ", ".join(
            f"{name}={getattr(self, name)!r}" for name in self.__match_args__ if name not in hidden
        )
        return f"{self.__class__.__qualname__}({inside})"

    def _state(self: Any) -> list[object]:
        return [getattr(self, name) for name in self.__slots__]

    def _restore(self: Any, state: list[object]) -> None:
        for name, value in zip(self.__slots__, state, strict=True):
            object.__setattr__(self, name, value)

    def arranged(
        names: tuple[str, ...], defaults: dict[str, Default], values: tuple, named: dict
    ) -> Sequence[Any] | None:
        """Values given by place and by name, and defaults, in order; None if that does not fit."""
        if len(values) == len(names) and not named:
            return values
        if len(values) > len(names):
            return None
        found, used = list(values), 0
        for name in names[len(values) :]:
            if name in named:
                found.append(named[name])
                used += 1
                continue
            default = defaults.get(name)
            if default is None:
                return None
            found.append(default.value if default.factory is _MISSING else default.factory())
        return found if used == len(named) else None

    def _init(self: Any, *values: object, **named: object) -> None:
        """Put a record together by hand; a class that does so often gets its own ``__init__``."""
        cls = self.__record_class__
        names, uses = cls.__slots__, cls.__record_uses__
        uses[0] -= 1
        found = None
        if uses[0] > 0:
            found = arranged(names, cls.__record_defaults__, values, named)
        if found is None:
            _compiled(cls)(self, *values, **named)
        else:
            for name, value in zip(names, found):  # noqa: B905 - as many by construction
                _put(self, name, value)

    def _compiled(cls: Any) -> Any:
        """Compile the ``__init__`` of a class and use it from now on."""
        known: dict[str, Any] = {"MISSING": _MISSING}
        parameters, body = [], []
        for name in cls.__slots__:
            known[f"set_{name}"] = cls.__dict__[name].__set__
            default = cls.__record_defaults__.get(name)
            value = name
            if default is None:
                parameters.append(name)
            elif default.factory is not _MISSING:
                known[f"make_{name}"] = default.factory
                parameters.append(f"{name}=MISSING")
                value = f"make_{name}() if {name} is MISSING else {name}"
            else:
                known[f"default_{name}"] = default.value
                parameters.append(f"{name}=default_{name}")
            body.append(f" set_{name}(self, {value})")
        made: dict[str, Any] = {}
        code = f"def __init__(self, {', '.join(parameters)}):\n" + "\n".join(body or [" pass"])
        exec(code, known, made)
        cls.__init__ = made["__init__"]
        return cls.__init__

    def _made(cls: type) -> type:
        names = tuple(cls.__annotations__)
        content = dict(cls.__dict__)
        for name in ("__dict__", "__weakref__"):
            content.pop(name, None)
        defaults = {}
        for name in names:
            if name in content:
                given = content.pop(name)
                known = isinstance(given, Default)
                defaults[name] = given if known else Default(given)
        content.update(
            __slots__=names,
            __match_args__=names,
            __record_defaults__=defaults,
            __record_compared__=tuple(
                name for name in names if name not in defaults or defaults[name].compared
            ),
            __dataclass_fields__=_Fields(),
            __record_uses__=[USES_BEFORE_COMPILED],
            __init__=_init,
            __setattr__=_refuse,
            __delattr__=_refuse,
            __getstate__=_state,
            __setstate__=_restore,
        )
        for name, method in (("__eq__", _equal), ("__hash__", _hash), ("__repr__", _show)):
            if name not in cls.__dict__ or (name == "__hash__" and content[name] is None):
                content[name] = method
        made = type(cls.__name__, cls.__bases__, content)
        made.__record_class__ = made
        return made

    def dataclass(*, frozen: bool, slots: bool) -> Any:
        """Like ``dataclasses.dataclass(frozen=True, slots=True)``; there is no other kind here."""
        if not (frozen and slots):
            raise TypeError("records are frozen and have slots")
        return _made

    def replace(record: Any, /, **changes: Any) -> Any:
        """A copy with some values changed. Raises TypeError for an unknown name."""
        cls = record.__record_class__
        for name in cls.__slots__:
            if name not in changes:
                changes[name] = getattr(record, name)
        return cls(**changes)


__all__ = ["dataclass", "field", "replace"]
