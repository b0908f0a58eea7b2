"""Stopping the server as people do."""

import os
import signal
import socket
import subprocess
import sys
import time

SERVE = """
import sys
from forbear.app.server import serve
try:
    serve("meadow", host="127.0.0.1", port=int(sys.argv[1]), password=None)
except KeyboardInterrupt:
    sys.exit(130)
"""


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_whoever_serves_is_told_of_the_interrupt_that_ended_it():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", SERVE, str(port)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, "FORBEAR_GAMES": ""}
    ) as server:
        while not listens(port):
            assert server.poll() is None
            time.sleep(0.1)
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=30)
    assert server.returncode == 130 and said == ""
