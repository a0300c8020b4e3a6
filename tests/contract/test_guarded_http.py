"""Requests to hosts that users name: where they may lead, and how long they may take.

Real sockets on loopback, which the rules of a test open at the port of its server only.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

import httpcore
import pytest

from functions.adapters.guarded_http import MAX_REDIRECTS, GuardedHttp, Patience
from functions.adapters.guarded_network import FetchError, Trouble, system_addresses
from functions.domain.ingests.addresses import Address, AddressRules, parse_rules
from functions.domain.ingests.web_urls import parse_url
from tests.support.certificates import server_context
from tests.support.raw_server import RawServer, raw_server, saying

OK = b"HTTP/1.1 200 OK\r\n"
BODY = OK + b"Content-Length: 5\r\n\r\nmedia"
# Long enough for a busy machine; those that are to run out are short.
CALM = Patience(connect_s=10, head_s=20, idle_s=10, window_s=10, least_bytes=1_000)
HASTY = Patience(connect_s=2, head_s=1, idle_s=0.4, window_s=0.6, least_bytes=1_000)
WEB = parse_rules((80, 443), ())


def _open_to(server: RawServer) -> AddressRules:
    return parse_rules((80, 443), (f"127.0.0.0/8:{server.port}",))


def _get(http: GuardedHttp, rules: AddressRules, url: str) -> bytes:
    with http.get(parse_url(url, rules), {}) as reply:
        assert reply.status == 200
        return b"".join(reply.chunks)


def _fetch(server: RawServer, url: str | None = None, **more: object) -> bytes:
    rules = _open_to(server)
    http = GuardedHttp(rules, **{"patience": CALM, **more})  # type: ignore[arg-type]
    return _get(http, rules, url or server.url())


def _trouble(call: Callable[[], object]) -> Trouble:
    with pytest.raises(FetchError) as caught:
        call()
    return caught.value.trouble


def _redirect(to: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


class _Answers:
    """A name server that gives one answer after another, and counts the questions."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int) -> list[Address]:
        self.asked += 1
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [ip_address(text) for text in found]


class _Network(httpcore.NetworkBackend):
    """Connects to nobody, and notes to whom it should have."""

    def __init__(self) -> None:
        self.called: list[tuple[str, int]] = []

    def connect_tcp(self, host: str, port: int, *_: object, **__: object) -> httpcore.NetworkStream:
        self.called.append((host, port))
        raise httpcore.ConnectError("nobody there")


def test_given_a_good_source_when_asked_then_its_bytes_come_and_no_more_is_told_than_needed() -> (
    None
):
    with raw_server(saying(BODY)) as server:
        assert _fetch(server) == b"media"

    (head,) = server.requests
    names = {line.split(b":")[0].lower() for line in head.splitlines()[1:] if line}
    assert names == {b"host", b"accept", b"accept-encoding", b"user-agent"}
    assert b"Accept-Encoding: identity" in head
    assert f"Host: 127.0.0.1:{server.port}".encode() in head


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_given_a_proxy_in_the_environment_when_asked_then_it_is_passed_by(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9")

    with raw_server(saying(BODY)) as server:
        assert _fetch(server) == b"media"


def test_given_a_password_file_when_asked_then_it_is_not_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    with raw_server(saying(BODY)) as server:
        _fetch(server)

    assert b"uthorization" not in server.requests[0]


def test_given_a_cookie_on_the_way_when_redirected_then_it_is_not_carried_on() -> None:
    first = _redirect("/b.mp4").replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b\r\n\r\n")
    with raw_server(saying(first), saying(BODY)) as server:
        assert _fetch(server) == b"media"

    assert b"ookie" not in server.requests[1]
    assert server.requests[1].startswith(b"GET /b.mp4 ")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00:ec2::254", "::ffff:127.0.0.1",
     "0.0.0.1", "100.64.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"],
)  # fmt: skip
def test_given_a_name_that_leads_to_no_public_address_when_asked_then_nobody_is_connected_to(
    address: str,
) -> None:
    network = _Network()
    http = GuardedHttp(WEB, resolve=_Answers([address]), inner=network)

    assert _trouble(lambda: _get(http, WEB, "http://media.example/")) is Trouble.REFUSED
    assert network.called == []


