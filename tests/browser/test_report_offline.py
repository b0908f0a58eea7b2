"""The report in a real browser with the network refused: map, downloads, print, narrow screens, accessibility."""

import csv
import io
import re
import shutil
from pathlib import Path

import pypdf
import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(__file__).with_name("axe.min.js")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: install the distribution's package"
)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The whole Iraq report: posterior, answers, validation."""
    from forbear.ensemble.runner import simulate
    from forbear.inference.posterior import Posterior
    from forbear.questions.answers import Answers
    from forbear.report import write
    from forbear.scenario import Scenario
    from forbear.validation.validate import load_validation

    iraq = Scenario.load("iraq-2003")
    problem, posterior = iraq.problem(), Posterior.of(iraq)
    ensemble = simulate(problem, members=32, seed=2, parameters=posterior.parameters(32))
    answers = Answers.beside(iraq)
    to = tmp_path_factory.mktemp("page") / "iraq.html"
    return write(ensemble.healthy, iraq, problem, to=to, posterior=posterior, answers=answers, validation=load_validation(iraq))  # fmt: skip


@pytest.fixture(scope="module")
def browser(chromium):
    return chromium


@pytest.fixture
def opened(browser, report):
    """The report opened offline: page, requests tried, errors."""
    page = browser.new_page(accept_downloads=True)
    tried, errors = [], []
    page.route(
        "**/*",
        lambda route: (
            route.continue_()
            if route.request.url.startswith(("file:", "blob:"))
            else (tried.append(route.request.url), route.abort())
        ),
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(report.as_uri())
    yield page, tried, errors
    assert not tried and not errors
    page.close()


def test_it_opens_without_a_request_or_an_error_and_is_under_three_megabytes(opened, report):
    page, tried, errors = opened
    assert page.locator("h1").inner_text().startswith("Iraq")
    assert page.locator("svg.chart").count() >= 30
    assert not tried and not errors
    assert report.stat().st_size < 3_000_000


def test_all_maps_follow_one_slider_by_keyboard_and_light_stays_few(opened):
    page, _, _ = opened
    page.evaluate("document.querySelector('#hindcast details').open = true")
    figure = page.locator(".linked figure.map").first
    slider = page.locator(".linked input")
    assert slider.count() == 1 and page.locator(".linked figure.map").count() >= 2

    def shades():
        return figure.locator("path").evaluate_all("shapes => shapes.map(s => s.getAttribute('fill'))")

    before = shades()
    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    year = slider.get_attribute("min")
    told = page.locator(".linked figure.map output").all_inner_texts()
    assert {words[:4] for words in told} == {year}
    page.emulate_media(color_scheme="dark")
    legend = figure.locator(".swatch").evaluate_all("all => all.map(s => getComputedStyle(s).backgroundColor)")
    lightness = [sum(int(v) for v in re.findall(r"\d+", colour)) for colour in legend]
    assert lightness == sorted(lightness, reverse=True)
    after = shades()
    assert before != after and len(after) == 18
    # the words of a district are those of the table's cell for that year
    district = figure.locator("path").first.get_attribute("data-district")
    words = figure.locator("path").first.get_attribute("data-words")
    column = figure.locator("thead th").all_text_contents().index(year)
    row = next(r for r in figure.locator("tbody tr").all() if r.locator("th").text_content() == district)
    cell = row.locator("th,td").nth(column).text_content()
    assert words.startswith(f"{district}: about ") and " to " in cell
    assert _numbers(words.split(" a year")[0].split("about ")[1]) == pytest.approx(_numbers(cell), rel=0.06, abs=0.01)


def _numbers(words):
    return [float(n.replace(",", "")) for n in re.findall(r"\d[\d.,]*", words)]


def test_every_download_holds_what_its_table_shows(opened):
    page, _, _ = opened
    page.evaluate("document.querySelector('#downloads details').open = true")
    links = page.locator(".downloads a[data-take^='t-']")
    assert links.count() == page.locator("table").count() >= 60
    for place in (0, 1, 2, links.count() // 2, links.count() - 1):
        link = links.nth(place)
        key = link.get_attribute("data-take")
        with page.expect_download() as waiting:
            link.click()
        rows = list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"), newline="")))
        shown = page.evaluate(
            "key => [...document.getElementById(key).rows].map(r => [...r.cells].map(c => c.textContent.replace(/\\s+/g, ' ').replace(/\\u2212(?=\\d)/g, '-').trim()))",
            key,
        )
        assert waiting.value.suggested_filename.endswith(".csv") and len(rows) == len(shown) > 1
        assert [row[: len(cells)] for row, cells in zip(rows, shown, strict=True)] == shown
        unit = page.evaluate("key => document.getElementById(key).dataset.unit || ''", key)
        assert not unit or (rows[0][-1] == "unit" and rows[1][-1] == unit)


def test_the_references_are_saved_as_bibtex(opened):
    page, _, _ = opened
    page.evaluate("document.querySelector('#downloads details').open = true")
    with page.expect_download() as waiting:
        page.locator("[data-take='bibtex']").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename == "iraq-2003.bib"
    assert text.startswith("@software{forbear,") and text.count("\n@") > 15


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_front_page_prints_on_two_pages(opened, paper):
    page, _, _ = opened
    page.evaluate("document.body.classList.add('front-only')")
    front = pypdf.PdfReader(io.BytesIO(page.pdf(format=paper, print_background=True)))
    assert len(front.pages) == 2
    words = " ".join(p.extract_text() for p in front.pages)
    assert "The question" in words and "What it cannot say" in words and "How far to trust it" in words


@pytest.mark.slow
def test_the_whole_report_prints_with_the_front_page_on_its_own_sheets_and_details_closed(opened):
    page, _, _ = opened
    pages = [p.extract_text() for p in pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages]
    at = next(k for k, words in enumerate(pages) if "all claims in one picture" in words)
    assert at == 2 and any("What it was learned from" in words for words in pages)  # what is folded is printed
    assert not [k for k, words in enumerate(pages) if "Table behind this chart" in words or "Save as CSV" in words]


@pytest.mark.parametrize("width", [360, 420, 768])
def test_it_is_not_wider_than_a_small_screen(opened, width):
    page, _, _ = opened
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width + 2


@pytest.mark.skipif(not AXE.exists(), reason="axe is not beside the tests")
@pytest.mark.parametrize(
    ("scheme", "rules", "every"),
    [
        ("light", None, 0),
        ("dark", ["color-contrast"], 0),
        pytest.param("light", None, 3, marks=pytest.mark.slow),
        pytest.param("dark", None, 3, marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing_serious(browser, report, scheme, rules, every):
    """rules: those that may differ by colour; every: one in so many folded parts is opened, none where 0."""
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(report.as_uri())
    if every:
        page.evaluate("n => document.querySelectorAll('details').forEach((d, k) => { d.open = k % n === 0 })", every)
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "async rules => (await axe.run(document, {resultTypes: ['violations'], ...(rules ? {runOnly: rules} : {})}))"
        ".violations.map(v => [v.impact, v.id, v.nodes[0].html.slice(0, 200)])",
        rules,
    )
    context.close()
    assert not [v for v in found if v[0] in ("serious", "critical")], found


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (800, 1000), (390, 844)])
def test_the_first_screen_has_the_headline_and_the_first_picture(opened, width, height):
    page, _, _ = opened
    page.set_viewport_size({"width": width, "height": height})
    headline, picture = page.locator(".headline"), page.locator(".see svg.chart:visible")
    assert picture.count() == 1  # the wide or the narrow drawing, never both
    box, said = picture.bounding_box(), headline.bounding_box()
    assert said["y"] + said["height"] <= height and box["y"] + box["height"] <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 1400:
        assert page.evaluate("document.documentElement.scrollHeight") < 12 * height
        for part in (".cards", ".verge >> nth=0", ".verge >> nth=1"):
            frame = page.locator(part).bounding_box()
            assert frame["y"] + frame["height"] <= height, part


def test_hover_and_arrow_keys_give_the_values_of_the_table(opened):
    page, _, _ = opened
    page.set_viewport_size({"width": 1400, "height": 900})
    rows = page.evaluate("[...document.querySelectorAll('#t-killed-by-year tr')].slice(1).map(r => [...r.cells].map(c => c.textContent.trim()))")  # fmt: skip
    box = page.locator(".see svg.chart:visible").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.99, box["y"] + box["height"] / 2)
    tip = page.locator("#tip")
    assert tip.is_visible() and tip.inner_text().startswith(rows[-1][0]) and rows[-1][2] in tip.inner_text()
    page.mouse.move(1, 1)
    page.locator(".see .values").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    told = page.locator("#told").text_content()
    assert told.startswith(rows[1][0]) and all(cell in told for cell in rows[1][1:])
    assert page.locator(".see .cursor").count() == 1
    page.keyboard.press("Escape")
    assert tip.is_hidden() and page.locator(".cursor").count() == 0


def test_each_fact_and_each_card_has_its_words_by_keyboard(opened):
    page, _, _ = opened
    facts = page.locator(".facts")
    facts.focus()
    page.keyboard.press("ArrowLeft")
    mark = facts.locator("i").last
    last = mark.get_attribute("data-words")
    assert page.locator("#told").text_content() == last
    assert last.endswith("FAILS" if mark.get_attribute("class").startswith("fails") else "holds")
    page.locator(".cards").scroll_into_view_if_needed()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.className") == "card"
    assert page.locator("#tip").inner_text() == page.locator(".card").last.get_attribute("data-words")


def test_every_section_folds_and_a_link_opens_what_it_leads_to(opened):
    page, _, _ = opened
    folds = page.locator(".fold > details")
    assert folds.count() >= 12 and page.locator(".fold > details[open]").count() == 0
    summary = page.locator("#strategies > details > summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#t-strategy-outcomes").is_visible()
    page.keyboard.press("Enter")
    assert page.locator("#t-strategy-outcomes").is_hidden()
    page.set_viewport_size({"width": 1400, "height": 900})
    page.locator(".contents a[href='#methods']").click()
    page.locator("#methods dl").wait_for(state="visible")
    page.locator("[data-fold='open']").click()
    assert page.locator(".fold > details[open]").count() == folds.count()
    page.locator("[data-fold='close']").click()
    assert page.locator(".fold > details[open]").count() == 0
    frame = page.locator(".contents").bounding_box()
    assert 0 <= frame["y"] < 900  # the contents stay


def test_a_claim_opens_in_place_and_a_question_leads_to_it(opened):
    page, _, _ = opened
    link = page.locator(".asked a").first
    name = link.inner_text()
    link.click()
    claim = page.locator(f"#claim-{name}")
    claim.locator(".open").wait_for(state="visible")
    assert "The argument" in claim.inner_text() and "Its rival" in claim.inner_text()
    marks = claim.locator(".track .m").count()
    assert marks >= 2 and claim.locator("> summary").get_attribute("data-words").count(": argument ") == marks


def test_the_first_screen_is_saved_as_svg_and_as_png(opened):
    page, _, _ = opened
    with page.expect_download() as waiting:
        page.locator("[data-share='svg']").click()
    image = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename == "iraq-2003.svg" and image.startswith("<svg") and "How" not in image[:20]
    with page.expect_download() as waiting:
        page.locator("[data-share='png']").click()
    data = Path(waiting.value.path()).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) == (2400, 1350)


def test_a_chart_is_saved_with_its_colours_written_out(opened):
    page, _, _ = opened
    page.locator("#f-lead-leave summary").click()
    with page.expect_download() as waiting:
        page.locator("[data-picture='lead-leave']").click()
    image = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename == "lead-leave.svg" and "var(" not in image and "rgb(" in image


def test_a_narrow_page_keeps_its_contents_in_a_bar_that_opens(opened):
    page, _, _ = opened
    page.set_viewport_size({"width": 390, "height": 844})
    bar = page.locator(".contents details")
    assert bar.get_attribute("open") is None
    bar.locator("summary").click()
    assert page.locator(".contents a[href='#answers']").is_visible()
    page.evaluate("window.scrollTo(0, 4000)")
    assert page.locator(".contents").bounding_box()["y"] == pytest.approx(0, abs=1)


#: What the report may be high, in screens, and where its smallest words may end, in pixels, at each width.
HEIGHTS = ((1400, 900, 6.0), (800, 1000, 7.0), (390, 844, 11.0))
OPENED = "document.querySelectorAll('main details').forEach(d => (d.open = true))"
#: What reaches beyond the screen and is not inside a part that scrolls by itself.
BEYOND = """() => [...document.querySelectorAll('main *')].filter(e => {
  const box = e.getBoundingClientRect();
  if (!box.width || box.right <= innerWidth + 1) return false;
  for (let p = e.parentElement; p && p.tagName !== 'BODY'; p = p.parentElement)
    if (getComputedStyle(p).overflowX !== 'visible') return false;
  return true;
}).map(e => e.tagName + '.' + e.className + ' in ' + e.closest('section').id)"""
#: The smallest letters of drawings and of the text, in pixels as they are shown.
LETTERS = """() => {
  const drawn = [], read = [], walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const e = node.parentElement;
    if (!node.textContent.trim() || !e.checkVisibility() || e.closest('script,style,title,desc,.unseen')) continue;
    const svg = e.closest('svg'), size = parseFloat(getComputedStyle(e).fontSize);
    if (svg) drawn.push(size * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width);
    else read.push(size);
  }
  return [Math.min(...drawn), Math.min(...read)];
}"""


@pytest.mark.parametrize(("width", "height", "most"), HEIGHTS)
def test_what_ships_is_under_twelve_screens_as_it_opens_and_every_claim_and_question_is_seen(
    opened, width, height, most
):
    page, _, _ = opened
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollHeight") < most * height
    claims = page.locator("details.claim")
    assert claims.count() >= 40 and all(claims.nth(k).is_visible() for k in range(claims.count()))
    assert page.locator(".lead:visible").count() == 4 and page.locator(".lead svg.chart:visible").count() == 4
    low = page.evaluate("[...document.querySelectorAll('main summary, main button')].filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect().height)")  # fmt: skip
    assert min(low) >= 24 and page.evaluate(LETTERS)[0] >= 10.9 and page.evaluate(LETTERS)[1] >= 14


@pytest.mark.parametrize(("width", "height", "most"), HEIGHTS)
def test_with_everything_open_nothing_is_cut_and_every_word_can_be_read(opened, width, height, most):
    page, _, _ = opened
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(OPENED)
    assert page.evaluate(BEYOND) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    drawn, read = page.evaluate(LETTERS)
    assert drawn >= 10.9 and read >= 14


def test_both_bands_of_a_chart_by_month_are_seen(opened):
    page, _, _ = opened
    page.evaluate("document.querySelector('#hindcast details').open = true")
    figure = page.locator("#f-observed-attacks")
    for kind in ("wide", "narrow"):
        band = figure.locator(f"path.band.{kind}").first
        assert band.is_visible() and band.bounding_box()["height"] > 5
        assert figure.locator(f".swatch.band.{kind}").is_visible()


@pytest.mark.parametrize("width", [390, 768, 1100, 1400])
def test_no_drawing_of_other_interventions_scrolls_sideways_at_any_width(opened, width):
    page, _, _ = opened
    page.set_viewport_size({"width": width, "height": 844})
    page.evaluate(OPENED)
    boxes = page.evaluate(
        "[...document.querySelectorAll('#atlas .atlas svg')].filter(e => e.checkVisibility())"
        ".map(e => { const b = e.getBoundingClientRect(); return [b.left, b.right, b.width]; })"
    )
    assert len(boxes) == (4 if width < 1248 else 2)  # the map in three parts, or whole, and what was expected
    assert all(left >= 0 and right <= width + 0.5 and wide > 200 for left, right, wide in boxes)
    assert page.locator("#atlas .atlas a:visible").count() == 33


def test_a_phone_draws_each_effect_with_its_label_above_and_nothing_to_scroll(opened):
    page, _, _ = opened
    page.set_viewport_size({"width": 390, "height": 844})
    box = page.locator("#f-lead-better .values")
    drawing = box.locator("svg.chart:visible")
    assert drawing.count() == 1 and drawing.get_attribute("viewBox").startswith("0 0 360 ")
    assert box.evaluate("e => e.scrollWidth <= e.clientWidth")
    box.focus()
    page.keyboard.press("ArrowRight")
    first = page.locator("#t-lead-better tbody tr").first.locator("th").text_content()
    assert page.locator("#told").text_content().startswith(first)
