"""checker (校验): find the errors of a school's official workbook in the workbook itself."""

__version__ = "2026.1.0"
