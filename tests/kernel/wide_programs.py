"""Small programs for the tests of the wide kernel: a vocabulary, a way to run rules of it, and what came out."""

from __future__ import annotations

import numpy as np

from forbear.ensemble.layout import Layout
from forbear.kernel.draws import LANES
from forbear.kernel.driver import RUN_ARGUMENTS, view_symbols
from forbear.kernel.language import Program, Symbol, Vocabulary, read_rule
from forbear.kernel.wide.plan import described, plan_of
from forbear.kernel.wide.scopes import scoped
from forbear.kernel.wide.weave import CompiledKernel

DISTRICTS, COMMUNITIES = 5, 3
SYMBOLS = {
    f"{symbol.space}.{symbol.name}": symbol
    for symbol in (
        Symbol("now", "pool", ("district",)),
        Symbol("now", "flow", ("district",)),
        Symbol("now", "stock", ("district", "community")),
        Symbol("now", "moved", ("district", "community")),
        Symbol("now", "share", ("community",)),
        Symbol("now", "level", ()),
        Symbol("now", "other", ()),
        Symbol("now", "bill", (), money=True),
        Symbol("given", "rate", ()),
        Symbol("lever", "pulled", ()),
        Symbol("fact", "size", ("district",)),
        Symbol("fact", "neighbour", ("district",), integer=True),
        Symbol("fact", "first", ("district",), integer=True),
        Symbol("fact", "home", ("community",), integer=True),
    )
}
VOCABULARY = Vocabulary(SYMBOLS, {"district": "districts", "community": "communities"})
FACTS = {
    "size": np.array([1.5, 2.0, 0.5, 4.0, 3.0]),
    "neighbour": np.array([3, 0, 1, 4, 2]),
    "first": np.array([1, 0, 0, 1, 0]),
    "home": np.array([2, 0, 1]),
}


def program_of(*functions) -> Program:  # type: ignore[no-untyped-def]
    """A program of rules that run every week."""
    rules = tuple(read_rule(function, "room", VOCABULARY) for function in functions)
    return Program(SYMBOLS, (), rules, ("district", "community"))


def words(function) -> list[str]:  # type: ignore[no-untyped-def]
    """The plan of a rule, a line a step."""
    return described(plan_of(scoped(read_rule(function, "room", VOCABULARY), SYMBOLS)).steps)


def run(function, *, wide: bool = True, members: int = 40, weeks: int = 3, target=None, check: bool = True, begin=None):  # type: ignore[no-untyped-def]
    """Run a rule for some weeks; return the bank and the money, (rows, members).

    The beginning is fixed; `begin` may change it: it is given every quantity's rows by the name of its array.
    """
    program = program_of(function)
    rule = program.rules[0]
    module = CompiledKernel(program, target, {rule.function: plan_of(scoped(rule, SYMBOLS), wide=wide)})
    names = {"district": tuple(map(str, range(DISTRICTS))), "community": tuple(map(str, range(COMMUNITIES)))}
    layout = Layout(program, names)
    lanes = -(-members // 16) * 16
    bank = np.zeros((layout.float_rows, LANES), dtype=np.float32)
    bank[:] = np.random.default_rng(5).integers(0, 60, bank.shape)
    for symbol, place in layout.floats.items():
        if symbol.space == "given":
            bank[place.start] = np.linspace(0.02, 0.6, LANES)
    if begin is not None:
        begin({s.variable: bank[p.start : p.start + p.rows] for s, p in layout.floats.items()})
    empty = np.zeros(0, dtype=np.int64)
    space = {name: empty for name in RUN_ARGUMENTS}
    space |= {
        "bank": bank.reshape(-1),
        "money": np.zeros(layout.money_rows * LANES + 1),
        "counts": layout.counts,
        "lever_table": np.zeros((weeks, layout.lever_rows), dtype=np.float32),
        "lever_start": layout.lever_start * LANES,
        "first": 0,
        "steps": weeks,
        "members": np.arange(LANES, dtype=np.uint32),
        "key0": 7,
        "key1": 9,
        "lanes": lanes,
        "rule_memory": np.zeros((0, 1, LANES)),
        "month_of": np.zeros(weeks, dtype=np.int64),
        "scratch": np.zeros(module.scratch_rows(layout.counts) * LANES, dtype=np.float32),
        "work": module.table(layout.counts),
    }
    views = []
    for symbol in view_symbols(program, True):
        place = next(p[symbol] for p in (layout.floats, layout.money, layout.real, layout.whole) if symbol in p)
        if symbol in layout.floats or symbol in layout.money:
            array = space["money" if symbol.money else "bank"]
            views.append(array[place.start * LANES : (place.start + place.rows) * LANES])
        else:
            views.append(np.ascontiguousarray(FACTS[symbol.name], dtype=np.int64 if symbol.integer else np.float32))
    module.run(*(space[name] for name in RUN_ARGUMENTS), *views)
    found = bank[:, :members].copy(), space["money"][:-1].reshape(-1, LANES)[:, :members].copy()
    if check:
        assert np.isfinite(found[0]).all()
    return found
