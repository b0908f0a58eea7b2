"""Names that the code gives, in the words that people read: strategies, parameters, theories, members, sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from forbear.country.model import MODEL
from forbear.questions.claim_words import parameter_words
from forbear.questions.results import StrategyResult
from forbear.words import minus

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Names", "source_words", "theory_words"]

#: What draws people to arms, by the name that the ledger gives it.
SOURCES = {
    "occupation": "resentment of the occupation",
    "exclusion": "exclusion from power",
    "fear": "fear of rivals",
    "base": "all else (base)",
}


def theory_words(name: str) -> str:
    """A theory as a page calls it."""
    return "full model" if name == "full" else name.replace("-", " ")


def source_words(name: str) -> str:
    """A source of the pull to arms as a page calls it."""
    return SOURCES.get(name, name.replace("_", " "))


class Names:
    """Words with the names in them replaced. scenario: whose members have titles; None: members go by their names."""

    def __init__(self, strategies: Mapping[str, StrategyResult], scenario: Scenario | None = None) -> None:
        self._strategies = {name: f"“{row.title}”" for name, row in strategies.items()}
        titled = {} if scenario is None else scenario.members
        self._members = {
            name: title
            for dimension in ("community", "organisation", "component", "district")
            for name in titled.get(dimension, ())
            if scenario is not None and (title := scenario.title_of(dimension, name)) != name
        }
        # a parameter whose name is one plain word cannot be told from the word itself
        parameters = {p.name for p in MODEL.parameters.values() if "_" in p.name}
        self._strategy = _any_of(self._strategies)
        self._parameter = _any_of(parameters, r"(?:\[[^\]]+\])?")
        self._member = re.compile(rf"\(({'|'.join(map(re.escape, self._members))})\)") if self._members else None

    def told(self, words: str) -> str:
        """Words in which strategies, parameters and members go by titles and meanings, and a minus is no hyphen."""
        if self._strategy is not None:
            words = self._strategy.sub(lambda found: self._strategies[found[0]], words)
        if self._parameter is not None:
            words = self._parameter.sub(lambda found: parameter_words(found[0]), words)
        if self._member is not None:
            words = self._member.sub(lambda found: f"({self._members[found[1]]})", words)
        return minus(words)

    def member(self, name: str) -> str:
        """A community, an organisation, a component or a district by its title."""
        return self._members.get(name, name)

    def parameter(self, name: str) -> str:
        """A parameter by its meaning and the title of its member."""
        return self.told(parameter_words(name))


def _any_of(names: Mapping[str, str] | set[str], after: str = "") -> re.Pattern[str] | None:
    """A pattern for any of the names that stands alone, the longest first."""
    if not names:
        return None
    named = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    return re.compile(rf"(?<![\w-])(?:{named}){after}(?![\w-])")
