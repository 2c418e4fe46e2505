"""The part of checker that lives inside the spreadsheet program: launcher, ribbon, open book."""