@pytest.mark.parametrize("order", [1, -1])
def test_given_a_name_of_which_one_address_is_private_when_asked_then_none_is_connected_to(
    order: int,
) -> None:
    network = _Network()
    both = ["8.8.8.8", "10.0.0.1"][::order]
    http = GuardedHttp(WEB, resolve=_Answers(both), inner=network)

    assert _trouble(lambda: _get(http, WEB, "http://media.example/")) is Trouble.REFUSED
    assert network.called == []


def test_given_a_name_that_changes_its_mind_when_asked_then_the_checked_address_is_called() -> None:
    """The second answer would be loopback: nobody asks for it."""
    network, names = _Network(), _Answers(["8.8.8.8"], ["127.0.0.1"])
    http = GuardedHttp(WEB, resolve=names, inner=network)

    assert _trouble(lambda: _get(http, WEB, "http://media.example/")) is Trouble.UNREACHABLE
    assert network.called == [("8.8.8.8", 80)]
    assert names.asked == 1

    assert _trouble(lambda: _get(http, WEB, "http://media.example/")) is Trouble.REFUSED
    assert network.called == [("8.8.8.8", 80)]


def test_given_a_name_with_many_addresses_when_some_do_not_answer_then_a_few_are_tried() -> None:
    network = _Network()
    many = [f"8.8.8.{number}" for number in range(1, 30)]
    http = GuardedHttp(WEB, resolve=_Answers(many), inner=network)

    _trouble(lambda: _get(http, WEB, "https://media.example/"))

    assert network.called == [(address, 443) for address in many[:4]]


def test_given_a_connection_that_leads_elsewhere_when_made_then_it_is_dropped() -> None:
    """As behind a network that rewrites addresses: whom we have checked is not who answers."""

    class Astray(httpcore.SyncBackend):
        def connect_tcp(self, host: str, *rest: object) -> httpcore.NetworkStream:
            return super().connect_tcp("127.0.0.1", *rest)  # type: ignore[arg-type]

    with raw_server(saying(BODY)) as server:
        rules = parse_rules((80, 443, server.port), ())
        http = GuardedHttp(rules, resolve=_Answers(["8.8.8.8"]), inner=Astray())

        url = f"http://media.example:{server.port}/"
        assert _trouble(lambda: _get(http, rules, url)) is Trouble.REFUSED

    assert b"".join(server.requests) == b""


@pytest.mark.parametrize("name", ["localhost", "localhost.", "LOCALHOST"])
def test_given_a_name_of_this_machine_when_asked_then_the_system_s_answer_is_refused(
    name: str,
) -> None:
    http = GuardedHttp(WEB)

    assert _trouble(lambda: _get(http, WEB, f"http://{name}/")) is Trouble.REFUSED


def test_given_an_opened_port_when_asked_for_another_then_it_is_refused() -> None:
    with raw_server(saying(BODY)) as server, raw_server(saying(BODY)) as other:
        rules = parse_rules((80, 443), (f"127.0.0.0/8:{server.port}", f"10.0.0.0/8:{other.port}"))
        http = GuardedHttp(rules, resolve=_Answers(["127.0.0.1"]))

        url = other.url(host="media.example")
        assert _trouble(lambda: _get(http, rules, url)) is Trouble.REFUSED

    assert other.requests == []


def test_given_an_unknown_name_when_asked_then_the_host_is_not_reached() -> None:
    def nowhere(*_: object) -> list[Address]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    http = GuardedHttp(WEB, resolve=nowhere)
    with pytest.raises(FetchError) as caught:
        _get(http, WEB, "http://media.example/")

    assert (caught.value.trouble, caught.value.passing) == (Trouble.UNREACHABLE, False)


def test_given_a_name_server_that_does_not_answer_when_asked_then_it_is_not_waited_for() -> None:
    def asleep(*_: object) -> list[Address]:
        time.sleep(5)
        return []

    began = time.monotonic()
    http = GuardedHttp(WEB, patience=Patience(head_s=0.3), resolve=asleep)

    assert _trouble(lambda: _get(http, WEB, "http://media.example/")) is Trouble.TOO_SLOW
    assert time.monotonic() - began < 3


def test_given_a_port_where_nobody_listens_when_asked_then_trying_again_may_help() -> None:
    with raw_server(saying(BODY)) as server:
        pass

    with pytest.raises(FetchError) as caught:
        _fetch(server)

    assert (caught.value.trouble, caught.value.passing) == (Trouble.UNREACHABLE, True)


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "http://[::ffff:127.0.0.1]/",
        "http://127.0.0.1:22/",
        "http://10.0.0.1/",
    ],
)
def test_given_a_redirect_to_an_address_that_is_not_public_when_met_then_it_is_refused(
    to: str,
) -> None:
    with raw_server(saying(_redirect(to)), saying(BODY)) as server:
        assert _trouble(lambda: _fetch(server)) is Trouble.REFUSED

    assert len(server.requests) == 1


