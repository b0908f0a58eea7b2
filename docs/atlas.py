"""Writes `atlas.md` and its drawings from the atlas that ships: `python docs/atlas.py`. Both are tracked; a test holds them to the facts."""

from __future__ import annotations

import statistics
from html import escape
from pathlib import Path

from forbear.evidence.atlas import ATLAS, agreement, atlas
from forbear.inference.record import RecordPrior, about, absence
from forbear.inference.studies import absent, designs, estimates
from forbear.report.atlas.drawings import courses, expected, forces, world
from forbear.report.atlas.telling import answer, chances_of, counted, density, interval_of, spaced, spread
from forbear.validation.record_words import coverage_rows, score_rows, success_lines, verdict_on_record

HERE = Path(__file__).parent


def page() -> str:
    """The page as Markdown."""
    cases = atlas()
    lines = ["# The atlas of interventions", "", *answer(cases), "", "In the terminal: `forbear atlas` (one line a case), `forbear atlas show kosovo-1999` (every number with range, source and grade), `forbear atlas --csv`.", "As scenarios: `forbear check atlas/kosovo-1999`, or `Scenario.load(\"atlas/kosovo-1999\")`. Afghanistan 2001 and Iraq 2003 are not here: they are fitted on their own.", ""]  # fmt: skip
    lines += [
        "## Where",
        "",
        "![Map of the 33 interventions with their order ten years after the start](images/atlas-map.svg)",
        "",
    ]
    lines += table("Where and when", ("no.", "case", "intervener", "years", "how the old regime ended", "shared threat", "neighbours' support"), [
        (number, case.title, case.intervener, f"{case.years:.1f}" + ("+" if case.ongoing else ""), spaced(case.word("old_regime_end")), case.word("external_threat"), case.word("neighbour_support"))
        for number, case in enumerate(cases, 1)])  # fmt: skip
    lines += [
        "## What came of it",
        "",
        "![Force for the population with its range, and order, democracy and war](images/atlas-forces.svg)",
        "",
    ]
    lines += table("Force and outcomes", ("case", "per 1,000", "range", "at 5 years", "at 10 years", "5 after the end", "democracy at 10", "war", "their dead", "local dead", "seen"), [
        (case.title, *density(case), *(spaced(case.word(name)) for name in ("order_5y", "order_10y", "order_5y_after_end")), case.democracy, case.war, counted(case, "intervener_dead"), counted(case, "local_dead"), f"{case.seen:.0%}")
        for case in cases])  # fmt: skip
    lines += ["## With what force, through time", "", "![Soldiers per thousand inhabitants through time, one panel a case](images/atlas-courses.svg)", "", "Soldiers for every thousand inhabitants at the start (logarithmic) against years since the start; bars are ranges, the dashed line is the end, the mark in the corner order after ten years.", ""]  # fmt: skip
    lines += table("Counts of soldiers", ("case", "year", "soldiers", "range", "grade"), [
        (case.title, f"{year:.1f}", f"{count:,.0f}", spread(fact.range), fact.grade) for case in cases for year, count, fact in case.soldiers])  # fmt: skip
    lines += foreseen()
    rules = (ATLAS / "README.md").read_text(encoding="utf-8").split("\n", 2)[2]
    lines += ["# How it was coded", "", rules.strip(), "", "### Agreement of two codings", "", *coded_twice()]
    return "\n".join(lines).replace("\n# How it was coded", "\n## How it was coded").replace("\n## Grades", "\n### Grades").replace("\n## Words", "\n### Words").replace("\n## Known weaknesses", "\n### Known weaknesses").replace("\n## The scenarios", "\n### The scenarios")  # fmt: skip


def coded_twice() -> list[str]:
    """Agreement of the second coding with the first, by quantity."""
    lines = ["| coded twice | cases | the same word | Cohen's kappa |", "|---|---|---|---|"]
    lines += [f"| {spaced(one.quantity)} | {one.cases} | {one.same} | {one.kappa:.2f} |" for one in agreement()]
    return [*lines, "", "`forbear atlas coding` prints it with every word and reason.", ""]


