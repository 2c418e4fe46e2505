"""What ``checker explain`` does. No click: looking up a rule must be quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn


def run_explain(
    rule_id: str,
    profile: str | None = None,
    edition: int | None = None,
    plugin_dirs: tuple[str, ...] = (),
) -> None:
    """Tell one rule; leaves the process with exit code 2 if there is no such rule."""
    from checker.authoring.explanation import explanation_lines
    from checker.session import BadChoice, Session
    from checker.settings import BadSettings, find_settings

    try:
        settings = find_settings(Path.cwd())
        session = Session(settings.session_options(profile, edition, plugin_dirs))
        rule = session.rules.get(rule_id) or session.rules.get(rule_id.upper())
    except (BadChoice, BadSettings) as problem:
        _usage(str(problem))
    if rule is None:
        near = [known for known in session.rules if known.startswith(rule_id.upper()[:3])]
        hint = f"相近的有：{'、'.join(near)}。" if near else "用“checker rules”查看全部规则。"
        _usage(f"没有规则 {rule_id}。{hint}")
    for line in explanation_lines(rule, session):
        sys.stdout.write(line + "\n")


def _usage(message: str) -> NoReturn:
    sys.stderr.write(f"错误：{message}\n")
    sys.exit(2)
