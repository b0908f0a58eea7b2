"""Every page of the server links the words of the glossary where it uses them first."""

import re
from html.parser import HTMLParser

import pytest

from forbear.app.terms import linked, terms
from forbear.scenario import Scenario

#: Words that pages also use in their plain sense, or that stand in the texts of scenarios and of the model.
PLAIN = {"rule", "stock", "historical", "loss", "band", "sweep", "strategy", "margin", "room"}
#: Words of the model's own documents, which the graph quotes.
QUOTED = {"claim", "rival", "lever", "uncertainty", "theory", "outcome"}
#: What is no running text of the page: names of things, choices, drawings, tables of numbers, and what scripts change.
SKIPPED = {"script", "style", "svg", "select", "button", "header", "template", "textarea", "code", "pre", "label"}
SKIPPED |= {"h1", "h2", "h3", "h4", "legend", "summary", "td", "dt", "dd", "li"}
EMPTY = {"input", "meta", "link", "br", "img", "hr", "path", "line", "rect", "circle"}


class Running(HTMLParser):
    """Running text of a page's main part, in pieces: (text, the glossary's key that it links to, or None)."""

    def __init__(self, text):
        super().__init__()
        self.open, self.pieces, self.links = [], [], set()
        self.feed(text[text.index("<main") : text.index("</main>")])

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        where = (told.get("href") or "") if tag == "a" else ""
        aside = tag in SKIPPED or told.get("role") == "status" or told.get("aria-hidden") == "true"
        aside = aside or (tag == "a" and not where.startswith("/glossary#")) or "hidden" in told
        key = where.split("#")[1] if where.startswith("/glossary#") else None
        if key:
            self.links.add(key)
        if tag not in EMPTY:
            self.open.append((tag, aside, key))

    def handle_endtag(self, tag):
        if tag in [name for name, _, _ in self.open]:
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, text):
        key = next((key for _, _, key in self.open if key), None)
        if key or not any(aside for _, aside, _ in self.open):
            self.pieces.append((text, key))


def unlinked(text, plain=PLAIN):
    """Words of the glossary whose first use in running text leads nowhere, with what stands around them."""
    page, out = Running(text), []
    for term in terms():
        if term.key in plain:
            continue
        used = next(((words, key) for words, key in page.pieces if term.found.search(words)), None)
        if used is not None and used[1] != term.key:
            found = term.found.search(used[0])
            out.append(f"{term.key}: {used[0][max(0, found.start() - 40) : found.end() + 30]}")
    return out


PAGES = [
    "/?scenario=iraq-2003",
    "/?scenario=harbour",
    "/?scenario=meadow",
    "/claims?scenario=iraq-2003",
    "/claims?scenario=meadow",
    "/claims?scenario=iraq-2003&claim=H2",
    "/claims?scenario=iraq-2003&claim=H3",
    "/claims?scenario=iraq-2003&claim=H19",
    "/decide?scenario=iraq-2003",
    "/graph?scenario=iraq-2003",
    "/graph?scenario=iraq-2003&from=security&to=insurgency",
    "/graph?scenario=meadow&room=people",
    "/atlas",
    "/atlas?case=kosovo-1999",
    "/play?scenario=iraq-2003",
    "/play/brief?scenario=meadow",
    "/play/compare",
    "/enter",
    "/nowhere",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_links_every_word_of_the_glossary_where_it_uses_it_first(visitor, path):
    assert unlinked(visitor.get(path).text, PLAIN | QUOTED if path.startswith("/graph") else PLAIN) == []


def test_results_of_a_run_link_the_words_that_they_use(visitor):
    asked = {"scenario": "iraq-2003", "claim": "H3", "seed": "1", "draws": "posterior", "suppression": "0.9"}
    for path, data, way in (
        ("/?scenario=meadow", {"scenario": "meadow"}, "/run"),
        ("/claims?scenario=iraq-2003&claim=H3", asked, "/claims/run"),
    ):
        page = visitor.get(path).text
        before = page[: page.index('id="stand"')]  # where the page puts them
        assert unlinked(f"{before}>{visitor.run(data, way).text}</main>") == []


def test_every_page_of_a_class_links_the_words_that_it_uses(player):
    made = player.post("/play/class", {"scenario": "meadow", "months": "3", "title": "S", "draws": "prior"})
    room, code = str(made.url), re.search(r'class="code">(\w+)<', made.text)[1]
    joined = player.post(f"/play/join/{code}", {"group": "Red"})
    game = str(joined.url)
    pages = {
        "umpire": made.text,
        "join": player.get(f"/play/join/{code}").text,
        "board": player.get(f"/play/board/{code}").text,
        "brief": player.get(f"/play/join/{code}/brief").text,
        "start": joined.text,
        "turn": player.post(f"{game}/decide", {"parent": "0", "months": "3"}).text,
        "log": player.get(f"{game}/log").text,
        "locked": player.get(f"{game}/end").text,
        "released": player.post(f"{room}/release", {"sure": "1"}).text,
        "end": player.get(f"{game}/end").text,
    }
    title = Scenario.load("meadow").title
    found = {name: unlinked(text.replace(title, "")) for name, text in pages.items()}
    assert found == dict.fromkeys(pages, [])
    for name in ("umpire", "board", "log", "locked", "start", "turn", "end"):
        assert "hidden-world" in Running(pages[name]).links, name


def test_every_link_to_the_glossary_leads_to_a_word_of_it(visitor):
    known = {term.key for term in terms()}
    shown = re.findall(r'<div id="([a-z-]+)">', visitor.get("/glossary").text)
    assert known == set(shown)
    for path in PAGES:
        assert Running(visitor.get(path).text).links <= known, path


def test_only_the_first_use_of_a_word_becomes_a_link_and_markup_stays_text():
    told = linked("<b>Outcomes</b> stand apart: no outcome is added", "outcome")
    assert told == '&lt;b&gt;<a href="/glossary#outcome">Outcomes</a>&lt;/b&gt; stand apart: no outcome is added'
    with pytest.raises(KeyError):
        linked("x", "no-such-word")
