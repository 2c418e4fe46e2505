"""Judging: submission + rules + profile -> report. Pure: no files, no spreadsheet, no clock."""
