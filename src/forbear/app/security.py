"""What stands between the server and the rest of the world: hosts, origins, tokens, a password, sizes, headers."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote

__all__ = [
    "BODY_SECONDS",
    "HEADERS",
    "LARGEST_BODY",
    "ASKING",
    "LARGEST_FILE",
    "MOST_FIELDS",
    "Guard",
    "Keys",
    "is_loopback",
    "local_page",
    "network_of",
]

LARGEST_FILE = 256 * 1024
#: Of a whole request: several logs may come at once.
LARGEST_BODY = 8 * LARGEST_FILE
#: Fields of a form or of an address: each may be one that is not known, and the nearest name is looked for.
MOST_FIELDS = 200
COOKIE = "forbear-session"
#: Of a page to which somebody goes on after the password.
LONGEST_ADDRESS = 1000
#: A request's body must be there after so many seconds.
BODY_SECONDS = 30.0
#: The network whose request is worked on, in threads too; empty for what nobody asked for.
ASKING: ContextVar[str] = ContextVar("ASKING", default="")
#: Pages that run the model or read a file while they are made: so many at a time of one network, so many waiting. Each
#: takes a thread, of which there are forty; whoever waits here takes none.
SLOW, MOST_AT_A_TIME, MOST_WAITING = ("/play", "/upload"), 20, 64
_LOG = logging.getLogger("forbear.app")
_SESSIONS_KEPT = 512
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    # the origin must reach our own forms, and nobody else
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def is_loopback(host: str) -> bool:
    """Say whether a host name or address reaches this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def network_of(host: str | None) -> str:
    """The network that an address counts for where people take turns: of IPv6 the first 64 bits, which one house
    has."""
    try:
        address = ipaddress.ip_address((host or "").split("%")[0])
    except ValueError:
        return host or "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False).network_address)
    return str(address)


class Keys:
    """Secrets of one server: they end with it. Sessions that gave the password are remembered, oldest forgotten
    first."""

    def __init__(self, password: str | None = None) -> None:
        self._secret = secrets.token_bytes(32)
        self._password = password
        self._admitted: OrderedDict[str, None] = OrderedDict()

    def token(self, session: str) -> str:
        """The token that state-changing requests of a session carry."""
        return hmac.new(self._secret, session.encode(), hashlib.sha256).hexdigest()

    def fits(self, session: str, token: str) -> bool:
        """Say whether a token belongs to a session."""
        return hmac.compare_digest(self.token(session).encode(), token.encode())

    @property
    def demands_password(self) -> bool:
        """True when only those who know the password may enter."""
        return self._password is not None

    def admitted(self, session: str) -> bool:
        """Say whether a session may see pages."""
        return self._password is None or session in self._admitted

    def right(self, password: str) -> bool:
        """Say whether a password is the one that is demanded."""
        given = password.encode("utf-8", "replace")
        return self._password is not None and hmac.compare_digest(self._password.encode("utf-8", "replace"), given)

    def admit(self) -> str:
        """Open a session for somebody who gave the password: a new one, which nobody can have known before."""
        session = secrets.token_urlsafe(24)
        self._admitted[session] = None
        while len(self._admitted) > _SESSIONS_KEPT:
            self._admitted.popitem(last=False)
        return session


class _TooLarge(Exception):
    pass


class _TooSlow(Exception):
    pass


class _TooMany(Exception):
    pass


class _Queues:
    """Slow pages by network: so many at a time, the others in turn. Used by the event loop's thread alone."""

    def __init__(self, most: int = MOST_AT_A_TIME, waiting: int = MOST_WAITING) -> None:
        self._most, self._longest = most, most + waiting
        self._held: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def turn(self, network: str) -> AsyncIterator[None]:
        """Wait for one of the network's places. Raises _TooMany."""
        places, many = self._held.get(network, (asyncio.Semaphore(self._most), 0))
        if many >= self._longest:
            raise _TooMany
        self._held[network] = places, many + 1
        try:
            async with places:
                yield
        finally:
            many = self._held[network][1] - 1
            if many:
                self._held[network] = places, many
            else:
                del self._held[network]


