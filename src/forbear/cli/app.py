"""`forbear app`: the laboratory page and play mode on this machine."""

from __future__ import annotations

import socket
import threading
import webbrowser
from typing import Annotated

import typer

from forbear.app.security import is_loopback
from forbear.app.server import serve
from forbear.errors import RunError


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library or a path")] = "iraq-2003",
    host: Annotated[str, typer.Option(help="address to listen at; only this machine unless told")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8765,
    password: Annotated[
        str, typer.Option(help="words that others must give; needed for any other address", envvar="FORBEAR_PASSWORD")
    ] = "",
    browser: Annotated[bool, typer.Option(help="open the page in a browser")] = True,
) -> None:
    """Open the laboratory: levers as sliders, distributions that answer at once; and play mode for classes.

    Nothing is fetched from outside. Stop it with Ctrl-C.
    """
    if not is_loopback(host) and not password:
        raise RunError(
            "E411", f"at {host} others could reach this server: it needs a password", hint="--password WORDS"
        )
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise RunError(
                "E412", f"cannot listen at {host} port {port}: {error.strerror}", hint=f"--port {port + 1}"
            ) from None
    address = f"http://{'localhost' if is_loopback(host) else host}:{port}/"
    print(f"{address}   (Ctrl-C stops it)", flush=True)
    if browser:
        threading.Timer(1.0, webbrowser.open, (address,)).start()
    serve(scenario, host=host, port=port, password=password or None)
    raise KeyboardInterrupt  # the server swallows the signal, and nothing else ends it
