"""Macro projects: from readable VBA source files to the bytes of ``xl/vbaProject.bin``."""
