"""Do what a page tells its reader to do, and hold the page to it.

    python docs/execute.py                  run every tutorial; say where a page shows something else than what came out
    python docs/execute.py --write          the same, and put what came out into the pages, and the pictures beside them
    python docs/execute.py docs/gallery.md  another page

What is done, block by block, in an empty folder of its own:
  ```{code-block} toml with `:caption: NAME`   is the file NAME; "NAME, continued" adds to its end;
  ```console                                   "$ " begins a command, run by the shell; what follows is what it prints;
  ```python                                    is run; all blocks of a page share their names; a ```text block right
                                               after it is what it prints.
A picture under images/tutorials/ or images/gallery/ that a page shows is made by the run: what stands in the folder
under its name when the page ends is what the page shows, and `--write` puts it there. A page that shows one which the
run does not make is wrong.

A line of dots (...) in an output stands for any number of lines. Words must agree; a number may differ by a third, since
another processor may round the last bit of a 32-bit float otherwise, and few members are run; hashes, seconds and versions may be anything.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["MADE", "PAGES", "Block", "Outcome", "agree", "blocks", "execute", "pictures_of"]

DOCS = Path(__file__).parent
PAGES = DOCS / "tutorials"
#: Pictures that a run makes: where they are shown from, and their names.
MADE = re.compile(r"!\[[^\]]*\]\((?:\.\./)?(images/(?:tutorials|gallery)/([\w.-]+))\)")
FENCE = re.compile(r"^```(\S[^\n]*)?\n(.*?)^```[ ]*$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"(?<![0-9A-WYZa-wyz_.])[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
FREE = re.compile(r"\b[0-9a-f]{12,64}\b|\b\d[\d,.]* s\b|\bforbear \d+\.\d+\.\d+|[\d,]+ a second")
DOTS = "..."


@dataclass(frozen=True)
class Block:
    """A fenced block: its kind (first word), its caption, its text, and where the text stands in the page."""

    kind: str
    caption: str
    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True)
class Outcome:
    """What came of following a page: the page with what came out, where it showed something else, and the pictures that
    it shows, by their path under docs/."""

    text: str
    differences: list[str]
    pictures: dict[str, bytes]


def pictures_of(page: str) -> dict[str, str]:
    """Pictures that a page shows and its run has to make: path under docs/ -> name in the folder of the run."""
    return dict(MADE.findall(page))


def blocks(page: str) -> Iterator[Block]:
    """Return the fenced blocks of a page in order."""
    for match in FENCE.finditer(page):
        words = (match[1] or "").split()
        kind = " ".join(words[:1])
        body, start = match[2], match.start(2)
        caption = ""
        while body.startswith(":"):
            head, _, body = body.partition("\n")
            start += len(head) + 1
            if head.startswith(":caption:"):
                caption = head.removeprefix(":caption:").strip().strip("`")
        if caption and body.startswith("\n"):
            body, start = body[1:], start + 1
        yield Block(kind, caption, body, start, match.end(2), page.count("\n", 0, start) + 1)


def execute(page: str) -> Outcome:
    """Follow a page in an empty folder. Return what came out, and where the page showed something else.

    Runs the shell and Python with what stands in the page: only pages of this project are meant. Raises RuntimeError
    with the line where a command fails that is not shown to fail (an error code in its output), or a block of Python.
    """
    found, wanted = list(blocks(page)), pictures_of(page)
    out, changes, names = page, [], {"__name__": "page"}
    pictures: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for place, block in enumerate(found):
            if block.caption:
                _write_file(Path(folder), block)
            elif block.kind == "console":
                text = "".join(_command(*entry, block.line) for entry in _commands(block.text))
                changes.append((block, text))
            elif block.kind == "python":
                said = _python(block, names)
                after = found[place + 1] if place + 1 < len(found) else None
                if (
                    after is not None
                    and after.kind == "text"
                    and not page[block.end : after.start].replace("```text", "").strip("`\n ")
                ):
                    changes.append((after, said))
        pictures = {
            path: (Path(folder) / name).read_bytes() for path, name in wanted.items() if Path(folder, name).is_file()
        }
    differences = [
        f"the run makes no {name}, which the page shows\n" for path, name in wanted.items() if path not in pictures
    ]
    for block, text in reversed(changes):
        if not agree(block.text, text):
            differences.append(f"line {block.line}: the page shows\n{block.text}what came out is\n{text}")
            out = out[: block.start] + text + out[block.end :]
    return Outcome(out, differences[::-1], pictures)


def agree(shown: str, came: str) -> bool:
    """Whether an output is what a page shows: the same words, numbers within a third, dots for left out lines."""
    wanted, given = (_lines(text) for text in (shown, came))
    pieces: list[list[str]] = [[]]
    for line in wanted:
        if line == DOTS:
            pieces.append([])
        else:
            pieces[-1].append(line)
    if len(pieces) == 1:
        return len(wanted) == len(given) and all(map(_same, wanted, given))
    first, last = pieces[0], pieces[-1]
    if len(given) < sum(map(len, pieces)) or not all(map(_same, first, given)):
        return False
    if last and not all(map(_same, last, given[-len(last) :])):
        return False
    at = len(first)
    for piece in pieces[1:-1]:
        ends = [k for k in range(at, len(given) - len(last) - len(piece) + 1) if all(map(_same, piece, given[k:]))]
        if not ends:
            return False
        at = ends[0] + len(piece)
    return True


def _lines(text: str) -> list[str]:
    return [" ".join(FREE.sub("~", line).split()) for line in text.strip().splitlines()]


def _same(one: str, other: str) -> bool:
    if NUMBER.sub("#", one).replace("+#", "#") != NUMBER.sub("#", other).replace("+#", "#"):
        return False
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    values = [(float(a.replace(",", "")), float(b.replace(",", ""))) for a, b in pairs]
    # whole numbers and per cents of few members move by a few at once
    return all(
        abs(a - b) <= max(abs(a), abs(b)) / 3 + (3 if a.is_integer() and b.is_integer() else 0.05) for a, b in values
    )


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Commands of a console block, each with the output that is shown under it."""
    for piece in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, _, shown = piece.partition("\n")
        yield line, shown


