"""The first seconds: the address answers while the server's libraries and the model are still being loaded.

To load them takes seconds, to show a page that is kept beside a scenario does not. So the socket listens at once, a
thread answers on it with that page, and the server, loaded by its name meanwhile, goes on with the same socket: nobody
who asks in between is turned away. This module needs the standard library alone.
"""

from __future__ import annotations

import importlib
import socket
import threading
from contextlib import nullcontext
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from forbear.app.security import HEADERS, is_loopback
from forbear.errors import RunError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["PAGE", "STARTING", "Doorman", "listening", "serve"]

#: The page of an unchanged scenario, beside it.
PAGE = "laboratory.html"
#: Says that the server itself is not there yet.
STARTING = "X-Forbear-Starting"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".html": "text/html; charset=utf-8",
}
_BACKLOG = 128


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises RunError E412 where it cannot."""
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(_BACKLOG)
    except OSError as error:
        found.close()
        message = f"cannot listen at {host} port {port}: {error.strerror}"
        raise RunError("E412", message, hint=f"--port {port + 1}") from None
    return found


def serve(scenario: str, listens: socket.socket, *, password: str | None = None, local_only: bool = True) -> None:
    """Answer with what is stored until the server of a scenario is loaded, then serve until stopped.

    Raises as `forbear.app.server.create`; KeyboardInterrupt when the user stops it.
    """
    # others than this machine are answered by the whole server alone, which asks for the password
    with Doorman(listens, scenario) if password is None and local_only else nullcontext():
        # by its name, as a command's module is, so that the first page does not wait for it
        server = importlib.import_module("forbear.app.server")
        app = server.create(scenario, password=password, local_only=local_only)
    server.serve(app, listens)


class Doorman:
    """Answers on a listening socket, as a context, until the server takes it over."""

    def __init__(self, listens: socket.socket, scenario: str) -> None:
        self._server = _Server(listens.getsockname()[:2], partial(_Answer, scenario=scenario), bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = listens
        self._thread = threading.Thread(target=partial(self._server.serve_forever, 0.05), daemon=True)

    def __enter__(self) -> Doorman:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self._thread.is_alive():
            return
        self._server.shutdown()  # the socket stays open: whoever asks now waits for the server
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: who breaks off or sends no request is no news for whoever runs the server."""


class _Answer(BaseHTTPRequestHandler):
    """One request: a stored page, a file of the page, or a few words."""

    timeout = 5.0
    server_version, sys_version = "forbear", ""

    def __init__(self, *arguments: Any, scenario: str) -> None:
        self.scenario = scenario
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Answer."""
        host = self.headers.get("host", "")
        if not is_loopback(host.rsplit(":", 1)[0] if not host.endswith("]") else host):
            self._send(HTTPStatus.MISDIRECTED_REQUEST, b"This server answers on this machine alone.", "text/plain")
            return
        try:
            address = urlsplit(self.path)
        except ValueError:  # "http://[/" is no address
            self._send(HTTPStatus.BAD_REQUEST, b"The address cannot be read.", "text/plain")
            return
        if address.path.startswith("/static/"):
            found = _file(address.path.removeprefix("/static/"))
            kind = _KINDS.get("." + address.path.rpartition(".")[2], "application/octet-stream")
            if found is None:
                self._send(HTTPStatus.NOT_FOUND, b"There is no such file.", "text/plain")
            else:
                self._send(HTTPStatus.OK, found.read_bytes(), kind)
            return
        stored = _stored(address.path, dict(parse_qsl(address.query)), self.scenario)
        body = stored if stored is not None else files("forbear.app") / "templates" / "starting.html"
        self._send(HTTPStatus.OK, body.read_bytes(), _KINDS[".html"])

    def end_headers(self) -> None:
        """Add what every answer carries."""
        for name, value in (*HEADERS, ("cache-control", "no-store"), (STARTING, "1")):
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _file(name: str) -> Traversable | None:
    """A file of the page, by a name that stands in its folder."""
    return next((f for f in (files("forbear.app") / "static").iterdir() if f.is_file() and f.name == name), None)


def _stored(path: str, query: dict[str, str], scenario: str) -> Traversable | None:
    """The stored page that an address asks for: that of an unchanged scenario of the library."""
    if path != "/" or set(query) - {"scenario"}:
        return None
    wanted = query.get("scenario", scenario)
    for folder in (files("forbear") / "library").iterdir():
        if folder.name == wanted and (folder / PAGE).is_file():
            return folder / PAGE
    return None
