"""Results as files: JSON of numbers of any library, and tables as CSV."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.files import write_text
from forbear.spreadsheets import frame_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_json", "write_table"]


def as_json(value: Any) -> str:
    """JSON, with numbers of any library as numbers."""
    return json.dumps(value, indent=1, default=float)


def write_table(path: str | Path, tables: Sequence[pd.DataFrame], *, index: bool = True) -> Path:
    """Write tables of the same columns below one another as CSV, whole or not at all. Raises FileError E103."""
    import pandas as pd  # heavy: only who asks for a table waits for it

    return write_text(path, frame_text(pd.concat(list(tables)), index=index))
