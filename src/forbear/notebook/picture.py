"""A picture that shows itself in a notebook, knows its table, and saves itself."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.errors import FileError, nearest
from forbear.extras import need
from forbear.spreadsheets import frame_text

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["NotebookPicture", "png_of", "table_html"]

#: What a picture can be saved as, by the end of the file's name.
KINDS = (".svg", ".png", ".pdf", ".csv")
FACE = "DejaVu Sans"


@dataclass(frozen=True)
class NotebookPicture:
    """title, unit, caption: what it shows; alternative: the same in words; svg: the drawing, a document of its own;
    head, rows: the table behind it, in rounded numbers as text; data: the numbers themselves."""

    title: str
    unit: str
    caption: str
    alternative: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    data: pd.DataFrame | xr.DataArray

    def __repr__(self) -> str:
        return f"<Picture {self.title}, {self.unit}. {self.alternative}>"

    def _repr_html_(self) -> str:
        encoded = base64.b64encode(self.svg.encode("utf-8")).decode("ascii")
        # an image of its own: the drawing's style cannot leak into the notebook
        image = f'<img alt="{escape(self.title)}. {escape(self.alternative)}" src="data:image/svg+xml;base64,{encoded}" style="max-width:100%;width:720px">'
        table = table_html(self.head, self.rows, f"{self.title}, {self.unit}")
        return f"<figure>{image}<figcaption>{escape(self.caption)}</figcaption><details><summary>table</summary>{table}</details></figure>"

    def save(self, path: str | Path, *, ppi: float = 144.0) -> Path:
        """Write the picture (.svg, .png, .pdf) or its numbers (.csv); return the path.

        ppi: pixels per inch of a .png; a drawing of 720 units is ten inches wide. The file is replaced whole or not at
        all. Raises FileError E103 for another ending or where it cannot be written.
        """
        target = Path(path)
        kind = target.suffix.lower()
        if kind not in KINDS:
            close = nearest(kind, KINDS)
            raise FileError(
                "E103",
                f"a picture is not saved as {kind or 'a file without an ending'!r}",
                hint=f"use one of {', '.join(KINDS)}" + (f"; did you mean {close}?" if close else ""),
            )
        work = target.with_name(target.name + ".partial")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            work.write_bytes(self._bytes(kind, ppi))
            os.replace(work, target)
        except OSError as error:
            raise FileError("E103", f"cannot write {target}: {error.strerror}") from error
        return target

    def _bytes(self, kind: str, ppi: float) -> bytes:
        if kind == ".svg":
            return self.svg.encode("utf-8")
        if kind == ".csv":
            frame: Any = self.data if not hasattr(self.data, "to_dataframe") else self.data.to_dataframe().reset_index()
            return frame_text(frame, index=frame.index.name is not None, float_format="%.6g").encode("utf-8")
        return png_of(self.svg, ppi) if kind == ".png" else _typeset(self.svg, "pdf", ppi)


def png_of(svg: str, ppi: float = 144.0) -> bytes:
    """A drawing as PNG. Deterministic. Raises RunError E421 without the extras `brief` and `plot`."""
    return _typeset(svg, "png", ppi)


def _typeset(svg: str, kind: str, ppi: float) -> bytes:
    typst = need("typst", "a picture as PNG or PDF", extra="brief,plot")
    letters = need("matplotlib", "a picture as PNG or PDF", extra="brief,plot")  # DejaVu Sans comes with it
    fonts = [Path(letters.get_data_path()) / "fonts" / "ttf"]
    source = b'#set document(date: none)\n#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    drawing = svg.replace("font-family:sans-serif", f"font-family:{FACE}")
    made: Any = typst.compile(
        source,
        format=kind,
        ppi=ppi,
        sys_inputs={"svg": drawing},
        font_paths=fonts,
        ignore_system_fonts=True,
        timestamp=0,
    )  # type: ignore[call-overload]
    return bytes(made)


def table_html(head: tuple[str, ...], rows: Any, caption: str = "") -> str:
    """A table as HTML; every cell is escaped."""
    top = "".join(f'<th scope="col">{escape(str(h))}</th>' for h in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{said}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
