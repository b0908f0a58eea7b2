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
    return page.locator("[aria-label='Table of what is reported'] > table tbody td").all_inner_texts()


def test_twelve_months_are_played_and_then_what_happened_is_shown(served, eyes):
    seen = eyes()
    page = seen.page
    begin(page, served)
    for month in range(12):
        go_on(page, intervener_force=str(300 + 40 * month), note=f"month {month + 1}")
        assert page.locator("h1").inner_text().startswith("Red: end of ")
        assert "What happened" not in page.inner_text("main")
    assert "12 of 24 months have passed" in page.inner_text("main")
    assert page.locator("figure.map svg").first.bounding_box()["height"] > 50
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
    assert page.locator(".asked.short").count() == 1  # more than can be raised
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert barriers(seen) == []
    page.check("#intervener-force-plan")
    go_on(page, months="0")
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
    for _ in range(60):
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
    page.set_viewport_size({"width": 390, "height": 844})  # a telephone: words of the bars are no smaller than notes
    assert min(word.bounding_box()["height"] for word in page.locator("svg.chart text").all()) > 11
    seen.clean()


def test_a_card_is_chosen_with_keys_and_its_number_goes_into_the_log(served, eyes):
    seen = eyes()
    page = seen.page
    begin(page, served, months="3")
    page.locator("#intervener-force-plan").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("#intervener-force-1").is_checked()
    value = page.locator("label[for='intervener-force-1'] span").inner_text()
    go_on(page)
    assert f"Own soldiers {value}" in page.inner_text(".tree")
    assert page.locator("#intervener-force-number").is_checked()
    seen.clean()


def test_a_class_plays_locked_without_scripts_and_is_compared_after_the_release(served, eyes):
    umpire, north, south = (eyes(java_script_enabled=False) for _ in range(3))
    page = umpire.page
    page.goto(served.address + "/play")
    page.fill("#title", "Seminar")
    page.select_option("#months", "3")
    page.click("button:has-text('Make a class')")
    page.wait_for_url(re.compile(r"/play/class/[\w-]{16,}$"))
    room, code = page.url, page.locator(".code").inner_text()
    addresses = []
    for seen, group in ((north, "North"), (south, "South")):
        one = seen.page
        one.goto(f"{served.address}/play/join?code={code.lower()}")
        one.fill("#group", group)
        one.fill("#aim", "Fewer dead by winter")
        one.click("button.main")
        one.wait_for_url(re.compile(r"/play/[\w-]{16,}$"))
        addresses.append(one.url)
        for turn in range(3 if group == "North" else 2):
            one.fill("[name='expect:observed_attacks:low']", "0")
            one.fill("[name='expect:observed_attacks:high']", "20")
            go_on(one, note=f"{group} {turn}")
        assert "Fewer dead by winter" in one.inner_text(".sight") and "World" not in one.inner_text(".lead")
        assert one.goto(one.url.split("?")[0] + "/end").status == 403
    page.goto(room)
    assert page.locator(".grid-of-groups tbody tr").count() == 2
    page.click("text=Release the truth")
    page.check("#sure")
    page.click("button:has-text('Release the truth to all groups')")
    page.click("text=Compare the groups")
    # as long as the numbers beside them, whatever else the page's sheets say of bars
    assert len({box.bounding_box()["width"] for box in page.locator("rect.group-bar").all()}) > 2
    words = page.inner_text("main")
    assert "compared at the end of October 2003" in words and "replayed here to the bit" in words
    for seen, address in zip((north, south), addresses, strict=True):
        assert seen.page.goto(address + "/end").status == 200
        assert "never intervening" in seen.page.inner_text("main")
        assert not seen.tried


def test_no_page_of_a_class_has_a_serious_barrier_and_all_fit_a_telephone(served, eyes):
    seen = eyes()
    page = seen.page
    page.goto(served.address + "/play")
    page.click("button:has-text('Make a class')")
    page.wait_for_url(re.compile(r"/play/class/"))
    room, code = page.url, page.locator(".code").inner_text()
    page.goto(f"{served.address}/play/join/{code}")
    page.fill("#group", "Red")
    page.click("button.main")
    page.wait_for_url(re.compile(r"/play/[\w-]{16,}$"))
    game = page.url
    go_on(page, note="why")
    page.goto(room + "?still=1")
    page.click("button.main:has-text('Start')")
    paths = [
        room + "?still=1",
        f"{served.address}/play/board/{code}?still=1",
        f"{served.address}/play/join/{code}",
        f"{served.address}/play/join/{code}/brief",
        game,
    ]
    for path in paths:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(path)
        assert barriers(seen) == [], path
        page.set_viewport_size({"width": 390, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    seen.clean()
    page.goto(game + "/end")
    assert barriers(seen) == []
