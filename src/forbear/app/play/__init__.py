"""Play mode: decide month by month in one hidden world."""
