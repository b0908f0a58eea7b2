"""Stopping the server as people do."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from forbear.app.starting import STARTING

SERVE = """
import sys
from forbear.app.starting import listening, serve
try:
    serve("meadow", listening("127.0.0.1", int(sys.argv[1])))
except KeyboardInterrupt:
    sys.exit(130)
"""


def serves(port):
    """True when the whole server answers, and no longer the page that is shown while it is loaded."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/static/icon.svg", timeout=30) as answer:
            return STARTING not in answer.headers
    except OSError:
        return False


def test_whoever_serves_is_told_of_the_interrupt_that_ended_it():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", SERVE, str(port)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, "FORBEAR_GAMES": ""}
    ) as server:
        while not serves(port):
            assert server.poll() is None
            time.sleep(0.1)
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=30)
    assert server.returncode == 130 and said == ""
