"""Acting in LibreOffice's main thread, to which its windows belong."""

from __future__ import annotations

import threading
from collections.abc import Callable

from checker_xlsx.libreoffice.connection import Uno, uno_module

_ASK_AGAIN = 2.0  # seconds between two looks whether the office is still there


def in_main_thread(context: Uno, action: Callable[[], None]) -> None:
    """Let the office's main thread carry out ``action``; returns when it has.

    A call that comes over the connection runs in a thread of its own. There a new window takes the
    toolkit's lock first and the office's second; the main thread, drawing a button of a sheet,
    takes them the other way round, and both wait for ever. Raises what ``action`` raises, and UNO's
    DisposedException when the office ends meanwhile.
    """
    uno_module()
    import unohelper
    from com.sun.star.awt import XCallback

    done = threading.Event()
    raised: list[Exception] = []

    class Callback(unohelper.Base, XCallback):  # type: ignore[misc]  # UNO has no static types
        def notify(self, _data: object) -> None:
            try:
                action()
            except Exception as problem:
                raised.append(problem)
            finally:
                done.set()

    asynchronously = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.awt.AsyncCallback", context
    )
    asynchronously.addCallback(Callback(), None)
    while not done.wait(_ASK_AGAIN):
        context.getServiceManager()
    if raised:
        raise raised[0]
