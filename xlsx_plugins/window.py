"""A message in a window of the system's own, for users who have no console to look at."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from checker.other_programs import outside_environment

_DIALOGS = (
    ("zenity", "--info", "--no-markup", "--title={title}", "--text={text}"),
    ("kdialog", "--title", "{title}", "--msgbox", "{text}"),
    ("xmessage", "-center", "{text}"),
)
_ICONS = {False: 0x40, True: 0x30}  # MB_ICONINFORMATION, MB_ICONWARNING
_TOPMOST = 0x40000


def show_message(text: str, title: str, warning: bool = False) -> None:
    """Show a message and wait until it is closed; on standard output where there is no screen."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, text, title, _ICONS[warning] | _TOPMOST)
        return
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        if _in_tk(text, title, warning):
            return
        for command in _DIALOGS:
            if shutil.which(command[0]):
                words = [word.format(title=title, text=text) for word in command]
                subprocess.run(words, check=False, env=outside_environment())
                return
    print(text)


def _in_tk(text: str, title: str, warning: bool) -> bool:
    try:
        import tkinter
        from tkinter import messagebox

        root = tkinter.Tk()
    except (ImportError, RuntimeError, OSError):
        return False
    except tkinter.TclError:
        return False
    root.withdraw()
    (messagebox.showwarning if warning else messagebox.showinfo)(title, text, parent=root)
    root.destroy()
    return True
