"""The public names: found by a tab, typed for checkers, alike in their arguments, with examples that run."""

import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import forbear as fb

ROOT = Path(fb.__file__).parent
FUNCTIONS = [
    name
    for name in fb.__all__
    if name[0].islower() and inspect.isroutine(getattr(fb, name)) or name in ("report", "evidence")
]
#: Every argument of every public function is one of these words, and means the same wherever it stands.
VOCABULARY = {
    "answers", "attitude", "attribution", "chunk", "claims", "cluster", "decision", "device", "effort", "ensemble", "evaluations", "fails_beyond", "files",
    "first", "found", "game", "given", "horizon", "keep", "kernel", "losses", "members", "monthly", "name", "names", "only", "options", "order", "orders", "other",
    "outcome", "outcomes", "parts", "progress", "quick", "replications", "scenario", "second", "seed", "stages", "step",
    "store", "strategies", "structure", "tail", "thresholds", "to", "until", "weekly", "where", "workers", "worth", "worlds",
}  # fmt: skip
OF_RUNS = {
    "simulate",
    "summarise",
    "compare",
    "test_claims",
    "report",
    "stress",
    "decide",
    "search",
    "attribute",
    "look_up_first",
}


def parameters_of(name):
    return inspect.signature(getattr(fb, name)).parameters


def test_a_tab_shows_every_name_and_every_name_is_there():
    assert set(fb.__all__) <= set(dir(fb))
    for name in fb.__all__:
        assert getattr(fb, name) is not None


def test_the_interface_of_the_plan_is_there():
    wanted = {
        "load", "library", "simulate", "compare", "fit", "test_claims", "report", "validate", "stress", "search",
        "attribute", "evidence", "cite", "Scenario", "Problem", "Ensemble", "Posterior", "Answers", "ForbearError",
        "MODEL", "diff", "plot", "match", "base_rates", "look_up_first", "__version__",
    }  # fmt: skip
    assert wanted <= set(dir(fb))


def test_old_names_are_gone():
    for name in ("answer", "Worlds"):
        with pytest.raises(AttributeError):
            getattr(fb, name)


def test_importing_costs_nothing_and_types_ship():
    code = "import forbear, sys; dir(forbear); assert not {'numpy', 'xarray', 'typer'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
    assert (ROOT / "py.typed").exists()


def test_the_types_are_those_of_the_table():
    stub = (ROOT / "__init__.pyi").read_text(encoding="utf-8")
    typed = {name: module for module, name in re.findall(r"^from (\S+) import \w+ as (\w+)$", stub, re.MULTILINE)}
    table = {}
    for name, home in fb._HOME.items():
        module, _, attribute = home.partition(":")
        table[name] = module if attribute else module.rpartition(".")[0]
    assert typed == table
    assert "__version__: str" in stub


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arguments_are_named_from_one_vocabulary(name):
    assert set(parameters_of(name)) <= VOCABULARY


@pytest.mark.parametrize("name", sorted(OF_RUNS))
def test_whatever_runs_the_model_says_what_it_draws_from_and_is_steered_alike(name):
    found = parameters_of(name)
    assert {"scenario", "given", "members", "seed", "workers", "progress"} <= set(found)
    assert next(iter(found)) == "scenario"
    assert found["given"].default is None
    assert found["seed"].default == 1
    for argument in ("given", "members", "seed", "workers", "progress"):
        assert found[argument].kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize(
    "name", sorted({*OF_RUNS, "fit", "validate", "load", "library", "evidence", "cite", "open_session"})
)
def test_documentation_has_sections_for_all_that_a_caller_needs(name):
    function = getattr(fb, name)
    text = inspect.getdoc(getattr(function, "__wrapped__", function))
    for section in ("Returns", "Examples"):
        assert f"{section}\n{'-' * len(section)}" in text
    if parameters_of(name):
        assert "Parameters\n----------" in text and "Raises\n------" in text
        head = text.split("Parameters\n----------")[1].split("\nReturns\n")[0]
        told = {w.strip() for line in re.findall(r"^(\w[\w, ]*)$", head, re.MULTILINE) for w in line.split(",")}
        assert set(parameters_of(name)) <= told


@pytest.mark.parametrize(
    "name", sorted({*OF_RUNS, "fit", "validate", "load", "library", "evidence", "cite", "open_session"})
)
def test_the_example_in_the_documentation_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    function = getattr(fb, name)
    function = getattr(function, "__wrapped__", function)
    options = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    found = doctest.DocTestFinder(recurse=False).find(function, name, globs={})
    assert found and found[0].examples
    runner, said = doctest.DocTestRunner(optionflags=options), []
    for example in found:
        runner.run(example, out=said.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(said)
