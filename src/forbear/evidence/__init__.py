"""What is known: every series that forbear ships, with its source, licence, unit, span and gaps.

`catalogue()` lists the series, `find(name)` returns one, `Series.rows()` and `Series.table()` read it and
`borders(name)` gives a map. Nothing here reads the network, and nothing heavy is imported before a table is asked for.
"""

from __future__ import annotations

from forbear.evidence.catalogue import borders, catalogue, find, verify
from forbear.evidence.series import Column, Picture, Series, Source

__all__ = ["Column", "Picture", "Series", "Source", "borders", "catalogue", "find", "verify"]
