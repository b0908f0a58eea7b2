"""The brief: the front page with two or three figures on two pages, as a tagged PDF with its fonts inside."""

from __future__ import annotations

import datetime
import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.extras import need
from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.sheet import WIDTH
from forbear.figures.spec import Figure
from forbear.figures.standalone import standalone, written_out
from forbear.figures.years import Years, narrow
from forbear.files import make_folder, write_bytes
from forbear.questions.answers import Answers
from forbear.questions.claim_words import FULL, of_many
from forbear.questions.odds_on_record import odds_or_why
from forbear.questions.odds_words import odds_in_a_line
from forbear.questions.stamps import stale_answers
from forbear.report.comparable import deaths_by_year
from forbear.report.content import CHARTS
from forbear.report.front import Front
from forbear.report.games import remedies_figure
from forbear.report.gather import fan_of
from forbear.report.leads import named, word_beside
from forbear.report.pictures import LEVELS
from forbear.report.write import front_of
from forbear.scenario.observed import observed_values

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.scenario import Scenario

__all__ = ["PAGES", "brief_figures", "typeset", "write_brief"]

PAGES = 2
#: Sizes of letters, and in millimetres the width of the first figure and the height of the other, the largest first.
SIZES, FIRST, OTHER = (
    (1.18, 1.12, 1.06, 1.0, 0.94, 0.91, 0.88, 0.84, 0.8),
    (96, 90, 84, 78, 72),
    (98, 90, 82, 74, 66, 58),
)
FACE = "Libertinus Serif"


def write_brief(
    ensemble: Ensemble,
    scenario: Scenario,
    *,
    to: str | Path,
    answers: Answers | None = None,
    command: str = "",
    made: datetime.date | None = None,
    **more: Any,
) -> Path:
    """Write the brief of `ensemble` to one PDF file of at most two A4 pages; return its path.

    answers, more: as for `forbear.report.front.front_page`; command: what repeats the run, printed at the foot; made:
    the day that is printed, none where None. Deterministic: the same run and day give the same bytes. The file is
    replaced whole or not at all. Raises FileError E103 when it cannot be written.
    """
    outdated = stale_answers(answers, scenario, more.get("posterior")) if answers is not None else []
    front = front_of(ensemble, scenario, answers=answers, stale_verdicts=outdated, **more)
    figures, foot = brief_figures(ensemble, scenario, answers), _foot(ensemble, command, made)
    pdf = typeset(front, figures, foot, wars=_wars(scenario, answers))
    path = Path(to)
    make_folder(path.parent)
    return write_bytes(path, pdf)


def _wars(scenario: Scenario, answers: Answers | None) -> str:
    """How far other wars would move the odds of the claims, in a line; "" where no odds that hold are on record."""
    shown = odds_or_why(scenario, answers).shown if answers is not None and len(answers) else None
    return odds_in_a_line(shown) if shown is not None and len(shown) else ""


def brief_figures(ensemble: Ensemble, scenario: Scenario, answers: Answers | None) -> list[Figure]:
    """Two or three figures: the first picture of the report; what the remedies of its headline add, else effects on
    deaths, else force and cost."""
    observed = {name: observed_values(scenario, name) for name in scenario.observations}
    out: list[Figure] = [deaths_by_year(ensemble, scenario, observed)]
    games = answers.attribution if answers is not None else {}
    game = next((name for name in ("feasible", "levers") if name in games), None)
    if game is not None:
        out.append(remedies_figure(game, games[game]))
    elif answers is not None:
        out += _effects(answers)
    if len(out) == 1:
        proposed = scenario.kind == "prospective"
        out += [_fan(ensemble, name, proposed) for name in ("force", "cost_budget") if _moves(ensemble, name)]
    return out


def _effects(answers: Answers, most: int = 9) -> list[Figure]:
    """Effects of the first claims on civilian deaths, where there are any."""
    tested = [r for r in answers if r.claim.outcome == "deaths" and r.claim.kind == "effect"]
    if not tested:
        return []
    figure = intervals(
        "brief-effects",
        "Effects on civilian deaths",
        "ratio of deaths, changed over base",
        [IntervalRow.of(f"{r.name} {named(r, answers)}", list(r.effect), word_beside(r)) for r in tested[:most]],
        margin=(0.91, 1.1),
        logarithmic=True,
        sides=("fewer", "more"),
        caption="Effects on civilian deaths: median, half and nine tenths of draws; the grey band holds effects "
        "too small "
        "to matter." + (f" {FULL}" if any(of_many(r) for r in tested) else ""),
    )
    return [figure]


def _moves(ensemble: Ensemble, name: str) -> bool:
    return name in ensemble.data and float(np.abs(ensemble.data[name].values).max()) > 0


