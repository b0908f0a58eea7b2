"""Answers: every claim tested, every strategy, what accounts for the failure, and where the numbers come from.

    found = fb.test_claims(iraq)
    found["H2"].verdict.word, found["H2"].effect.p50
    found.write("answers.json")
    fb.Answers.read("answers.json").to_frame()

One object in memory and on disk; everything that shows an answer reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from forbear.errors import FileError, ScenarioError, nearest
from forbear.files import read_json, write_json
from forbear.inference.facts import FactsHeld
from forbear.questions.results import AttributionResult, ClaimResult, LedgerResult, Provenance, StrategyTable
from forbear.questions.stored import decode, encode
from forbear.questions.verdict import SIDES, STAGES
from forbear.representation import html_of, plot_of

if TYPE_CHECKING:
    import pandas as pd

    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "FORMAT", "Answers"]

#: By custom, the name of the file beside a scenario.
FILE = "answers.json"
#: Of the file: raised when a field changes its meaning.
FORMAT = 3
KIND = "forbear answers"


@dataclass(frozen=True)
class Answers:
    """What a battery of claims found.

    claims: by name; strategies: beside each other; ledger: what drove people to arms; provenance: seed, counts,
    hashes; attribution: game (levers, feasible, structure) -> what each remedy adds, empty where it was not played;
    facts: facts of history beside the posterior, None where the country has none on file or nothing was fitted."""

    claims: dict[str, ClaimResult]
    strategies: StrategyTable
    ledger: LedgerResult
    provenance: Provenance
    attribution: dict[str, AttributionResult] = field(default_factory=dict)
    facts: FactsHeld | None = None

    def __repr__(self) -> str:
        counts = ", ".join(f"{number} {word}" for word, number in self.counts().items())
        rows = self.strategies.rows
        return f"<Answers {self.provenance.scenario}: {len(self.claims)} claims ({counts}), {len(rows)} strategies>"

    def _repr_html_(self) -> str:
        return html_of(self)

    def __len__(self) -> int:
        return len(self.claims)

    def __bool__(self) -> bool:
        return True  # answers without a claim are still answers: strategies and a ledger

    def __iter__(self) -> Iterator[ClaimResult]:
        return iter(self.claims.values())

    def __contains__(self, name: object) -> bool:
        return name in self.claims

    def __getitem__(self, name: str) -> ClaimResult:
        """A tested claim. Raises ScenarioError E243 where none of the name was tested."""
        if name not in self.claims:
            near = nearest(name, self.claims)
            raise ScenarioError(
                "E243",
                f"{name} has not been tested",
                hint=f"did you mean {near}?" if near else f"tested: {', '.join(self.claims) or 'none'}",
            )
        return self.claims[name]

    def counts(self) -> dict[str, int]:
        """Verdict -> how many claims have it, the most frequent first."""
        words = [result.verdict.word for result in self]
        return {word: words.count(word) for word in sorted(dict.fromkeys(words), key=lambda w: -words.count(w))}

    @property
    def unlicensed(self) -> tuple[ClaimResult, ...]:
        """Claims that get no verdict because the fitted model misses facts of history that they need."""
        return tuple(result for result in self if not result.licensed)

    def to_frame(self) -> pd.DataFrame:
        """The claims as a table, one row each.

        Returns
        -------
        pandas.DataFrame
            Indexed by claim: title, what is compared, outcome, `unit` of the effect, its quantiles p05 to p95 and
            those before data, shares for, within the margin and against, shares of the regions at every stage
            ("claim_before" to "rival_both", nan where a stage was not made) with their Monte Carlo errors, contraction,
            verdicts with the region that they are about and the factor by which its odds were moved. `attrs["units"]`
            holds the unit of every column that has one.
        """
        import pandas as pd  # heavy: it would slow `forbear --help`

        rows = []
        for result in self:
            effect = result.effect._asdict()
            prior = {f"prior_{k}": v for k, v in result.prior._asdict().items()}
            shares = dict(zip(("share_for", "share_against", "share_none"), result.shares, strict=True))
            told = {"title": result.claim.title, "base": result.claim.base, "changed": result.claim.changed}
            told |= {"outcome": result.claim.outcome, "kind": result.effect_kind, "unit": result.unit}
            ends = {"verdict": result.verdict.word, "rival_verdict": result.verdict.rival_word}
            ends["toward"] = result.verdict.toward
            stages = {
                f"{side}_{name}": getattr(result.stages[name], side) if name in result.stages else float("nan")
                for name in STAGES
                for side in (*SIDES, "error")
            }
            known = {"contraction": result.contraction, "odds_moved": result.verdict.factor}
            rows.append({"claim": result.name, **told, **effect, **prior, **shares, **stages, **known, **ends})
        frame = pd.DataFrame(rows).set_index("claim") if rows else pd.DataFrame(index=pd.Index([], name="claim"))
        quantiles = [name for name in frame if str(name).startswith(("p0", "p2", "p5", "p7", "p9", "prior_p"))]
        frame.attrs["units"] = {
            **dict.fromkeys(quantiles, "see column unit"),
            **dict.fromkeys(("share_for", "share_against", "share_none"), "share of draws"),
            **{f"{side}_{name}": "share of draws" for name in STAGES for side in (*SIDES, "error")},
            "odds_moved": "ratio",
            "contraction": "1 - posterior variance / prior variance",
        }
        frame.attrs["provenance"] = encode(self.provenance)
        return frame

    def plot(self, outcome: str = "deaths") -> object:
        """A picture of the effects on one outcome, claim by claim. Raises RunError E401 where none tests it."""
        return plot_of("effect", self, outcome)

    def write(self, path: str | Path) -> Path:
        """Write everything into one file with a checksum, whole or not at all; return its path.

        Draws of effects stay in memory; their quantiles are written. Raises FileError E103 where it cannot be written.
        """
        content = {"kind": KIND, "format": FORMAT, **encode(self)}
        return write_json(path, content, seal=True)

    @classmethod
    def read(cls, path: str | Path) -> Answers:
        """Read what `write` wrote.

        Raises
        ------
        FileError
            E101 where there is no such file, E104 where it cannot be read or holds no answers, E109 where it is
            damaged, E111 where it was written by another version, with every field that does not fit.
        """
        found = read_json(path)
        if not isinstance(found, dict) or not ({"claims", "strategies"} <= set(found) or found.get("kind") == KIND):
            raise FileError("E104", f"{path} holds no answers", hint="`forbear claims` writes one")
        if found.get("format") != FORMAT:
            raise FileError(
                "E111",
                f"{path} was written in format {found.get('format', 1)}, this version reads {FORMAT}",
                hint="`forbear claims` makes it again",
            )
        sealed = read_json(path, seal=True)
        return decode(cls, {k: v for k, v in sealed.items() if k not in ("kind", "format")}, file=str(path))

    @classmethod
    def beside(cls, scenario: Scenario) -> Answers | None:
        """The answers on record in the folder of a scenario, None where there are none; read again when the file has
        changed. Raises as `read`."""
        path = Path(scenario.file).parent / FILE if scenario.file else None
        if path is None or not path.exists():
            return None
        told = path.stat()
        return _read(path, told.st_mtime_ns, told.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, size: int) -> Answers:
    """A file as it was when it had this time of change and this size: a page asks for the same answers many times."""
    return Answers.read(path)
