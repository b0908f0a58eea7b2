"""Pages that are written from what the program itself declares, so that nothing is typed twice.

Called by `conf.py` before every build; the pages are not tracked. `pages()` gives each with its path under `docs/`. One page is tracked:
`model/equations.md` is written by hand but for what stands between its `<!-- room NAME -->` and `<!-- end NAME -->`, which comes from
the rooms' own `equations.md`; so is `argument.md` but for its walk, which comes from `argument.toml`. `python docs/generate.py` brings it up to date.
"""

from __future__ import annotations

import importlib
import inspect
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

__all__ = ["argument", "assertions", "document", "pages", "write"]


def write(folder: Path) -> None:
    """Write every page and the causal graph under the folder of the documentation."""
    from forbear.country.reference import draw_graph

    equations = folder / "model" / "equations.md"
    argued = folder / "argument.md"
    tracked = {
        "model/equations.md": document(equations.read_text(encoding="utf-8")),
        "argument.md": argument(argued.read_text(encoding="utf-8")),
    }
    for name, text in (pages() | tracked).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    draw_graph(folder / "images" / "graph.svg")


def pages() -> dict[str, str]:
    """Every generated page: path under `docs/` -> Markdown."""
    from forbear.country.reference import pages as rooms

    out = {f"generated/{room}.md": text for room, text in rooms().items()}
    makers: dict[str, Callable[[], Iterable[str]]] = {
        "generated/index.md": _model, "generated/rules.md": _rules, "generated/parameters.md": _parameters, "generated/constants.md": _constants, "generated/evidence.md": _evidence,
        "generated/commands.md": _commands, "generated/api.md": _api, "generated/outcomes.md": _outcomes, "errors.md": _errors,
    }  # fmt: skip
    return out | {name: "\n".join(maker()).rstrip() + "\n" for name, maker in makers.items()}


def document(text: str) -> str:
    """The model document with the rooms' equations as they are now between its marks. Raises ValueError for a missing room."""
    from forbear.country.equations import notation, section, table
    from forbear.country.week import ROOMS

    symbols, words = notation()
    parts = {"notation": words + "\n\n" + "\n".join(table(symbols))} | {room: section(room) for room in ROOMS}
    for name, part in parts.items():
        begin, end = f"<!-- room {name} -->\n", f"<!-- end {name} -->\n"
        if begin not in text or end not in text:
            raise ValueError(f"model/equations.md has no place for {name}: {begin.strip()} ... {end.strip()}")
        text = text.partition(begin)[0] + begin + "\n" + part.rstrip() + "\n\n" + end + text.partition(end)[2]
    return text


