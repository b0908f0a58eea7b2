"""Stopping the server as people do."""

import os
import signal
import socket
import subprocess
import sys


def test_an_interrupt_ends_the_server_with_130_and_one_line():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "forbear", "app", "meadow", "--port", str(port), "--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "FORBEAR_GAMES": ""}
    ) as server:
        assert str(port) in server.stdout.readline()
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert server.poll() is None
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=30)
    assert server.returncode == 130
    assert len(said.strip().splitlines()) == 1 and "Traceback" not in said
