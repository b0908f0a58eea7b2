"""The structure of the code in numbers, and the rules that it keeps. Needs nothing but Python.

    python3 tools/structure.py                  # the table
    python3 tools/structure.py --check          # exit 1 where a rule is broken, every break told
    python3 tools/structure.py --root DIR       # another checkout's src/forbear

What is read is the syntax tree, nothing is imported. Imports under `if TYPE_CHECKING:` count as arrows: a type that two
files need of one another is a circle, too.
"""

from __future__ import annotations

import argparse
import ast
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = "forbear"
#: Longest line, and how many longer ones there are: tables whose rows are clearer whole. Lower it, never raise it.
LINE, LONGER_LINES = 120, 456
#: Longest file, and longest function of the command line.
FILE, COMMAND_FUNCTION = 500, 70
#: Imports of this package that stand inside functions, with the reason in words beside each file.
LAZY: dict[str, str] = {}
#: How many imports inside functions are left: code of a GPU, and what would load arrays where a scenario is only read. Lower it,
#: never raise it.
LAZY_LEFT = 16
#: How many uses of another package's private names are left. Lower it, never raise it.
PRIVATE_LEFT = 1


@dataclass
class Module:
    """One file: its name, tree, text and what it takes from other files of the package."""

    name: str
    path: Path
    text: str
    tree: ast.Module
    arrows: set[str] = field(default_factory=set)
    lazy: list[tuple[int, str]] = field(default_factory=list)
    heavy: list[tuple[int, str]] = field(default_factory=list)

    @property
    def package(self) -> str:
        """The first folder below the package, or the file itself at the top."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else PACKAGE


def read(root: Path) -> dict[str, Module]:
    """Every file of the package by dotted name, with its arrows."""
    modules: dict[str, Module] = {}
    for path in sorted(root.rglob("*.py")):
        parts = [PACKAGE, *path.relative_to(root).with_suffix("").parts]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        modules[name] = Module(name, path, text, ast.parse(text))
    for module in modules.values():
        for node, inside in walk(module.tree):
            targets = [t for t in imported(node, modules) if t != module.name]
            own = [t for t in targets if t.split(".")[0] == PACKAGE]
            module.arrows.update(own)
            if inside and targets:
                (module.lazy if own else module.heavy).append((node.lineno, targets[0]))
    return modules


def walk(tree: ast.AST, inside: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    """Every import statement, and whether it stands inside a function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, inside
        yield from walk(node, inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def imported(node: ast.stmt, modules: dict[str, Module]) -> list[str]:
    """The modules that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        inner = [f"{node.module}.{alias.name}" for alias in node.names]
        return [name if name in modules else node.module for name in inner]
    return []


def circles(modules: dict[str, Module]) -> list[list[str]]:
    """Groups of files each of which reaches each other (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for target in modules[name].arrows & modules.keys():
            if target not in index:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], index[target])
        if low[name] == index[name]:
            group = [stack.pop()]
            while group[-1] != name:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(sorted(group))

    sys.setrecursionlimit(10_000)
    for name in modules:
        if name not in index:
            visit(name)
    return found


def functions(module: Module) -> Iterator[tuple[int, str, int]]:
    """Lines, name and place of every function."""
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield (node.end_lineno or node.lineno) - node.lineno + 1, node.name, node.lineno


def private_uses(modules: dict[str, Module]) -> list[str]:
    """Private names of one package that another package uses: imported, or as attributes of something not `self`.

    An attribute counts where its name is defined as private in another package and not in the user's own.
    """
    defined: dict[str, set[str]] = {}
    for module in modules.values():
        for node in ast.walk(module.tree):
            names: list[str] = []
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names = [node.name]
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                names = [node.attr]
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names = [node.id]
            for name in names:
                if name.startswith("_") and not name.startswith("__"):
                    defined.setdefault(name, set()).add(module.package)
    out = []
    for module in modules.values():
        for node in ast.walk(module.tree):
            name, line = "", 0
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                    continue
                name, line = node.attr, node.lineno
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
                for alias in node.names:
                    other = (node.module or "").split(".")[1:2]
                    if alias.name.startswith("_") and alias.name != "__version__" and other != [module.package]:
                        out.append(f"{module.path}:{node.lineno} {alias.name}")
                continue
            owners = defined.get(name, set())
            if name.startswith("_") and not name.startswith("__") and owners and module.package not in owners:
                out.append(f"{module.path}:{line} {name}")
    return out


def report(modules: dict[str, Module]) -> list[str]:
    """The table."""
    packages = Counter(m.package for m in modules.values())
    lengths = sorted((m.text.count("\n"), m.name) for m in modules.values())
    longest = sorted(((n, f"{m.name}.{f}") for m in modules.values() for n, f, _ in functions(m)), reverse=True)
    long_lines = sum(len(line) > LINE for m in modules.values() for line in m.text.splitlines())
    count = lambda text: sum(m.text.count(text) for m in modules.values())
    return [
        "files: " + ", ".join(f"{name} {number}" for name, number in sorted(packages.items())),
        f"lines a file: median {statistics.median(n for n, _ in lengths):g}, longest {lengths[-1][0]} ({lengths[-1][1]})",
        "longest functions: " + ", ".join(f"{name} {lines}" for lines, name in longest[:10]),
        f"functions over {COMMAND_FUNCTION} lines in cli: {sum(n > COMMAND_FUNCTION for n, f in longest if '.cli.' in f)}",
        f"circles of imports: {len(circles(modules))}",
        f"imports of the package inside functions: {sum(len(m.lazy) for m in modules.values())}",
        f"imports of third parties inside functions: {sum(len(m.heavy) for m in modules.values())}",
        f"uses of another package's private names: {len(private_uses(modules))}",
        f"dict[str, Any]: {count('dict[str, Any]')}",
        f"lines over {LINE}: {long_lines}; fmt: skip: {count('fmt: skip')}",
    ]


def breaks(modules: dict[str, Module]) -> list[str]:
    """Every rule that is broken, in words."""
    out = ["a circle: " + ", ".join(group) for group in circles(modules)]
    lazy = [
        f"{m.path}:{line} imports {target}" for m in modules.values() if m.name not in LAZY for line, target in m.lazy
    ]
    if len(lazy) > LAZY_LEFT:
        out += [f"{len(lazy)} imports inside functions, at most {LAZY_LEFT} may be left", *lazy]
    private = private_uses(modules)
    if len(private) > PRIVATE_LEFT:
        out += [f"{len(private)} private names used across packages, at most {PRIVATE_LEFT} may be left", *private]
    for module in modules.values():
        if module.text.count("\n") > FILE:
            out.append(f"{module.path} has more than {FILE} lines")
        if module.package == "cli":
            out += [
                f"{module.path}:{at} {name} has {n} lines" for n, name, at in functions(module) if n > COMMAND_FUNCTION
            ]
    longer = sum(len(line) > LINE for m in modules.values() for line in m.text.splitlines())
    if longer > LONGER_LINES:
        out.append(f"{longer} lines are longer than {LINE}; at most {LONGER_LINES} may be")
    return out


def main() -> int:
    """Print the table; with --check tell what is broken and leave with 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1] / "src" / PACKAGE)
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args()
    modules = read(chosen.root)
    if not chosen.check:
        print("\n".join(report(modules)))
        return 0
    found = breaks(modules)
    print("\n".join(found) if found else "the structure keeps its rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
