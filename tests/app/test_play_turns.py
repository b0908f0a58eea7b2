"""A turn of play: cards, numbers as people type them, expectations with their score, the digest."""

import re
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from playing import FORCE, START, begun, turn

from forbear.app.countries import Countries
from forbear.app.play import maps
from forbear.app.play.cards import EXACT, cards_of, decided, planned_words
from forbear.app.play.charts import situation, turn_figures
from forbear.app.play.digest import ahead_of, digest_of, events_of, sent_of
from forbear.app.play.expect import SERIES, interval_score, read_expected, scored, totals
from forbear.app.play.game import LEVERS, Decision, Game, now, read_decision
from forbear.app.play.log import csv_of, log_text, read_log
from forbear.app.play.settings import address_of, filled
from forbear.app.play.views import View
from forbear.app.play.world import REPORTED, TRUE, GameWorlds
from forbear.country.model import MODEL
from forbear.errors import FileError
from forbear.figures.sheet import width_of
from forbear.scenario.scenario import Scenario

CHOICE = f"choice:{FORCE}"


@pytest.fixture(scope="module")
def country():
    countries = Countries("meadow")
    yield countries.get("meadow")
    countries.close()


@pytest.fixture
def game(country):
    return Game("Red", "meadow", country.problem.hash, "HISTORY", "prior", 7, 3, True, now())


def titles(country, kind):
    return {name: country.scenario.title_of(kind, name) for name in country.problem.names[kind]}


def told(country, game, view):
    names = list(titles(country, "community").values())
    path = game.path(len(game.turns))
    return digest_of(country.problem, view, game, path, titles(country, "district"), names)


# -- cards --------------------------------------------------------------------------------------------------


def read(country, path, sent):
    faults = []
    pairs = decided(cards_of(country.problem, path, 3), sent, faults)
    return faults, read_decision((k, v) for k, v in pairs if "." in k)


def test_every_card_has_three_named_choices_within_its_bounds_or_nothing_to_name_them_by(country):
    cards = cards_of(country.problem, [], 3)
    assert {card.spec.key for card in cards} == {spec.key for spec in LEVERS}
    for card in cards:
        assert len(card.choices) in ((3,) if card.spec.key != "intervener.partners" else (0, 3))
        for choice in card.choices:  # what a card offers can be decided
            faults, decision = read(country, [], {f"choice:{card.spec.key}": choice.key, card.spec.key: ""})
            assert not faults and decision.levers == ((card.spec.key, choice.value),)


def test_a_named_choice_is_a_number_and_as_planned_is_none(country):
    faults, decision = read(country, [], {CHOICE: "2", FORCE: ""})
    planned = float(country.problem.levers["force"][0])
    assert not faults and decision.levers == ((FORCE, pytest.approx(1.5 * planned, rel=0.005)),)
    assert read(country, [], {CHOICE: "", FORCE: ""}) == ([], Decision())


def test_a_number_that_is_typed_without_touching_the_buttons_is_meant(country):
    assert read(country, [], {CHOICE: "", FORCE: "450"})[1].levers == ((FORCE, 450.0),)
    assert read(country, [], {CHOICE: EXACT, FORCE: "450"})[1].levers == ((FORCE, 450.0),)


def test_a_number_that_was_kept_gives_way_to_the_button_that_is_pressed(country, game):
    game.add(0, 3, Decision(((FORCE, 740.0),)), "")
    path = game.path(1)
    kept = next(card for card in cards_of(country.problem, path, 3) if card.spec.key == FORCE)
    assert (kept.chosen, kept.typed) == (EXACT, "740")
    assert read(country, path, {CHOICE: EXACT, FORCE: "740"})[1].levers == ((FORCE, 740.0),)
    assert read(country, path, {CHOICE: "", FORCE: "740"}) == ([], Decision())
    assert read(country, path, {CHOICE: "0", FORCE: "740"})[1].levers[0][1] < 400


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({CHOICE: "1", FORCE: "450"}, "two answers"),
        ({CHOICE: EXACT, FORCE: ""}, "no number was typed"),
        ({CHOICE: "9", FORCE: ""}, "no such choice"),
    ],
)
def test_two_answers_on_one_card_or_none_are_asked_about(country, sent, message):
    faults, _ = read(country, [], sent)
    assert len(faults) == 1 and message in faults[0].message and faults[0].field == "Own soldiers"