def foreseen() -> list[str]:
    """What the model would have expected of each case from the others, beside what came; studies; what each case moves."""
    told = about()
    lines = ["## What the model would have expected", ""]
    if not told:
        return [*lines, "No record of other wars is on file: `forbear atlas fit` makes it.", ""]
    rows = told["judged"]["cases"]
    verdict = verdict_on_record(told)
    lines += [
        f"**{verdict[0]}** Shared parameters were learned from the outcomes of all other cases, and the case was then run without knowing its own "
        f"([how](record.md)). *Prior* is the model before any data; the *base rate* is the share among the other cases. "
        f"Made by `forbear atlas fit` with model {told['model'][:8]}.",
        "",
        "![Chance of calm after five years and of a war, foreseen from the other cases, beside what came](images/atlas-foreseen.svg)",
        "",
        "| question | score | record | prior alone | base rate | record less base rate |", "|---|---|---|---|---|---|",
        *("| " + " | ".join(row) + " |" for row in score_rows(told["judged"])), "",
        "Lower is better for Brier and log score, higher for the area; intervals are nine tenths of a bootstrap over cases.", "",
        "| coded dead beside the forecast | | record | prior alone | base rate |", "|---|---|---|---|---|",
        *("| " + " | ".join(row) + " |" for row in coverage_rows(told["judged"])), "",
        "The base rate of the dead are the quantiles of the numbers coded of the other cases. An interval that covers and is narrower says more.", "",
        *(line.strip().capitalize() + ". History's are successes by the occupier's own aims (Edelstein 2004); of his cases only the totals were seen, so shares are compared and no case is. Stable success asks for two years of order with hardly a foreign soldier left; intervals of the model are over draws, that of history over occupations." for line in success_lines(told)), "",
    ]  # fmt: skip
    lines += table("Each case foreseen from the others", ("case", "calm at 5: record", "prior", "base rate", "came", "war: record", "prior", "base rate", "came", "local dead, nine tenths", "coded", "their dead, nine tenths", "coded"), [
        (row["case"], *chances_of(row["calm"]), *chances_of(row["war"]), *interval_of(row.get("deaths")), *interval_of(row.get("theirs"))) for row in rows])  # fmt: skip
    lines += travelling()
    lines += studies_told(told)
    lines += table("What leaving out each case changes most", ("case", "parameter", "change of its mean score"), [
        (row["case"], row["parameter"], f"{row['change']:+.2f}") for row in told["dropped"]])  # fmt: skip
    return lines


def travelling() -> list[str]:
    """Which shared parameters travel: learned spread between wars, and what all cases together moved most."""
    if absence():
        return []
    record = RecordPrior.require("meadow")
    spreads = sorted(float(value) for value in record.spread)
    middle, close, far = statistics.median(spreads), spreads[0], spreads[-1]
    lines = [
        "### Which parameters travel", "",
        f"The spread between wars is learned: 1, nothing of a parameter travels; 0, all wars share its number. Over {len(spreads)} shared parameters its median is {middle:.2f} ({close:.2f} to {far:.2f}): "
        + ("no parameter stands out as one that travels, and the cases say little about any." if close > 0.5 else "those at the lower end travel."), "",
    ]  # fmt: skip
    rows = [(name, f"{mean:+.2f}", f"{sd:.2f}", f"{spread:.2f}") for name, mean, sd, spread in record.moved[:20]]
    lines += table(
        "The twenty that the cases moved most",
        ("parameter", "mean score (prior 0)", "standard deviation (prior 1)", "spread between wars"),
        [*rows],
    )
    return lines


def studies_told(told: dict) -> list[str]:  # type: ignore[type-arg]
    """Estimates from other wars, and how far those that the simulation can compute agree with the model."""
    known, tau, why = estimates(), designs(), absent()
    lines = ["### Studies", "", "Estimates of what happened elsewhere, computed from tables that do not ship; none is the size of an effect. Where the same comparison can be made in simulated cases, it weighs draws, with a bias that its design allows (standard deviation tau).", ""]  # fmt: skip
    lines += table("Estimates", ("estimate", "value", "error", "unit", "cases", "design", "tau", "sample", "source", "in simulated cases"), [
        (one.title, f"{one.estimate:.2g}", f"{one.error:.2g}", one.unit, one.cases, one.design, f"{tau[one.design]:g}", one.sample, one.source, why.get(one.name, "yes")) for one in known.values()])  # fmt: skip
    if told.get("tried"):
        lines += ["A linear answer is tried before it is believed: cases are run again under the law that a study leaves over the prior, and the comparison made in them is set beside what the answer foretold.", "", "| study | before any data | foretold | found in new runs | the study itself |", "|---|---|---|---|---|"]  # fmt: skip
        for row in told["tried"]:
            found = "not run: nothing to try" if row["found"] is None else f"{row['found']:.3f} ± {row['error']:.3f}"
            lines.append(
                f"| {row['study']} | {row['prior']:.3f} | {row['foretold']:.3f} | {found} | {known[row['study']].estimate:.3f} |"
            )
        lines.append("")
    lines += table("How far the model agrees, and what tau does to it", ("study", "draws of", "tau times", "the model's own", "estimate", "effective draws", "shape of the tail", "in conflict"), [
        (row["study"], row["draws"], f"{row['times']:g}", *(("", "") if row["study"] not in known else (f"{row['expected'][0]:.2g} ± {row['expected'][1]:.2g}", f"{known[row['study']].estimate:.2g}")),
         f"{row['effective']:.0%}", f"{row['shape']:.2f}", "yes" if row["conflict"] else "no") for row in told["sensitivity"]])  # fmt: skip
    return lines


def table(title: str, heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> list[str]:
    """A table that opens on demand, as HTML."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heads)
    body = [f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows]
    return ["<details>", f"<summary>{title}: the numbers</summary>", "<table>", f"<thead><tr>{head}</tr></thead>", "<tbody>", *body, "</tbody>", "</table>", "</details>", ""]  # fmt: skip


def documents() -> dict[str, str]:
    """Every file by its path under `docs/`."""
    cases = atlas()
    found = {"atlas.md": page(), "images/atlas-map.svg": world(cases), "images/atlas-forces.svg": forces(cases), "images/atlas-courses.svg": courses(cases)}  # fmt: skip
    return found | ({"images/atlas-foreseen.svg": expected(cases)} if about() else {})


if __name__ == "__main__":
    for name, content in documents().items():
        (HERE / name).write_text(content, encoding="utf-8")
