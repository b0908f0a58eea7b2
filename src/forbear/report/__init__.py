"""The report: one self-contained HTML file."""

from forbear.report.write import write

__all__ = ["write"]