@pytest.mark.parametrize("typed", ["200.000", "200 000", "200,000", "200'000", "200k", "0,2 M", "2e", "200.000,5"])
def test_a_number_that_can_be_meant_in_two_ways_is_asked_about_and_decides_nothing(player, typed):
    address = begun(player)
    sent = {"parent": "0", "months": "3", "note": "why not", "leave": "", CHOICE: EXACT, FORCE: typed}
    answer = player.post(address + "/decide", sent)
    assert answer.status_code == 422 and "Nothing was decided" in answer.text
    assert "field <code>Own soldiers</code>" in answer.text and "why not" in answer.text
    assert "Nothing is reported yet" in player.get(address).text


@pytest.mark.parametrize(("typed", "meant"), [("200000", 200000.0), ("1,200,000", 1200000.0), ("1.200.000", 1200000.0)])
def test_a_number_that_can_mean_one_thing_is_taken(player, app, typed, meant):
    address = begun(player)
    turn(player, address, 0, **{CHOICE: EXACT, FORCE: typed})
    game = app.state.games.get(address.removeprefix("/play/"))
    assert game.turns[0].decision.levers == ((FORCE, meant),)


# -- expectations ---------------------------------------------------------------------------------------------


def test_nobody_gains_by_naming_another_range_than_the_one_that_is_believed():
    came = np.random.default_rng(3).gamma(4.0, 25.0, 4000)
    honest = np.quantile(came, [0.1, 0.9])

    def mean(low, high):
        return np.mean([interval_score(low, high, value) for value in came])

    best = mean(*honest)
    for factor in (0.7, 0.9, 1.1, 1.4):
        assert mean(honest[0] * factor, honest[1]) > best and mean(honest[0], honest[1] * factor) > best


def test_a_range_is_read_in_pairs_and_every_fault_is_told():
    first, second = SERIES
    faults = []
    sent = {f"expect:{first}:low": "10", f"expect:{first}:high": "1,200,000", f"expect:{second}:low": " "}
    assert read_expected(sent, faults) == ((first, 10.0, 1_200_000.0),) and not faults
    for low, high in (("10", ""), ("20", "10"), ("1.000", "2.000"), ("-1", "5"), ("x", "5"), ("nan", "5")):
        faults = []
        assert read_expected({f"expect:{first}:low": low, f"expect:{first}:high": high}, faults) == ()
        assert faults and all(fault.code == "E210" for fault in faults)


def test_a_range_is_scored_by_what_was_reported_in_its_own_turn(country, game):
    worlds = GameWorlds()
    series = "observed_attacks"
    game.add(0, 3, Decision(), "", expected=((series, 0.0, 5.0),))
    game.add(1, 6, Decision(), "", expected=((series, 1000.0, 2000.0),))
    view = worlds.view(country, game, 2)
    weeks = np.asarray(country.problem.months)[: view.steps]
    rows = [scored(country.problem, view, one)[0] for one in game.turns]
    for row, (first, until) in zip(rows, ((0, 3), (3, 6)), strict=True):
        inside = (weeks >= first) & (weeks < until)
        months = inside.sum() * 12 / 52.1775
        assert row.came == pytest.approx(view.weekly[series][inside].sum() / months, abs=0.5)
        assert row.score == interval_score(row.low, row.high, row.came)
    assert rows == [scored(country.problem, worlds.view(country, game, 1), game.turns[0])[0], rows[1]]
    assert not rows[1].inside and "outside" in rows[1].words
    (total,) = totals(country.problem, view, game.turns)
    assert total.points == sum(row.score for row in rows) and total.many == 2


def test_expectations_are_on_the_next_page_in_the_log_and_at_the_end(player):
    address = begun(player)
    sent = {"expect:observed_attacks:low": "0", "expect:observed_attacks:high": "3"}
    page = player.get(turn(player, address, 0, **sent)).text
    assert "What you expected" in page and "You expected 0 to 3" in page and "points</b>" in page
    assert "You expected 0 to 3" in player.get(address + "/log").text
    assert "expected observed_attacks low" in player.get(address + "/log.csv").text
    player.post(address + "/end", {"parent": "1"})
    end = player.get(address + "/end?turn=1").text
    assert "What you expected" in end and "1 turn" in end
    wrong = {"parent": "1", "months": "3", "note": "", "leave": "", "expect:observed_attacks:low": "5"}
    other = begun(player)
    wrong["parent"] = "0"
    answer = player.post(other + "/decide", wrong)
    assert answer.status_code == 422 and "a range has two ends" in answer.text and 'value="5"' in answer.text


