"""Isolation: plugin code runs in a thread of its own; whatever goes wrong costs only that plugin.

A function that raises, hangs, returns nonsense or floods us becomes a ``PluginFailure`` naming
plugin, rule and line. Time is limited by a watchdog: the worker thread of a function that does not
come back is told to stop and left behind.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from io import TextIOBase
from pathlib import Path
from typing import Any

from checker.plugins.failure import SECONDS, PluginFailure
from checker.trouble import write_log

PROTECTED_PRINT = 2000
"""Characters a plugin may print in one call; they go to the log, never into a report."""


class TimedOut(BaseException):
    """Raised inside a worker that ran out of time; no ``except Exception`` of a plugin stops it."""


class _Worker:
    """A thread that works off calls one after the other."""

    def __init__(self) -> None:
        self._call: Callable[[], object] | None = None
        self._result: tuple[object, BaseException | None] = (None, None)
        self.gave_up = False
        self._given = threading.Semaphore(0)
        self._done = threading.Semaphore(0)
        self.thread = threading.Thread(target=self._run, name="checker-plugin", daemon=True)
        self.thread.start()

    def run(self, call: Callable[[], object], seconds: float) -> object:
        """What the call gives. Raises what it raises, TimeoutError if it takes too long."""
        self._call = call
        self._given.release()
        if not self._done.acquire(timeout=seconds):
            self.gave_up = True
            raise TimeoutError
        result, error = self._result
        self._result = (None, None)
        if error is not None:
            raise error
        return result

    def _run(self) -> None:
        while True:
            self._given.acquire()
            call, self._call = self._call, None
            assert call is not None
            try:
                self._result = (call(), None)
            except TimedOut:
                return  # nobody waits for it any more
            except KeyboardInterrupt as error:  # the plugin's own: Ctrl-C goes to the main thread
                self._result = (None, SystemExit().with_traceback(error.__traceback__))
            except BaseException as error:
                self._result = (None, error)
            self._done.release()

    def stop(self) -> None:
        """Break off what runs. Code that is stuck in C comes to its end by itself, unheard."""
        import ctypes

        number = self.thread.ident
        if number is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(number), ctypes.py_object(TimedOut)
            )


class Watchdog:
    """Runs calls of plugins one at a time, each within its time."""

    def __init__(self) -> None:
        self._worker: _Worker | None = None
        _keep_running()
        self._one_at_a_time = threading.Lock()

    def run(self, call: Callable[[], object], seconds: float | None = None) -> object:
        """What the call gives. Raises what it raises, or PluginFailure when it takes too long
        (``seconds`` None: as long as calls usually may)."""
        worker = self._worker
        if worker is not None and worker.thread is threading.current_thread():
            return call()  # asked from inside a plugin: the outer call's time counts
        with self._one_at_a_time:
            return self._run(call, SECONDS if seconds is None else seconds)

    def _run(self, call: Callable[[], object], seconds: float) -> object:
        if sys.platform == "emscripten":  # a browser has no threads: its page watches the time
            return call()
        worker = self._worker
        if worker is None or not worker.thread.is_alive():  # it does not survive a fork
            worker = self._worker = _Worker()
        printed = _Sink()
        out, sys.stdout = sys.stdout, printed
        try:
            return worker.run(call, seconds)
        except TimeoutError:
            if not worker.gave_up:
                raise  # the plugin's own
            self._worker = None
            worker.stop()
            raise PluginFailure(f"运行超过 {seconds:g} 秒，已中止", trace=printed.text) from None
        finally:
            sys.stdout = out


_ENDS: dict[str, Callable[..., Any]] = {"_exit": os._exit, "abort": os.abort}


def _keep_running() -> None:
    """From now on only the main thread can end the process: plugins run in others, and so does what
    they leave behind there."""

    def of(end: Callable[..., Any]) -> Callable[..., Any]:
        def ended(*given: Any) -> Any:
            if threading.current_thread() is not threading.main_thread():
                raise SystemExit(*given)
            return end(*given)

        return ended

    for name, end in _ENDS.items():
        setattr(os, name, of(end))
    threading.excepthook = _in_a_thread


def _in_a_thread(given: threading.ExceptHookArgs) -> None:
    """What goes wrong in a thread that a plugin began is nobody's verdict: it goes to the log."""
    import traceback

    if given.exc_value is not None:
        write_log("".join(traceback.format_exception(given.exc_value)))


class _Sink(TextIOBase):
    """Takes what a plugin prints, so that it cannot spoil a JSON report; keeps a little of it."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        if len(self.text) < PROTECTED_PRINT:
            self.text += text[:PROTECTED_PRINT]
        return len(text)


def failure(error: BaseException, folder: Path) -> PluginFailure:
    """What a plugin's exception is reported as: its kind, its text, and the plugin's own line."""
    import traceback

    where = own_line(error, folder)
    if not where and isinstance(error, SyntaxError) and error.filename:
        where = f"{Path(error.filename).name}:{error.lineno}"
    trace = "".join(traceback.format_exception(error))[-20000:]
    text = " ".join(str(error).split())[:200]
    return PluginFailure(f"{_word(error)}（{type(error).__name__}：{text}）", where, trace)


def own_line(error: BaseException, folder: Path) -> str:
    """ "rules.py:12": the innermost line of the plugin that an exception went through."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _inside(frame.filename, folder)]
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (ModuleNotFoundError, "缺少它需要的 Python 包"),
    (ImportError, "导入失败"),
    (SyntaxError, "代码有语法错误"),
    (RecursionError, "代码无休止地调用自己"),
    (MemoryError, "用尽了内存"),
    (SystemExit, "代码企图结束程序"),
)
"""What went wrong; the first that fits."""


def _word(error: BaseException) -> str:
    word = next((told for kind, told in _WORDS if isinstance(error, kind)), "代码出错")
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    return f"{word} {missing}" if missing else word


def _inside(filename: str, folder: Path) -> bool:
    try:
        return Path(filename).resolve().is_relative_to(folder.resolve())
    except OSError:
        return False
