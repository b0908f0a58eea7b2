"""Whoever passes the package on breaks no licence."""

import importlib.util
import subprocess
import sys
from email.message import Message
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("licences", ROOT / "tools" / "licences.py")
licences = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(licences)


def package(**fields):
    """A package whose metadata say this."""
    metadata = Message()
    for key, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            metadata[key.replace("_", "-")] = value
    return SimpleNamespace(metadata=metadata)


def test_everything_that_is_required_at_run_time_has_an_allowed_licence():
    done = subprocess.run([sys.executable, ROOT / "tools" / "licences.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name in ("numpy", "numba", "llvmlite", "zarr", "fastapi", "matplotlib", "typst", "distributed"):
        assert f"{name} " in done.stdout
    assert "platypus" not in done.stdout and "not installed" not in done.stdout


@pytest.mark.parametrize(
    ("expression", "good"),
    [
        ("MIT", True),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", True),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-or-later OR MIT", True),
        ("MIT AND (GPL-2.0-only OR Apache-2.0)", True),
        ("GPL-3.0-or-later", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("MIT AND GPL-3.0-or-later", False),
        ("MIT AND (GPL-2.0-only OR LGPL-3.0-only)", False),
        ("MIT AND", False),
        ("(MIT", False),
        ("MIT)", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_an_expression_is_met_by_allowed_licences_alone_or_refused(expression, good):
    assert licences.is_allowed(expression) is good


def test_a_package_under_the_gpl_or_without_a_word_is_refused():
    gpl = package(Classifier=["License :: OSI Approved :: GNU General Public License v3 (GPLv3)"], License="MIT")
    assert not licences.is_allowed(licences.stated(gpl))
    both = package(Classifier=["License :: OSI Approved :: MIT License", "License :: OSI Approved :: GNU General Public License (GPL)"])  # fmt: skip
    assert not licences.is_allowed(licences.stated(both))
    assert licences.stated(package(Name="silent")) == ""


def test_an_expression_comes_before_classifiers_and_those_before_the_old_field():
    said = {
        "Classifier": ["License :: OSI Approved :: MIT License"],
        "License": "Copyright (c) 2001 somebody\nlong text",
    }
    assert licences.stated(package(**said)) == "MIT"
    assert licences.stated(package(License_Expression="ISC", **said)) == "ISC"
    assert licences.stated(package(License="Apache 2.0")) == "Apache-2.0"


def test_every_exception_names_its_licence_and_a_reason():
    assert all(licence and len(reason) > 20 for licence, reason in licences.EXCEPTIONS.values())
