"""Connections: so many at a time of one network, none that sends half a request and waits, or takes no answer.

All of it happens before a password is asked, so that nobody can use up what the server has without one.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from forbear.app.security import HEADERS, is_loopback, network_of

try:
    import resource
except ImportError:  # not on every system
    resource = None  # type: ignore[assignment]

__all__ = ["HEAD_SECONDS", "Careful", "Limits", "careful"]

#: A request's first line and headers must be there after so many seconds.
HEAD_SECONDS = 10.0
#: Whoever takes nothing of an answer for so many seconds is let go, and whoever is never done with it for ten times as
#: many. It is looked after so many times in the first.
TAKING_SECONDS, _LOOKS = 30.0, 5
#: Bytes of answers that the system may hold for a connection that has not taken them; left alone it takes megabytes.
_UNTAKEN = 128 * 1024
#: Connections altogether, of one network (a class behind one address), of this machine.
MOST, MOST_OF_NETWORK, MOST_OF_MACHINE = 512, 128, 384
#: File descriptors that everything else needs.
_SPARED = 160


def _most() -> int:
    """Connections that this process can hold at all."""
    if resource is None:
        return MOST
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else max(min(MOST, soft - _SPARED), 16)


class Limits:
    """Counts connections by network. Used by the event loop's thread alone."""

    def __init__(self, most: int | None = None) -> None:
        self.most = most if most is not None else _most()
        self._held: Counter[str] = Counter()

    def enter(self, host: str) -> bool:
        """Count one more connection, or say that there are too many."""
        network = network_of(host)
        most = MOST_OF_MACHINE if is_loopback(host) else MOST_OF_NETWORK
        # whoever has many leaves room for those who have none
        room = self.most - (0 if self._held[network] == 0 else self.most // 8)
        if self._held.total() >= room or self._held[network] >= most:
            return False
        self._held[network] += 1
        return True

    def held(self, host: str) -> int:
        """Connections of a host's network now."""
        return self._held[network_of(host)]

    def leave(self, host: str) -> None:
        """Count one connection less."""
        network = network_of(host)
        self._held[network] -= 1
        if self._held[network] <= 0:
            del self._held[network]


class Careful(H11Protocol):
    """A connection that is counted, and closed when a request does not come whole in time or nothing of its answer is
    taken. Its own errors carry the headers of every other page."""

    limits: Limits
    head_seconds = HEAD_SECONDS
    taking_seconds = TAKING_SECONDS
    _host: str | None = None
    _patience: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None
    _left = _stuck = _full = 0

    def connection_made(self, transport: Any) -> None:
        """Count it, and wait for a request."""
        super().connection_made(transport)
        self._look_again()
        line = transport.get_extra_info("socket")
        if line is not None:
            with contextlib.suppress(OSError):
                line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNTAKEN)
        host = self.client[0] if self.client else ""
        if not self.limits.enter(host):
            self._refuse(503, "Service Unavailable", "Too many connections are open: try again in a few seconds.")
            return
        self._host = host
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no more."""
        self._wait_no_more()
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None
        if self._host is not None:
            self.limits.leave(self._host)
            self._host = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; half a request must become a whole one in time."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait()
        else:
            self._wait_no_more()

    def on_response_complete(self) -> None:
        """The next request of this connection has its own time."""
        super().on_response_complete()
        self._wait_no_more()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not a request."""
        self._refuse(400, "Bad Request", msg)

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(self.head_seconds, self._give_up)

    def _wait_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _look_again(self) -> None:
        """Drop the connection where what waits to be sent becomes no less: it would wait for ever, closed or not."""
        left = self.transport.get_write_buffer_size()
        self._stuck = self._stuck + 1 if left >= max(self._left, 1) else 0
        self._full = self._full + 1 if left else 0
        if self._stuck > _LOOKS or self._full > 10 * _LOOKS:
            self.transport.abort()
            return
        self._left = left
        self._taking = self.loop.call_later(self.taking_seconds / _LOOKS, self._look_again)

    def _give_up(self) -> None:
        self._patience = None
        if not self.transport.is_closing():
            self._refuse(408, "Request Timeout", "The request did not come whole in time.")

    def _refuse(self, status: int, reason: str, words: str) -> None:
        body = words.encode()
        lines = [f"HTTP/1.1 {status} {reason}", "content-type: text/plain; charset=utf-8", "connection: close"]
        lines += [f"content-length: {len(body)}", "cache-control: no-store", *(f"{n}: {v}" for n, v in HEADERS)]
        self.transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        self.transport.close()


def careful(
    limits: Limits | None = None, head_seconds: float = HEAD_SECONDS, taking_seconds: float = TAKING_SECONDS
) -> type[Careful]:
    """The class of connections of one server."""
    own = limits if limits is not None else Limits()
    return type(
        "Connection", (Careful,), {"limits": own, "head_seconds": head_seconds, "taking_seconds": taking_seconds}
    )
