"""What `forbear COMMAND --help` says: plain sentences, a paragraph for each option, no boxes and no types."""

from __future__ import annotations

import textwrap
from typing import Any

from forbear.words import NARROWEST, columns, within

__all__ = ["in_plain_words"]

#: What stands after an option, by the kind of value that it takes.
VALUES = {"int": "NUMBER", "float": "NUMBER", "path": "FILE", "file": "FILE", "datetime": "DATE"}
#: The widest column of options; what is longer has its meaning on the next line. The widest line that reads well.
COLUMN, WIDEST = 26, 100


def in_plain_words(command: Any) -> Any:
    """The command, its help and that of its subcommands written here. Changes it in place."""
    command.format_help = lambda context, formatter: formatter.write(help_of(command, context.command_path))
    for inner in getattr(command, "commands", {}).values():
        in_plain_words(inner)
    return command


def help_of(command: Any, path: str) -> str:
    """The help of a command as text. path: how it is called."""
    width = min(WIDEST, columns())
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not _of_the_shell(p)]
    inner = {name: c for name, c in getattr(command, "commands", {}).items() if not c.hidden}
    names = [_argument(p) for p in arguments]
    usage = " ".join([path, *names, *(["[COMMAND]"] if inner else []), "[OPTIONS]"])
    out = [*within([usage], width), ""]
    for paragraph in (command.help or "").split("\n\n"):
        out += [*textwrap.wrap(" ".join(paragraph.split()), width, break_on_hyphens=False), ""]
    out += _rows([(name, _meaning(p)) for name, p in zip(names, arguments, strict=True)], width)
    out += _rows([(name, _first(c.help or "")) for name, c in inner.items()], width)
    out += _rows([*((_flags(p), _meaning(p)) for p in options), ("--help", "show this and exit")], width)
    return "\n".join(out).rstrip() + "\n"


def _of_the_shell(parameter: Any) -> bool:
    """Whether an option is not the command's own: help, and what installs completion."""
    return parameter.name in ("help", "install_completion", "show_completion") or bool(parameter.hidden)


def _argument(parameter: Any) -> str:
    name = parameter.name.upper() + ("..." if parameter.nargs != 1 else "")
    return str(name if parameter.required else f"[{name}]")


def _flags(parameter: Any) -> str:
    flags = ", ".join(sorted(parameter.opts, key=len))
    if parameter.secondary_opts:
        return f"{flags} or {', '.join(parameter.secondary_opts)}"
    if parameter.is_flag:
        return flags
    kind = str(
        getattr(getattr(parameter, "type_descriptor", None), "annotation", getattr(parameter, "type", ""))
    ).lower()
    return f"{flags} {next((word for name, word in VALUES.items() if name in kind), 'WORD')}"


def _meaning(parameter: Any) -> str:
    """What an argument or option means, its default and its bounds."""
    told = (parameter.help or "").strip()
    low, high = (_end(parameter, name) for name in ("min", "max"))
    more = []
    value = parameter.default
    if parameter.required:
        more += ["needed"] if parameter.param_type_name == "option" else []
    elif isinstance(value, bool):
        more += ["the first by default"] if parameter.secondary_opts and value else []
    elif isinstance(value, int | float | str) and value != "" and "absent" not in told:
        more.append(f"by default {value}")
    if high is not None:
        more.append(f"{low:,} to {high:,}")
    elif low is not None and low > 1:
        more.append(f"at least {low:,}")
    if getattr(parameter, "multiple", False) and "several" not in told:
        more.append("several")
    told = " ".join(word if len(word) < COLUMN else word.replace(",", ", ") for word in told.removesuffix(".").split())
    return told + (f" ({', '.join(more)})" if more and told else ", ".join(more))


def _end(parameter: Any, name: str) -> Any:
    """The least or largest value, wherever this version of typer keeps it; None for none."""
    return getattr(parameter, name, getattr(getattr(parameter, "type", None), name, None))


def _first(text: str) -> str:
    """The first paragraph, on one line."""
    return " ".join(text.split("\n\n")[0].split())


def _rows(rows: list[tuple[str, str]], width: int) -> list[str]:
    """Names with their meanings beside them, and an empty line after all."""
    if not rows:
        return []
    column = min(COLUMN, max(len(name) for name, _ in rows))
    inside = max(NARROWEST - COLUMN, width - column - 4)
    out = []
    for name, meaning in rows:
        lines = textwrap.wrap(meaning, inside, break_on_hyphens=False, break_long_words=False) or [""]
        if len(name) > column:
            out.append(f"  {name}")
            out += [f"  {'':<{column}}  {line}" for line in lines]
            continue
        out.append(f"  {name:<{column}}  {lines[0]}".rstrip())
        out += [f"  {'':<{column}}  {line}" for line in lines[1:]]
    return [*out, ""]
