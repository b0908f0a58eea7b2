"""What stands between the server and the rest of the world: hosts, origins, tokens, a password, sizes, headers."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

__all__ = ["LARGEST_BODY", "LARGEST_FILE", "Guard", "Keys", "is_loopback", "network_of"]

LARGEST_FILE = 256 * 1024
#: Of a whole request: several logs may come at once.
LARGEST_BODY = 8 * LARGEST_FILE
COOKIE = "forbear-session"
_SESSIONS_KEPT = 512
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
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
    """The network that an address counts for where people take turns: of IPv6 the first 64 bits, which one house has."""
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
    """Secrets of one server: they end with it. Sessions that gave the password are remembered, oldest forgotten first."""

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

    def admit(self, session: str, password: str) -> bool:
        """Let a session in if the password is right."""
        if self._password is None or not hmac.compare_digest(self._password.encode(), password.encode()):
            return False
        self._admitted[session] = None
        while len(self._admitted) > _SESSIONS_KEPT:
            self._admitted.popitem(last=False)
        return True


class _TooLarge(Exception):
    pass


class Guard:
    """ASGI middleware around everything. `scope["state"]["session"]` names the session afterwards."""

    def __init__(self, app: Any, keys: Keys, local_only: bool) -> None:
        self.app, self.keys, self.local_only = app, keys, local_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on a request; add headers to every answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        session = _session(headers.get("cookie", ""))
        fresh = session is None
        session = session or secrets.token_urlsafe(24)
        scope.setdefault("state", {})["session"] = session

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                extra = [(n.encode(), v.encode()) for n, v in HEADERS if n.encode() not in present]
                if b"cache-control" not in present:
                    extra.append((b"cache-control", b"no-store"))
                if fresh and not scope["path"].startswith("/static/"):
                    extra.append((b"set-cookie", f"{COOKIE}={session}; HttpOnly; SameSite=Strict; Path=/".encode()))
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        refusal = self._refusal(scope, headers, session)
        if refusal is not None:
            await _plain(answer, *refusal)
            return
        if not self.keys.admitted(session) and not _open(scope["path"]):
            if scope["method"] == "GET" and headers.get("hx-request") is None:
                await _plain(answer, 303, "", [(b"location", b"/enter")])
            else:
                await _plain(answer, 401, "This server demands a password: open the page again.")
            return
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY:
                raise _TooLarge
            return message

        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await answer(message)

        try:
            await self.app(scope, limited, watched)
        except _TooLarge:
            if not started:
                await _plain(answer, 413, _TOO_LARGE)

    def _refusal(self, scope: Scope, headers: dict[str, str], session: str) -> tuple[int, str] | None:
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        # a name that resolves to this machine must not let a foreign page speak to it
        if self.local_only and not is_loopback(name):
            return 421, "This server answers on this machine alone."
        if int(headers.get("content-length", "0") or "0") > LARGEST_BODY:
            return 413, _TOO_LARGE
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] != "POST":
            return 405, "Only GET and POST are answered."
        if headers.get("origin") not in (f"http://{host}", f"https://{host}"):
            return 403, "The request comes from another page (its Origin is not this server)."
        return None


_TOO_LARGE = f"Too large: a file may have {LARGEST_FILE // 1024} kB."


def _open(path: str) -> bool:
    return path == "/enter" or path.startswith("/static/")


def _session(cookie: str) -> str | None:
    try:
        found = SimpleCookie(cookie).get(COOKIE)
    except CookieError:
        return None
    return found.value if found is not None and 16 <= len(found.value) <= 64 and found.value.isascii() else None


async def _plain(send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    body = text.encode()
    extra = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*extra, *(headers or [])]})
    await send({"type": "http.response.body", "body": body})