def test_a_log_keeps_expectations_and_the_aim_and_an_older_one_has_none(country, game):
    game.aim = "Home by spring"
    game.add(0, 3, Decision(((FORCE, 500.0),)), "", expected=(("observed_attacks", 1.0, 9.5),))
    text = log_text(game, country.problem)
    again = read_log(text.encode())
    assert again.turns == game.turns and again.aim == game.aim
    assert "1,9.5" in csv_of(game, country.problem)
    older = text.replace(', "expected": {"observed_attacks": [1.0, 9.5]}', "").replace(
        ' "aim": "Home by spring",\n', ""
    )
    assert older != text and read_log(older.encode()).turns[0].expected == ()
    for bad in ('{"deaths": [1, 2]}', '{"observed_attacks": [2, 1]}', '{"observed_attacks": [1]}', "[]"):
        with pytest.raises(FileError, match="not a table of ranges|not a range"):
            read_log(text.replace('{"observed_attacks": [1.0, 9.5]}', bad).encode())


# -- the digest -----------------------------------------------------------------------------------------------


def test_the_digest_is_made_of_what_is_reported_alone(country, game):
    game.add(0, 3, Decision(((FORCE, 500.0),)), "")
    game.add(1, 6, Decision(), "")
    view = GameWorlds().view(country, game, 2)
    assert set(view.weekly) == set(REPORTED) and not set(view.weekly) & set(TRUE)
    digest = told(country, game, view)
    assert digest.date == "31 October 2003"
    changed = {name: values.copy() for name, values in view.weekly.items()}
    changed["observed_civilian_deaths"][:] = 0.0
    parts = {**view.parts, "observed_civilian_deaths": 0 * view.parts["observed_civilian_deaths"]}
    none = told(country, game, View(changed, parts, view.asked, view.months, view.steps, ""))
    assert none.headline.startswith("Reports count no civilians killed in 3 months")
    dead = view.weekly["observed_civilian_deaths"][np.asarray(country.problem.months)[: view.steps] >= 3].sum()
    assert (f"count {dead:,.0f} civilian" in digest.headline) if dead else (digest.headline == none.headline)


def test_what_was_asked_for_stands_beside_what_could_be_sent(country, game, player):
    game.add(0, 3, Decision(((FORCE, 50_000.0),)), "")
    view = GameWorlds().view(country, game, 1)
    sent = sent_of(country.problem, view, 3)
    assert sent.short and sent.asked == 50_000 and sent.there == view.weekly["force"][-1] < 50_000
    assert sent.words in told(country, game, view).sent.words and "50,000 own soldiers were asked for" in sent.words
    address = begun(player)
    page = player.get(turn(player, address, 0, **{FORCE: "50000"})).text
    assert "50,000 own soldiers were asked for" in page and "more cannot be deployed now" in page
    log = player.get(address + "/log").text
    assert "50,000 asked for" in log and "more could not be deployed" in log
    assert "asked_force" in player.get(address + "/log.csv").text.splitlines()[0]


def test_events_are_told_in_their_own_months_and_only_what_is_announced_is_told_ahead(country, game):
    problem = country.problem
    orders = events_of(problem, game, [], 0, 1)
    assert len(orders) == 2 and all(text.startswith("May 2003: ") for text in orders)
    assert events_of(problem, game, [], 1, 12) == []
    handed = events_of(problem, game, [], 12, 24)
    assert [text.split(":")[0] for text in handed] == ["July 2004", "January 2005"]
    assert ahead_of(problem, 0, 12) == []
    assert ahead_of(problem, 18, 24) == ["January 2005: a national election"]


def test_an_outrage_that_history_holds_is_told_when_it_happens_and_never_before():
    problem = Scenario.load("iraq-2003").problem()
    game = Game("Red", "iraq-2003", problem.hash, "HISTORY", "prior", 7, 3, True, now())
    month = problem.month_labels.index("2006-02")
    assert any("outrage" in text for text in events_of(problem, game, [], month, month + 1))
    assert not any("outrage" in text for text in events_of(problem, game, [], 0, month))
    for first in range(0, len(problem.month_labels), 12):
        said = " ".join(ahead_of(problem, first, first + 12))
        assert not re.search("outrage|ruler|leader|uprising|shock", said)


def test_the_page_of_a_turn_has_goal_digest_map_and_chart_before_the_decision(player):
    address = begun(player, aim="Fewer dead by winter")
    page = player.get(turn(player, address, 0)).text
    order = [page.index(mark) for mark in ("Fewer dead by winter", "Digest, 31 July 2003", "tile-word", 'id="decide"')]
    assert order == sorted(order)
    assert page.index("<svg") < page.index('id="decide"') and "Market town" in page
    assert "style=" not in page and "<script" not in page


