"""Gives every loop and every local of a rule a name of its own, and finds out in which loops a local is fresh.

A local is *fresh* in a loop when every iteration writes it before reading it and nobody reads it after the loop:
each iteration may then have a copy, and iterations do not meet through it. What is fresh is found by following reads
and writes, never assumed. A local that a loop uses for its own purposes is renamed inside it, so that it is not tied
to other uses of its name.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

from forbear.kernel.language import (
    Draw,
    If,
    Let,
    Loop,
    Node,
    RuleSource,
    Static,
    Symbol,
    WeaveError,
    loop_variables,
    symbol_of,
)

__all__ = ["Sample", "Scoped", "locals_of", "scoped"]


@dataclass
class Sample(Draw):
    """A draw with the loops around it, in the order in which the index of its address counts them, the fastest last."""

    loops: tuple[str, ...] = ()


@dataclass
class Scoped:
    """A rule made ready for planning.

    Attributes
    ----------
    rule, symbols
        What it was read from.
    body
        Its statements, without statics; draws are `Sample`s whose arguments are rows.
    statics
        Name -> expression of facts and indices.
    dimensions
        Loop variable -> dimension.
    fresh
        Local -> the loops, outermost first, in each iteration of which it is a new one.
    """

    rule: RuleSource
    symbols: Mapping[str, Symbol]
    body: list[Node] = field(default_factory=list)
    statics: dict[str, ast.expr] = field(default_factory=dict)
    dimensions: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What errors call the rule."""
        return f"{self.rule.room}.{self.rule.name}"

    def is_local(self, name: str) -> bool:
        """True for a local that differs between members."""
        return name in self.rule_locals

    rule_locals: set[str] = field(default_factory=set)


def scoped(rule: RuleSource, symbols: Mapping[str, Symbol]) -> Scoped:
    """Prepare a rule. Raises WeaveError for an index that outlives its loop."""
    out = Scoped(rule, symbols)
    namer = _Namer(out)
    out.body = _renamed_in_loops(namer, namer.body(rule.body, {}, ()), frozenset())
    out.fresh = _fresh(out)
    return out


class _Namer:
    """Renames loop variables and statics, and makes rows of the arguments of draws."""

    def __init__(self, out: Scoped) -> None:
        self.out, self.numbers = out, count()
        self.private = set(out.rule.statics) | loop_variables(out.rule.body)
        self.reserved = {"now", "given", "lever", "fact"}

    def new(self, name: str) -> str:
        return f"{name}.{next(self.numbers)}"  # a point stands in no name of a rule, so none is met

    def local(self, name: str) -> ast.Name:
        self.out.rule_locals.add(name)
        return ast.Name(name, ast.Load())

    def expression(self, node: ast.expr, names: Mapping[str, str]) -> ast.expr:
        out, private = self.out, self.private

        class Rename(ast.NodeTransformer):
            def visit_Call(self, call: ast.Call) -> ast.expr:
                call.args = [self.visit(argument) for argument in call.args]
                return call

            def visit_Attribute(self, attribute: ast.Attribute) -> ast.expr:
                return attribute

            def visit_Name(self, name: ast.Name) -> ast.expr:
                if name.id in names:
                    return ast.copy_location(ast.Name(names[name.id], name.ctx), name)
                if name.id in private:
                    raise WeaveError(f"{out.title}: the index {name.id} is used where it has no value of its own")
                out.rule_locals.add(name.id)
                return name

        return Rename().visit(copy.deepcopy(node))  # type: ignore[no-any-return]

    def body(self, body: list[Node], names: dict[str, str], loops: tuple[str, ...]) -> list[Node]:
        """Rename in a body; `names` is changed to what holds after it."""
        done: list[Node] = []
        for node in body:
            if isinstance(node, Static):
                name = self.new(node.name)
                self.out.statics[name] = self.expression(node.value, names)
                names[node.name] = name
            elif isinstance(node, Let):
                done.append(Let(self.expression(node.target, names), self.expression(node.value, names)))
            elif isinstance(node, Draw):
                done.extend(self.sample(node, names, loops))
            elif isinstance(node, Loop):
                own = {name for name in names if name not in _assigned(node.body)}
                inside = {name: names[name] for name in own}
                variable = self.new(node.variable)
                self.out.dimensions[variable] = node.dimension
                inside[node.variable] = variable
                done.append(Loop(variable, node.dimension, self.body(node.body, inside, (*loops, variable))))
                for name in set(names) - own:  # which iteration gave it its value cannot be told
                    del names[name]
            elif isinstance(node, If):
                done.append(self.choice(node, names, loops))
        return done

    def choice(self, node: If, names: dict[str, str], loops: tuple[str, ...]) -> If:
        test = self.expression(node.test, names)
        yes, no = dict(names), dict(names)
        renamed = If(test, self.body(node.body, yes, loops), self.body(node.orelse, no, loops))
        for name in {*yes, *no}:
            if yes.get(name) == no.get(name):
                continue
            if name in yes and name in no:
                both = self.new(name)
                self.out.statics[both] = ast.IfExp(test, ast.Name(yes[name]), ast.Name(no[name]))
                names[name] = both
            else:
                names[name] = yes.get(name) or no[name]
        return renamed

    def sample(self, draw: Draw, names: Mapping[str, str], loops: tuple[str, ...]) -> list[Node]:
        before: list[Node] = []
        arguments = []
        for argument in draw.arguments:
            value = self.expression(argument, names)
            symbol = symbol_of(value, self.out.symbols)
            if symbol is None or not symbol.lane or symbol.money:
                local = self.local(self.new("argument"))
                before.append(Let(ast.Name(local.id, ast.Store()), value))
                value = local
            arguments.append(value)
        target = self.expression(draw.target, names)
        symbol = symbol_of(target, self.out.symbols)
        if symbol is not None and symbol.money:
            raise WeaveError(f"{self.out.title}: a draw gives whole numbers, {ast.unparse(target)} holds money")
        around = tuple(loops[place] for place in draw.order)
        return [*before, Sample(target, draw.kind, draw.site, draw.label, arguments, draw.order, around)]


