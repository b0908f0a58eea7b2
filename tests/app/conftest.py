"""A server in this process, asked without a network."""

import re

import pytest
from starlette.testclient import TestClient

from forbear.app.server import create

BASE = "http://localhost:8765"


class Visitor:
    """A browser's part: keeps the cookie, knows the token of the page it saw last."""

    def __init__(self, client):
        self.client = client
        self.token = ""
        self.tab = "0123456789abcdef"

    def get(self, address, **more):
        answer = self.client.get(address, **more)
        found = re.search(r'name="token" value="([0-9a-f]+)"', answer.text)
        if found:
            self.token = found[1]
        return answer

    def post(self, address, data=None, origin=BASE, token=None, **more):
        data = {"token": self.token if token is None else token, "page": self.tab, **(data or {})}
        headers = {"origin": origin} if origin else {}
        return self.client.post(address, data=data, headers=headers, **more)

    def awaited(self, answer):
        """Ask again, as the page's script does, until there is more than "not yet"."""
        while "x-forbear-again" in answer.headers:
            assert answer.status_code in (200, 204)  # what is stored comes at once
            answer = self.client.get(answer.headers["x-forbear-again"])
        return answer

    def run(self, data, address="/run"):
        """The first answer to a state."""
        return self.awaited(self.post(address, data))

    def settled(self, answer, last=512):
        """The results page of a run that has come to its last stage."""
        answer = self.awaited(answer)
        while f'data-stage="{last}"' not in answer.text:
            following = re.search(r'hx-get="([^"]+)"', answer.text)[1].replace("&amp;", "&")
            answer = self.awaited(self.client.get(following))
            assert answer.status_code == 200
        return answer.text


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Games of these tests are kept in a folder of their own."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("games")
    patch.setenv("FORBEAR_GAMES", str(folder))
    yield folder
    patch.undo()


@pytest.fixture(scope="module")
def app(kept):
    return create("meadow")


@pytest.fixture(scope="module")
def client(app):
    with TestClient(app, base_url=BASE) as client:
        yield client


@pytest.fixture
def visitor(client):
    client.cookies.clear()
    found = Visitor(client)
    found.get("/")
    return found


@pytest.fixture
def meet():
    """Make a visitor of another server."""
    return Visitor


@pytest.fixture
def player(client, meet):
    client.cookies.clear()
    visitor = meet(client)
    visitor.get("/play")
    return visitor
