"""`forbear brief`, `forbear run --brief` and `forbear cite`, as a user calls them."""

import json

import pytest

from forbear.cli.main import main


def call(capsys, *words):
    """Exit status, standard output, standard error."""
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    caught = capsys.readouterr()
    return stopped.value.code, caught.out, caught.err


def test_a_brief_is_written_where_it_was_asked_for(capsys, tmp_path):
    to = tmp_path / "meadow.pdf"
    code, out, err = call(capsys, "brief", "meadow", "--members", "6", "--to", str(to))
    assert code == 0 and out.strip() == str(to) and to.read_bytes().startswith(b"%PDF")
    assert "claims no effect" in err


def test_a_run_writes_report_and_brief_with_never_intervening_beside(capsys, tmp_path):
    page, pdf = tmp_path / "m.html", tmp_path / "m.pdf"
    code, _, _ = call(capsys, "run", "meadow", "--members", "6", "--to", str(page), "--brief", str(pdf))
    assert code == 0 and pdf.read_bytes().startswith(b"%PDF")
    assert "Never intervening (by assumption)" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("content", ["{", "[]", json.dumps({"claims": {}})])
def test_a_file_that_holds_no_answers_is_refused_before_anything_is_simulated(capsys, tmp_path, content):
    path = tmp_path / "answers.json"
    path.write_text(content, encoding="utf-8")
    code, out, err = call(capsys, "brief", "iraq-2003", "--answers", str(path), "--to", str(tmp_path / "x.pdf"))
    assert code == 2 and ("E104" in err or "E109" in err) and "answers.json" in err and "Traceback" not in err
    assert "simulating" not in err and not out and not (tmp_path / "x.pdf").exists()


def test_answers_that_are_not_there_are_named(capsys, tmp_path):
    code, _, err = call(capsys, "brief", "iraq-2003", "--answers", str(tmp_path / "none.json"))
    assert code == 2 and "E101" in err and "none.json" in err


def test_citations_of_a_scenario_hold_its_sources(capsys):
    code, plain, _ = call(capsys, "cite")
    assert code == 0 and plain.startswith("@software{forbear,") and "@misc{source:" not in plain
    code, more, _ = call(capsys, "cite", "iraq-2003")
    assert (
        code == 0 and more.startswith(plain.strip()[:200]) and "@misc{source:votes," in more and "@misc{data:" in more
    )