def test_given_a_redirect_to_a_name_when_its_address_is_private_then_it_is_refused() -> None:
    with raw_server(saying(_redirect("http://inside.example/")), saying(BODY)) as server:

        def resolve(host: str, port: int) -> list[Address]:
            return [ip_address("10.0.0.1" if host == "inside.example" else "127.0.0.1")]

        assert _trouble(lambda: _fetch(server, resolve=resolve)) is Trouble.REFUSED


@pytest.mark.parametrize(
    "to", ["ftp://media.example/", "file:///etc/passwd", "http://me@media.example/", "http://1/"]
)
def test_given_a_redirect_that_is_no_url_of_the_web_when_met_then_it_is_not_followed(
    to: str,
) -> None:
    with raw_server(saying(_redirect(to)), saying(BODY)) as server:
        assert _trouble(lambda: _fetch(server)) is Trouble.REDIRECTS


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_given_redirects_when_they_end_somewhere_then_that_is_what_comes(status: int) -> None:
    hops = [saying(_redirect(f"/{hop}", status)) for hop in range(MAX_REDIRECTS)]
    with raw_server(*hops, saying(BODY)) as server:
        assert _fetch(server) == b"media"

    assert len(server.requests) == MAX_REDIRECTS + 1


def test_given_redirects_in_a_circle_when_followed_then_they_are_left() -> None:
    with raw_server(saying(_redirect("/a.mp4"))) as server:
        assert _trouble(lambda: _fetch(server)) is Trouble.REDIRECTS

    assert len(server.requests) == MAX_REDIRECTS + 1