# -- settings in links ------------------------------------------------------------------------------------------


def test_a_link_keeps_every_setting_and_is_silent_on_feasibility_only_where_the_force_is_held():
    asked = {**START, "aim": "a & b", "feasible": "0", "months": "6"}
    link = address_of(asked)
    again = filled(dict(parse_qsl(urlsplit(link).query)))
    assert {key: again[key] for key in asked} == asked
    assert filled({"group": "Red", "world": "7"})["feasible"] == "1"


def test_a_prefilled_link_keeps_feasibility_and_taking_another_scenario_keeps_the_form(player):
    ticked = 'name="feasible" value="1" checked'
    assert ticked in player.get("/play?group=Red&world=7").text
    assert ticked not in player.get("/play?group=Red&world=7&feasible=0").text
    form = {**START, "scenario": "meadow", "aim": "Home soon", "months": "6"}
    answer = player.post("/play/choose", form, follow_redirects=False)
    assert answer.status_code == 303 and "token" not in answer.headers["location"]
    page = player.get(answer.headers["location"]).text
    assert ticked not in page  # the box was not ticked
    for held in ('value="Red"', 'value="7"', 'value="Home soon"', '<option value="6" selected'):
        assert held in page
    answer = player.post("/play/choose", {**form, "feasible": "1"}, follow_redirects=False)
    assert ticked in player.get(answer.headers["location"]).text


@pytest.mark.parametrize("scenario", ["meadow", "harbour"])
def test_an_opening_brief_names_roles_aims_and_places_and_no_world(player, scenario):
    page = player.get(f"/play/brief?scenario={scenario}&world=7&aim=Peace").text
    for word in ("Devil", "Peace", "Who lives where", "<svg", "Own soldiers", "played by"):
        assert word.lower() in page.lower()
    assert "world 7" not in re.sub(r"<[^>]+>", "", page).lower()
    assert player.get("/play/brief?scenario=nowhere").status_code == 422


def test_names_on_the_map_of_an_opening_brief_stand_apart_and_near_their_places():
    middles = [(50.0, 50.0), (104.0, 52.0), (52.0, 55.0), (50.0, 50.0), (300.0, 50.0)]
    names = ["Karbala", "Babil", "Kirkuk", "Sulaymaniyah", "Basra"]
    found = maps.apart(middles, names)
    wide = [width_of(name, maps.LETTERS) for name in names]
    for k, (x, y) in enumerate(found):
        for j, (u, v) in enumerate(found[:k]):
            assert abs(x - u) >= (wide[k] + wide[j]) / 2 or abs(y - v) >= maps.LETTERS, (names[k], names[j])
        assert abs(x - middles[k][0]) + abs(y - middles[k][1]) < 45
    assert found[-1] == middles[-1] and found == maps.apart(middles, names)


def test_the_names_of_iraq_touch_nowhere_on_a_phone(player):
    page = player.get("/play/brief?scenario=iraq-2003").text
    places = re.findall(r'class="place-word" x="([\d.]+)" y="([\d.]+)">([^<]+)<', page)
    assert len(places) == 18
    for k, (x, y, name) in enumerate(places):
        for u, v, other in places[:k]:
            across = (width_of(name, maps.LETTERS) + width_of(other, maps.LETTERS)) / 2
            assert abs(float(x) - float(u)) >= across or abs(float(y) - float(v)) >= maps.LETTERS, (name, other)


def test_reports_of_a_turn_say_what_each_number_is_of(country, game):
    game.add(0, 3, Decision(), "")
    game.add(1, 6, Decision(), "")
    view = GameWorlds().view(country, game, 2)
    rows = {row["title"]: row for row in situation(country.problem, view, 3, (0, 3), [])}
    killed = rows["civilians reported killed"]
    assert (killed["unit"], killed["rate"]) == ("persons", "a month")
    assert killed["since"] == f"{view.weekly['observed_civilian_deaths'].sum():,.0f}"
    assert rows["own soldiers in the country"]["unit"] == "persons, in the last week"
    most = rows["most own soldiers that could be deployed"]["now"]
    assert len(most.replace(",", "").rstrip("0")) <= 3  # nobody counts them
    captions = {figure.name: figure.caption for figure in turn_figures(country.problem, view, ["a"])}
    assert captions["home"] == captions["force"] == "Mean of each month." and not captions["civilians"]


def test_a_plan_is_told_as_closely_as_elsewhere(country):
    for lever, value, words in ((FORCE, 138425.0, "138,000"), ("services.electricity_budget", 0.2154, "0.22")):
        assert planned_words(MODEL.levers[lever], value) == words
