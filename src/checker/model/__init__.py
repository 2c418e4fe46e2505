"""The vocabulary: plain data that every other part speaks in. Nothing here reads or writes."""
