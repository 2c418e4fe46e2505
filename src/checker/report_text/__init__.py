"""Self-evaluation reports: read the text, find what it says with figures, recompute, mark."""
