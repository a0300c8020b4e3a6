"""Receivers of webhooks over real sockets: whom they may be, and how little they can do to us."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from functions.adapters.guarded_http import GuardedHttp, Patience
from functions.adapters.http_receivers import HttpReceivers, guarded_receivers
from functions.domain.ingests.addresses import Address, parse_rules
from functions.domain.ingests.web_urls import UrlError
from functions.domain.webhooks.ports import Posted, ReceiverError
from functions.domain.webhooks.webhook import Fault
from tests.support.certificates import server_context
from tests.support.raw_server import RawServer, Script, raw_server, saying

TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
HEADERS = {"Content-Type": "application/json", "webhook-id": "e1"}
# Long enough for a busy machine; those that are to run out are short.
CALM = Patience(connect_s=10, head_s=20, idle_s=20)
HASTY = Patience(connect_s=1, head_s=1, idle_s=1)


def _receivers(port: int, patience: Patience = CALM, **more: object) -> HttpReceivers:
    rules = parse_rules((443, 8443), (f"127.0.0.0/8:{port}",))
    http = GuardedHttp(rules, patience=patience, **more)
    return HttpReceivers(rules, http, http)


def _post(server: RawServer, patience: Patience = CALM, **more: object) -> Posted:
    receivers = _receivers(server.port, patience, **more)
    return receivers.post(server.url("/in?a=1"), HEADERS, b'{"id":"e1"}')


def _fault(server: RawServer, patience: Patience = CALM, **more: object) -> ReceiverError:
    with pytest.raises(ReceiverError) as caught:
        _post(server, patience, **more)
    return caught.value


class _Names:
    def __init__(self, *addresses: str) -> None:
        self._addresses, self.asked = list(addresses), 0

    def __call__(self, host: str, port: int) -> list[Address]:
        self.asked += 1
        found = self._addresses.pop(0) if len(self._addresses) > 1 else self._addresses[0]
        return [ip_address(found)]


def _reading(answer: bytes, bodies: list[bytes]) -> Script:
    """Reads the body, too, before it answers."""

    def script(connection: socket.socket, head: bytes) -> None:
        body = head.partition(b"\r\n\r\n")[2]
        while len(body) < 11:
            body += connection.recv(100)
        bodies.append(body)
        connection.sendall(answer)

    return script


def test_given_a_receiver_when_posted_to_then_it_gets_body_and_headers_and_nothing_more() -> None:
    bodies: list[bytes] = []
    with raw_server(_reading(TAKEN, bodies)) as server:
        assert _post(server) == Posted(204)

    (head,) = server.requests
    lines = head.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert lines[0] == b"POST /in?a=1 HTTP/1.1"
    assert {line.split(b":")[0].lower() for line in lines[1:]} == {
        b"host", b"accept", b"accept-encoding", b"user-agent",
        b"content-type", b"content-length", b"webhook-id",
    }  # fmt: skip
    assert bodies == [b'{"id":"e1"}']


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        (b"Retry-After: 120", timedelta(seconds=120)),
        (b"Retry-After: -5", timedelta()),
        (b"Retry-After: 99999999999999999999", timedelta(days=1)),
        (b"Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", None),
        (b"X: y", None),
    ],
)
def test_given_a_refusal_when_posted_then_its_status_and_its_wish_are_told(
    header: bytes, asked: timedelta | None
) -> None:
    answer = b"HTTP/1.1 503 Busy\r\n" + header + b"\r\nContent-Length: 0\r\n\r\n"
    with raw_server(saying(answer)) as server:
        assert _post(server) == Posted(503, asked)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "to", ["http://169.254.169.254/latest/meta-data", "http://127.0.0.1:{port}/other"]
)
def test_given_a_redirect_when_posted_then_it_is_followed_nowhere(status: int, to: str) -> None:
    with raw_server(saying(b"")) as inside:
        place = to.format(port=inside.port).encode()
        answer = b"HTTP/1.1 %d Go\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, place)
        with raw_server(saying(answer)) as server:
            failed = _fault(server)

    assert (failed.fault, failed.code) == (Fault.REDIRECT, status)
    assert len(server.requests) == 1
    assert inside.requests == []


def _flood(start: bytes, seconds: float = 30) -> Script:
    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(start)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            connection.sendall(b"x" * 65_536)

    return script


def test_given_a_flood_of_body_when_posted_then_the_status_counts_and_the_rest_is_cut() -> None:
    begun = time.monotonic()
    with raw_server(_flood(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n")) as server:
        assert _post(server) == Posted(200)

    assert time.monotonic() - begun < 10


def test_given_a_flood_of_headers_when_posted_then_it_is_no_answer() -> None:
    begun = time.monotonic()
    with raw_server(_flood(b"HTTP/1.1 200 OK\r\nX-Long: ")) as server:
        assert _fault(server).fault is Fault.BAD_ANSWER

    assert time.monotonic() - begun < 10


def _hang(connection: socket.socket, _: bytes) -> None:
    connection.recv(1)
    time.sleep(3)


def _drip(connection: socket.socket, _: bytes) -> None:
    for at in range(100):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: %d" % at if at == 0 else b"x")
        time.sleep(0.1)


def _interim(connection: socket.socket, _: bytes) -> None:
    for _at in range(100):
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        time.sleep(0.1)


@pytest.mark.parametrize("script", [_hang, _drip, _interim])
def test_given_a_receiver_that_hangs_when_posted_then_it_is_left_in_time(script: Script) -> None:
    begun = time.monotonic()
    with raw_server(script) as server:
        assert _fault(server, HASTY).fault is Fault.TIMEOUT
        assert time.monotonic() - begun < 2.5


def _slow_body(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n")
    for _at in range(50):
        connection.sendall(b"x")
        time.sleep(0.1)


def test_given_a_body_that_drips_when_posted_then_the_status_counts_in_time() -> None:
    begun = time.monotonic()
    with raw_server(_slow_body) as server:
        assert _post(server, HASTY) == Posted(200)
        assert time.monotonic() - begun < 2.5


@pytest.mark.parametrize("said", [b"", b"no http\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_given_no_answer_that_is_one_when_posted_then_that_is_told(said: bytes) -> None:
    with raw_server(saying(said)) as server:
        assert _fault(server).fault in {Fault.BAD_ANSWER, Fault.UNREACHABLE}


def test_given_nobody_there_when_posted_then_that_is_told() -> None:
    with raw_server(saying(TAKEN)) as server:
        pass

    assert _fault(server).fault is Fault.UNREACHABLE


def test_given_a_name_that_leads_inside_by_now_when_posted_then_nobody_is_connected_to() -> None:
    names = _Names("93.184.215.14", "10.0.0.7")
    receivers = _receivers(9, resolve=names)
    receivers.check("https://hooks.example.com/in")

    with pytest.raises(ReceiverError) as caught:
        receivers.post("https://hooks.example.com/in", HEADERS, b"{}")

    assert caught.value.fault is Fault.REFUSED_ADDRESS
    assert names.asked == 2


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1"])
def test_given_a_name_that_leads_inside_when_subscribed_then_it_is_refused(address: str) -> None:
    receivers = _receivers(9, resolve=_Names(address))

    with pytest.raises(UrlError) as caught:
        receivers.check("https://hooks.example.com/in")

    assert caught.value.code == "url_address"


def test_given_a_name_that_leads_nowhere_yet_when_subscribed_then_it_is_let_pass() -> None:
    def nobody(host: str, port: int) -> list[Address]:
        raise socket.gaierror(socket.EAI_NONAME, "nobody")

    _receivers(9, resolve=nobody).check("https://hooks.example.com/in")


@pytest.mark.parametrize(
    "url", ["http://hooks.example.com/", "https://10.0.0.1/", "https://127.0.0.1:8443/"]
)
def test_given_rules_that_became_stricter_when_posted_then_nothing_is_sent(url: str) -> None:
    with pytest.raises(ReceiverError) as caught:
        guarded_receivers(parse_rules((443, 8443), ())).post(url, HEADERS, b"{}")

    assert caught.value.fault is Fault.REFUSED_ADDRESS


def test_given_https_when_posted_then_the_certificate_is_of_the_host_and_of_whom_we_trust(
    tmp_path: Path,
) -> None:
    served, trusting = server_context(tmp_path, "127.0.0.1")
    bodies: list[bytes] = []
    with raw_server(_reading(TAKEN, bodies), tls=served) as server:
        url = server.url("/in", scheme="https")
        trusted = _receivers(server.port, tls=trusting).post(url, HEADERS, b'{"id":"e1"}')
        with pytest.raises(ReceiverError) as caught:
            _receivers(server.port).post(url, HEADERS, b'{"id":"e1"}')

    assert trusted == Posted(204)
    assert caught.value.fault is Fault.CERTIFICATE
    assert bodies == [b'{"id":"e1"}']