def assertions() -> list[dict[str, Any]]:
    """What the argument asserts: the entries of `argument.toml`, in order."""
    text = (Path(__file__).parent / "argument.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["assertion"]
    return found


def argument(text: str) -> str:
    """The page of the argument with its walk as `argument.toml` and the claims of the library are now."""
    begin, end = "<!-- walk -->\n", "<!-- end walk -->\n"
    walk = "\n".join(_walk())
    return text.partition(begin)[0] + begin + "\n" + walk.rstrip() + "\n\n" + end + text.partition(end)[2]


def _walk() -> Iterator[str]:
    from forbear.scenario.casefiles.policies import load_claims
    from forbear.scenario.scenario import Scenario

    library = {name: load_claims(Scenario.load(name)) for name in ("iraq-2003", "afghanistan-2001")}
    told = assertions()
    yield "## The table\n"
    yield from _table(
        ("assertion", "equations", "levers", "claims", "series"),
        (
            (a["title"], _names(a["equations"]), _names(a["levers"]), _names(a.get("claims", [])), _names(a["series"]))
            for a in told
        ),
    )
    yield "## The walk\n"
    for a in told:
        yield f"### {a['title']}\n"
        yield f"{a['says']} ({a['source']}.)\n"
        yield f"- *For it*: {a['for']}"
        yield f"- *Against it*: {a['against']}"
        lives = f"equations {_names(a['equations'])}" if a["equations"] else "nowhere yet"
        yield f"- *Where it lives*: {lives}; levers {_names(a['levers'])}."
        yield f"- *What speaks*: {_names(a['series']) or 'no series'}."
        if a.get("asks"):
            yield f"- *Beside the claims*: {a['asks']}."
        if a.get("waits"):
            yield f"- *Not represented yet*: {a['waits']}."
        for name in a.get("claims", []):
            where = [case for case, claims in library.items() if name in claims]
            claim = library[where[0]][name]
            yield f"- **{name}, {claim.title}** ({', '.join(where)}). *Claim*: {claim.statement} *Rival*: {claim.rival}"
        yield ""
    yield "## Added by the laboratory\n"
    for case, claims in library.items():
        for name, claim in claims.items():
            if claim.added:
                yield f"- **{name}, {claim.title}** ({case}). *Claim*: {claim.statement} *Rival*: {claim.rival}"
    yield ""


def _names(values: Sequence[str]) -> str:
    return ", ".join(f"`{value}`" if "." in value or "-" in value else value for value in values)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(_cell(cell) for cell in row) + " |"
    yield ""


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|").replace("<", "&lt;")


def _model() -> Iterator[str]:
    from forbear.country.model import MODEL
    from forbear.country.reference import causal_edges
    from forbear.country.week import ROOMS

    yield "# Reference of the model\n"
    yield (
        f"{len(ROOMS)} rooms, {len(MODEL.quantities)} quantities, {len(MODEL.parameters)} parameters, {len(MODEL.levers)} levers, {len(MODEL.facts)} facts, {len(MODEL.constants)} constants. "
        "Everything on these pages is written from the declarations and the rules that are run. In a terminal: `forbear model`, `forbear model parameters ROOM`, `forbear model constants`, `forbear model graph --to graph.svg`.\n"
    )
    yield "```{toctree}\n:maxdepth: 1\nrules\nparameters\nconstants\noutcomes"
    yield from ROOMS
    yield "```\n"
    yield "## The causal graph\n"
    yield "![Ten rooms on a circle; arrows run from a room to the rooms that read what it holds](../images/graph.svg)\n"
    yield "An arrow is as wide as the number of quantities that are read along it. The table says the same.\n"
    yield from _table(("from", "to", "through"), ((a, b, ", ".join(names)) for a, b, names in causal_edges()))


def _rules() -> Iterator[str]:
    from forbear.country.week import BEGIN, WEEK, rule_named

    yield "# Rules\n"
    yield "A rule is a function over one member; E and O number its [equations](../model/equations.md), as the code and the parameters cite them. The rules of a week run in this order, each seeing what earlier ones wrote.\n"
    for title, names in (("Once, at the start", BEGIN), ("Every week", WEEK)):
        yield f"## {title}\n"
        rows = []
        for place, name in enumerate(names, 1):
            room, rule = name.split(".")
            function = rule_named(name)
            rows.append(
                (
                    place,
                    f"[{room}]({room}.md)",
                    f"`{rule}`",
                    ", ".join(function.equations),
                    inspect.getdoc(function) or "",
                )
            )
        yield from _table(("", "room", "rule", "equations", "what it does"), rows)


CLASSES = {
    "I-data": "this country's series were expected to speak about it",
    "I-weak": "they speak about it together with other things",
    "I-lit": "only other studies do",
    "N-none": "nothing does: whatever hangs on it is not identified",
}


def _parameters() -> Iterator[str]:
    from forbear.country.model import MODEL

    yield "# Parameters\n"
    yield "Every uncertain number with its prior. The **class** says what one country's history can tell of it. Where a parameter takes a side, its **sibling** is the parameter of the arrow that favours the other side.\n"
    counts = {name: sum(p.identification == name for p in MODEL.parameters.values()) for name in CLASSES}
    yield from _table(("class", "parameters", "meaning"), ((f"`{k}`", counts[k], v) for k, v in CLASSES.items()))
    for room in dict.fromkeys(p.room for p in MODEL.parameters.values()):
        yield f"## {room.capitalize()}\n"
        rows = []
        for p in MODEL.parameters.values():
            if p.room == room:
                prior = f"{p.prior.family}({', '.join(f'{k} {v:g}' for k, v in p.prior.arguments.items())})"
                unit = "" if p.unit in ("", "-") else f" {p.unit}"
                over = f", by {' and '.join(p.over)}" if p.over else ""
                sibling = f" Sibling: {p.sibling.replace('_', ' ')}." if p.sibling else ""
                about = f"{p.meaning} ({', '.join(p.equations)}{over}).{sibling}"
                rows.append((f"`{p.name}`", prior + unit, f"`{p.identification}`", about, p.source))
        yield from _table(("name", "prior", "class", "meaning (equations)", "source"), rows)


def _constants() -> Iterator[str]:
    from forbear.country.constants import SHARED
    from forbear.country.model import MODEL
    from forbear.country.reference import CONSTANT_COLUMNS, constant_rows

    yield "# Constants\n"
    yield (
        "Every number of the rules that is neither fact, lever nor parameter. The rules themselves hold none but 0, 1, 2 as a divisor or exponent, and the exponent of a square "
        f"root. Those of the room {SHARED!r} are read by several rooms. Where an assumption about the world hides in a number, it is to be varied in the audit.\n"
    )
    for room in dict.fromkeys(c.room for c in MODEL.constants.values()):
        yield f"## {room.capitalize()}\n"
        yield from _table(CONSTANT_COLUMNS, constant_rows(room))


def _outcomes() -> Iterator[str]:
    from forbear.scenario.outcomes import OBJECTIVES, OUTCOMES

    how = {"total": "sum over all weeks", "last": "at the end", "most": "highest week", "mean": "mean over weeks", "year": "mean of the last year",
           "quarter": "highest mean of 13 weeks", "months": "months", "order": "last year"}  # fmt: skip
    yield "# Outcomes\n"
    yield "What strategies and claims are judged by. Each stands alone; none are added up. A change within the margin counts as none: a share for ratios, index points for differences.\n"
    rows = [
        (f"`{o.name}`", o.title, o.unit, how.get(o.how, o.how), o.kind, f"{o.margin:g}", o.better, "yes" if o.name in OBJECTIVES else "")
        for o in OUTCOMES.values()
    ]  # fmt: skip
    yield from _table(("name", "what", "unit", "over time", "effect", "margin", "better", "objective"), rows)


def _evidence() -> Iterator[str]:
    from forbear.evidence import catalogue

    every = list(catalogue().values())
    yield "# Catalogue of the evidence\n"
    yield f"{len(every)} series and tables ship with the package. `forbear evidence show NAME` prints one, `--plot FILE.svg` draws it, `--csv` gives its rows.\n"
    yield from _table(
        ("name", "what", "span", "frequency", "unit", "licence"),
        ((f"[`{s.name}`](#{s.name})", s.title, s.span, s.frequency, s.unit, s.licence) for s in every),
    )
    for s in every:
        yield f"({s.name})=\n## {s.name}\n"
        yield f"**{_cell(s.title)}.** {_cell(s.what)}\n"
        yield f"Covers {s.span}, by {s.frequency}. Unit: {_cell(s.unit)}. A missing row means: {'nothing was recorded' if s.absent == 'zero' else 'not known'}.\n"
        for label, text in (("Gaps", s.gaps), ("Caveats", s.caveats), ("Licence", s.licence)):
            if text:
                yield f"*{label}.* {_cell(text)}\n"
        for source in s.sources:
            yield f"*Source.* {_cell('; '.join(x for x in (source.publisher, source.title, source.licence, source.address) if x))}\n"
        yield from _table(("column", "unit", "meaning"), ((f"`{c.name}`", c.unit, c.meaning) for c in s.columns))


def _errors() -> Iterator[str]:
    entries = tomllib.loads((files("forbear") / "error_catalogue.toml").read_text(encoding="utf-8"))
    yield "# Errors\n"
    yield "A mistake in a file or a command is explained, never a traceback. Each has a code that stays the same; `forbear explain CODE` prints what stands here. E1: files. E2: scenarios and claims. E3: units. E4: runs. E5: evidence. E6: fits.\n"
    for code, entry in sorted(entries.items()):
        yield f"({code})=\n## {code} {entry['title']}\n"
        yield f"{entry.get('meaning', '').strip()}\n"
        if entry.get("example"):
            yield f"For example:\n\n```text\n{entry['example'].strip()}\n```\n"
        yield f"*To mend it.* {entry.get('mending', '').strip()}\n"


def _commands() -> Iterator[str]:
    from forbear.cli.main import COMMANDS

    yield "# Commands\n"
    yield "What `forbear COMMAND --help` says. Every command ends with status 0 when it worked and 2 for a user's mistake.\n"
    yield from _table(
        ("command", "what it does"), ((f"[`forbear {n}`](#forbear-{n})", line) for n, (_, line) in COMMANDS.items())
    )
    for name, (_, line) in COMMANDS.items():
        command = command_of(name)
        yield f"(forbear-{name})=\n## forbear {name}\n"
        yield from _command(command, f"forbear {name}", line)
        for sub, inner in getattr(command, "commands", {}).items():
            yield f"### forbear {name} {sub}\n"
            yield from _command(inner, f"forbear {name} {sub}", "")


def command_of(name: str) -> Any:
    """The command as the program itself parses it."""
    import typer

    from forbear.cli.main import COMMANDS

    module = importlib.import_module(f"forbear.cli.{COMMANDS[name][0]}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False)
        app.command(help=None if module.command.__doc__ else COMMANDS[name][1])(module.command)
    return typer.main.get_command(app)


def _command(command: Any, words: str, line: str) -> Iterator[str]:
    yield f"{_cell(command.help or line)}\n"
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    usage = " ".join(f"{p.name.upper()}" if p.required else f"[{p.name.upper()}]" for p in arguments)
    yield f"```text\n{' '.join(x for x in (words, '[OPTIONS]' if options else '', usage) if x)}\n```\n"
    rows = [(f"`{p.name.upper()}`", _default(p), getattr(p, "help", "") or "") for p in arguments]
    for p in options:
        flags = ", ".join(f"`{flag}`" for flag in (*p.opts, *p.secondary_opts))
        rows.append((flags, _default(p), getattr(p, "help", "") or ""))
    if rows:
        yield from _table(("argument or option", "default", "meaning"), rows)


def _default(parameter: Any) -> str:
    value = parameter.default
    if parameter.required:
        return "required"
    if value is None or callable(value) or value in ((), [], "") or "unset" in repr(value).lower():
        return ""
    return "off" if value is False else "on" if value is True else f"{value}"


def _api() -> Iterator[str]:
    import forbear

    yield "# Python interface\n"
    yield "```python\nimport forbear as fb\n```\n"
    yield "What is listed here is public and keeps its meaning within a version. Everything is loaded when it is first used.\n"
    for name in sorted(forbear.__all__, key=str.lower):
        yield from _thing(name, getattr(forbear, name))


def _thing(name: str, thing: Any) -> Iterator[str]:
    # an address knows no capitals: a class that is called like a function has one of its own
    import forbear

    twin = name != name.lower() and name.lower() in forbear.__all__
    yield f"(fb-{name.lower()}{'-class' if twin else ''})=\n## fb.{name}\n"
    thing = getattr(thing, "__wrapped__", thing)  # of a package that is called as the function of its name
    if isinstance(thing, str):
        yield "The version that is installed, as text.\n"
        return
    if inspect.isclass(thing):
        yield from _documented(f"fb.{name}", thing, signature=not issubclass(thing, Exception))
        members = [(n, m) for n, m in vars(thing).items() if not n.startswith("_")]
        for member, value in members:
            value = getattr(value, "__func__", value)
            if isinstance(value, property) and value.fget is not None and inspect.getdoc(value):
                yield f"### {name}.{member}\n\n{_prose(inspect.getdoc(value) or '')}\n"
            elif inspect.isfunction(value) and inspect.getdoc(value):
                yield f"### {name}.{member}()\n"
                yield from _documented(f"{name}.{member}", value)
    elif inspect.ismodule(thing):
        yield f"{_prose(inspect.getdoc(thing) or '')}\n"
        for member in getattr(thing, "__all__", []):
            yield f"### {name}.{member}()\n"
            yield from _documented(f"fb.{name}.{member}", getattr(thing, member))
    elif callable(thing):
        yield from _documented(f"fb.{name}", thing)
    else:
        yield f"{_prose(inspect.getdoc(type(thing)) or '')}\n"


def _documented(name: str, thing: Any, *, signature: bool = True) -> Iterator[str]:
    if signature:
        try:
            found = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(thing)))  # annotations are kept as text
            found = found.replace("(self, ", "(").replace("(self)", "()").replace("<factory>", "...")
        except (TypeError, ValueError):
            found = "(...)"
        yield f"```python\n{name}{_broken(found)}\n```\n"
    yield f"{_prose(inspect.getdoc(thing) or '')}\n"