def _assigned(body: Iterable[Node]) -> set[str]:
    """Statics that a body gives a value."""
    found: set[str] = set()
    for node in body:
        if isinstance(node, Static):
            found.add(node.name)
        elif isinstance(node, Loop):
            found |= _assigned(node.body)
        elif isinstance(node, If):
            found |= _assigned(node.body) | _assigned(node.orelse)
    return found


# -- reads and writes of locals -------------------------------------------------------------------------------


def locals_of(node: ast.AST, known: set[str]) -> set[str]:
    """The locals that an expression names."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in known}


def _written(node: Node) -> set[str]:
    """Locals that a statement writes whatever happens."""
    if isinstance(node, (Let, Draw)):
        return {node.target.id} if isinstance(node.target, ast.Name) else set()
    if isinstance(node, If):
        return _written_by(node.body) & _written_by(node.orelse)
    return set()  # a loop may have no iterations


def _written_by(body: list[Node]) -> set[str]:
    return set().union(*map(_written, body)) if body else set()


def _exposed(body: list[Node], known: set[str]) -> set[str]:
    """Locals that a body may read before it has written them."""
    found: set[str] = set()
    done: set[str] = set()
    for node in body:
        found |= _read_first(node, known) - done
        done |= _written(node)
    return found


def _read_first(node: Node, known: set[str]) -> set[str]:
    if isinstance(node, Let):
        return locals_of(node.value, known)
    if isinstance(node, Draw):
        return set().union(*(locals_of(a, known) for a in node.arguments)) if node.arguments else set()
    if isinstance(node, Loop):
        return _exposed(node.body, known)
    if isinstance(node, If):
        return _exposed(node.body, known) | _exposed(node.orelse, known)
    return set()


def _named(body: list[Node], known: set[str]) -> set[str]:
    """All locals that a body names."""
    found: set[str] = set()
    for node in body:
        if isinstance(node, (Let, Draw)):
            found |= locals_of(node.target, known) | _read_first(node, known)
        elif isinstance(node, Loop):
            found |= _named(node.body, known)
        elif isinstance(node, If):
            found |= _named(node.body, known) | _named(node.orelse, known)
    return found


def _renamed_in_loops(namer: _Namer, body: list[Node], wanted: frozenset[str]) -> list[Node]:
    """Rename in each loop the locals that are its own. wanted: locals that are read after the body."""
    known = namer.out.rule_locals
    after = set(wanted)
    out: list[Node] = []
    for node in reversed(body):
        later = after
        after = (after - _written(node)) | _read_first(node, known)
        if isinstance(node, Loop):
            exposed = _exposed(node.body, known)
            own = _named(node.body, known) - later - exposed
            changed = _with_names(node.body, {name: namer.local(namer.new(name)).id for name in sorted(own)})
            node = Loop(node.variable, node.dimension, _renamed_in_loops(namer, changed, frozenset(later | exposed)))
        elif isinstance(node, If):
            node = If(
                node.test,
                _renamed_in_loops(namer, node.body, frozenset(later)),
                _renamed_in_loops(namer, node.orelse, frozenset(later)),
            )
        out.append(node)
    return out[::-1]


def _with_names(body: list[Node], names: Mapping[str, str]) -> list[Node]:
    """The body with other names of locals."""

    class Rename(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            return ast.copy_location(ast.Name(names.get(name.id, name.id), name.ctx), name)

    def other(node: ast.expr) -> ast.expr:
        return Rename().visit(copy.deepcopy(node))  # type: ignore[no-any-return]

    out: list[Node] = []
    for node in body:
        if isinstance(node, Let):
            node = Let(other(node.target), other(node.value))
        elif isinstance(node, Sample):
            arguments = [other(a) for a in node.arguments]
            node = Sample(other(node.target), node.kind, node.site, node.label, arguments, node.order, node.loops)
        elif isinstance(node, Loop):
            node = Loop(node.variable, node.dimension, _with_names(node.body, names))
        elif isinstance(node, If):
            node = If(node.test, _with_names(node.body, names), _with_names(node.orelse, names))
        out.append(node)
    return out


def _fresh(out: Scoped) -> dict[str, tuple[str, ...]]:
    """For every local the loops around all its uses, down to the last in which each iteration begins by writing
    it.
    """
    around: dict[str, tuple[str, ...]] = {}
    exposed: dict[str, set[str]] = {}

    def walk(body: list[Node], loops: tuple[str, ...]) -> None:
        for node in body:
            if isinstance(node, Loop):
                exposed[node.variable] = _exposed(node.body, out.rule_locals)
                walk(node.body, (*loops, node.variable))
            elif isinstance(node, If):
                walk(node.body, loops)
                walk(node.orelse, loops)
            else:
                for name in _named([node], out.rule_locals):
                    shared = around.get(name, loops)
                    same = 0
                    while same < min(len(shared), len(loops)) and shared[same] == loops[same]:
                        same += 1
                    around[name] = shared[:same]

    walk(out.body, ())
    for name, loops in around.items():
        while loops and name in exposed[loops[-1]]:
            loops = loops[:-1]
        around[name] = loops
    return around
