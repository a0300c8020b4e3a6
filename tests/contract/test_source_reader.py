"""Sources behind URLs: what holds for HTTP and for the fake alike, then what only HTTP can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions.adapters.direct_links import DirectLinks
from functions.adapters.guarded_http import GuardedHttp, Patience
from functions.adapters.http_source import HttpSourceReader
from functions.domain.errors import CutroomError, MediaError, UnavailableError
from functions.domain.ingests.addresses import parse_rules
from functions.domain.ingests.ingest import SourceVersion
from functions.domain.ingests.ports import SourceReader, SourceResolver
from infra.local.simulators.sources import Source, serving
from tests.fakes.sources import FakeSource, FakeSourceReader
from tests.support.raw_server import raw_server, saying

BODY = bytes(range(256)) * 2_000
Put = Callable[..., str]
SAYS = 'HTTP/1.1 {}\r\nETag: "v1"\r\n'
KNOWN = SourceVersion(total=10, etag='"v1"')


@dataclass
class Readable:
    """A reader, and how its sources are put somewhere: `put(body, **manners)` returns a URL."""

    reader: SourceReader
    put: Put


@pytest.fixture(params=["fake", "http"])
def sources(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Readable]:
    if request.param == "fake":
        fake = FakeSourceReader()

        def remember(body: bytes, **manners: object) -> str:
            fake.sources["http://x/a"] = FakeSource(body, **manners)  # type: ignore[arg-type]
            return "http://x/a"

        yield Readable(fake, remember)
        return
    with serving() as served:

        def write(body: bytes, **manners: object) -> str:
            path = tmp_path / "a.mp4"
            path.write_bytes(body)
            if not manners.pop("sized", True):
                manners["length"] = False
            return served.put("a.mp4", Source(path=path, **manners))  # type: ignore[arg-type]

        yield Readable(_http(int(served.base.rpartition(":")[2])), write)


def _http(port: int) -> HttpSourceReader:
    rules = parse_rules((80, 443), (f"127.0.0.0/8:{port}",))
    return HttpSourceReader(GuardedHttp(rules, patience=Patience(idle_s=10, head_s=10)), rules)


def _code(kind: type[CutroomError], reader: SourceReader, url: str, *more: object) -> str:
    with pytest.raises(kind) as caught, reader.open(url, *more) as stream:  # type: ignore[arg-type]
        for _ in stream.chunks:
            pass
    return caught.value.code


class TestSourceReader:
    def test_given_a_source_when_it_is_read_then_all_of_it_comes_and_what_it_is(
        self, sources: Readable
    ) -> None:
        url = sources.put(BODY)

        with sources.reader.open(url) as stream:
            assert (stream.start, stream.version.total) == (0, len(BODY))
            assert stream.version.validator
            assert stream.content_type == "video/mp4"
            assert b"".join(stream.chunks) == BODY

    def test_given_a_source_when_it_is_read_from_a_byte_on_then_only_the_rest_comes(
        self, sources: Readable
    ) -> None:
        url = sources.put(BODY)
        with sources.reader.open(url) as stream:
            known = stream.version

        with sources.reader.open(url, 100_001, known) as stream:
            assert (stream.start, stream.version.total) == (100_001, len(BODY))
            assert b"".join(stream.chunks) == BODY[100_001:]

    def test_given_a_source_without_ranges_when_the_rest_is_asked_for_then_all_of_it_comes(
        self, sources: Readable
    ) -> None:
        url = sources.put(BODY, ranges=False)
        with sources.reader.open(url) as stream:
            known = stream.version

        with sources.reader.open(url, 100, known) as stream:
            assert stream.start == 0
            assert b"".join(stream.chunks) == BODY

    def test_given_a_source_without_a_length_when_it_is_read_then_all_of_it_comes(
        self, sources: Readable
    ) -> None:
        url = sources.put(BODY, sized=False)

        with sources.reader.open(url) as stream:
            assert stream.version.total is None
            assert b"".join(stream.chunks) == BODY

    def test_given_a_source_that_has_changed_when_the_rest_is_asked_for_then_it_is_said(
        self, sources: Readable
    ) -> None:
        with sources.reader.open(sources.put(BODY)) as stream:
            known = stream.version
        changed = sources.put(BODY + b"more", **_other(sources))

        assert _code(MediaError, sources.reader, changed, 5, known) == "ingest.source_changed"

    def test_given_a_connection_that_is_lost_when_read_then_what_came_is_there_and_it_is_said(
        self, sources: Readable
    ) -> None:
        url = sources.put(BODY, breaks_after=[200_000])
        came: list[bytes] = []

        with sources.reader.open(url) as stream, pytest.raises(UnavailableError) as caught:
            came.extend(stream.chunks)

        assert caught.value.code == "ingest.interrupted"
        assert b"".join(came) == BODY[: sum(map(len, came))]
        assert sum(map(len, came)) > 100_000

    def test_given_an_empty_source_when_read_then_nothing_comes(self, sources: Readable) -> None:
        with sources.reader.open(sources.put(b"")) as stream:
            assert list(stream.chunks) == []


def _other(sources: Readable) -> dict[str, object]:
    return {"etag": '"v2"'} if isinstance(sources.reader, FakeSourceReader) else {}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("400 Bad", MediaError), ("401 No", MediaError), ("403 No", MediaError),
        ("404 Gone", MediaError), ("410 Gone", MediaError), ("204 None", MediaError),
        ("206 Part", MediaError), ("304 Same", MediaError), ("300 Many", MediaError),
        ("408 Late", UnavailableError), ("429 Often", UnavailableError),
        ("500 Broken", UnavailableError), ("503 Busy", UnavailableError),
    ],
)  # fmt: skip
def test_given_another_status_when_answered_then_it_is_told_and_whether_it_may_pass(
    status: str, kind: type[CutroomError]
) -> None:
    with raw_server(saying(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())) as server:
        reader = _http(server.port)

        with pytest.raises(kind, match=status[:3]) as caught, reader.open(server.url()):
            pass

    assert caught.value.code == "ingest.http_status"


def _answers(status: str, *lines: str) -> bytes:
    return (SAYS.format(status) + "".join(f"{line}\r\n" for line in lines) + "\r\n").encode()


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("Content-Range: bytes 0-9/10", "Content-Length: 10"),
        ("Content-Range: bytes 6-9/10", "Content-Length: 4"),
        ("Content-Range: bytes 5-9/10", "Content-Length: 4"),
        ("Content-Range: bytes 5-4/10", "Content-Length: 0"),
        ("Content-Range: bytes 5-10/10", "Content-Length: 6"),
        ("Content-Range: items 5-9/10", "Content-Length: 5"),
        ("Content-Range: bytes */10", "Content-Length: 5"),
        ("Content-Range: bytes 5-9/10, bytes 5-9/10", "Content-Length: 5"),
        ("Content-Type: multipart/byteranges; boundary=x", "Content-Length: 5"),
        ("Content-Range: bytes 5-99999999999999999999/999999999999999999999",),
    ],
)
def test_given_another_range_than_asked_for_when_answered_then_nothing_is_taken_of_it(
    lines: tuple[str, ...],
) -> None:
    with raw_server(saying(_answers("206 Partial", *lines) + b"media")) as server:
        reader = _http(server.port)

        assert _code(MediaError, reader, server.url(), 5, KNOWN) == "ingest.bad_answer"

    assert b"Range: bytes=5-\r\n" in server.requests[0]
    assert b'If-Range: "v1"\r\n' in server.requests[0]


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Range: bytes 5-10/11", "Content-Length: 6"),
        ("Content-Range: bytes */9",),
        ("Content-Range: bytes */*",),
        (),
    ],
)
def test_given_a_file_of_another_length_when_the_rest_is_asked_for_then_it_has_changed(
    lines: tuple[str, ...],
) -> None:
    status = "206 Partial" if any("5-" in line for line in lines) else "416 Range"
    more = () if "206" in status else ("Content-Length: 0",)
    with raw_server(saying(_answers(status, *lines, *more) + b"medias")) as server:
        reader = _http(server.port)

        assert _code(MediaError, reader, server.url(), 5, KNOWN) == "ingest.source_changed"


def test_given_another_etag_in_the_rest_when_answered_then_it_has_changed() -> None:
    rest = b'HTTP/1.1 206 Partial\r\nETag: "v2"\r\nContent-Range: bytes 5-9/10\r\n\r\nmedia'
    with raw_server(saying(rest)) as server:
        assert _code(MediaError, _http(server.port), server.url(), 5, KNOWN) == (
            "ingest.source_changed"
        )


def test_given_all_of_a_file_of_unknown_length_when_more_is_asked_for_then_there_is_none() -> None:
    known = SourceVersion(etag='"v1"')
    end = _answers("416 Range", "Content-Range: bytes */5", "Content-Length: 0")
    with raw_server(saying(end)) as server, _http(server.port).open(server.url(), 5, known) as it:
        assert (it.start, it.version.total, list(it.chunks)) == (5, 5, [])


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "gzip, identity"])
def test_given_packed_bytes_when_answered_then_they_are_not_unpacked_but_refused(
    coding: str,
) -> None:
    with raw_server(saying(_answers("200 OK", f"Content-Encoding: {coding}") + b"x")) as server:
        assert _code(MediaError, _http(server.port), server.url()) == "ingest.bad_answer"


@pytest.mark.parametrize(
    ("lines", "validator"),
    [
        (('ETag: "a"',), '"a"'),
        (('ETag: W/"a"',), None),
        (
            ("Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT", "Date: Sun, 01 Mar 2026 12:00:01 GMT"),
            "Sun, 01 Mar 2026 12:00:00 GMT",
        ),
        (
            ("Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT", "Date: Sun, 01 Mar 2026 12:00:00 GMT"),
            None,
        ),
        (("Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT",), None),
        (("Last-Modified: yesterday", "Date: today"), None),
        (
            (
                'ETag: W/"a"',
                "Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT",
                "Date: Sun, 01 Mar 2026 12:00:09 GMT",
            ),
            "Sun, 01 Mar 2026 12:00:00 GMT",
        ),
        ((), None),
    ],
)
def test_given_what_a_source_tells_of_its_state_when_read_then_only_what_is_sure_is_relied_on(
    lines: tuple[str, ...], validator: str | None
) -> None:
    answer = "HTTP/1.1 200 OK\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n"
    with (
        raw_server(saying(answer.encode())) as server,
        _http(server.port).open(server.url()) as stream,
    ):
        assert stream.version.validator == validator


def test_given_an_address_that_is_not_public_when_read_then_it_is_refused() -> None:
    with raw_server(saying(b"")) as server:
        other = _http(server.port + 1)

        assert _code(MediaError, other, server.url()) == "ingest.refused_address"
        assert _code(MediaError, other, "http://127.0.0.1/") == "ingest.refused_address"


def test_given_a_source_that_is_not_up_when_read_then_trying_again_may_help() -> None:
    with raw_server(saying(b"")) as server:
        pass

    assert _code(UnavailableError, _http(server.port), server.url()) == "ingest.unreachable"


def test_given_a_direct_link_when_it_is_resolved_then_it_is_its_own_address() -> None:
    resolver: SourceResolver = DirectLinks()

    assert resolver.media_url("https://media.example/a?b") == "https://media.example/a?b"
