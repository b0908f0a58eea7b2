"""A decision from the runs to the page: the same bits for any workers, and nothing added up that nobody weighed."""

import json
import re

import numpy as np
import pytest

import forbear as fb
from forbear import cli
from forbear.questions.policy_runs import PolicyRuns
from forbear.report.decision import board_rows
from forbear.scenario.casefiles.policies import without_intervention

MEMBERS = 96
HALF = fb.Strategy("HALF", "Half of the soldiers", "intervention", {"intervener.force": "*0.5"})
LOSSES = {"unit": "million US$", "deaths": 2.0, "cost": 1000.0}


def decided(**more):
    settings = {"losses": LOSSES, "given": "prior", "members": MEMBERS, "workers": 1, **more}
    return fb.decide("meadow", {"HALF": HALF}, **settings)


@pytest.fixture(scope="module")
def found():
    return decided()


def test_numbers_are_those_of_the_runs(found, meadow):
    worlds = PolicyRuns.of(meadow, None, members=MEMBERS, replications=1, seed=1, outcomes=("deaths", "cost"))
    worlds.run_all({name: option.apply(meadow) for name, option in found.decision.options.items()})
    loss = np.stack(
        [2.0 * worlds.values(n, "deaths") + 1000.0 * worlds.values(n, "cost") for n in found.decision.options]
    )
    rows = found.boards[0].rows
    assert [rows[n].expected for n in found.decision.options] == pytest.approx(loss.mean(axis=1).tolist())
    missed = loss - loss.min(axis=0)
    assert [rows[n].regret_p90 for n in found.decision.options] == pytest.approx(
        np.quantile(missed, 0.9, axis=1).tolist()
    )
    assert found.chosen.option == list(found.decision.options)[int(loss.mean(axis=1).argmin())]


def test_the_same_seed_gives_the_same_bits_for_any_workers(found):
    again = decided(workers=2)
    assert json.dumps(again.document()) == json.dumps(found.document())
    assert decided(seed=2).boards[0].rows["HALF"].expected != found.boards[0].rows["HALF"].expected


def test_never_intervening_is_among_the_options_and_told_as_an_assumption(found):
    assert "NEVER" in found.decision.assumed and "HISTORY" in found.decision.options
    text = "\n".join(found.lines())
    assert "NEVER (by assumption)" in text and "band by assumption" in text
    assert any("nobody intervenes" in change.setting for change in found.changes)


def test_the_terminal_tells_of_a_world_by_assumption_a_range_in_one_digit_as_the_page_does(found, monkeypatch):
    monkeypatch.setenv("COLUMNS", "118")
    lines = [line for line in found.lines() if line.startswith("  NEVER (by assumption) ")]
    assert len(lines) == len(found.boards)
    for line, board in zip(lines, found.boards, strict=True):
        page = next(row for row in board_rows(board, found.decision) if row[0].endswith("(by assumption)"))
        told = re.split(r"\s{2,}", line.strip())
        assert told == ["NEVER (by assumption)", page[1], page[-1].replace("\N{NO-BREAK SPACE}", " ")]
        assert _in_one_digit(told[1]), told
    assert not any("±" in line for line in lines) and any("±" in line for line in found.lines())
    narrow = [line for line in _at(60, monkeypatch, found) if "±" in line]
    assert narrow and all(len(line) <= 60 for line in narrow)


def _in_one_digit(words):
    numbers = re.findall(r"\d[\d,.]*", words)
    return bool(numbers) and all(len(re.sub("[,.]", "", number).strip("0")) <= 1 for number in numbers)


def _at(width, monkeypatch, found):
    monkeypatch.setenv("COLUMNS", str(width))
    return found.lines()


