"""What stands between the laboratory and the rest of the world, and what the laboratory answers."""

import hashlib
import re
import tomllib
from importlib.resources import files

import pytest

from forbear.app.security import LARGEST_FILE, MOST_FIELDS, is_loopback
from forbear.app.server import create
from forbear.errors import RunError, ScenarioError

STATIC = files("forbear.app") / "static"


def numbers(text):
    """Words of the results page: what stands in the table of differences."""
    return re.findall(r'<td class="n"[^>]*><b>([^<]*)</b>', text[text.index("differences") :])


def test_the_page_names_no_address_outside_and_allows_none(visitor):
    answer = visitor.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert not re.search(r'(src|href|action)="(https?:)?//', answer.text)
    assert answer.headers["x-frame-options"] == "DENY" and answer.headers["cache-control"] == "no-store"


def test_a_moved_lever_changes_what_is_shown_and_the_address_holds_the_state(visitor):
    before = visitor.settled(visitor.post("/run", {"scenario": "meadow"}))
    after = visitor.run({"scenario": "meadow", "intervener.force": "*2"})
    found = numbers(visitor.settled(after))
    assert len(found) == 21 and len(numbers(before)) == 14 and found[::3] != numbers(before)[::2]
    assert after.headers["hx-replace-url"] == "/?scenario=meadow&intervener.force=*2"


def test_the_same_state_gives_the_same_numbers_on_another_server(visitor, meet):
    from starlette.testclient import TestClient

    asked = {"scenario": "meadow", "intervener.force": "*1.5", "seed": "7"}
    first = visitor.post("/run", asked)
    with TestClient(create("meadow"), base_url="http://localhost:8765") as client:
        other = meet(client)
        other.get("/")
        again = other.post("/run", asked)
        ends = [visitor.settled(first), other.settled(again)]
    cut = lambda text: text[text.index("<table") : text.index("</table>")]
    assert cut(ends[0]) == cut(ends[1])


def test_a_drawn_schedule_is_followed_and_saved(visitor):
    from forbear.scenario import Scenario

    start = Scenario.load("meadow").start
    path = f"{start.year}-{start.month:02d}:100,{start.year + 1}-{start.month:02d}:900"
    assert visitor.post("/run", {"scenario": "meadow", "intervener.force": path}).status_code == 200
    saved = visitor.get(f"/scenario.toml?scenario=meadow&intervener.force={path}")
    levers = tomllib.loads(saved.text)["levers"]
    assert levers["intervener.force"]["schedule"][-1][1] == 900
    assert levers["intervener.force"]["interpolation"] == "linear"


