"""Facts of history as a gate, and the licence that a claim has where the fitted model lives through what it needs.

A fact holds where the median of the posterior predictive lies within its tolerance of the observed number (a quarter
of it, where its file says nothing else), or where the observed number lies inside the central half of the draws. The
gate is passed where at least four fifths hold. Facts and tolerances stand in `facts.toml`, set down before the fit.

The result is kept in the posterior's notes. Whoever shows a claim asks `licence(claim, facts_held(posterior))`:

>>> held = facts_held(posterior)            # None: this posterior was never set beside facts
>>> given = licence(claim, held)            # Licence(granted, missed, words)
>>> given.words                             # "" or "not licensed: the fitted model misses ..."
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from forbear.scenario.alignment import adds_up
from forbear.scenario.casefiles.facts import Fact, load_facts, month_label, month_number
from forbear.words import approximately, percent

if TYPE_CHECKING:
    import xarray as xr


__all__ = [
    "GATE",
    "NOT_LICENSED",
    "Fact",
    "FactResult",
    "FactsHeld",
    "Licence",
    "fact_draws",
    "facts_held",
    "judge",
    "licence",
    "load_facts",
]

#: Share of facts that must hold before a posterior passes the gate.
GATE = 0.8
NOT_LICENSED = "not licensed"


class _Needing(Protocol):
    """A claim, as far as a licence looks at it: names of the facts that its mechanism must reproduce, and its kind."""

    @property
    def needs(self) -> tuple[str, ...]: ...

    @property
    def kind(self) -> str: ...


@dataclass(frozen=True)
class FactResult:
    """One fact beside the posterior predictive. observed, median, low_50, high_50, low_90, high_90: in `unit`
    (months as numbers 12 x year + month - 1, see `shown`); share_right: share of draws with the observed order or
    peak, nan for other measures; miss: log(median / observed), or months for a peak, 0 for an order."""

    name: str
    title: str
    measure: str
    unit: str
    observed: float
    median: float
    low_50: float
    high_50: float
    low_90: float
    high_90: float
    holds: bool
    miss: float
    share_right: float
    source: str

    @property
    def words(self) -> str:
        """One line: what was observed and what the fitted model gives."""
        if self.measure == "order":
            return f"{self.title}: {percent(self.share_right)} of draws"
        low, middle, high = (self.shown(value) for value in (self.low_90, self.median, self.high_90))
        return f"{self.title}: observed {self.shown(self.observed, 3)}, model {middle} ({low} to {high})"

    def shown(self, value: float, digits: int = 2) -> str:
        """A number of this fact for people: to two digits what a model gives, to three what was counted."""
        if not np.isfinite(value):
            return "-"
        return month_label(value) if self.measure == "peak" else approximately(value, digits)


@dataclass(frozen=True)
class FactsHeld:
    """All facts of a posterior. `passed`: at least `gate` of them hold; usable: False for a quick fit."""

    results: tuple[FactResult, ...]
    gate: float = GATE
    usable: bool = True

    @property
    def share(self) -> float:
        """Share of facts that hold; nan where there is none."""
        return sum(r.holds for r in self.results) / len(self.results) if self.results else float("nan")

    @property
    def passed(self) -> bool:
        """True where enough facts hold."""
        return bool(self.results) and self.share >= self.gate - 1e-9

    @property
    def missed(self) -> tuple[FactResult, ...]:
        """Facts that do not hold, the worst first."""
        return tuple(sorted((r for r in self.results if not r.holds), key=lambda r: -abs(r.miss)))

    def get(self, name: str) -> FactResult | None:
        """The result of one fact, None where the posterior was not set beside it."""
        return next((r for r in self.results if r.name == name), None)

    def as_dict(self) -> dict[str, Any]:
        """For the notes of a posterior and for files."""
        return {
            "gate": self.gate, "usable": self.usable, "held": sum(r.holds for r in self.results), "of": len(self.results),
            "passed": self.passed, "results": [asdict(r) for r in self.results],
        }  # fmt: skip


@dataclass(frozen=True)
class Licence:
    """May a verdict be given? missed: titles of needed facts that the fitted model misses; words: "" where granted,
    else a sentence that begins with "not licensed"."""

    granted: bool
    missed: tuple[str, ...] = ()
    words: str = ""


class _Fitted(Protocol):
    @property
    def notes(self) -> dict[str, Any]: ...

    @property
    def quick(self) -> bool: ...


def facts_held(posterior: _Fitted | None) -> FactsHeld | None:
    """The facts on record in a posterior; None where there is no posterior or it was never set beside any."""
    if posterior is None:
        return None
    noted = posterior.notes.get("facts")
    if not noted:
        return None
    # files hold no not-a-number: null stands for it
    filled: list[dict[str, Any]] = [
        {k: float("nan") if v is None else v for k, v in r.items()} for r in noted["results"]
    ]
    results = tuple(FactResult(**entry) for entry in filled)
    return FactsHeld(results, noted["gate"], noted["usable"] and not posterior.quick)


def licence(claim: _Needing, held: FactsHeld | None) -> Licence:
    """Whether the fitted model reproduces the facts that a claim's mechanism must reproduce.

    A claim that names no fact rests on the gate as a whole: it has a licence where enough facts hold, or where the
    country has no facts on file. Without facts on record a claim that names some has none.
    """
    if held is not None and not held.usable:
        return Licence(False, (), f"{NOT_LICENSED}: a quick fit carries no verdict")
    if not claim.needs:
        # a claim of value is put to no test, so there is nothing to license
        if claim.kind == "value" or held is None or held.passed or not held.results:
            return Licence(True)
        words = f"{sum(r.holds for r in held.results)} of {len(held.results)} facts of history hold"
        return Licence(
            False,
            (),
            f"{NOT_LICENSED}: this names no fact that it needs, and the fitted model as a whole does not pass the gate of "
            "facts "
            f"({words}; the gate is {held.gate:.0%})".replace("%", " %"),
        )
    if held is None:
        return Licence(
            False,
            tuple(claim.needs),
            f"{NOT_LICENSED}: the model was not set beside the facts of history that this needs",
        )
    missed = []
    for name in claim.needs:
        found = held.get(name)
        if found is None or not found.holds:
            missed.append(name if found is None else found.words)
    if not missed:
        return Licence(True)
    return Licence(
        False, tuple(missed), f"{NOT_LICENSED}: the fitted model misses what this needs ({'; '.join(missed)})"
    )


def fact_draws(fact: Fact, data: xr.Dataset) -> np.ndarray:
    """The fact's number in every member of an ensemble, (members,), in its own unit; for an order 1 where it holds.

    data: an ensemble's dataset with the fact's quantities recorded by month. nan throughout where the ensemble
    does not cover the fact's months.
    """
    labels = [str(m)[:7] for m in data["month"].values]
    blank = np.full(data.sizes["member"], np.nan)
    months = _window(labels, fact.first, fact.last)
    if months is None:
        return blank
    values = data[f"monthly_{fact.quantity}"]
    chosen = _members(values, fact.members)
    if fact.measure == "level":
        together = chosen if adds_up(fact.quantity) else _members(values, fact.members, np.mean)
        return np.asarray(together[:, months[-1]])
    if fact.measure == "total":
        return np.asarray(chosen[:, months].sum(axis=1))
    if fact.measure == "share":
        whole = _members(values, ())[:, months].sum(axis=1)
        return np.asarray(chosen[:, months].sum(axis=1) / np.maximum(whole, 1e-9))
    if fact.measure == "part":
        whole = _members(data[f"monthly_{fact.whole}"], ())[:, months].sum(axis=1)
        return np.asarray(chosen[:, months].sum(axis=1) / np.maximum(whole, 1e-9))
    if fact.measure == "ratio":
        assert fact.against is not None
        before = _window(labels, *fact.against)
        if before is None:
            return blank
        return np.asarray(chosen[:, months].sum(axis=1) / np.maximum(chosen[:, before].sum(axis=1), 1e-9))
    if fact.measure == "peak":
        return np.argmax(chosen[:, months], axis=1) + float(month_number(labels[months[0]]))
    ranked = np.stack([_members(values, (name,))[:, months[-1]] for name in fact.members], axis=1)
    return np.asarray((np.diff(ranked, axis=1) < 0).all(axis=1), dtype=float)


def judge(facts: Mapping[str, Fact], data: xr.Dataset, *, usable: bool = True) -> FactsHeld:
    """Set every fact beside an ensemble of the fitted model; facts outside its months are left out."""
    out = []
    good = ~data["failed"].values if "failed" in data else slice(None)
    for fact in facts.values():
        drawn = fact_draws(fact, data)[good]
        drawn = drawn[np.isfinite(drawn)]
        if len(drawn):
            out.append(_result(fact, drawn))
    return FactsHeld(tuple(out), usable=usable)


def _result(fact: Fact, drawn: np.ndarray) -> FactResult:
    low_90, low_50, median, high_50, high_90 = (float(q) for q in np.quantile(drawn, [0.05, 0.25, 0.5, 0.75, 0.95]))
    right = float("nan")
    if fact.measure == "order":
        right = float(drawn.mean())
        holds, miss = right >= 0.5, 0.0
    elif fact.measure == "peak":
        miss = median - fact.value
        right = float(np.mean(np.abs(drawn - fact.value) <= fact.near))
        holds = abs(miss) <= fact.near or low_50 <= fact.value <= high_50
    else:
        miss = float(np.log(max(median, 1e-9) / fact.value))
        near = abs(median - fact.value) <= fact.tolerance * fact.value
        holds = near or low_50 <= fact.value <= high_50
    return FactResult(
        fact.name, fact.title, fact.measure, fact.unit, fact.value, median, low_50, high_50, low_90, high_90, bool(holds),
        miss, right, fact.source,
    )  # fmt: skip


def _members(values: xr.DataArray, members: Sequence[str], together: Callable[..., np.ndarray] = np.sum) -> np.ndarray:
    """(members of the ensemble, months), summed (or joined as `together` says) over the named members of the quantity,
    or over all."""
    extra = [str(d) for d in values.dims if d not in ("member", "month")]
    if members:
        values = values.sel({extra[0]: list(members)})
    rows = np.asarray(values.transpose("member", "month", *extra).values, dtype=float)
    return together(rows.reshape(*rows.shape[:2], -1), axis=2)


def _window(labels: list[str], first: str, last: str) -> list[int] | None:
    """Positions of the months; None where the ensemble does not hold them all."""
    wanted = month_number(last) - month_number(first) + 1
    found = [i for i, label in enumerate(labels) if first <= label <= last]
    return found if len(found) == wanted and wanted > 0 else None
