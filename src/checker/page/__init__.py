"""The page 校验.html: the whole host in one file that a browser opens, without a server.

desk.py       what runs in the browser's Python: one workbook's bytes in, verdicts and copy out
building.py   puts Python, host, rules and templates into the one file
packing.mjs   the part of the building that the browser's own Python does, in Node
inputs.toml   where the parts come from, each with its hash
page.*        what people see
"""
