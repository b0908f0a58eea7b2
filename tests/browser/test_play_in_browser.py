"""Play mode in a real browser, with the network refused, and once without scripts."""

import json
import re

import pytest


@pytest.fixture(scope="module", autouse=True)
def kept_games(tmp_path_factory):
    """Games of these tests are kept in a folder of their own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("FORBEAR_GAMES", str(tmp_path_factory.mktemp("games")))
    yield
    patch.undo()


def begin(page, served, group="Red", months="1", world="7"):
    """Begin a game; return its address."""
    page.goto(served.address + "/play")
    page.fill("#group", group)
    page.fill("#world", world)
    page.select_option("#months", months)
    page.click("button.main")
    page.wait_for_url(re.compile(r"/play/[\w-]{16,}$"))
    return page.url


def go_on(page, **fields):
    """Fill fields by their ids, decide, wait for the next turn."""
    for name, value in fields.items():
        target = page.locator("#" + name.replace("_", "-"))
        if target.evaluate("e => e.tagName") == "SELECT":
            target.select_option(value)
        else:
            target.fill(value)
    with page.expect_navigation():
        page.click("text=Decide and go on")


def reported(page):
    return page.locator("main table").first.locator("tbody td").all_inner_texts()


def test_twelve_months_are_played_and_then_what_happened_is_shown(served, eyes):
    seen = eyes()
    page = seen.page
    begin(page, served)
    for month in range(12):
        go_on(page, intervener_force=str(300 + 40 * month), note=f"month {month + 1}")
        assert page.locator("h1").inner_text().startswith("Red: end of ")
        assert "What happened" not in page.inner_text("main")
    assert "12 of 24 months have passed" in page.inner_text("main")
    assert page.locator("svg.chart").count() == 9
    assert page.locator("#intervener-force").input_value() == "740"
    with page.expect_navigation():
        page.click("text=End the game here and see what happened")
    assert "what happened, to the end of April 2004" in page.locator("h1").inner_text()
    assert page.locator("svg.chart").count() == 8 and page.locator("ol li").count() == 12
    seen.clean()


def barriers(seen):
    """Findings of axe on the page in light and in dark."""
    found = []
    for scheme in ("dark", "light"):
        seen.page.emulate_media(color_scheme=scheme)
        found += seen.axe()
    return found


def test_no_page_of_play_has_a_serious_barrier(served, eyes):
    seen = eyes()
    page = seen.page
    page.goto(served.address + "/play")
    assert barriers(seen) == []
    address = begin(page, served, months="6")
    assert barriers(seen) == []
    go_on(page, intervener_force="900000")
    assert page.locator(".banner").count() == 1  # more than can be raised
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert barriers(seen) == []
    go_on(page, intervener_force="", months="0")
    assert "what happened" in page.locator("h1").inner_text()
    for path in (page.url, address + "/log", served.address + "/play/compare", address + "?turn=9"):
        page.goto(path)
        assert barriers(seen) == []
    page.goto(served.address + "/play/compare")
    page.locator("input[type=checkbox]").first.check()
    with page.expect_navigation():
        page.locator("button.main").click()
    assert page.locator("svg.chart").count() == 5
    assert barriers(seen) == []


def test_a_branch_from_a_past_turn_keeps_the_older_one_and_tabs_stay_apart(served, eyes):
    seen = eyes()
    page = seen.page
    address = begin(page, served, months="3")
    go_on(page)
    go_on(page, intervener_force="900")
    older = reported(page)
    other = seen.context.new_page()
    other.goto(address + "?turn=1")
    assert "You have decided from here before" not in page.inner_text("main")
    assert "You have decided from here before (turn 2)" in other.inner_text("main")
    go_on(other, intervener_force="0")
    assert other.url.endswith("turn=3") and "branch, after turn 1" in other.inner_text("main")
    assert reported(other) != older
    page.reload()
    assert page.url.endswith("turn=2") and reported(page) == older
    go_on(page)
    assert page.url.endswith("turn=4") and "January 2004" in page.locator("h1").inner_text()
    seen.clean()


def test_a_turn_is_decided_with_keys_alone(served, eyes):
    seen = eyes()
    page = seen.page
    begin(page, served, months="3")
    page.locator("#intervener-force").focus()
    page.keyboard.type("250")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Decide and go on":
            break
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Own soldiers 250" in page.inner_text(".tree")
    seen.clean()


def test_play_needs_no_scripts_and_fits_a_tablet_and_a_telephone(served, eyes):
    for width in (820, 390):
        seen = eyes(java_script_enabled=False, viewport={"width": width, "height": 1000}, has_touch=True)
        page = seen.page
        begin(page, served, months="6")
        go_on(page, leave="6")
        assert "leave within 6 months" in page.inner_text(".tree")
        size = page.locator("body").bounding_box()
        assert size["width"] <= width
        assert page.locator("main").bounding_box()["width"] <= width
        assert not seen.tried


def test_what_cannot_be_meant_is_said_and_the_game_goes_on(served, eyes):
    seen = eyes()
    page = seen.page
    begin(page, served)
    go_on(page, intervener_force="lots", note="my reasons")
    assert "E210" in page.locator(".banner[role=alert]").inner_text()
    assert page.locator("#note").input_value() == "my reasons"
    go_on(page, intervener_force="200")
    assert page.url.endswith("turn=1")
    page.goto(served.address + "/play/AAAAAAAAAAAAAAAAAAAA")
    assert "E433" in page.inner_text("main")


def test_after_a_restart_the_address_goes_on_and_the_saved_log_does_so_anywhere(served, eyes, tmp_path):
    seen = eyes()
    page = seen.page
    address = begin(page, served, months="3")
    go_on(page, intervener_force="444", note="before")
    before = reported(page)
    with page.expect_download() as waiting:
        page.click("text=Save the log")
    path = tmp_path / "game.json"
    waiting.value.save_as(path)
    assert json.loads(path.read_text(encoding="utf-8"))["turns"][0]["note"] == "before"
    served.stop()
    served.start()
    go_on(page)  # the old page's token is of the server that is gone
    assert "Open the page again" in page.inner_text("main")
    page.goto(address)
    assert reported(page) == before
    go_on(page)
    assert page.url.endswith("turn=2")
    data = json.loads(path.read_text(encoding="utf-8"))
    data["group"] = "Blue"
    path.write_text(json.dumps(data), encoding="utf-8")
    page.goto(served.address + "/play")
    page.set_input_files("#file", path)
    with page.expect_navigation():
        page.click("text=Open it")
    assert page.locator("h1").inner_text() == "Blue: end of July 2003" and reported(page) == before
    assert "other numbers" not in page.inner_text("main")
    assert not seen.tried


def test_logs_of_groups_are_sent_in_and_compared(served, eyes, tmp_path):
    seen = eyes()
    page = seen.page
    paths = []
    for group, force in (("North", "0"), ("South", "900")):
        begin(page, served, group=group, months="6", world="11")
        go_on(page, intervener_force=force)
        with page.expect_navigation():
            page.click("text=End the game here")
        with page.expect_download() as waiting:
            page.click("text=Save the log")
        paths.append(tmp_path / waiting.value.suggested_filename)
        waiting.value.save_as(paths[-1])
    page.goto(served.address + "/play/compare")
    page.set_input_files("#file", paths)
    with page.expect_navigation():
        page.click("text=Send and compare")
    words = page.inner_text("main")
    assert "One world is luck" in words and "North" in words and "South" in words
    assert "different worlds" not in words and "replayed here to the bit" in words
    assert page.locator("svg.chart").count() == 5
    seen.clean()
