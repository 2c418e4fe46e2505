"""Every worked example of the manifest, run as an author would."""

from __future__ import annotations

from checker.authoring.examples import ExampleResult


def test_examples(rule_example: ExampleResult) -> None:
    assert rule_example.problem == ""