def _broken(signature: str) -> str:
    """A long signature with one argument a line."""
    if len(signature) < 70:
        return signature
    inner, _, after = signature[1:].rpartition(")")
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(inner):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            parts.append(inner[start:place].strip())
            start = place + 1
    return "(\n" + "".join(f"    {part},\n" for part in [*parts, inner[start:].strip()]) + ")" + after


#: A section of a docstring in the numpydoc form: its name, underlined.
SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n(.*?)(?=^\w[\w ]*\n-{3,}\n|\Z)", re.MULTILINE | re.DOTALL)
DESCRIBED = ("Parameters", "Returns", "Yields", "Raises", "Attributes", "Warns")


def _prose(text: str) -> str:
    """A docstring as Markdown: sections by name, entries as a list, code where it is set in or follows >>>."""
    first = SECTION.search(text)
    out = [_paragraphs(text[: first.start()] if first else text)]
    for section in SECTION.finditer(text):
        body = _entries(section[2]) if section[1] in DESCRIBED else _paragraphs(section[2].strip())
        out.append(f"**{section[1]}**\n\n{body}")
    return "\n\n".join(part for part in out if part.strip())


def _entries(text: str) -> str:
    """What a section describes: each name, then its words, which are set in."""
    out: list[str] = []
    for entry in re.findall(r"^(\S[^\n]*)\n((?:[ \t]+[^\n]*\n?|\n)*)", text.strip() + "\n", re.MULTILINE):
        words = " ".join(line.strip() for line in entry[1].splitlines() if line.strip())
        out.append(f"- `{entry[0].strip()}`" + (f": {words}".replace("<", "&lt;") if words else ""))
    return "\n".join(out)


def _paragraphs(text: str) -> str:
    out: list[str] = []
    for paragraph in text.split("\n\n"):
        lines = paragraph.splitlines()
        code = all(x.startswith(("    ", ">>>", "...")) or not x.strip() for x in lines) or paragraph.startswith(">>>")
        out.append(
            "```python\n" + inspect.cleandoc(paragraph) + "\n```"
            if code and paragraph.strip()
            else paragraph.replace("<", "&lt;")
        )
    return "\n\n".join(out)


if __name__ == "__main__":
    write(Path(__file__).parent)
