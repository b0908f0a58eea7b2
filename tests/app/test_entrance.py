"""The entrance, and what stands before it: passwords, sessions, origins, connections, errors."""

import asyncio
import contextlib
import re
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from forbear.app.connections import Limits, careful
from forbear.app.entrance import MOST_WAITING, VARIABLE, Entrance, TooManyGuesses, password_from
from forbear.app.security import HEADERS, Keys, network_of
from forbear.app.server import create
from forbear.errors import FileError, RunError

OUTSIDE = "http://10.0.0.9"


def alone(play):
    """What a coroutine gives in a loop of its own: a browser of another test may keep one in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, play()).result(60)


@pytest.fixture
def locked(meet):
    from starlette.testclient import TestClient

    with TestClient(create("meadow", password="open sesame", local_only=False), base_url=OUTSIDE) as client:
        yield meet(client)


def enter(visitor, word):
    visitor.get("/enter")
    return visitor.post("/enter", {"password": word}, origin=OUTSIDE, follow_redirects=False)


# -- where a password comes from --------------------------------------------------------------------------


def test_a_password_comes_from_a_file_then_the_environment_then_the_user(tmp_path):
    file = tmp_path / "words"
    file.write_text("four words of mine\nand a remark\n", encoding="utf-8")
    assert password_from(str(file), {VARIABLE: "other"}, lambda: "typed") == "four words of mine"
    assert password_from(None, {VARIABLE: "other"}, lambda: "typed") == "other"
    assert password_from(None, {}, lambda: "typed") == "typed"
    assert password_from(None, {}, None) is None


@pytest.mark.parametrize("blank", ["", "  ", "\t", "\u00a0"])
def test_a_blank_password_is_refused_wherever_it_comes_from(tmp_path, blank):
    file = tmp_path / "words"
    file.write_text(blank + "\nsecond line\n", encoding="utf-8")
    for given in ((str(file), {}, None), (None, {VARIABLE: blank}, None), (None, {}, lambda: blank)):
        with pytest.raises(RunError, match="E411"):
            password_from(*given)
    for local in (True, False):
        with pytest.raises(RunError, match="E411"):
            create("meadow", password=blank, local_only=local)


def test_a_password_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileError, match="E101"):
        password_from(str(tmp_path / "none"), {}, None)
    with pytest.raises(FileError, match="E104"):
        password_from(str(tmp_path), {}, None)


def test_the_command_line_takes_no_password_and_asks_for_none_on_this_machine(monkeypatch):
    from forbear.cli import app as command

    served = {}
    monkeypatch.setattr(command, "serve", lambda scenario, listens, **more: served.update(more) or listens.close())
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(command, "_asked", lambda: pytest.fail("nobody is asked"))
    command.command("meadow", port=free_port(), browser=False)
    assert served["password"] is None
    assert "password" not in command.command.__annotations__
    with pytest.raises(RunError, match="E411"):  # nobody sits at this terminal
        command.command("meadow", host="0.0.0.0", port=free_port(), browser=False)


# -- guessing ---------------------------------------------------------------------------------------------


def test_wrong_guesses_of_one_network_come_one_after_the_other_and_hold_up_nobody_else():
    async def play():
        entrance = Entrance(Keys("right"), pause=0.2)
        order = []

        async def guess(network, word):
            found = await entrance.right(network, word)
            order.append((network, found))

        wrong = [asyncio.create_task(guess("a", f"wrong {n}")) for n in range(4)]
        await asyncio.sleep(0.01)
        await guess("b", "right")
        await asyncio.gather(*wrong)
        return order

    order = alone(play)
    assert order[0] == ("b", True)
    assert order[1:] == [("a", False)] * 4


def test_too_many_guesses_at_once_are_refused_before_they_are_looked_at():
    async def play():
        entrance = Entrance(Keys("right"), pause=0.05)
        tasks = [asyncio.create_task(entrance.right("a", "wrong")) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyGuesses):
            await entrance.right("a", "right")
        assert await entrance.right("b", "right")
        await asyncio.gather(*tasks)
        assert await entrance.right("a", "right")

    alone(play)


def test_one_house_is_one_network_and_another_is_another():
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:10.1.2.3") == network_of("10.1.2.3") != network_of("10.1.2.4")


# -- sessions ---------------------------------------------------------------------------------------------


def test_the_session_is_another_after_the_password_was_given(locked):
    locked.get("/enter")
    before = dict(locked.client.cookies)
    answer = enter(locked, "open sesame")
    after = dict(locked.client.cookies)
    assert answer.status_code == 303 and set(before) == set(after) and before != after
    assert locked.get("/", follow_redirects=False).status_code == 200
    locked.client.cookies.clear()
    assert (
        locked.get(
            "/", headers={"cookie": "; ".join(f"{k}={v}" for k, v in before.items())}, follow_redirects=False
        ).status_code
        == 303
    )


def test_cookies_of_servers_on_two_ports_have_two_names():
    from starlette.testclient import TestClient

    names = []
    for port in (8765, 8766):
        with TestClient(create("meadow"), base_url=f"http://localhost:{port}") as client:
            names.append(client.get("/enter").headers["set-cookie"].split("=")[0])
    assert names[0] != names[1] and all(re.search(r"-87\d\d$", name) for name in names)


def test_a_cookie_that_was_given_over_tls_is_never_sent_without():
    from starlette.testclient import TestClient

    for scheme in ("http", "https"):
        with TestClient(create("meadow"), base_url=f"{scheme}://localhost:8765") as client:
            words = client.get("/enter").headers["set-cookie"]
            assert ("Secure" in words) == (scheme == "https") and "HttpOnly" in words and "SameSite=Strict" in words


# -- requests of others, and errors -----------------------------------------------------------------------


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/", "/claims", "/plan?lever=intervener.force", "/play", "/results/1"])
def test_what_another_servers_page_asks_for_is_refused_before_work_is_done(client, site, path, monkeypatch):
    from forbear.app.countries import Countries

    monkeypatch.setattr(Countries, "get", lambda *_: pytest.fail("work was done"))
    for mode, dest in (("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe")):
        headers = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}
        assert client.get(path, headers=headers).status_code == 403


def test_a_link_on_another_page_can_be_followed(client):
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert client.get("/", headers=headers).status_code == 200


def test_every_error_carries_the_headers_of_every_page(client, visitor, monkeypatch):
    from forbear.app.countries import Countries

    answers = [
        client.get("/nowhere"),
        client.put("/"),
        client.get("/", headers={"host": "elsewhere.example"}),
        client.get("/play/compare/x/y/z"),
        client.get("/results/none"),
        client.post("/run", headers={"origin": "http://elsewhere.example"}),
        client.post("/run", data={}, headers={"origin": "http://localhost:8765"}),
        client.get("/", headers={"content-length": "many"}),
    ]
    monkeypatch.setattr(Countries, "names", lambda _: 1 / 0)
    answers.append(client.get("/"))
    assert [a.status_code for a in answers] == [404, 405, 421, 404, 422, 403, 403, 400, 500]
    for answer in answers:
        assert {name: answer.headers.get(name) for name, _ in HEADERS} == dict(HEADERS)
        assert "Traceback" not in answer.text and "ZeroDivision" not in answer.text


# -- connections ------------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def tight():
    """A real server that holds eight connections and waits half a second for a request."""
    import uvicorn

    port = free_port()
    kind = careful(Limits(most=8), head_seconds=0.5)
    config = uvicorn.Config(create("meadow"), host="127.0.0.1", port=port, http=kind, ws="none", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield port
    server.should_exit = True
    thread.join(timeout=10)


def said(port, text):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(text)
        out = b""
        try:
            while more := line.recv(65536):
                out += more
        except ConnectionResetError:  # closed before all was read that was sent
            pass
    return out.decode("latin-1")


HALF = b"GET / HTTP/1.1\r\nhost: localhost\r\n"


@pytest.mark.parametrize("text", [b"", b"GET", HALF, HALF + b"x-slow: "])
def test_half_a_request_is_let_go_in_time(tight, text):
    answer = said(tight, text)
    assert answer.startswith("HTTP/1.1 408") and "content-security-policy" in answer


def test_a_second_half_request_on_one_connection_is_let_go_too(tight):
    with socket.create_connection(("127.0.0.1", tight), timeout=20) as line:
        line.sendall(b"GET /static/icon.svg HTTP/1.1\r\nhost: localhost\r\n\r\n")
        out = line.recv(65536)
        assert out.startswith(b"HTTP/1.1 200")
        line.sendall(HALF)
        while more := line.recv(65536):  # it ends: a connection that stays open runs into the time limit above
            out += more
    assert b"</svg>" in out


def test_what_is_no_request_is_refused_with_the_headers_of_every_page(tight):
    answer = said(tight, b"\x16\x03\x01 nonsense\r\n\r\n")
    assert answer.startswith("HTTP/1.1 400") and "content-security-policy" in answer


def test_connections_are_bounded_and_free_again_when_they_are_closed(tight):
    held = [socket.create_connection(("127.0.0.1", tight)) for _ in range(8)]
    whole = b"GET /enter HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    try:
        assert not said(tight, whole) or said(tight, whole).startswith("HTTP/1.1 503")
    finally:
        for line in held:
            line.close()
    until = time.monotonic() + 10
    while not (answer := said(tight, whole)).startswith("HTTP/1.1 200"):
        assert time.monotonic() < until, answer[:80]


def test_whoever_takes_no_answer_is_let_go_and_who_takes_it_slowly_is_not():
    """Requests by the hundred whose answers nobody reads: they would hold a connection and its answers for ever."""
    import uvicorn

    port, limits = free_port(), Limits(most=8)
    kind = careful(limits, taking_seconds=1.0)
    config = uvicorn.Config(create("meadow"), host="127.0.0.1", port=port, http=kind, ws="none", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    many = b"GET /static/htmx.min.js HTTP/1.1\r\nhost: localhost\r\n\r\n" * 400
    try:
        with socket.socket() as slow, socket.socket() as deaf:
            for line in (slow, deaf):
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
                line.connect(("127.0.0.1", port))
                line.sendall(many)
            until, taken = time.monotonic() + 60, 0
            while limits.held("127.0.0.1") < 2:
                time.sleep(0.02)
                assert time.monotonic() < until
            while limits.held("127.0.0.1") > 1:
                taken += len(slow.recv(65536))
                time.sleep(0.05)
                assert time.monotonic() < until
            assert taken and slow.recv(65536)  # it is still served
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def test_eleven_hundred_half_requests_of_one_address_leave_a_page_for_another():
    """A server as it is started, in a process of its own; before the password is asked."""
    resource = pytest.importorskip("resource", reason="this system does not count descriptors")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2048:
        pytest.skip("this system does not allow so many connections")
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.2", 0))
        except OSError:
            pytest.skip("this system has one address of its own")
    port = free_port()
    words = [sys.executable, "-m", "forbear.cli", "app", "meadow", "--no-browser", "--port", str(port)]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    held = []
    try:
        until = time.monotonic() + 120
        while not (answer := answered(port, "127.0.0.2")).startswith("HTTP/1.1 200"):
            assert time.monotonic() < until and server.poll() is None, answer
            time.sleep(0.2)
        resource.setrlimit(resource.RLIMIT_NOFILE, (2048, hard))
        for _ in range(1100):
            line = socket.socket()
            held.append(line)
            line.setblocking(False)
            line.connect_ex(("127.0.0.1", port))
        for line in held:
            with contextlib.suppress(OSError):
                line.send(HALF)
        assert answered(port, "127.0.0.2").startswith("HTTP/1.1 200")
        assert server.poll() is None
    finally:
        for line in held:
            line.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        server.terminate()
        server.wait(timeout=30)


def answered(port, source):
    """A small page, asked for from another address of this machine; "" where nothing answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(source, 0)) as line:
            line.sendall(b"GET /enter HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            return line.recv(65536).decode("latin-1")
    except OSError:
        return ""


def test_whoever_holds_many_connections_leaves_room_for_others():
    limits = Limits(most=80)
    entered = sum(limits.enter("10.0.0.1") for _ in range(200))
    assert entered < 80 and limits.enter("10.0.0.2")
    for _ in range(entered):
        limits.leave("10.0.0.1")
    assert limits.enter("10.0.0.1")