def test_a_strategy_under_which_nobody_intervenes_has_ends_in_one_digit_when_stressed_and_compared(meadow):
    stressed = fb.stress("meadow", {"NEVER": never(meadow)}, given="prior", members=MEMBERS, workers=1)
    line = next(line for line in stressed.lines() if line.startswith("NEVER "))
    assert "by assumption: a band, not ranked" in line and "%" not in line
    assert _in_one_digit(line), line
    pair = fb.compare("meadow", never(meadow), given="prior", members=16, replications=1, workers=1)
    assert pair.assumed == ("NEVER",)
    text = "\n".join([*pair.lines(), pair.sentence])
    assert not re.search(r"[\d.,]+ \([-+x]?\d", text) and "band by assumption" in text
    drawn = pair.plot()._repr_html_()
    assert 'class="middle"' not in drawn
    plain = fb.compare("meadow", HALF, given="prior", members=16, replications=1, workers=1)
    assert plain.assumed == () and re.search(r"[\d.,]+ \([-+x]?\d", plain.sentence)


def never(scenario):
    return without_intervention(scenario, {})


def test_no_loss_by_default():
    with pytest.raises(fb.ForbearError, match="E286"):
        fb.decide("meadow", {"HALF": HALF}, given="prior", members=MEMBERS)


def test_in_an_order_there_is_no_board_that_adds_anything_up(found):
    ordered = decided(losses=None, order=["deaths", "cost"], horizon="2004-12")
    assert [board.name for board in ordered.boards] == ["deaths", "cost"]
    assert ordered.chosen.by in ("deaths", "cost")
    assert "Nothing is added up" in "\n".join(ordered.lines())
    assert ordered.boards[0].rows["HISTORY"].expected < found.boards[1].rows["HISTORY"].expected  # a shorter run


def test_tables_and_files_hold_the_same_numbers(found, tmp_path):
    frame = found.to_frame()
    assert frame.loc[("loss", "HALF"), "expected"] == found.boards[0].rows["HALF"].expected
    assert set(frame["unit"]) == {"million US$", "persons", "billion US$"}
    files = found.to_csv(tmp_path / "tables")
    assert [path.name for path in files] == ["options.csv", "changes.csv", "worth.csv"]
    kept = json.loads(found.save(tmp_path / "decision.json").read_text(encoding="utf-8"))
    assert kept["chosen"]["option"] == found.chosen.option


def test_the_page_needs_nothing_from_outside_and_is_the_same_again(found, tmp_path):
    path = found.write(tmp_path / "decision.html")
    page = path.read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=\"(?!#)", page) and not re.findall(r"https?://(?!www.w3.org)", page)
    assert page.lstrip().startswith("<!doctype html>") and 'lang="en"' in page and 'class="skip"' in page
    assert page.count("<h1>") == 1
    for picture in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        assert 'role="img"' in picture and "<title" in picture
    assert all("<caption>" in table for table in re.findall(r"<table.*?</table>", page, flags=re.DOTALL))
    assert found.chosen.option in page and "not advice" in page
    assert found.write(tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_what_somebody_calls_an_option_is_escaped_on_the_page(found, tmp_path):
    sly = fb.Strategy("SLY", "<script>alert(1)</script>", "intervention", {"intervener.force": "*0.5"})
    page = fb.decide("meadow", {"SLY": sly}, losses=LOSSES, given="prior", members=20, workers=1)
    text = page.write(tmp_path / "sly.html").read_text(encoding="utf-8")
    assert "<script>alert" not in text and "&lt;script&gt;" in text
    assert "too few" in page.worths.why_not


def test_the_command_prints_writes_and_refuses(tmp_path, capsys):
    words = ["decide", "meadow", "--given", "prior", "--members", "20", "--workers", "1", "--loss", "deaths=2"]
    with pytest.raises(SystemExit) as end:
        cli.main(
            [*words, "--html", str(tmp_path / "d.html"), "--csv", str(tmp_path / "d"), "--to", str(tmp_path / "d.json")]
        )
    out = capsys.readouterr().out
    assert end.value.code == 0 and "What would change the choice" in out and "HISTORY" in out
    assert (tmp_path / "d.html").exists() and (tmp_path / "d.json").exists() and (tmp_path / "d" / "worth.csv").exists()
    with pytest.raises(SystemExit) as end:
        cli.main([*words, "--loss", "cost=1"])
    assert end.value.code == 2 and "E286" in capsys.readouterr().err
