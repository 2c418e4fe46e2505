"""Code of plugins: imported when its rule runs; hooks go through pluggy, one plugin at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from copy import copy, deepcopy
from pathlib import Path
from types import FunctionType, GeneratorType, MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec.structs import replace

from checker.model.verdicts import Passed, Verdict
from checker.plugins.discovery import BUNDLED
from checker.plugins.failure import PluginFailure
from checker.plugins.manifest import PluginManifest
from checker.plugins.verdict_check import checked, shown
from checker.rules.values import MissingInput, NotApplicable, RuleDefect

if TYPE_CHECKING:
    import pluggy

    from checker.plugins.isolation import Watchdog

MOST_VERDICTS = 5000
"""A function that gives more verdicts on one unit has run away."""

COUNTY_SECONDS = 60.0
"""How long one function may take for the whole county."""

T = TypeVar("T")

REGISTER = "checker_register_functions"


class PluginCode:
    """The Python side of all loaded plugins. Nothing is imported before it is called."""

    def __init__(self, manifests: Iterable[PluginManifest]):
        self._manifests = {manifest.id: manifest for manifest in manifests}
        self._watchdog: Watchdog | None = None
        self._pluggy: pluggy.PluginManager | None = None
        self._modules: dict[str, ModuleType] = {}
        self._functions: dict[str, Mapping[str, object]] = {}
        self._broken: dict[str, PluginFailure] = {}
        self._hung: set[tuple[str, str]] = set()

    def __reduce__(self) -> tuple[type[PluginCode], tuple[list[PluginManifest]]]:
        """Sent to another process, it imports its code there anew."""
        return (type(self), (list(self._manifests.values()),))

    def bundled(self, plugin: str) -> bool:
        """Whether a plugin comes with the program."""
        return self._manifests[plugin].origin == BUNDLED

    def call(
        self, plugin: str, function: str, rule: str, arguments: tuple[Any, ...]
    ) -> list[Verdict | Passed]:
        """The verdicts a plugin's function gives for a unit and a context (``arguments``), checked
        field by field.

        Raises PluginFailure (import error, exception, time-out, nonsense, flood), and whatever
        reading a unit raises: MissingInput, NotApplicable.
        """
        unit, own = arguments[0].ref, self.bundled(plugin)

        def take(item: object) -> Verdict | Passed:
            if own and type(item) is Passed and (item.rule, item.unit) == (rule, unit):
                return item  # its words are our own, and seldom read
            return checked(item, rule, unit)

        given = arguments if own else _copies(arguments)
        return self._isolated(plugin, function, lambda own: self._run(own, function, given, take))

    def call_county(
        self, plugin: str, function: str, arguments: tuple[object, ...], take: Callable[[object], T]
    ) -> list[T]:
        """What a plugin's function gives for the county, each passed through ``take``, which raises
        ValueError for what it must not give. Raises PluginFailure, NotApplicable."""

        def work(manifest: PluginManifest) -> list[T]:
            return self._run(manifest, function, arguments, take)

        return self._isolated(plugin, function, work, COUNTY_SECONDS)

    def hook(self, plugin: str, name: str) -> object:
        """What one plugin's implementation of a hook gives; None if it has none.

        Raises PluginFailure.
        """
        return self._isolated(plugin, name, lambda manifest: self._hook(manifest, name))

    def _isolated(
        self,
        plugin: str,
        name: str,
        work: Callable[[PluginManifest], T],
        seconds: float | None = None,
    ) -> T:
        manifest = self._manifests[plugin]
        if (plugin, name) in self._hung:
            raise PluginFailure("此前运行超时，本次不再运行")
        if plugin in self._broken:
            raise self._broken[plugin]
        try:
            if self.bundled(manifest.id):
                # tested with the host: a thread of its own would cost more than the function
                return work(manifest)
            if self._watchdog is None:
                from checker.plugins.isolation import Watchdog

                self._watchdog = Watchdog()
            return cast("T", self._watchdog.run(lambda: work(manifest), seconds))
        except PluginFailure as trouble:
            if "超过" in trouble.message:
                self._hung.add((manifest.id, name))
            raise
        except (MissingInput, NotApplicable, KeyboardInterrupt):
            raise
        except RuleDefect as error:
            from checker.plugins.isolation import own_line

            raise PluginFailure(str(error), own_line(error, manifest.folder)) from None
        except BaseException as error:
            from checker.plugins.isolation import failure

            raise failure(error, manifest.folder) from None

    def _run(
        self,
        manifest: PluginManifest,
        function: str,
        arguments: tuple[object, ...],
        take: Callable[[object], T],
    ) -> list[T]:
        check = self._function(manifest, function)
        if not callable(check):
            raise PluginFailure(f"rules.py 中的 {function} 不是函数")
        given = check(*arguments)
        if hasattr(given, "rule") and hasattr(given, "outcome"):
            raise PluginFailure(
                f"{function} 用 return 给出了一条结论；请改用 yield 逐条给出，或 return 一个列表",
                _line_of(check),
            )
        if given is None or isinstance(given, str | bytes) or not isinstance(given, Iterable):
            forgot = "（函数里没有 yield？）" if given is None else ""
            raise PluginFailure(
                f"{function} 应用 yield 逐条给出结论（Verdict），"
                f"却用 return 给出了 {shown(given)}{forgot}",
                _line_of(check),
            )
        found: list[T] = []
        for item in given:
            try:
                found.append(take(item))
            except ValueError as problem:
                raise PluginFailure(str(problem), _line_of(given) or _line_of(check)) from None
            if len(found) > MOST_VERDICTS:
                raise PluginFailure(f"{function} 给出了超过 {MOST_VERDICTS} 条结论，已中止")
        return found

    def _function(self, manifest: PluginManifest, name: str) -> object:
        functions = self._functions.get(manifest.id)
        if functions is None:
            if REGISTER in manifest.hooks:
                given = self._hook(manifest, REGISTER)
                functions = given if isinstance(given, Mapping) else {}
            else:
                functions = vars(self._imported(manifest))
            self._functions[manifest.id] = functions
        if name not in functions:
            raise PluginFailure(f"插件的代码中没有函数 {name}")
        return functions[name]

    def _hook(self, manifest: PluginManifest, name: str) -> object:
        """Call a hook of one plugin alone: through ``pm.hook`` one that raises would take every
        other plugin's result with it."""
        manager, module = self._manager(), self._imported(manifest)
        if manager.get_plugin(manifest.id) is None:
            manager.register(module, manifest.id)
        others = [each for each in manager.get_plugins() if each is not module]
        caller = manager.subset_hook_caller(name, remove_plugins=others)
        results = caller()
        return results[0] if results else None

    def _manager(self) -> pluggy.PluginManager:
        if self._pluggy is None:
            import pluggy

            from checker.plugins import hookspecs

            self._pluggy = pluggy.PluginManager(hookspecs.PROJECT)
            self._pluggy.add_hookspecs(hookspecs)
        return self._pluggy

    def _imported(self, manifest: PluginManifest) -> ModuleType:
        """The plugin's module; what went wrong the first time is raised again each time."""
        known = self._modules.get(manifest.id)
        if known is not None:
            return known
        for needed in manifest.requires:
            from importlib.util import find_spec

            if find_spec(needed.partition(".")[0]) is None:
                self._broken[manifest.id] = PluginFailure(f"缺少它需要的 Python 包 {needed}")
                raise self._broken[manifest.id]
        try:
            module = import_code(manifest)
        except BaseException as error:
            from checker.plugins.isolation import failure

            self._broken[manifest.id] = failure(error, manifest.folder)
            raise self._broken[manifest.id] from None
        self._modules[manifest.id] = module
        return module


