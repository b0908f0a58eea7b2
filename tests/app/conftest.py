"""A server in this process, asked without a network."""

import re

import pytest

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


@pytest.fixture(scope="module")
def app():
    from forbear.app.server import create

    return create("meadow")


@pytest.fixture(scope="module")
def client(app):
    from starlette.testclient import TestClient

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
