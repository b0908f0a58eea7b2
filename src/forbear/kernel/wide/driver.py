"""Writes the function that runs a block of members through all weeks: levers, reactions, rules, recording.

It does what `kernel/steps.py` does: set levers, react to what is observed, record. It is given one table of
addresses and one of whole numbers, in the orders below.
"""

from __future__ import annotations

from forbear.kernel.draws import LANES
from forbear.kernel.language import Program
from forbear.kernel.steps import ADD, SET
from forbear.kernel.wide.numbers import Numbers
from forbear.kernel.wide.plan import Plan
from forbear.kernel.wide.rules import parameters_of
from forbear.kernel.wide.text import Code, Module, Value

__all__ = ["ADDRESSES", "NUMBERS", "write_driver"]

#: Columns of the reactive rules, then what rules remember of each member.
_RULES = tuple(
    f"rule_{name}"
    for name in ("watch", "many", "window", "sign", "level", "target", "targets", "kind", "value", "hold")
)
_REMEMBERED = ("rule_memory", "rule_left")
#: What is recorded, and where it is put: week by week, money, month by month.
_WEEKLY, _MONEY = ("week_at", "week_many", "week_out"), ("week_money_at", "week_money_out")
_MONTHLY = ("month_of", "month_at", "month_sums", "month_out")
#: Arrays by the names that they have in a block's workspace, then the views of all quantities.
ADDRESSES = (
    "bank", "money", "counts", "lever_table", "members", *_RULES, *_REMEMBERED, *_WEEKLY, *_MONEY, *_MONTHLY, "scratch",
    "table",
)  # fmt: skip
#: Whole numbers: of the block, and the lengths of arrays.
NUMBERS = (
    "lever_start",
    "first",
    "steps",
    "key0",
    "key1",
    "lanes",
    "lever_rows",
    "rules",
    "window",
    "week_rows",
    "money_rows",
    "month_rows",
)


def write_driver(module: Module, program: Program, plans: dict[str, Plan], views: list[str], numbers: Numbers) -> None:
    """Write `run`. plans: of each rule by its function's name; views: arrays of quantities, in the order of their
    addresses.
    """
    _write_set_levers(module, numbers)
    _write_react(module, numbers.element)
    _write_record(module, numbers)
    code = Code(module, "void @run", [("ptr", "addresses"), ("ptr", "numbers")])
    names = [*ADDRESSES, *views]
    space = {name: code.load(code.at(code.arguments["addresses"], "ptr", at), "ptr") for at, name in enumerate(names)}
    space |= {name: code.load(code.at(code.arguments["numbers"], "i64", at), "i64") for at, name in enumerate(NUMBERS)}
    for at, dimension in enumerate(program.dimensions):
        space[f"n_{dimension}"] = code.load(code.at(space["counts"], "i64", at), "i64")
    for name in ("key0", "key1"):
        space[name] = space[name].convert("i32")

    def rules(chosen: tuple, index: Value) -> None:  # type: ignore[type-arg]
        space["step"] = index.convert("i32")
        for rule in chosen:
            arguments = [space[name] for _, name in parameters_of(plans[rule.function], program)]
            code.line(f"call void @{rule.function}({', '.join(map(str, arguments))})")

    # a block may be run in pieces (a particle filter stops at every observation): only the first piece begins
    with code.when(space["first"].equals(0)):
        _call(code, "set_levers", space, code.number(0, "i64"))
        rules(program.begin, code.number(0, "i64"))
    with code.loop(space["first"], space["steps"]) as index:
        _call(code, "set_levers", space, index)
        _call(code, "react", space, index)
        rules(program.week, index)
        _call(code, "record", space, index)
    code.end()


_TAKES = {
    "set_levers": ("bank", "lever_start", "lever_table", "lever_rows", "lanes"),
    "react": ("bank", "lanes", "rules", "window", *_RULES, *_REMEMBERED),
    "record": (
        "bank", "money", "lanes", *_WEEKLY, "week_rows", *_MONEY, "money_rows", *_MONTHLY, "month_rows",
    ),
}  # fmt: skip


def _begin(module: Module, name: str) -> Code:
    kinds = [("i64" if name in NUMBERS else "ptr", name) for name in _TAKES[name]]
    return Code(module, f"internal void @{name}", [*kinds, ("i64", "index")])


def _call(code: Code, name: str, space: dict[str, Value], index: Value) -> None:
    code.line(f"call void @{name}({', '.join(str(v) for v in [*(space[n] for n in _TAKES[name]), index])})")


