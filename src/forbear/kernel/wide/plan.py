"""Decides how a woven rule goes through its loops: what is split, what is drawn at once, what stays in order.

A rule says: for every district, for every community, work something out, draw, work on. The plan *splits* the loops
around a draw into loops before it, one draw for all iterations, and loops after it. Random numbers have addresses,
so the order of draws never matters; what is worked out does. The rules of legality:

- Statements of a loop's body may go into loops of their own only where no iteration of a later statement touches
  what another iteration of an earlier one touches (`dependence.meet`); what may meet stays together.
- A loop inside wide loops may go round them, one iteration after the other, only where iterations of the wide loops
  do not meet anywhere in it.
- A draw is made for all iterations at once only where no iteration draws from what another's result is put into.
- Whatever is not shown to be legal keeps the order of the rule: the outermost loop goes one iteration after the
  other.

Sums over iterations that nobody reads in between are deferred first (`deferral`).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from forbear.kernel.language import If, Loop, Node
from forbear.kernel.wide.deferral import deferred
from forbear.kernel.wide.dependence import accesses, meet, samples_in
from forbear.kernel.wide.scopes import Sample, Scoped

__all__ = ["Batch", "Frame", "Guard", "Nest", "Plan", "Series", "described", "plan_of"]


@dataclass(frozen=True)
class Frame:
    """A loop that is gone through wide (variable, dimension), or a test of facts and indices that is wanted true or
    false.
    """

    variable: str = ""
    dimension: str = ""
    test: ast.expr | None = None
    wanted: bool = True


@dataclass
class Nest:
    """Statements without a draw, run in each iteration of the frames, sixteen members at a time."""

    frames: list[Frame]
    body: list[Node]


@dataclass
class Batch:
    """One draw for all iterations of the frames."""

    frames: list[Frame]
    sample: Sample


@dataclass
class Series:
    """A loop whose iterations go one after the other."""

    variable: str
    dimension: str
    body: list[Step]


@dataclass
class Guard:
    """Steps that are gone through only if a test of facts and indices comes out as wanted."""

    test: ast.expr
    wanted: bool
    body: list[Step]


Step = Nest | Batch | Series | Guard


@dataclass
class Plan:
    """The steps of a rule, and where its locals live.

    Attributes
    ----------
    scoped
        The rule.
    steps
        What is done, in order.
    rows
        Local -> loops that it has a row for each iteration of.
    registers
        Locals that live in registers, in one nest.
    """

    scoped: Scoped
    steps: list[Step]
    rows: dict[str, tuple[str, ...]] = field(default_factory=dict)
    registers: list[str] = field(default_factory=list)


def plan_of(rule: Scoped, *, wide: bool = True) -> Plan:
    """Plan a rule. wide: False keeps every loop around a draw in order, which is legal whatever the rule does."""
    if wide:
        rule.body = deferred(rule)
    planner = _Planner(rule, wide)
    plan = Plan(rule, planner.steps([], rule.body))
    _place(plan)
    return plan


class _Planner:
    def __init__(self, rule: Scoped, wide: bool) -> None:
        self.rule, self.wide = rule, wide

    def touch(self, nodes: list[Node], others: list[Node], frames: list[Frame]) -> bool:
        """Whether iterations of the frames' loops may meet in these statements."""
        loops = [f.variable for f in frames if f.variable]
        return bool(loops) and meet(accesses(nodes, self.rule), accesses(others, self.rule), loops, self.rule)

    def units(self, frames: list[Frame], body: list[Node]) -> list[list[Node]]:
        """Split a body into the smallest parts that may go into loops of their own, in order."""
        units: list[list[Node]] = []
        for node in body:
            if units and not samples_in(node) and not samples_in(units[-1][-1]):
                units[-1].append(node)
            else:
                units.append([node])
        first = 0
        while first < len(units):
            last = next(
                (j for j in range(len(units) - 1, first, -1) if self.touch(units[first], units[j], frames)), first
            )
            if last > first:  # all between goes with them; begin anew, for the whole may touch what its parts did not
                units[first : last + 1] = [[node for unit in units[first : last + 1] for node in unit]]
                first = 0
            else:
                first += 1
        return units

    def steps(self, frames: list[Frame], body: list[Node]) -> list[Step]:
        """The steps of a body in each iteration of the frames."""
        out: list[Step] = []
        for unit in self.units(frames, body):
            if not any(map(samples_in, unit)):
                out.append(Nest(frames, unit))
            elif len(unit) == 1:
                out += self.one(frames, unit[0])
            else:
                out += self.in_order(frames, unit)
        return out

    def one(self, frames: list[Frame], node: Node) -> list[Step]:
        """The steps of a statement with a draw in it."""
        if isinstance(node, Sample):
            return self.in_order(frames, [node]) if self.touch([node], [node], frames) else [Batch(frames, node)]
        if isinstance(node, If):
            if self.touch(node.body, node.orelse, frames):  # one iteration's yes may come after another's no
                return self.in_order(frames, [node])
            yes = self.steps([*frames, Frame(test=node.test)], node.body)
            return yes + (
                self.steps([*frames, Frame(test=node.test, wanted=False)], node.orelse) if node.orelse else []
            )
        assert isinstance(node, Loop)
        inner = [*frames, Frame(node.variable, node.dimension)]
        if self.wide and self.splits(inner, node.body):
            return self.steps(inner, node.body)
        if not self.touch([node], [node], frames):
            return [Series(node.variable, node.dimension, self.steps(frames, node.body))]
        return self.in_order(frames, [node])

    def splits(self, frames: list[Frame], body: list[Node]) -> bool:
        """True when every draw of the body can be made for all iterations of the frames at once."""
        for unit in self.units(frames, body):
            if any(map(samples_in, unit)) and (len(unit) > 1 or self.touch(unit, unit, frames)):
                return False
        return True

    def in_order(self, frames: list[Frame], body: list[Node]) -> list[Step]:
        """Keep the order of the rule in the outermost frame."""
        if not frames:
            return self.steps([], body)
        first, rest = frames[0], frames[1:]
        steps = self.steps(rest, body)
        if first.test is not None:
            return [Guard(first.test, first.wanted, steps)]
        return [Series(first.variable, first.dimension, steps)]


