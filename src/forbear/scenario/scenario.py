"""The public face of a scenario: load it, change it, ask where a value comes from, make it ready to run."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import forbear.evidence as evidence
from forbear.country.model import CORE
from forbear.errors import Fault, ScenarioError, nearest
from forbear.evidence.own import OwnSeries
from forbear.evidence.series import Series
from forbear.faults import Faults
from forbear.scenario.observations import Observation, selection_of
from forbear.scenario.reading.borders import Borders
from forbear.scenario.reading.chain import extensions_of, find, read_chain
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.origin import Origin
from forbear.scenario.reading.refusals import refused_lever
from forbear.scenario.reading.resolve import OVERLAID, Content, Resolved, laid_over, resolve
from forbear.scenario.reading.series_of import Find
from forbear.scenario.reading.structure import Source
from forbear.scenario.rules import ReactiveRule
from forbear.scenario.selection import Selection

if TYPE_CHECKING:
    import datetime

    from forbear.country.model import Model
    from forbear.scenario.problem import Problem

__all__ = ["Scenario"]


class Scenario:
    """What is assumed about a country and what is done there. Immutable: changes make a new scenario.

    >>> meadow = Scenario.load("meadow")
    >>> more = meadow.with_levers({"intervener.force": "+500"}, name="500 more")
    """

    def __init__(
        self, documents: list[Document], model: Model, find: Find = evidence.find, name: str | None = None
    ) -> None:
        """Resolve layers, the weakest first. Use `Scenario.load`. Raises with every fault of every layer."""
        faults = Faults()
        self._documents = [replace(document, faults=faults) for document in documents]
        self._model, self._find = model, find
        for document in documents:
            faults.extend(document.faults.found)
        self._content: Content = resolve(self._documents, model, find, faults)
        files = [document.file for document in documents if document.file]
        faults.raise_if_any(files[-1] if files else "scenario")
        self._name = name

    @classmethod
    def load(cls, name: str | Path, *, model: Model | None = None, find_series: Find | None = None) -> Scenario:
        """Load a scenario by library name or path, with everything it extends.

        Required facts that nobody states are not a fault yet: see `needed`. Raises FileError (E1xx), ScenarioError
        (E2xx) or UnitError (E3xx) that holds every fault of the files, each with file, line, field, value, what is
        allowed and the nearest match.
        """
        documents = read_chain(find(name), Faults())
        rooms = extensions_of(documents)
        if model is None and rooms:  # checks their rules by weaving them, which loads arrays
            from forbear.country.extensions import model_of

            model = model_of(rooms)
        return cls(documents, model or CORE, find_series or evidence.find)

    def _with(self, data: dict[str, Any], layer: str, name: str | None) -> Scenario:
        document = Document(layer, data)
        if not set(data) <= set(OVERLAID):
            return Scenario([*self._documents, document], self._model, self._find, name or self._name)
        made = copy(self)
        made._documents = [*self._documents, document]
        made._content = laid_over(self._content, made._documents, self._model, document.faults)
        document.faults.raise_if_any(made.file or "scenario")
        made._name = name or self._name
        return made

    def as_filed(self) -> Scenario:
        """The scenario as its files state it, without what `with_levers` and its like have laid over it since."""
        stated = [document for document in self._documents if document.file]
        return self if len(stated) == len(self._documents) else Scenario(stated, self._model, self._find)

    def with_levers(
        self, changes: Mapping[str, Any], name: str | None = None, *, layer: str = "sweep point"
    ) -> Scenario:
        """Return a scenario with levers changed.

        A change is a number, a text ("+20000", "-5000", "*1.5", "=0", "20 000 persons"), or a table as in a file:
        {"schedule": [[date, value], ...]}, {"pulses": [...]}, {"add": 20000, "from": date, "until": date}. A key may
        name one element: "intervener.deployment.east". Raises ScenarioError or UnitError with every fault.
        """
        return self._with({"levers": dict(changes)}, layer, name)

    def with_facts(
        self, changes: Mapping[str, Any], name: str | None = None, *, layer: str = "sweep point"
    ) -> Scenario:
        """Return a scenario with facts changed: numbers, names, or texts such as "*2". Raises as `with_levers`."""
        return self._with({"facts": dict(changes)}, layer, name)

    def with_uncertainties(
        self, changes: Mapping[str, Any], name: str | None = None, *, layer: str = "sweep point"
    ) -> Scenario:
        """Return a scenario with priors replaced: a number fixes, {"prior": family, ...} states. Raises as `with_levers`."""
        return self._with({"uncertainties": dict(changes)}, layer, name)

    def with_series(
        self, series: Mapping[str, Any], name: str | None = None, *, layer: str = "sweep point"
    ) -> Scenario:
        """Return a scenario with series of one's own: name -> a table as under [series.NAME], `table` a DataFrame.

        >>> mine = scenario.with_series({"killed": {"table": frame, "date": "month", "column": "deaths", "unit": "deaths",
        ...     "frequency": "month", "absent": "missing", "source": "census", "licence": "own data"}})  # doctest: +SKIP

        Raises ScenarioError with every fault, as for a file.
        """
        return self._with({"series": dict(series)}, layer, name)

    def with_observations(
        self, observations: Mapping[str, Any], name: str | None = None, *, layer: str = "sweep point"
    ) -> Scenario:
        """Return a scenario with observations added or replaced: name -> a table as under [observations.NAME]."""
        return self._with({"observations": dict(observations)}, layer, name)

    def with_settings(self, settings: list[str], *, layer: str = "command line") -> Scenario:
        """Return a scenario with `KEY=VALUE` settings of a command line laid over it, the strongest layer.

        "intervener.force=+20000", "=*1.5" and "=0" change a lever; facts and uncertainties go by the same form.
        Raises ScenarioError E230 (no KEY=VALUE), E205 (unknown key), or as `with_levers`.
        """
        data: dict[str, dict[str, Any]] = {"levers": {}, "facts": {}, "uncertainties": {}}
        tables: dict[str, Mapping[str, Any]] = {
            "levers": self._model.levers,
            "facts": self._model.facts,
            "uncertainties": self._model.parameters,
        }
        faults = Faults()
        for text in settings:
            key, equals, value = text.partition("=")
            stem = ".".join(key.strip().split(".")[:2])
            section = next((name for name, table in tables.items() if stem in table), None)
            if not equals or not value.strip():
                faults.add(Fault("E230", f"{text!r} is no setting", value=text, allowed="room.name=value"))
            elif section is None and (refusal := refused_lever(key.strip())) is not None:
                faults.add(Fault("E265", refusal, value=text))
            elif section is None:
                known = [entry for table in tables.values() for entry in table]
                faults.add(
                    Fault(
                        "E205",
                        f"nothing is named {key.strip()!r}",
                        value=text,
                        allowed="see: forbear model",
                        nearest=nearest(stem, known),
                    )
                )
            else:
                data[section][key.strip()] = value.strip()
        faults.raise_if_any("settings")
        return self._with({section: table for section, table in data.items() if table}, layer, None)

    def problem(self, step: float = 1.0) -> Problem:
        """Return everything numeric that a run needs. `step` is in weeks, 0.05 to 1. No randomness.

        Raises ScenarioError E223 for required facts that nobody states, E210 for a step out of bounds.
        """
        from forbear.scenario.problem import problem_of

        if not 0.05 <= step <= 1:
            raise ScenarioError("E210", f"a step of {step:g} weeks", hint="a step is 0.05 to 1 week long")
        faults = Faults()
        for key in self.needed():
            fact = self._model.facts[".".join(key.split(".")[:2])]
            faults.add(
                Fault(
                    "E223",
                    f"{key} is required and nobody states it",
                    self.file,
                    None,
                    key,
                    None,
                    f"{fact.meaning} ({fact.unit})",
                )
            )
        faults.raise_if_any(self.file or self.name)
        return problem_of(self._content, step, self._model.extensions)

    def needed(self) -> tuple[str, ...]:
        """Return the keys of required facts that are still missing; empty when the scenario can run."""
        return self._content.needed

    def origin(self, key: str) -> Origin:
        """Return where the value of "room.name" or "room.name.member" comes from.

        For a name that runs over members and is asked without one, the origin of the strongest layer is returned.
        Raises ScenarioError E205 for an unknown key, E206 for an unknown member.
        """
        parts = key.split(".")
        tables = (self._content.facts, self._content.levers, self._content.uncertainties)
        resolved = next((table[".".join(parts[:2])] for table in tables if ".".join(parts[:2]) in table), None)
        if resolved is None:
            near = nearest(key, [name for table in tables for name in table])
            raise ScenarioError("E205", f"nothing is named {key!r}", hint=f"did you mean {near}?" if near else None)
        element = tuple(parts[2:])
        fitting = [
            origin
            for names, origin in zip(resolved.elements, resolved.origins, strict=True)
            if names[: len(element)] == element
        ]
        if not fitting:
            raise ScenarioError("E206", f"{'.'.join(parts[:2])} has no element {'.'.join(element)!r}")
        ranks = [document.layer for document in self._documents]
        return max(fitting, key=lambda origin: ranks.index(origin.layer) if origin.layer in ranks else -1)

    @property
    def name(self) -> str:
        """Name for files and tables."""
        return self._name or str(self._content.structure.header["name"])

    @property
    def title(self) -> str:
        """Title for people."""
        title = str(self._content.structure.header["title"])
        return title if self._name is None else f"{title}: {self._name}"

    @property
    def kind(self) -> str:
        """historical, invented or prospective."""
        return str(self._content.structure.header["kind"])

    @property
    def description(self) -> str:
        """What the scenario is about, in its author's words."""
        return str(self._content.structure.header.get("description", ""))

    @property
    def exit(self) -> datetime.date | str | None:
        """The day by which the last soldier is to have left, "open" where none is set, None where nothing is said."""
        return self._content.structure.header.get("exit")

    @property
    def file(self) -> str | None:
        """The scenario's own file."""
        return next((document.file for document in reversed(self._documents) if document.file), None)

    @property
    def files(self) -> list[str]:
        """The scenario's own file, then those that it extends, the nearest first."""
        return [document.file for document in reversed(self._documents) if document.file]

    def beside(self, name: str) -> Path | None:
        """The file or folder of that name beside the scenario's own file, else beside the nearest that it extends."""
        places = (Path(file).parent / name for file in self.files)
        return next((place for place in places if place.exists()), None)

    @property
    def start(self) -> datetime.date:
        """First day."""
        assert self._content.structure.start is not None
        return self._content.structure.start

    @property
    def end(self) -> datetime.date:
        """Day after the last."""
        assert self._content.structure.end is not None
        return self._content.structure.end

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Names along every dimension."""
        return dict(self._content.structure.members)

    def title_of(self, dimension: str, member: str) -> str:
        """Return the title of a district, community, organisation or component; its name when it has none."""
        return self._content.structure.titles.get((dimension, member), member)

    @property
    def facts(self) -> dict[str, Resolved]:
        """Resolved facts by key."""
        return dict(self._content.facts)

    @property
    def levers(self) -> dict[str, Resolved]:
        """Resolved levers by key; their values are paths through time."""
        return dict(self._content.levers)

    @property
    def uncertainties(self) -> dict[str, Resolved]:
        """Resolved priors by key."""
        return dict(self._content.uncertainties)

    @property
    def rules(self) -> tuple[ReactiveRule, ...]:
        """Reactive rules."""
        return self._content.rules

    @property
    def borders(self) -> str | None:
        """Return the name of the map, of the evidence or of a file beside the scenario; None where there is none."""
        return self._content.borders.name if self._content.borders else None

    @property
    def map(self) -> Borders | None:
        """The outlines of the districts; None where the scenario names no map."""
        return self._content.borders

    def outlines(self) -> dict[str, Any] | None:
        """Return the outlines to draw as a FeatureCollection whose attribute `district` names the member, or None."""
        return self._content.borders.collection() if self._content.borders else None

    @property
    def observations(self) -> dict[str, Observation]:
        """Observed series that simulated quantities stand beside."""
        return dict(self._content.observations)

    @property
    def series(self) -> dict[str, OwnSeries]:
        """Series of one's own by name; those that ship are in `forbear.evidence`."""
        return dict(self._content.series)

    def find_series(self, name: str) -> Series:
        """Return a series by name, one's own or one that ships. Raises EvidenceError E501."""
        return self._content.find(name)

    def selection(self, name: str) -> Selection:
        """What observation `name` takes from its series and what it leaves. Raises KeyError for an unknown one."""
        observation = self._content.observations[name]
        return selection_of(observation, self.find_series(observation.series), self._content.structure)

    @property
    def sources(self) -> dict[str, Source]:
        """Publications by name."""
        return dict(self._content.structure.sources)

    def __repr__(self) -> str:
        from forbear.scenario.summary import summary_lines

        return "\n".join(summary_lines(self))

    def _repr_html_(self) -> str:
        from forbear.scenario.summary import summary_html

        return summary_html(self)
