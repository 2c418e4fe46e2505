"""Builds workbooks from a template: forms, lists of codes, formulas, input rules, filled copies."""
