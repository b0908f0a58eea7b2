"""Every page of the server, of every shipped scenario: no wider than a phone, no barrier, all in reach of keys."""

import re

import pytest

from forbear.scenario.reading.chain import library_names

PAGES = ["/", "/claims", "/decide", "/graph", "/graph?room=people", "/play", "/play/brief", "/play/compare"]
ALONE = [
    "/glossary",
    "/atlas",
    "/atlas?sort=force",
    "/atlas?case=kosovo-1999",
    "/enter",
    "/nowhere",
    "/atlas?case=nowhere",
    "/play/join?code=XXXXXX",
    "/play/AAAAAAAAAAAAAAAAAAAA",
    "/?scenario=meadow&intervener.force=*lots",
    "/claims?scenario=iraq-2003&claim=H2",
    "/claims?scenario=iraq-2003&claim=H3",
    "/claims?scenario=iraq-2003&claim=H19",
    "/claims?scenario=afghanistan-2001&claim=H2",
    "/graph?scenario=iraq-2003&from=security&to=insurgency",
    "/graph?scenario=iraq-2003&quantity=deaths",
]
READY = "#results[data-run]"
#: What sticks out of the screen and is in no box that scrolls by itself.
OUTSIDE = """() => [...document.querySelectorAll('main *')].filter(e => {
  const box = e.getBoundingClientRect();
  if (!box.width || box.right <= innerWidth + 1 || e.closest('.scroll, .chips, .hidden, .skip')) return false;
  return !e.ownerSVGElement;
}).map(e => e.outerHTML.slice(0, 120))"""
#: Everything that keys must reach: visible, enabled, one of each group of radio buttons.
REACHABLE = """() => {
  const groups = new Set();
  const kinds = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  return [...document.querySelectorAll(kinds)].filter(e => {
    if (e.disabled || e.closest('[inert]') || e.tabIndex < 0 || e.type === 'hidden') return false;
    if (!e.checkVisibility()) return false;
    if (e.type !== 'radio') return true;
    if (groups.has(e.name)) return false;
    return groups.add(e.name);
  }).length;
}"""


def of(path, name):
    return f"{path}{'&' if '?' in path else '?'}scenario={name}"


def looked_at(page, address):
    """Open a page; what is wider than it should be."""
    page.goto(address)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*([f"{wide} pixels too wide"] if wide > 0 else []), *page.evaluate(OUTSIDE)]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_any_shipped_scenario_scrolls_sideways_on_a_phone(served, eyes, path):
    seen = eyes(viewport={"width": 390, "height": 844}, has_touch=True)
    found = {name: looked_at(seen.page, served.address + of(path, name)) for name in library_names()}
    assert found == dict.fromkeys(library_names(), [])
    assert not seen.tried


def test_no_other_page_scrolls_sideways_on_a_phone(served, eyes):
    seen = eyes(viewport={"width": 390, "height": 844}, has_touch=True)
    assert {path: looked_at(seen.page, served.address + path) for path in ALONE} == dict.fromkeys(ALONE, [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier_of_any_weight(served, eyes, scheme):
    seen = eyes(color_scheme=scheme)
    found = {}
    for path in [*(of(path, "iraq-2003") for path in PAGES), *ALONE]:
        seen.page.goto(served.address + path)
        found[path] = seen.axe(("moderate", "serious", "critical"))
    assert found == dict.fromkeys(found, [])


@pytest.mark.parametrize(
    "path", ["/?scenario=meadow", "/claims?scenario=iraq-2003&claim=H3", "/decide?scenario=meadow", "/play", "/atlas"]
)
def test_keys_alone_reach_everything_and_leave_the_page_again(served, eyes, path):
    seen = eyes()
    page = seen.page
    page.goto(served.address + path)
    page.wait_for_selector(READY if path.startswith(("/?", "/claims")) else "main", timeout=90_000)
    wanted = page.evaluate(REACHABLE)
    reached = page.evaluate("window.seenByKeys = new Set(), 0")
    for _ in range(wanted + 30):
        page.keyboard.press("Tab")
        at = page.evaluate(
            "() => { const e = document.activeElement; if (e === document.body) return -1; "
            "window.seenByKeys.add(e.type === 'radio' ? e.name : e); return window.seenByKeys.size; }"
        )
        if at < 0:
            break
        reached = at
        drawn = page.evaluate(
            "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' "
            "&& parseFloat(s.outlineWidth) >= 2; }"
        )
        assert drawn, page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
    assert reached >= page.evaluate(REACHABLE)


def test_the_scenario_is_kept_from_page_to_page(served, eyes):
    seen = eyes()
    page = seen.page
    page.goto(served.address + "/graph?scenario=iraq-2003")
    for name, heading in (("Claims", "Claims about Iraq"), ("Decide", "A decision about Iraq"), ("Play", "Play")):
        page.click(f"nav[aria-label=Pages] a:has-text('{name}') >> nth=0")
        assert heading in page.locator("h1").inner_text()
        assert "scenario=iraq-2003" in page.url
    page.goto(served.address + "/claims")  # the invented country, which has none
    page.select_option("#scenario", "iraq-2003")
    page.click("main button")
    assert page.locator("table.claims-list tbody tr").count() > 20
    seen.clean()


def test_a_slider_that_moves_nothing_is_greyed_with_its_reason_and_sends_nothing(served, eyes):
    seen = eyes()
    page = seen.page
    page.goto(served.address + "/claims?scenario=iraq-2003&claim=H3")
    page.wait_for_selector(READY, timeout=90_000)
    idle = page.locator(".lever.idle")
    assert idle.count() >= 1
    assert idle.first.locator("input[type=range]").is_disabled()
    assert "Moves nothing here" in idle.first.inner_text()
    page.locator("#reset").click()
    page.wait_for_timeout(300)
    name = idle.first.locator("input[type=hidden]").get_attribute("name")
    assert not re.search(rf"[?&]{name}=", page.url)
    seen.clean()
