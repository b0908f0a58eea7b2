"""`forbear app`: the laboratory page and play mode on this machine."""

from __future__ import annotations

import getpass
import os
import sys
import threading
import webbrowser
from typing import Annotated

import typer

from forbear.app.entrance import VARIABLE, password_from
from forbear.app.security import is_loopback
from forbear.app.starting import listening, serve
from forbear.errors import RunError


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library or a path")] = "iraq-2003",
    host: Annotated[str, typer.Option(help="address to listen at; only this machine unless told")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8765,
    password_file: Annotated[
        str | None,
        typer.Option(help="a file whose first line others must give; else FORBEAR_PASSWORD, else you are asked"),
    ] = None,
    browser: Annotated[bool, typer.Option(help="open the page in a browser")] = True,
) -> None:
    """Open the laboratory: levers as sliders, distributions that answer at once; and play mode for classes.

    Nothing is fetched from outside. Stop it with Ctrl-C.
    """
    # never as an argument: arguments are seen by everybody on the machine and kept in the shell's history
    asks = not is_loopback(host) and sys.stdin.isatty()
    password = password_from(password_file, os.environ, _asked if asks else None)
    if not is_loopback(host) and password is None:
        hint = f"--password-file FILE, or the variable {VARIABLE}"
        raise RunError("E411", f"at {host} others could reach this server: it needs a password", hint=hint)
    listens = listening(host, port)
    address = f"http://{'localhost' if is_loopback(host) else host}:{port}/"
    print(f"{address}   (Ctrl-C stops it)", flush=True)
    if browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    serve(scenario, listens, password=password, local_only=is_loopback(host))


def _asked() -> str:
    return getpass.getpass("Password that others must give: ")
