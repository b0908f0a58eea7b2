"""Where a value comes from."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LAYERS", "PACKAGE", "Origin"]

#: Layers from the weakest to the strongest: each overrides those before it.
LAYERS = ("package default", "parent", "scenario", "sweep point", "command line")


@dataclass(frozen=True)
class Origin:
    """The layer that set a value, the place in its file, the source it names, and how far it could as well be."""

    layer: str
    file: str | None = None
    line: int | None = None
    source: str | None = None
    span: tuple[float, float] | None = None
    """Lowest and highest value that a guess could as well have, in the unit of the value (`range` in a file)."""

    @property
    def guessed(self) -> bool:
        """True when the value rests on an assumption or an invention, not on a source."""
        return self.source is not None and self.source.startswith(("assumption", "invented"))

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        text = f"{self.layer} ({place})" if place else self.layer
        return text if self.source is None else f"{text}, source: {self.source}"


PACKAGE = Origin("package default")