class Guard:
    """ASGI middleware around everything. `scope["state"]["session"]` names the session afterwards; a page that sets
    `scope["state"]["renewed"]` gives the visitor another."""

    def __init__(self, app: Any, keys: Keys, local_only: bool, body_seconds: float = BODY_SECONDS) -> None:
        self.app, self.keys, self.local_only, self.body_seconds = app, keys, local_only, body_seconds
        self._queues = _Queues()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on a request; add headers to every answer."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            raise RuntimeError("only HTTP is spoken here")
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        cookie = _cookie_of(scope)
        session = _session(headers.get("cookie", ""), cookie)
        fresh = session is None
        scope.setdefault("state", {})["session"] = session or secrets.token_urlsafe(24)
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *_added(scope, message["headers"], cookie, fresh)]
            await send(message)

        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _plain(answer, *refusal)
            return
        if not self.keys.admitted(scope["state"]["session"]) and not _open(scope["path"]):
            if scope["method"] == "GET" and headers.get("hx-request") is None:
                await _plain(answer, 303, "", [(b"location", b"/enter" + _wanted(scope))])
            else:
                await _plain(answer, 401, "This server demands a password: open the page again.")
            return
        try:
            network = network_of((scope.get("client") or [""])[0])
            ASKING.set(network)
            if scope["path"].startswith(SLOW):
                async with self._queues.turn(network):
                    await self.app(scope, self._bounded(receive), answer)
            else:
                await self.app(scope, self._bounded(receive), answer)
        except _TooMany:
            problem = (429, "Too many pages were asked for from your network: wait a few seconds.")
        except _TooLarge:
            problem = (413, _TOO_LARGE)
        except _TooSlow:
            problem = (408, "The request did not come whole in time.")
        except Exception:  # a fault of ours: told to whoever runs the server, and to nobody else
            _LOG.exception("a page failed: %s", scope["path"])
            problem = (500, "Something went wrong on this server. Open the page again; its address holds its state.")
        else:
            return
        if not started:
            await _plain(answer, *problem)

    def _bounded(self, receive: Receive) -> Receive:
        """A request's body, up to its largest size and within its time."""
        taken, until = 0, time.monotonic() + self.body_seconds
        whole = False

        async def bounded() -> Message:
            nonlocal taken, whole
            if whole:  # what comes now is the end of the connection
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(until - time.monotonic(), 0.01))
            except TimeoutError:
                raise _TooSlow from None
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY:
                raise _TooLarge
            whole = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        return bounded

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        # a name that resolves to this machine must not let a foreign page speak to it
        if self.local_only and not is_loopback(name):
            return 421, "This server answers on this machine alone."
        method = scope["method"]
        if method not in ("GET", "HEAD", "POST"):
            return 405, "Only GET and POST are answered."
        if _foreign(headers) and not (method == "GET" and _followed(headers)):
            return 403, "The request comes from a page of another server."
        if scope.get("query_string", b"").count(b"&") >= MOST_FIELDS:
            return 400, f"The address has too many parts: at most {MOST_FIELDS}."
        length = headers.get("content-length", "0") or "0"
        if not length.isascii() or not length.isdigit():
            return 400, "The length of the request cannot be read."
        if len(length) > 12 or int(length) > LARGEST_BODY:
            return 413, _TOO_LARGE
        if method == "POST" and headers.get("origin") not in (f"http://{host}", f"https://{host}"):
            return 403, "The request comes from another page (its Origin is not this server)."
        return None


def _foreign(headers: dict[str, str]) -> bool:
    """True where the browser says that another server's page asks; servers on other ports of this machine count."""
    return headers.get("sec-fetch-site", "none") in ("cross-site", "same-site")


def _followed(headers: dict[str, str]) -> bool:
    """True for a link that a person followed, into a page of its own."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


_TOO_LARGE = f"Too large: a file may have {LARGEST_FILE // 1024} kB."


def _wanted(scope: Scope) -> bytes:
    """What the entrance is told of the page that was asked for, so that a link survives the password."""
    path = str(scope["path"])
    query = scope.get("query_string", b"").decode("latin-1")
    whole = f"{quote(path)}?{query}" if query else quote(path)
    return f"?to={quote(whole, safe='')}".encode() if path != "/" and local_page(whole) == whole else b""


def local_page(address: str) -> str:
    """An address if it names a page of this server by its path alone, else the first page."""
    plain = len(address) <= LONGEST_ADDRESS and address.isascii() and address.isprintable() and "\\" not in address
    return address if plain and address.startswith("/") and not address.startswith("//") else "/"


def _open(path: str) -> bool:
    return path == "/enter" or path.startswith("/static/")


def _cookie_of(scope: Scope) -> str:
    """The cookie's name. Browsers send cookies to all ports of a host: servers side by side must not share one."""
    server = scope.get("server")
    return f"{COOKIE}-{server[1]}" if server and server[1] else COOKIE


def _session(cookie: str, name: str) -> str | None:
    try:
        found = SimpleCookie(cookie).get(name)
    except CookieError:
        return None
    return found.value if found is not None and 16 <= len(found.value) <= 64 and found.value.isascii() else None


def _added(scope: Scope, present: list[tuple[bytes, bytes]], cookie: str, fresh: bool) -> list[tuple[bytes, bytes]]:
    """Headers that every answer carries, with the cookie of a session that begins."""
    names = {name.lower() for name, _ in present}
    extra = [(n.encode(), v.encode()) for n, v in HEADERS if n.encode() not in names]
    if b"cache-control" not in names:
        extra.append((b"cache-control", b"no-store"))
    session = scope["state"].get("renewed") or scope["state"]["session"]
    if (fresh or "renewed" in scope["state"]) and not scope["path"].startswith("/static/"):
        kept = "; Secure" if scope.get("scheme") == "https" else ""
        extra.append((b"set-cookie", f"{cookie}={session}; HttpOnly; SameSite=Strict; Path=/{kept}".encode()))
    return extra


async def _plain(send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    body = text.encode()
    extra = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*extra, *(headers or [])]})
    await send({"type": "http.response.body", "body": body})
