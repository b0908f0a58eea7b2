"""Thousands of neighbours of names, numbers, frequencies and units: each is read as it stands, or refused with a code."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from forbear.errors import UnitError
from forbear.evidence.names import NOWHERE, match, sums_in_disguise, twins
from forbear.evidence.numerals import Misread, numeral
from forbear.evidence.own import Declaration, read_own
from forbear.evidence.periods import month_after, period
from forbear.evidence.tables import parse_table
from forbear.scenario.joined import Observed, one_a_member
from forbear.units import convert, counts_whole, factor

MARKS = {".": ".", ",": ",", "'": "'", " ": "blank", "\u00a0": "blank", "\u202f": "blank"}
many = settings(max_examples=1000, deadline=None)


def in_groups(number: int, mark: str) -> str:
    return f"{number:,}".replace(",", mark)


@many
@given(st.integers(1000, 10**12), st.sampled_from(list(MARKS)))
def test_thousands_are_asked_about_until_their_mark_is_declared(number: int, mark: str) -> None:
    written = in_groups(number, mark)
    with pytest.raises(Misread) as caught:
        numeral(written, whole=True)
    assert caught.value.code == "E304"
    assert numeral(written, thousands=MARKS[mark], decimal="," if mark == "." else ".", whole=True) == number


@many
@given(st.floats(-1e12, 1e12), st.integers(0, 6), st.sampled_from([".", ","]))
def test_decimals_are_read_by_the_mark_that_is_declared_and_by_no_other(number: float, digits: int, mark: str) -> None:
    plain = f"{number:.{digits}f}"
    assert numeral(plain.replace(".", mark), decimal=mark) == float(plain)
    if digits:
        with pytest.raises(Misread):
            numeral(plain.replace(".", mark), decimal="," if mark == "." else ".")


@many
@given(st.text(alphabet="0123456789.,-+eE %'\u00a0naNA", min_size=1, max_size=12), st.booleans())
def test_what_is_read_without_a_declared_mark_is_what_the_digits_say(text: str, whole: bool) -> None:
    assume(text.strip())
    try:
        value = numeral(text, whole=whole)
    except Misread as misread:
        assert misread.code in ("E272", "E304") and misread.allowed
        return
    assert value == float(text.strip())
    assert not whole or value == round(value)


@many
@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.sampled_from(["persons", "deaths", "US$", "MW", "thousand persons"]),
)
def test_two_numbers_side_by_side_are_never_multiplied(first: int, second: int, unit: str) -> None:
    declared = "persons" if unit == "thousand persons" else unit
    grouping = len(str(first)) <= 3 and len(str(second)) == 3
    try:
        value = convert(f"{first} {second} {unit}", declared)
    except UnitError:
        assert not grouping
        return
    assert grouping, "a blank before anything but three digits parts nothing"
    assert value == pytest.approx(int(f"{first}{second:03d}") * factor(unit, declared))


@many
@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(["persons", "deaths", "attacks", "soldiers"]))
def test_a_dot_before_three_digits_is_asked_about_where_whole_things_are_counted(
    head: int, tail: int, unit: str
) -> None:
    assert counts_whole(unit)
    with pytest.raises(UnitError) as caught:
        convert(f"{head}.{tail:03d} {unit}", unit)
    assert caught.value.code == "E304"
    assert convert(f"{head}.{tail:03d} GW", "MW") == pytest.approx(1000 * float(f"{head}.{tail:03d}"))


names = st.text(alphabet="abcAB -é", min_size=1, max_size=6).map(str.strip).filter(bool)


@many
@given(st.lists(names, max_size=8), st.lists(names, min_size=1, max_size=6, unique=True), st.data())
def test_every_name_is_matched_to_the_letter_or_told(
    given_names: list[str], members: list[str], data: st.DataObject
) -> None:
    titles = {member: data.draw(names) for member in members}
    listed = data.draw(st.lists(st.sampled_from(given_names or ["x"]), unique=True, max_size=3))
    crosswalk = {name: ((data.draw(st.sampled_from([*members, NOWHERE])), 1.0),) for name in listed}
    found = match(given_names, members, titles=titles, crosswalk=crosswalk)
    told = [*found.found, *found.unmatched, *found.aside]
    assert sorted(told) == sorted(set(given_names))
    for name, targets in found.found.items():
        assert sum(share for _, share in targets) == pytest.approx(1)
        for member, _ in targets:
            exact = member in (name, name.replace(" ", "-")) or titles[member] == name
            assert exact or (name in crosswalk and crosswalk[name][0][0] == member)
    for near in found.unmatched.values():
        assert near is None or near in members
    reached = {member for targets in (*found.found.values(), *crosswalk.values()) for member, _ in targets}
    assert set(found.uncovered) == set(members) - reached


@many
@given(st.text(alphabet="abcdefgh", min_size=5, max_size=10), st.integers(1, 4))
def test_a_name_cut_short_or_in_other_letters_is_offered_and_never_taken(member: str, cut: int) -> None:
    for name in (member[:-cut], member.upper(), member.capitalize(), f"{member} province", f" {member}x"):
        found = match([name], [member])
        assert not found.found and found.uncovered == (member,)
    assert match([member.upper()], [member]).unmatched[member.upper()] == member


@many
@given(st.lists(st.text(alphabet="abAB -", min_size=1, max_size=4), max_size=6))
def test_twins_are_found_whatever_their_case_and_blanks(listed: list[str]) -> None:
    folded = ["".join(name.casefold().replace("-", " ").split()) for name in dict.fromkeys(listed)]
    assert len(twins(listed)) == len(folded) - len(set(folded))
    assert sums_in_disguise([*listed, "TOTAL", " Grand Total:"]) == ["TOTAL", " Grand Total:"]


GRIDS = ("day", "week", "month", "quarter", "year")
LENGTH = {"month": 1, "quarter": 3, "year": 12}


def written(begin: datetime.date, frequency: str, style: int) -> str:
    if style == 0 or frequency == "day":
        return begin.isoformat()
    year, week, _ = begin.isocalendar()
    return {
        "week": f"{year}-W{week:02d}",
        "month": f"{begin:%Y-%m}",
        "quarter": f"{begin.year}-Q{(begin.month + 2) // 3}",
        "year": f"{begin.year}",
    }[frequency]


def grid(start: datetime.date, frequency: str, count: int) -> list[datetime.date]:
    if frequency in ("day", "week"):
        first = start if frequency == "day" else start - datetime.timedelta(days=start.weekday())
        return [first + datetime.timedelta(days=k * (1 if frequency == "day" else 7)) for k in range(count)]
    length = LENGTH[frequency]
    first = start.replace(day=1, month=(start.month - 1) // length * length + 1)
    return [month_after(first, k * length) for k in range(count)]


@settings(max_examples=1500, deadline=None)
@given(
    st.dates(datetime.date(1950, 1, 1), datetime.date(2019, 1, 1)),
    st.sampled_from(GRIDS),
    st.sampled_from(GRIDS),
    st.integers(4, 30),
    st.integers(0, 1),
)
def test_a_frequency_is_accepted_where_the_dates_show_it_and_nowhere_else(
    start: datetime.date, true: str, said: str, count: int, style: int
) -> None:
    dates = grid(start, true, count)
    rows = "".join(f"{written(day, true, style)},{k}\n" for k, day in enumerate(dates))
    declaration = Declaration("s", (("n", "deaths"),), ("when",), said)
    series, faults = read_own(declaration, parse_table("when,n\n" + rows, "t.csv"), ())
    if said == true:
        assert series is not None, faults
        assert [entry.period.begin for entry in series.held if entry.period] == dates
        assert sum(entry.row["n"] for entry in series.held) == count * (count - 1) // 2
        return
    assert series is None
    assert {fault.code for fault in faults} == {"E274"}
    assert all(fault.allowed for fault in faults)


@many
@given(st.dates(datetime.date(1950, 1, 1), datetime.date(2030, 1, 1)))
def test_days_and_months_in_another_order_are_read_only_when_the_order_is_said(day: datetime.date) -> None:
    for layout in ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y"):
        text = day.strftime(layout)
        with pytest.raises(Misread) as caught:
            period(text, "day")
        assert caught.value.code == "E273"
        assert period(text, "day", layout).begin == day


@many
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.integers(0, 50)), min_size=1, max_size=20),
    st.booleans(),
)
def test_several_places_of_one_member_add_up_and_a_missing_one_is_not_zero(
    rows: list[tuple[str, int, int]], zero: bool
) -> None:
    day = datetime.date(2004, 1, 1)
    values = [
        (
            place,
            Observed(month_after(day, month), n, "m", begin=month_after(day, month), until=month_after(day, month + 1)),
        )
        for place, month, n in rows
    ]
    out, partial = one_a_member(values, "add", zero)
    places = {place for place, _, _ in rows}
    for value in out:
        month = value.begin.month - 1
        assert value.value == sum(n for _, m, n in rows if m == month)
        assert zero or {place for place, m, _ in rows if m == month} == places
    assert partial + len(out) == len({m for _, m, _ in rows})
    assert not (zero and partial)


@many
@given(
    st.floats(0.001, 100),
    st.sampled_from([("percent", "share", 0.01), ("thousand persons", "persons", 1000.0), ("GW", "MW", 1000.0)]),
)
def test_units_convert_by_their_factor_and_by_nothing_else(number: float, units: tuple[str, str, float]) -> None:
    given_unit, declared, by = units
    assert factor(given_unit, declared) == pytest.approx(by)
    assert convert(f"{number!r} {given_unit}", declared) == pytest.approx(number * by)
    for other in ("deaths", "attacks", "MW", "share", "persons"):
        if other != declared and other != given_unit:
            with pytest.raises(UnitError):
                factor(given_unit, other)