def _write_set_levers(module: Module, numbers: Numbers) -> None:
    code = _begin(module, "set_levers")
    given = code.arguments
    with code.repeat(given["lever_rows"]) as row:
        place = given["index"] * given["lever_rows"] + row
        value = code.load(code.at(given["lever_table"], numbers.element, place), numbers.element)
        value = numbers.fitted(code, value, numbers.element)
        with code.repeat(given["lanes"], by=numbers.width) as lane:
            code.store(value, code.at(given["bank"], numbers.element, given["lever_start"] + row * LANES + lane))
    code.end()


def _write_react(module: Module, element: str) -> None:
    """A mean of an observed quantity over its window beyond a level sets a lever for a time; member by member, for
    it is rare.
    """
    code = _begin(module, "react")
    given, index = code.arguments, code.arguments["index"]
    with code.repeat(given["rules"]) as rule:
        whole = {
            name: code.load(code.at(given[f"rule_{name}"], "i64", rule), "i64")
            for name in ("watch", "many", "window", "target", "targets", "kind", "hold")
        }
        real = {
            name: code.load(code.at(given[f"rule_{name}"], "double", rule), "double")
            for name in ("sign", "level", "value")
        }
        with code.repeat(given["lanes"]) as lane:
            _react_one(code, element, rule, lane, index, whole, real)
    code.end()


def _react_one(
    code: Code, element: str, rule: Value, lane: Value, index: Value, whole: dict[str, Value], real: dict[str, Value]
) -> None:
    given = code.arguments

    def remembered(back: Value) -> Value:
        return code.at(given["rule_memory"], "double", (rule * given["window"] + back) * LANES + lane)

    def summed(many: Value, place) -> Value:  # type: ignore[no-untyped-def]
        total = code.variable("double")
        code.store(code.number(0.0, "double"), total)
        with code.repeat(many) as number:
            code.store(code.load(total, "double") + place(number), total)
        return code.load(total, "double")

    def observed(row: Value) -> Value:
        return code.load(code.at(given["bank"], element, whole["watch"] + row * LANES + lane), element).convert(
            "double"
        )

    left = code.at(given["rule_left"], "i64", rule * LANES + lane)
    with code.when(index > 0):
        before = code.put("i64", f"srem {index - 1}, {whole['window'].name}")
        code.store(summed(whole["many"], observed), remembered(before))
    with code.when(index >= whole["window"]):
        mean = summed(whole["window"], lambda back: code.load(remembered(back), "double")) / whole["window"].convert(
            "double"
        )
        with code.when(real["sign"] * (mean - real["level"]) > 0.0):
            code.store(whole["hold"], left)
    with code.when(code.load(left, "i64") > 0):
        code.store(code.load(left, "i64") - 1, left)
        with code.repeat(whole["targets"]) as row:
            place = code.at(given["bank"], element, whole["target"] + row * LANES + lane)
            now = code.load(place, element).convert("double")
            more = now + real["value"]
            more = (more > 0.0).choose(more, 0.0)
            other = whole["kind"].equals(ADD).choose(more, now * real["value"])
            code.store(whole["kind"].equals(SET).choose(real["value"], other).convert(element), place)


def _write_record(module: Module, numbers: Numbers) -> None:
    """Copy what is asked for: weekly rows (summed over a dimension where asked), money, and monthly rows."""
    code = _begin(module, "record")
    given, index = code.arguments, code.arguments["index"]
    wide, real = numbers.of("double"), numbers.of(numbers.element)

    def entry(name: str, row: Value, kind: str = "i64") -> Value:
        return code.load(code.at(given[name], kind, row), kind)

    with code.repeat(given["week_rows"]) as row, code.repeat(given["lanes"], by=numbers.width) as lane:
        total = code.variable(wide)
        code.store(code.number(0.0, wide), total)
        with code.repeat(entry("week_many", row)) as number:
            place = code.at(given["bank"], numbers.element, entry("week_at", row) + number * LANES + lane)
            code.store(code.load(total, wide) + code.load(place, real).convert("double"), total)
        to = code.at(given["week_out"], "double", (index * given["week_rows"] + row) * LANES + lane)
        code.store(code.load(total, wide), to)
    with code.repeat(given["money_rows"]) as row, code.repeat(given["lanes"], by=numbers.width) as lane:
        value = code.load(code.at(given["money"], "double", entry("week_money_at", row) + lane), wide)
        code.store(
            value, code.at(given["week_money_out"], "double", (index * given["money_rows"] + row) * LANES + lane)
        )
    month = entry("month_of", index)
    with code.repeat(given["month_rows"]) as row:
        sums = entry("month_sums", row, "i8").differs(0)
        with code.repeat(given["lanes"], by=numbers.width) as lane:
            value = code.load(code.at(given["bank"], numbers.element, entry("month_at", row) + lane), real)
            to = code.at(given["month_out"], "float", (month * given["month_rows"] + row) * LANES + lane)
            before = code.load(to, numbers.of("float"))
            code.store(sums.choose(before.convert(numbers.element) + value, value).convert("float"), to)
    code.end()