# -- where locals live --------------------------------------------------------------------------------------------


def _place(plan: Plan) -> None:
    """A local of one nest, fresh in all its loops, lives in a register; any other has rows of memory."""
    homes: dict[str, list[Nest | Batch]] = {}
    serial: dict[str, set[str]] = {}

    def walk(steps: list[Step], around: frozenset[str]) -> None:
        for step in steps:
            if isinstance(step, Series):
                walk(step.body, around | {step.variable})
            elif isinstance(step, Guard):
                walk(step.body, around)
            else:
                nodes: list[Node] = step.body if isinstance(step, Nest) else [step.sample]
                for name in sorted({a.name for a in accesses(nodes, plan.scoped) if a.local}):
                    homes.setdefault(name, []).append(step)
                    serial[name] = serial.get(name, set(around)) & around

    walk(plan.steps, frozenset())
    for name, steps in homes.items():
        fresh = plan.scoped.fresh[name]
        only = steps[0]
        if len(steps) == 1 and isinstance(only, Nest) and {f.variable for f in only.frames if f.variable} <= set(fresh):
            plan.registers.append(name)
        else:
            plan.rows[name] = tuple(variable for variable in fresh if variable not in serial[name])


def described(steps: list[Step], depth: int = 0) -> list[str]:
    """A plan in words, a line a step: for people and for tests."""
    out: list[str] = []
    for step in steps:
        pad = "  " * depth
        if isinstance(step, Series):
            out += [f"{pad}one after the other over {step.dimension}:", *described(step.body, depth + 1)]
        elif isinstance(step, Guard):
            out += [
                f"{pad}if {'' if step.wanted else 'not '}{ast.unparse(step.test)}:",
                *described(step.body, depth + 1),
            ]
        else:
            wide = ", ".join(f.dimension for f in step.frames if f.variable) or "nothing"
            what = f"draw {step.sample.label!r}" if isinstance(step, Batch) else f"{len(step.body)} statements"
            out.append(f"{pad}{what} over {wide}")
    return out