def test_a_saved_state_is_a_scenario_that_runs(visitor, tmp_path):
    from forbear.scenario import Scenario

    saved = visitor.get("/scenario.toml?scenario=meadow&intervener.force=*1.25")
    path = tmp_path / "saved.toml"
    path.write_text(saved.text, encoding="utf-8")
    changed, plain = Scenario.load(path).problem(), Scenario.load("meadow").problem()
    assert changed.levers["force"].max() == pytest.approx(1.25 * plain.levers["force"].max())


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("intervener.forse", "*2", "E205"),
        ("intervener.force", "*many", "E210"),
        ("intervener.force", "-5", "E210"),
        ("intervener.force", "nan", "E210"),
        ("intervener.intervene", "0.5", "E408"),
        ("intervener.force", "2001-05:10,2001-01:20", "E211"),
        ("intervener.force", "2001-13:10", "E211"),
        ("seed", "-1", "E210"),
        ("from", "tomorrow", "E209"),
        ("scenario", "../../etc/passwd", "E101"),
        ("strategy", "WIN", "E241"),
        ("draws", "mine", "E210"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_code(visitor, key, value, code):
    answer = visitor.post("/run", {"scenario": "meadow", key: value} if key != "scenario" else {key: value})
    assert answer.status_code == 422
    assert code in answer.text and "Traceback" not in answer.text


def test_a_request_without_the_token_is_refused(visitor):
    assert visitor.post("/run", {"scenario": "meadow"}, token="").status_code == 403
    assert visitor.post("/run", {"scenario": "meadow"}, token="0" * 64).status_code == 403


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", None])
def test_a_request_from_another_page_is_refused(visitor, origin):
    assert visitor.post("/run", {"scenario": "meadow"}, origin=origin).status_code == 403


def test_a_foreign_name_that_leads_here_is_refused(client):
    assert client.get("/", headers={"host": "rebound.example:8765"}).status_code == 421


def test_other_methods_are_refused(client):
    assert client.put("/run").status_code == 405
    assert client.delete("/").status_code == 405


@pytest.mark.parametrize("path", ["/", "/claims", "/scenario.toml", "/plan", "/play", "/decide", "/graph"])
def test_an_address_of_thousands_of_parts_is_refused_before_it_is_looked_at(client, path, monkeypatch):
    from forbear.app.countries import Countries

    monkeypatch.setattr(Countries, "get", lambda *_: pytest.fail("work was done"))
    near = "&".join(f"intervener.forc{k}=1" for k in range(MOST_FIELDS + 1))
    answer = client.get(f"{path}?{near}")
    assert answer.status_code == 400 and str(MOST_FIELDS) in answer.text


@pytest.mark.parametrize("multipart", [False, True])
def test_a_form_of_thousands_of_fields_is_refused_before_it_is_looked_at(visitor, multipart, monkeypatch):
    from forbear.app.countries import Countries

    visitor.get("/")
    monkeypatch.setattr(Countries, "get", lambda *_: pytest.fail("work was done"))
    near = {f"intervener.forc{k}": "1" for k in range(MOST_FIELDS + 1)}
    more = {"files": {"file": ("a.toml", b"")}} if multipart else {}
    assert visitor.post("/run", near, **more).status_code == 400


def test_markup_in_an_address_stays_text(visitor):
    answer = visitor.get("/?strategy=%3Cscript%3Ealert(1)%3C/script%3E")
    assert answer.status_code == 422 and "<script>alert" not in answer.text


def test_an_uploaded_scenario_is_shown_and_run(visitor):
    text = b'[scenario]\nname = "mine"\ntitle = "Mine"\nextends = "meadow"\n[levers]\nsource = "assumption: a test"\n"intervener.force" = { scale = 0.5 }\n'
    answer = visitor.post("/upload", files={"file": ("mine.toml", text)}, follow_redirects=False)
    assert answer.status_code == 303
    page = visitor.get(answer.headers["location"])
    assert "Mine" in page.text


@pytest.mark.parametrize(
    "text",
    [
        b"[scenario",
        b"\xff\xfe",
        b'[scenario]\nname = "mine"\ntitle = "x"\nextends = "/etc/passwd"\n',
        b'[scenario]\nname = "mine"\ntitle = "x"\nextends = "../meadow"\n',
        b'[scenario]\nname = "mine"\ntitle = "x"\n[country.districts]\ntable = "/etc/passwd"\n',
        b"a=" + b"[" * 5000,
    ],
)
def test_an_upload_that_is_no_scenario_is_refused_in_words(visitor, text):
    answer = visitor.post("/upload", files={"file": ("mine.toml", text)})
    assert answer.status_code == 422 and "Traceback" not in answer.text and "root:" not in answer.text


def test_a_file_that_is_too_large_is_refused(visitor):
    answer = visitor.post("/upload", files={"file": ("mine.toml", b"#" * (LARGEST_FILE + 2))})
    assert answer.status_code == 413


def test_a_page_that_is_not_there_is_said_to_be_missing(client):
    assert client.get("/nowhere").status_code == 404


def test_a_server_for_others_demands_a_password(meet):
    from starlette.testclient import TestClient

    with pytest.raises(RunError, match="E411"):
        create("meadow", local_only=False)
    with TestClient(create("meadow", password="open sesame", local_only=False), base_url="http://10.0.0.9") as client:
        closed = client.get("/", follow_redirects=False)
        assert closed.status_code == 303 and closed.headers["location"] == "/enter"
        visitor = meet(client)
        visitor.get("/enter")
        assert visitor.post("/enter", {"password": "wrong"}, origin="http://10.0.0.9").status_code == 401
        visitor.get("/enter")
        assert visitor.post("/enter", {"password": "open sesame"}, origin="http://10.0.0.9").status_code == 200
        assert client.get("/", follow_redirects=False).status_code == 200


def test_a_newer_request_of_a_page_ends_its_earlier_one(visitor):
    first = re.search(r'data-run="(\d+)"', visitor.run({"scenario": "meadow", "intervener.force": "*1.1"}).text)[1]
    second = re.search(r'data-run="(\d+)"', visitor.run({"scenario": "meadow", "intervener.force": "*1.2"}).text)[1]
    assert int(second) > int(first)
    old = visitor.get(f"/results/{first}?page={visitor.tab}&seen=0")
    assert old.status_code == 204 and "x-forbear-again" not in old.headers


def test_a_page_whose_run_was_let_go_is_told_so(visitor):
    number = re.search(r'data-run="(\d+)"', visitor.run({"scenario": "meadow"}).text)[1]
    runs = visitor.client.app.state.runs
    for forget in (lambda: [work.let_go() for work in runs._newest.values()], runs._newest.clear):
        forget()
        gone = visitor.get(f"/results/{number}?page={visitor.tab}&seen=0")
        assert gone.status_code == 422 and "This run is gone" in gone.text


def test_table_and_charts_can_be_taken_away(visitor):
    answer = visitor.run({"scenario": "meadow"})
    number = re.search(r'data-run="(\d+)"', answer.text)[1]
    table = visitor.get(f"/export/{number}/differences.csv?page={visitor.tab}")
    assert table.text.startswith("part,name,unit") and "outcome,deaths,persons,plan" in table.text
    names = re.findall(rf"/export/{number}/([\w-]+\.svg)", answer.text)
    chart = visitor.get(f"/export/{number}/{names[0]}?page={visitor.tab}")
    assert chart.text.startswith("<svg xmlns")
    assert visitor.get(f"/export/{number}/secret?page={visitor.tab}").status_code == 404


def test_a_claim_is_tested_with_a_parameter_held_and_the_address_holds_it(visitor):
    page = visitor.get("/claims?scenario=iraq-2003")
    assert page.status_code == 200 and "H2" in page.text
    one = visitor.get("/claims?scenario=iraq-2003&claim=H2&mass_elasticity=0.9")
    assert one.status_code == 200 and 'name="mass_elasticity" value="0.9"' in one.text
    answer = visitor.run({"scenario": "iraq-2003", "claim": "H2", "mass_elasticity": "0.9"}, "/claims/run")
    assert answer.status_code == 200
    assert "as the draws are" in answer.text and "what the rule says" in answer.text
    assert "style=" not in answer.text
    assert answer.headers["hx-replace-url"].endswith("claim=H2&mass_elasticity=0.9")


def test_a_claim_or_parameter_that_is_not_there_is_named(visitor):
    assert "E241" in visitor.get("/claims?scenario=iraq-2003&claim=H99").text
    assert "E241" in visitor.get("/claims?scenario=iraq-2003&claim=H2&mass_elastcity=0.5").text
    assert "E210" in visitor.get("/claims?scenario=iraq-2003&claim=H2&mass_elasticity=2").text


def test_holding_a_parameter_holds_it_in_every_member():
    import numpy as np

    from forbear.app.country import Country
    from forbear.scenario import Scenario

    country = Country(Scenario.load("meadow"), "meadow")
    name = next(n for n, p in country.problem.priors.items() if p.size == 1 and p.ravel()[0].family != "fixed")
    held = country.parameters("prior", np.arange(5, dtype=np.uint32), 1, ((name, 0.9),))
    free = country.parameters("prior", np.arange(5, dtype=np.uint32), 1)
    assert np.ptp(held[name]) == 0 and np.ptp(free[name]) > 0
    other = next(n for n in free if n != name)
    assert np.array_equal(held[other], free[other])


def test_vendored_scripts_are_what_their_record_says():
    listed = tomllib.loads((STATIC / "VENDORED.toml").read_text(encoding="utf-8"))
    for entry in listed.values():
        assert hashlib.sha256((STATIC / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert entry["version"] and entry["licence"]


def test_only_loopback_addresses_count_as_this_machine():
    assert all(is_loopback(h) for h in ("localhost", "127.0.0.1", "127.3.2.1", "::1", "[::1]"))
    assert not any(is_loopback(h) for h in ("0.0.0.0", "192.168.1.4", "localhost.example", "", "128.0.0.1"))


def test_a_path_of_a_switch_is_refused():
    from forbear.app.state import read_state

    with pytest.raises(ScenarioError):
        read_state([("intervener.intervene", "2001-01:1")], "meadow")
