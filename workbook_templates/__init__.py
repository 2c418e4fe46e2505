"""Official templates: the TOML source and the workbook built from it."""