def import_code(manifest: PluginManifest) -> ModuleType:
    """The plugin's module: an installed package by its name, else rules.py of its folder."""
    if manifest.package:
        from importlib import import_module

        try:
            return import_module(f"{manifest.package}.rules")
        except ModuleNotFoundError as error:
            if error.name != f"{manifest.package}.rules":
                raise
            return import_module(manifest.package)
    path = manifest.folder / "rules.py"
    if not path.is_file():
        raise PluginFailure("插件的文件夹中没有 rules.py")
    return import_file(f"checker_plugin_{manifest.id}", path)


def import_file(name: str, path: Path) -> ModuleType:
    """A module from a file, under a name that clashes with nothing."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginFailure(f"{path.name} 不能作为 Python 代码读入")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _copies(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Unit and context of their own for a plugin of somebody else: what it changes in them (what a
    unit knows, what its rule says) nobody else sees."""
    unit, context = copy(arguments[0]), copy(arguments[1])
    unit.known = dict(unit.known)
    spec = MappingProxyType(deepcopy(dict(context.rule.spec)))
    context.unit, context.rule = unit, replace(context.rule, spec=spec)
    return (unit, context, *arguments[2:])


def _line_of(code: object) -> str:
    """ "rules.py:12": where a generator stands, or where a function begins."""
    while isinstance(code, GeneratorType) and isinstance(code.gi_yieldfrom, GeneratorType):
        code = code.gi_yieldfrom
    if isinstance(code, GeneratorType) and code.gi_frame is not None:
        return f"{Path(code.gi_code.co_filename).name}:{code.gi_frame.f_lineno}"
    if isinstance(code, FunctionType):
        return f"{Path(code.__code__.co_filename).name}:{code.__code__.co_firstlineno}"
    return ""
