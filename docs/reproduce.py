"""The page `reproduce.md` and its pictures: what the shipped models can and cannot reproduce.

    python docs/reproduce.py                     # from what is on record beside the shipped posteriors
    python docs/reproduce.py --judge             # after a new fit: judge it first, write the record, then the page
    python docs/reproduce.py --judge --parts facts,course,place,discrepancy,modes,calibration

Page and pictures are tracked; a test fails where they are not those of the shipped posteriors.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import forbear as fb
from forbear.figures.standalone import frame, standalone
from forbear.inference.posterior import Posterior
from forbear.report.reproduce import MapPair, Reproduction, reproduction
from forbear.scenario.reading.chain import LIBRARY, library_names
from forbear.validation.validate import FILE, load_validation
from forbear.workflow.validate import on_record

__all__ = ["PARTS", "fitted", "judge", "pages", "write"]

HERE = Path(__file__).parent
#: Parts that this page shows and that take no fit.
PARTS = ("facts", "course", "place", "discrepancy", "modes")
#: Parts that are told in their own words where they are on record.
TOLD = {"forecasts": "Does it foresee?", "theories": "Do rival theories do as well?", "calibration": "Does the procedure find a known truth?"}  # fmt: skip
IMAGES = "images/reproduce"


def fitted() -> list[str]:
    """Names of the library's scenarios that ship a posterior."""
    return [name for name in library_names() if (LIBRARY / name / "posterior.npz").exists()]


def judge(names: Sequence[str], parts: Sequence[str]) -> None:
    """Run parts of a validation of shipped posteriors and write the records beside them."""
    for name in names:
        fb.validate(name, parts=list(parts), to=LIBRARY / name / FILE, store=f"{name}.validation", progress=True)


def write(folder: Path = HERE, names: Sequence[str] | None = None) -> None:
    """Write page and pictures; pictures of an earlier fit are removed."""
    made = pages(names)
    for old in (folder / IMAGES).glob("*.svg"):
        if f"{IMAGES}/{old.name}" not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def pages(names: Sequence[str] | None = None) -> dict[str, str]:
    """Path under `docs/` -> text, of the page and of every picture."""
    out: dict[str, str] = {}
    lines = [
        "# What the model can and cannot reproduce",
        "",
        "This page is for readers without statistics. A model that explains a war should be able to live through it: run again from the "
        "start, with other random numbers, its histories should look like the one that happened. Here is where they do and where they do not. "
        "It is written by `python docs/reproduce.py` from the shipped fits; no number in it is typed.",
        "",
        "How to read it: a *history* is one run of the fitted model. A *range* holds nine of ten histories. What was *observed* is a count or a poll "
        "with its own errors. A *gap* is what remains between model and observation once these errors are allowed for. "
        "[Learning from data](fit.md) has the method, [limits](limits.md) what follows.",
        "",
    ]
    for name in fitted() if names is None else names:
        scenario = fb.load(name)
        found = reproduction(scenario, Posterior.of(scenario), load_validation(scenario))
        if found is not None:
            lines += _case(name, found, out)
            lines += _told(name)
    return {"reproduce.md": "\n".join(lines).rstrip() + "\n", **out}


def _case(name: str, found: Reproduction, images: dict[str, str]) -> Iterator[str]:
    """The section of one scenario; its pictures are put into `images`."""
    yield from (f"## {found.title}", "", *(f"{words}\n" for words in found.lead))
    if found.facts:
        yield from (
            f"### {found.title}: what it does not live through",
            "",
            *(f"- {w}" for w in found.misses or ["Nothing that was asked."]),
            "",
        )
        yield from (
            f"### {found.title}: what it lives through",
            "",
            *(f"- {w}" for w in found.holds or ["Nothing that was asked."]),
            "",
        )
        yield from _folded(
            "Table of all facts", _table(("fact", "observed", "model (nine in ten histories)", ""), found.facts)
        )
    if found.pictures:
        yield from (f"### {found.title}: the course, series by series", "")
        yield "Each picture sets what was counted (dots) beside what the fitted model gives for the same months or years (bars). A dot may leave "
        yield "its bar a little, because counting has errors; where dots leave the bars together, the model goes another way than the war did. "
        yield "The gap is the size of that, named series by series below."
        yield ""
        for picture in found.pictures:
            path = f"{IMAGES}/{name}-{picture.figure.name}.svg"
            images[path] = standalone(picture.figure)
            yield from (
                f"![{picture.figure.title}, {picture.figure.unit}: {picture.figure.alternative}]({path})",
                "",
                picture.figure.caption,
                "",
            )
    if found.numbers:
        head = ("series", "period", "observed", "model (nine in ten histories)", "inside, errors allowed")
        yield from _folded("Series of few numbers", _table(head, found.numbers))
    if found.maps:
        yield from (f"### {found.title}: where it happened", "")
        yield "Shares of the whole country, so that a map says nothing about how much happened. Districts without a number are left out."
        yield ""
        for pair in found.maps:
            yield from _map(name, pair, images)
    if found.sizes:
        yield from (f"### {found.title}: what it cannot explain, series by series", "")
        yield "A gap of a tenth was expected beforehand. A series that needs a third is one whose mechanism is lacking."
        yield ""
        yield from _table(("series", "what of it", "gap (nine tenths)", "in words"), found.sizes)
    if found.answers:
        yield from (f"### {found.title}: would another search have answered alike?", "")
        yield f"{found.modes} Each scout searched alone. A number below one means that the strategy lowers the outcome."
        yield ""
        yield from _folded("Table of effects by scout", _table(found.answers_head, found.answers))
    if found.absent:
        yield from (
            f"Not on record: {', '.join(found.absent)} (`forbear validate {name} --parts {','.join(found.absent)}`).",
            "",
        )


def _map(name: str, pair: MapPair, images: dict[str, str]) -> Iterator[str]:
    cells = []
    for side, words in (("observed", "observed"), ("model", "the model")):
        path = f"{IMAGES}/{name}-{pair.name}-{side}.svg"
        images[path] = frame(getattr(pair, side), pair.legend, "")
        cells.append(f"![{pair.title}, per cent of the total, {words}: {pair.words}]({path})")
    yield from (f"**{pair.title}**, per cent of the total. {pair.words}", "")
    yield from _table(("observed", "the model's middle history"), [tuple(cells)], escape=False)


def _told(name: str) -> Iterator[str]:
    """Parts that have their own words, where they are on record."""
    record = on_record(name, file=LIBRARY / name / FILE) if (LIBRARY / name / FILE).exists() else {}
    for part, title in TOLD.items():
        if part in record:
            yield from (
                f"### {fb.load(name).title}: {title[0].lower()}{title[1:]}",
                "",
                "```text",
                *record[part].lines()[1:],
                "```",
                "",
            )


def _folded(title: str, inside: Iterable[str]) -> Iterator[str]:
    yield from ("<details>", f"<summary>{title}</summary>", "", *inside, "</details>", "")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, escape: bool = True) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") if escape else cell for cell in row) + " |"
    yield ""


def main() -> None:
    """Judge where that is asked for, then write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="scenarios; all that ship a posterior when absent")
    parser.add_argument("--judge", action="store_true", help="run the parts first and write the records")
    parser.add_argument("--parts", default=",".join(PARTS), help="parts that --judge runs")
    chosen = parser.parse_args()
    names = chosen.names or fitted()
    if chosen.judge:
        judge(names, chosen.parts.split(","))
    write()


if __name__ == "__main__":
    main()
