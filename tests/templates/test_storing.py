"""A template from the cache is the template that was declared, put together when it is needed."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

import pytest

from checker.model.template import Template
from checker.record import replace
from checker.templates.loading import load_template, parse_template
from checker.templates.registry import bundled_folder, template_files
from checker.templates.storing import StoredTemplate

SOURCES = [Path(__file__).parent / "data" / "small.toml", *template_files(bundled_folder())]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.parent.name)
def test_what_is_kept_is_what_was_declared(source: Path) -> None:
    declared = parse_template(source.read_text("utf-8"), source)
    load_template(source)  # now it is in the cache
    kept = load_template(source)
    assert kept == declared
    assert repr(kept.sheets) == repr(declared.sheets), "down to the kinds of every value"
    assert kept.fields() == declared.fields()
    assert kept.tables() == declared.tables()


def test_the_sheets_are_put_together_when_somebody_asks() -> None:
    kept = load_template(SOURCES[1])
    assert type(kept) is StoredTemplate
    assert (kept.title, kept.stages[0].title) != ("", "")
    assert not hasattr(kept, "_sheets")
    assert kept.code_lists
    assert kept.sheets is kept.sheets


def test_it_may_be_sent_to_another_process_and_changed() -> None:
    kept = load_template(SOURCES[0])
    sent = pickle.loads(pickle.dumps(kept))
    assert type(sent) is Template
    assert sent == kept
    for change in (replace, dataclasses.replace):
        shorter = change(kept, sheets=kept.sheets[:1])
        assert type(shorter) is Template
        assert shorter.sheets == kept.sheets[:1]
