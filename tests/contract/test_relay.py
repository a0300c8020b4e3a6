"""A source by way of the relay: the same bytes, few of them, and errors as they are."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from functions.adapters.ffmpeg.relay import Whole, serving
from functions.adapters.range_file import BLOCK
from functions.adapters.url_range_file import UrlRangeFile
from tests.bench.range_server import Counter, serve
from tests.contract.source_server import Manner, served

BODY = random.Random(11).randbytes(200 * BLOCK + 77)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "body"
    target.write_bytes(BODY)
    return target


@pytest.fixture
def upstream(path: Path) -> Iterator[Counter]:
    with serve(path) as server:
        yield server


def get(url: str, asked: str) -> urllib3.BaseHTTPResponse:
    with urllib3.PoolManager(retries=False) as pool:
        return pool.request("GET", url, headers={"Range": f"bytes={asked}"})


@contextmanager
def relay(source: str, *needed: range) -> Iterator[str]:
    with UrlRangeFile(source, len(BODY), needed) as file, serving(Whole(file)) as url:
        yield url


def test_given_any_ranges_when_they_are_asked_for_then_they_are_as_in_the_file(
    upstream: Counter,
) -> None:
    dice = random.Random(5)
    with relay(upstream.url) as url:
        for _ in range(30):
            first = dice.randrange(len(BODY))
            last = dice.randrange(first, min(first + 5 * BLOCK, len(BODY) + 10))
            answer = get(url, f"{first}-{last}")

            assert answer.status == 206
            assert answer.data == BODY[first : last + 1]
            assert answer.headers["Content-Range"].endswith(f"/{len(BODY)}")


def test_given_a_file_on_this_disk_when_it_is_read_then_it_is_whole(path: Path) -> None:
    with relay(str(path)) as url:
        assert get(url, "0-").data == BODY


def test_given_what_is_needed_when_it_is_read_then_it_is_asked_for_in_large_pieces_and_no_more(
    upstream: Counter,
) -> None:
    rows = range(3 * BLOCK), range(30 * BLOCK, 130 * BLOCK)
    with relay(upstream.url, *rows) as url:
        for needed in rows:
            get(url, f"{needed.start}-{needed.stop - 1}")

    assert upstream.requests == 3
    assert upstream.sent == sum(len(needed) for needed in rows)


def test_given_what_was_read_when_it_is_read_again_then_it_costs_nothing(upstream: Counter) -> None:
    with relay(upstream.url) as url:
        answers = {get(url, "10-70000").data for _ in range(3)}

    assert answers == {BODY[10:70001]}
    assert upstream.requests == 1


@pytest.mark.parametrize(("asked", "status"), [(f"{len(BODY)}-", 416), ("-5", 404)])
def test_given_a_range_that_is_not_there_when_it_is_asked_for_then_it_is_refused(
    upstream: Counter, asked: str, status: int
) -> None:
    with relay(upstream.url) as url:
        assert get(url, asked).status == status

    assert upstream.requests == 0


def test_given_another_address_when_it_is_asked_for_then_nothing_is_there(
    upstream: Counter,
) -> None:
    with relay(upstream.url) as url:
        assert get(url + "x", "0-").status == 404
        assert get(url.rsplit("/", 1)[0] + "/", "0-").status == 404


def test_given_a_source_that_refuses_when_it_is_read_then_its_answer_is_passed_on(
    path: Path,
) -> None:
    with served(Manner(path, breaks_at=0)) as source, relay(source) as url:
        assert get(url, "0-").status == 403


def test_given_no_source_when_it_is_read_then_the_relay_is_a_bad_gateway() -> None:
    with relay("http://127.0.0.1:9/none") as url:
        assert get(url, "0-").status == 502


def test_given_a_source_that_breaks_off_when_it_is_read_on_then_the_answer_ends_too_soon(
    path: Path,
) -> None:
    manner, broken = Manner(path, breaks_at=1_000_000), urllib3.exceptions.ProtocolError
    with served(manner) as source, relay(source) as url, pytest.raises(broken):
        get(url, "0-")


def test_given_a_connection_that_is_lost_when_the_source_is_read_then_all_of_it_comes(
    path: Path,
) -> None:
    needed = range(BLOCK, len(BODY))
    with served(Manner(path, drops_at=5_000_000)) as source, relay(source, needed) as url:
        assert get(url, "0-").data == BODY
