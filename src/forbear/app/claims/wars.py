"""What other wars say of a claim, on its page: the block of the report, with its links led to the atlas here."""

from __future__ import annotations

import threading
from pathlib import Path
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from forbear.app.country import Country
from forbear.errors import ForbearError
from forbear.questions.answers import FILE, Answers
from forbear.questions.odds_on_record import OddsOnRecord, odds_file, odds_on_record
from forbear.questions.odds_telling import absent_wars
from forbear.report.wars import wars_markup

__all__ = ["wars_of"]

#: Of each country that is held: times and sizes of the files that were read, and what they said.
_READ: WeakKeyDictionary[Country, tuple[object, OddsOnRecord]] = WeakKeyDictionary()
_LOCK = threading.Lock()


def wars_of(country: Country, claim: str) -> tuple[str, bool]:
    """The block of a claim as markup, and whether it holds numbers; where a file on record cannot be read, its code
    and what makes it again."""
    try:
        told = _held(country).of(claim)
    except ForbearError as error:  # no path: whoever looks may be somebody else's guest
        again = f"forbear atlas weigh {country.scenario.name}"
        told = absent_wars(f"what is on record cannot be used (error {error.code})", again)
    block = wars_markup(
        told, case=lambda name: f"/atlas?{urlencode({'case': name})}", study=None, table=f"wars-{claim}"
    )
    return block, bool(told.rows)


def _held(country: Country) -> OddsOnRecord:
    """What is on record, read again only where a file of it has changed."""
    scenario = country.scenario
    places = (odds_file(scenario), Path(scenario.file).parent / FILE if scenario.file else None)
    now = [_seen(place) for place in places]
    with _LOCK:
        known = _READ.get(country)
    if known is not None and known[0] == now:
        return known[1]
    found = odds_on_record(scenario, Answers.beside(scenario), strategies=country.strategies)
    with _LOCK:
        _READ[country] = (now, found)
    return found


def _seen(place: Path | None) -> tuple[int, int] | None:
    try:
        about = place.stat() if place is not None else None
    except OSError:
        return None
    return None if about is None else (about.st_mtime_ns, about.st_size)
