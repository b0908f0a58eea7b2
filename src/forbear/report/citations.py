"""Citations: the references of the methods, the data sources as BibTeX, and what each method is, in words."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from forbear.questions.answers import Answers

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior
    from forbear.scenario import Problem, Scenario

__all__ = ["bibtex", "methods", "references", "software"]


def software() -> str:
    """The program itself as a BibTeX entry."""
    return (
        "@software{forbear,\n  title = {Forbear: a laboratory for the decision to intervene in another country},\n"
        f"  author = {{{{The forbear authors}}}}, version = {{{version('forbear')}}}, year = {{2026}}\n}}"
    )


@lru_cache(maxsize=1)
def references() -> dict[str, dict[str, str]]:
    """Every reference of the methods: key -> fields, with `words` as a reader wants it and `entry` as BibTeX."""
    text = (files("forbear.report") / "references.bib").read_text(encoding="utf-8")
    out = {}
    for entry in re.findall(r"@\w+\{.*?\n\}", text, flags=re.DOTALL):
        key = re.match(r"@\w+\{(\w+),", entry).group(1)  # type: ignore[union-attr]
        fields = dict(re.findall(r"(\w+) = \{((?:[^{}]|\{[^{}]*\})*)\}", entry))
        where = ", ".join(
            fields[k]
            for k in ("journal", "booktitle", "institution", "number", "volume", "note")
            if k in fields and not (k == "number" and "journal" in fields)
        )
        authors = fields["author"].replace(" and others", " and others").split(" and ")
        names = [a.split(",")[0] for a in authors]
        short = names[0] if len(names) == 1 else f"{names[0]} and {'others' if len(names) > 2 else names[1]}"
        out[key] = {
            **fields,
            "key": key,
            "entry": entry,
            "short": f"{short} {fields['year']}",
            "words": f"{'; '.join(authors)} ({fields['year']}). {fields['title']}. {where}.",
        }
    return out


def bibtex(scenario: Scenario | None = None) -> str:
    """BibTeX of the program, of the methods, and of the sources of a scenario and of the series beside it."""
    entries = [software(), *(r["entry"] for r in references().values())]
    if scenario is not None:
        entries += [_entry(key, fields) for key, fields in _sources(scenario).items()]
    return "\n".join(entries)


def _sources(scenario: Scenario) -> dict[str, dict[str, str]]:
    out: dict[str, dict[str, str]] = {}
    for key, source in scenario.sources.items():
        details = source.details
        out[f"source:{key}"] = {
            "title": source.title,
            "author": str(details.get("publisher", "")),
            "year": str(details.get("year", "")),
            "note": str(details.get("licence", "")),
        }
    for name in dict.fromkeys(o.series for o in scenario.observations.values()):
        for held in scenario.find_series(name).sources:
            out.setdefault(
                f"data:{held.key}",
                {
                    "title": held.title,
                    "author": held.publisher,
                    "howpublished": held.address,
                    "note": f"Licence: {held.licence}",
                },
            )
    return out


def _entry(key: str, fields: dict[str, str]) -> str:
    def clean(text: str) -> str:
        return re.sub(r"([&%#_])", r"\\\1", text.replace("{", "(").replace("}", ")"))

    held = [
        f"  {name} = {{{'{' + clean(v) + '}' if name == 'author' else clean(v)}}}" for name, v in fields.items() if v
    ]
    return f"@misc{{{key},\n" + ",\n".join(held) + "\n}"


#: Parts of a validation: what was done, in words, and the references of the method. Only what is on record is told.
VALIDATED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("neutrality", "Before any data every contested lever is asked whether it can help, do nothing and hurt.", ()),
    ("facts", "Facts of history are set beside draws that are run again.", ()),
    ("course", "Every observed number is set beside what the fitted model would produce, and discrepancies are reported.", ("gneiting2007",)),
    ("forecasts", "Forecasts come from a fit that stops earlier and are scored by proper rules against simple baselines.", ("gneiting2007", "hegre2024")),
    ("theories", "Rival theories are weighted by stacking of what they say of numbers.", ("yao2018",)),
    ("calibration", "Invented worlds of known truth are fitted by the same steps with less work; ranks, power and error are shown.", ("talts2018",)),
)  # fmt: skip


def methods(
    problem: Problem, posterior: Posterior | None, answers: Answers | None, validation: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """What was done, in the order in which it was done: title, words, short citations."""
    out: list[tuple[str, str, tuple[str, ...]]] = [
        (
            "Simulation",
            "Stocks of people, organisations, forces, services, politics and money in "
            f"{len(problem.names.get('district', ()))} districts are moved week by week by declared rules. "
            "Random numbers have names (seed, history, week, room, draw), so the same seed gives the same bits "
            "and two policies are run under common random numbers.",
            ("salmon2011",),
        )
    ]
    if posterior is not None:
        settings, refine = posterior.notes.get("settings", {}), posterior.notes.get("refine", {}) or {}
        out.append(
            (
                "Learning from the series",
                f"{settings.get('scouts', 'Several')} independent scouts lead prior draws to the data by weights and the gain of an "
                f"ensemble smoother; {refine.get('chains', 'many')} chains of parameters and random numbers start from all of them, "
                f"{refine.get('generations', 'many')} generations long, of which {len(posterior):,} draws are kept. Course, place and kind of a "
                "series are separate terms with stated errors; what the model cannot explain of a course is a discrepancy, reported by "
                "series. Agreement of scouts is measured by R-hat; facts of history, set down before the fit, are its gate.",
                ("emerick2013", "terbraak2006", "andrieu2010", "deligiannidis2018", "vehtari2021"),
            )
        )
    if answers is not None:
        out.append(
            (
                "Claims and verdicts",
                f"Each claim is a paired counterfactual over {answers.provenance.members} draws, each run "
                f"{answers.provenance.replications} times with common random numbers, under "
                f"{len(answers.provenance.structures)} structures fitted alike. A claim that needs a fact of "
                "history which the "
                "fitted model misses is not licensed. Supported or refuted needs four fifths of draws under the "
                "mixture of theories that forecasts best, odds that the data moved by three or more, and no more than "
                "65 per cent before them; theories that forecast alike and disagree leave a claim contested.",
                ("friedman2008",),
            )
        )
        out.append(
            (
                "Strategies",
                "Regret and shares that are good enough are taken objective by objective over draws; nothing is "
                "summed over objectives.",
                ("savage1951", "lempert2003"),
            )
        )
        if answers.attribution:
            out.append(
                (
                    "Attribution",
                    "Shapley values over remedies and over structure; every coalition is run for up to six "
                    "players, antithetic orders are sampled above.",
                    ("castro2009", "mitchell2022"),
                )
            )
    if validation and any(part in validation for part, _, _ in VALIDATED):
        out.append(
            (
                "Validation",
                " ".join(words for part, words, _ in VALIDATED if part in validation),
                tuple(dict.fromkeys(key for part, _, keys in VALIDATED if part in validation for key in keys)),
            )
        )
    known = references()
    return [{"title": title, "words": words, "cited": [known[k]["short"] for k in keys]} for title, words, keys in out]