def _fan(ensemble: Ensemble, name: str, proposed: bool) -> Figure:
    """The chart of a quantity by month; of a proposal its range alone."""
    chart = next(chart for chart in CHARTS if chart.quantity == name)
    words = f"{chart.unit[:1].upper()}{chart.unit[1:]}: "
    words += "nine in ten simulated histories." if proposed else "median, half and nine in ten simulated histories."
    return fan_of(
        ensemble,
        name,
        title=chart.title.split(",")[0] if proposed else chart.title,  # medians of the others are left out
        unit=chart.unit,
        caption=words,
        scale=chart.scale,
        others={} if proposed else dict(chart.others),
        logarithmic=chart.logarithmic,
        middle=not proposed,
    )


def _foot(ensemble: Ensemble, command: str, made: datetime.date | None) -> str:
    """What repeats the run, the versions of everything that it hangs on, and the day."""
    held = ensemble.manifest
    hashes = [f"{what} {str(held.get(f'{what}_hash', ''))[:12]}" for what in ("scenario", "model", "evidence")]
    lead = command or f"{held.get('count', len(ensemble))} simulated histories, seed {held.get('seed')}"
    day = [f"made on {made.isoformat()}"] if made is not None else []
    return "; ".join([*day, lead, f"forbear {held.get('forbear', '')}", ", ".join(hashes)])


def typeset(front: Front, figures: list[Figure], foot: str = "", *, wars: str = "") -> bytes:
    """Return the PDF (PDF/UA-1: tagged, titled, with words for every figure), in the largest letters that keep two
    pages. wars: what other wars say, in a line. Raises RunError E421 without the extra `brief`."""
    typst = need("typst", "a brief")  # heavy: it would slow `forbear --help`
    source = (files("forbear.report") / "brief.typ").read_bytes()
    data = json.dumps(_data(front, figures, foot, wars), ensure_ascii=False, sort_keys=True)

    def compiled(size: float, tall: int, low: int) -> tuple[Any, int]:
        inputs = {"data": data, "scale": str(size), "tall": str(tall), "low": str(low)}
        compiler = typst.Compiler(input=source, ignore_system_fonts=True, sys_inputs=inputs)
        return compiler, int(json.loads(compiler.query("<pages>", field="value", one=True)))

    # the largest letters first, then the largest other figures, then the largest first figure that keep the pages
    size = next((v for v in SIZES if compiled(v, FIRST[-1], OTHER[-1])[1] <= PAGES), SIZES[-1])
    low = next((v for v in OTHER[:-1] if compiled(size, FIRST[-1], v)[1] <= PAGES), OTHER[-1])
    tall = next((v for v in FIRST[:-1] if compiled(size, v, low)[1] <= PAGES), FIRST[-1])
    pdf = compiled(size, tall, low)[0].compile(source, format="pdf", pdf_standards=["ua-1"], timestamp=0)
    assert isinstance(pdf, bytes)  # without a file to write to, a PDF comes back as one piece
    return pdf


def _picture(figure: Figure, beside: bool) -> dict[str, str]:
    """A figure as data; one that stands beside words is drawn for its width, so that its words stay readable."""
    drawn = narrow(figure) if beside and isinstance(figure, Years) and figure.width == WIDTH else figure
    return {
        "title": figure.title,
        "svg": standalone(drawn, title=False, family=FACE),
        "alternative": f"{figure.title}. {figure.alternative}",
        "caption": figure.caption,
    }


def _data(front: Front, figures: list[Figure], foot: str, wars: str) -> dict[str, Any]:
    """The words and pictures as plain data."""
    told = front.beside
    table = None
    if told is not None:
        rows = [list(row) for row in told.rows]
        table = {"title": told.title, "head": list(told.head), "rows": rows, "note": told.note}
    screen = front.screen
    return {
        "title": front.title,
        "headline": screen.headline,
        "cards": [
            {
                "title": c.title,
                "number": c.number,
                "bar": written_out(c.bar),
                "words": c.gauge.words,
                "counted": c.counted,
                "note": c.note,
            }
            for c in screen.cards
        ],
        "verges": [
            [
                LEVELS[screen.trust.level],
                "How far to trust it.",
                f"{screen.trust.lead} {screen.trust.more}".strip(),
                [f.holds for f in screen.trust.facts],
            ],
            [LEVELS[screen.record_level], "The historical record.", screen.record, []],
        ],
        "eyebrow": f"{front.eyebrow}: brief",
        "question": front.question,
        "answer": list(front.answer),
        "banners": [list(b) for b in front.banners],
        "beside": table,
        "lessons": [
            {
                "name": x.name,
                "rival": x.rival,
                "argument": x.argument,
                "effect": x.effect,
                "verdict": x.said or x.verdict,
            }
            for x in front.in_full
        ],
        "in_brief": [list(group) for group in front.in_brief],
        "in_brief_words": front.in_brief_words,
        "wars": wars,
        "counted": front.counts if front.in_brief else front.lessons_words,
        "meanings": [[w[0].upper() + w[1:], m] for w, m in front.meanings],
        "cannot": list(front.cannot),
        "trust": list(front.trust),
        "figures": [_picture(f, k == 0) for k, f in enumerate(figures)],
        "footer": foot,
    }
