import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from marketplace.server import RESTART_CLOSE_CODE, WEBSOCKET_MESSAGE_BYTES
from marketplace.stop_signals import INSISTED_EXIT_CODE

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60  # only a broken server needs them
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


class RunningServer:
    def __init__(self, mode: str = "", port: int = 0) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.marketplace.serving", str(port), mode],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._connections: list[http.client.HTTPConnection] = []
        self.port = int(self.next_line().partition(" ")[2] or 0)

    def next_line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        self._connections.append(connection)
        return connection

    def get(self, path: str) -> http.client.HTTPResponse:
        connection = self.connect()
        connection.request("GET", path)
        return connection.getresponse()

    def open_websocket(self) -> ClientConnection:
        return connect(f"ws://127.0.0.1:{self.port}/")

    def end(self) -> tuple[int, str]:
        """The exit code and what stood on stderr."""
        _, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, errors

    def clear_away(self) -> None:
        self.process.kill()
        self.process.communicate()
        for connection in self._connections:
            connection.close()


@pytest.fixture
def start() -> Iterator[Callable[..., RunningServer]]:
    started: list[RunningServer] = []

    def start_one(*arguments: object) -> RunningServer:
        started.append(RunningServer(*arguments))
        return started[-1]

    yield start_one
    for server in started:
        server.clear_away()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_signal_ends_the_server_with_0_even_while_a_stream_is_open(start, number):
    server = start()
    stream = server.get("/endless")
    stream.read(5)

    server.process.send_signal(number)

    assert server.end() == (0, "")


def test_websocket_is_told_to_come_back_after_a_restart(start):
    server = start()
    with server.open_websocket() as websocket:
        websocket.send("hello")
        websocket.recv()

        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv()

    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (RESTART_CLOSE_CODE, "restart")
    assert server.end()[0] == 0


def test_stopping_server_refuses_new_connections(start):
    server = start("stop-hangs")

    server.process.send_signal(signal.SIGTERM)
    server.next_line()

    with pytest.raises(ConnectionRefusedError):
        server.connect().connect()


def test_work_that_does_not_end_in_its_grace_does_not_hold_up_the_stop(start):
    server = start("no-grace")

    server.process.send_signal(signal.SIGTERM)

    exit_code, errors = server.end()
    assert exit_code == 0
    assert "Not all work had ended" in errors


def test_second_signal_ends_the_server_at_once(start):
    server = start("stop-hangs")
    server.process.send_signal(signal.SIGTERM)
    server.next_line()

    while server.process.poll() is None:
        server.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            server.process.wait(0.1)

    assert server.process.returncode == INSISTED_EXIT_CODE == 143


def test_port_in_use_is_said_in_one_line_and_is_a_failure(start):
    first = start()

    second = start("", first.port)

    exit_code, errors = second.end()
    assert exit_code == 1
    assert errors.strip().splitlines() == [
        f"Cannot listen on 127.0.0.1 port {first.port}: [Errno 98] Address already in use"
    ]


def test_server_stops_with_a_failure_when_its_work_fails(start):
    server = start("work-fails")

    exit_code, errors = server.end()

    assert exit_code == 1
    assert "RuntimeError: the work failed" in errors


def test_answer_in_pieces_is_complete_and_leaves_the_connection_usable(start):
    connection = start().connect()
    sizes = []
    for path in ("/pieces", "/", "/pieces"):
        connection.request("GET", path)
        sizes.append(len(connection.getresponse().read()))

    assert sizes == [64 * 64 * 1024 + 3, 5, 64 * 64 * 1024 + 3]


@pytest.mark.parametrize("headers", [{}, UPGRADE], ids=["response", "websocket"])
def test_client_that_never_reads_is_dropped_and_costs_little_memory(start, headers):
    server = start()
    lines = [
        "GET /flood HTTP/1.1",
        "Host: localhost",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall("\r\n".join([*lines, "", ""]).encode())

        grown_mebibytes = int(server.next_line().removeprefix("grown "))

    server.process.send_signal(signal.SIGTERM)
    assert grown_mebibytes < 32
    assert "which read nothing" in server.end()[1]


def test_answer_that_fails_half_way_is_cut_and_the_server_lives_on(start):
    server = start()

    with pytest.raises(http.client.IncompleteRead):
        server.get("/fails").read()

    assert server.get("/").read() == b"hello"


def test_message_above_the_limit_closes_the_websocket(start):
    server = start()
    with server.open_websocket() as websocket:
        websocket.send("x" * WEBSOCKET_MESSAGE_BYTES)
        echoed = websocket.recv()
        websocket.send("x" * (WEBSOCKET_MESSAGE_BYTES + 1))
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv()

    assert len(echoed) == WEBSOCKET_MESSAGE_BYTES
    assert closed.value.rcvd.code == 1009


def test_several_messages_at_once_come_each_by_itself_and_in_order(start):
    with start().open_websocket() as websocket:
        websocket.send("several")
        websocket.send("last")

        assert [websocket.recv(PATIENCE_SECONDS) for _ in range(4)] == ["one", "two", "three", "last"]


def test_no_answer_says_which_server_gave_it(start):
    server = start()

    with server.open_websocket() as websocket:
        assert websocket.response
        assert "Server" not in websocket.response.headers
    assert server.get("/").getheader("Server") is None