def _command(line: str, shown: str, at: int) -> str:
    environment = {**os.environ, "COLUMNS": "118", "NO_COLOR": "1", "MPLBACKEND": "Agg", "PYTHONUTF8": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(line, shell=True, env=environment, capture_output=True, text=True, encoding="utf-8")
    if done.returncode and not re.search(r"\bE\d{3}\b", shown):
        raise RuntimeError(f"near line {at}: {line!r} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    came = "\n".join(text.rstrip() for text in (done.stdout + (done.stderr if done.returncode else "")).splitlines())
    if agree(shown, came):
        return f"$ {line}\n{shown}"
    return f"$ {line}\n{_shortened(shown, came)}\n"


def _shortened(shown: str, came: str) -> str:
    """What came out, cut where the page had cut it."""
    lines, before = came.splitlines(), shown.strip("\n").splitlines()
    if DOTS not in before:
        return came
    head, tail = before.index(DOTS), len(before) - 1 - before[::-1].index(DOTS)
    last = len(before) - 1 - tail
    return "\n".join([*lines[:head], DOTS, *(lines[-last:] if last else [])])


def _python(block: Block, names: dict[str, object]) -> str:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(block.text, f"line {block.line}", "exec"), names)
    except Exception as error:
        raise RuntimeError(f"the Python at line {block.line} raised {error!r}") from error
    return said.getvalue()


def _write_file(folder: Path, block: Block) -> None:
    name, _, more = block.caption.partition(", ")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if more == "continued" else ""
    path.write_text(before + block.text, encoding="utf-8")


def main(words: list[str]) -> int:
    """Check or rewrite pages; the exit status is 1 where a page was wrong."""
    pages = [Path(w) for w in words if not w.startswith("-")] or sorted(PAGES.glob("*.md"))
    wrong = 0
    for path in pages:
        found = execute(path.read_text(encoding="utf-8"))
        many = len(found.differences)
        print(f"{path.name}: {many} outputs differ" if many else f"{path.name}: as shown")
        print("\n".join(found.differences), end="\n" if many else "")
        if "--write" in words:
            if found.text != path.read_text(encoding="utf-8"):
                path.write_text(found.text, encoding="utf-8")
            for name, picture in found.pictures.items():
                (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
                (DOCS / name).write_bytes(picture)
        wrong += many
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