def test_given_a_redirect_without_a_place_when_met_then_it_is_said() -> None:
    with raw_server(saying(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")) as server:
        assert _trouble(lambda: _fetch(server)) is Trouble.REDIRECTS


def test_given_a_certificate_of_the_name_when_asked_then_the_name_is_what_is_checked_and_sent(
    tmp_path: Path,
) -> None:
    ours, theirs = server_context(tmp_path, "media.example")
    shown: list[str] = []
    ours.sni_callback = lambda _, name, __: shown.append(name)

    with raw_server(saying(BODY), tls=ours) as server:
        url = server.url(host="media.example", scheme="https")
        assert _fetch(server, url, resolve=_Answers(["127.0.0.1"]), tls=theirs) == b"media"

    assert shown == ["media.example"]
    assert f"Host: media.example:{server.port}".encode() in server.requests[0]


@pytest.mark.parametrize("name", ["other.example", "127.0.0.1"])
def test_given_a_certificate_of_another_name_when_asked_then_nothing_is_sent(
    tmp_path: Path, name: str
) -> None:
    """Not even one of the address: it is the name that was asked for."""
    ours, theirs = server_context(tmp_path, name)

    with raw_server(saying(BODY), tls=ours) as server:
        url = server.url(host="media.example", scheme="https")
        fetch = lambda: _fetch(server, url, resolve=_Answers(["127.0.0.1"]), tls=theirs)  # noqa: E731

        assert _trouble(fetch) is Trouble.CERTIFICATE

    assert server.requests == []


def test_given_a_certificate_that_nobody_vouches_for_when_asked_then_nothing_is_sent(
    tmp_path: Path,
) -> None:
    ours, _ = server_context(tmp_path, "media.example")

    with raw_server(saying(BODY), tls=ours) as server:
        url = server.url(host="media.example", scheme="https")

        assert (
            _trouble(lambda: _fetch(server, url, resolve=_Answers(["127.0.0.1"])))
            is Trouble.CERTIFICATE
        )

    assert server.requests == []


def test_given_a_redirect_from_https_to_http_when_met_then_it_is_not_followed(
    tmp_path: Path,
) -> None:
    ours, theirs = server_context(tmp_path, "media.example")
    with raw_server(saying(_redirect("http://media.example/")), tls=ours) as server:
        url = server.url(host="media.example", scheme="https")

        assert (
            _trouble(lambda: _fetch(server, url, resolve=_Answers(["127.0.0.1"]), tls=theirs))
            is Trouble.REDIRECTS
        )


def _dripping(connection: socket.socket, _: bytes) -> None:
    """A byte of the head now and then, each soon enough to be no silence."""
    for byte in OK + b"X-Long: " + b"a" * 10_000:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def _silent(connection: socket.socket, _: bytes) -> None:
    time.sleep(2)


def _continuing(connection: socket.socket, _: bytes) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize("script", [_dripping, _silent, _continuing])
def test_given_a_server_that_never_comes_to_its_answer_when_asked_then_it_is_left_in_time(
    script: Callable[[socket.socket, bytes], None],
) -> None:
    began = time.monotonic()
    with raw_server(script) as server:
        trouble = _trouble(lambda: _fetch(server, patience=HASTY))
        assert trouble in {Trouble.TOO_SLOW, Trouble.UNREACHABLE}
        assert time.monotonic() - began < 5


def _huge_line(connection: socket.socket, _: bytes) -> None:
    connection.sendall(OK + b"X-Long: ")
    while True:
        connection.sendall(b"a" * 65_536)


def _many_lines(connection: socket.socket, _: bytes) -> None:
    connection.sendall(OK)
    while True:
        connection.sendall(b"X-Many: a\r\n" * 5_000)


@pytest.mark.parametrize("script", [_huge_line, _many_lines])
def test_given_a_head_without_end_when_read_then_it_is_given_up_at_a_size(
    script: Callable[[socket.socket, bytes], None],
) -> None:
    with raw_server(script) as server:
        assert _trouble(lambda: _fetch(server)) is Trouble.BAD_ANSWER


@pytest.mark.parametrize(
    "head",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"220 mail.example ESMTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nmedia",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"HTTP/1.1 999999 OK\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
    ],
)
def test_given_an_answer_that_is_no_http_when_read_then_it_is_said(head: bytes) -> None:
    with raw_server(saying(head)) as server:
        assert _trouble(lambda: _fetch(server)) is Trouble.BAD_ANSWER


def _stopping(connection: socket.socket, _: bytes) -> None:
    connection.sendall(OK + b"Content-Length: 500000\r\n\r\n" + b"a" * 1000)
    time.sleep(3)


def _trickling(connection: socket.socket, _: bytes) -> None:
    connection.sendall(OK + b"Content-Length: 500000\r\n\r\n")
    for _number in range(100):
        connection.sendall(b"a")
        time.sleep(0.05)


@pytest.mark.parametrize("script", [_stopping, _trickling])
def test_given_a_body_that_hardly_comes_when_read_then_it_is_left(
    script: Callable[[socket.socket, bytes], None],
) -> None:
    began = time.monotonic()
    with raw_server(script) as server:
        assert _trouble(lambda: _fetch(server, patience=HASTY)) is Trouble.TOO_SLOW
        assert time.monotonic() - began < 5


def test_given_a_slow_reader_of_a_quick_source_when_it_reads_then_the_source_is_not_blamed() -> (
    None
):
    with raw_server(saying(OK + b"Content-Length: 400000\r\n\r\n" + b"a" * 400_000)) as server:
        rules = _open_to(server)
        http = GuardedHttp(rules, patience=HASTY)
        with http.get(parse_url(server.url(), rules), {}) as reply:
            read = 0
            for chunk in reply.chunks:
                read += len(chunk)
                time.sleep(0.2)

    assert read == 400_000


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 500\r\n\r\nshort",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nmedia\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nmedia\r\nzz\r\n",
    ],
)
def test_given_a_body_that_is_cut_off_when_read_then_it_is_noticed(answer: bytes) -> None:
    with raw_server(saying(answer)) as server:
        assert _trouble(lambda: _fetch(server)) is Trouble.INTERRUPTED


def test_given_a_length_that_is_too_short_when_read_then_no_more_than_that_is_taken() -> None:
    with raw_server(saying(OK + b"Content-Length: 5\r\n\r\nmedia and more")) as server:
        assert _fetch(server) == b"media"


def test_given_the_system_when_it_is_asked_for_an_address_then_it_is_its_own() -> None:
    assert system_addresses("127.0.0.1", 80) == [ip_address("127.0.0.1")]
    assert system_addresses("2130706433", 80) == [ip_address("127.0.0.1")]


def test_given_a_socket_of_a_file_when_it_is_asked_for_then_it_is_refused() -> None:
    from functions.adapters.guarded_network import Deadline, GuardedBackend

    with pytest.raises(FetchError):
        GuardedBackend(WEB, Deadline(1)).connect_unix_socket("/run/docker.sock")
