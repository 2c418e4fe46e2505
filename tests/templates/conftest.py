"""The small template, built once: what every test about templates starts from."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from checker_templates.building.build import build_workbook
from checker_templates.building.indicator_formulas import IndicatorFormula, IndicatorFormulas

from checker.forms.loading import load_template
from checker.model.template import Template

SMALL = Path(__file__).parent / "data" / "small.toml"


@pytest.fixture(scope="session")
def small() -> Template:
    """One of everything: see data/small.toml."""
    return load_template(SMALL)


@pytest.fixture(scope="session")
def formulas() -> IndicatorFormulas:
    """Students per teacher, in both stages, with an upper limit."""
    return {
        ("RES1", stage): IndicatorFormula(
            title="生师比",
            unit="",
            formula=f'IF(COUNT(F_students_total__{stage},F_teachers_full_time__{stage})<2,"",'
            f"F_students_total__{stage}/F_teachers_full_time__{stage})",
            limit_text=f"≤ {limit}",
            compare="<=",
            limit=Decimal(limit),
        )
        for stage, limit in (("primary", "19"), ("junior", "13.5"))
    }


@pytest.fixture(scope="session")
def built(
    small: Template, formulas: IndicatorFormulas, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The small template's workbook."""
    path = tmp_path_factory.mktemp("built") / "small.xlsx"
    build_workbook(small, path, formulas=formulas)
    return path
