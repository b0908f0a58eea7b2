"""Notebooks: pictures that carry their table, and rich representations of what forbear returns."""
