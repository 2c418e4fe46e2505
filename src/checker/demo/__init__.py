"""A synthetic county: filled workbooks that are right, and some with errors planted on purpose."""
