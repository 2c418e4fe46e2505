"""Validator plugins that come with checker, one folder per indicator family."""
