"""What the provider has made, fetched: as it is, without our key, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from functions.adapters.guarded_http import Patience
from functions.adapters.sync_so.provider import SyncSoProvider
from functions.adapters.sync_so.results import SyncSoResults, rules_for
from functions.domain.errors import UnavailableError
from functions.domain.ingests.addresses import AddressRules
from functions.domain.lipsync.generation import SyncGeneration
from tests.contract.lipsync_bench import provider_at, request_of
from tests.contract.sync_so import Stage, ask, stage
from tests.support.raw_server import raw_server, saying

IMPATIENT = Patience(connect_s=2, head_s=2, idle_s=1)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("results")) as running:
        yield running


@pytest.fixture(autouse=True)
def _as_new(there: Stage) -> None:
    ask(f"{there.url}/_simulator/faults", method="DELETE")


@pytest.fixture(scope="module")
def provider(there: Stage) -> Iterator[SyncSoProvider]:
    with provider_at(there, f"sk-{uuid4().hex}") as made:
        yield made


@pytest.fixture(scope="module")
def generation_id(there: Stage, provider: SyncSoProvider) -> str:
    request = request_of(there.file("video.mp4"), there.file("anna.wav"))
    made = provider.submit(request, "job-1").id
    assert _ended(provider, made).result_url
    return made


@pytest.fixture
def results(there: Stage) -> SyncSoResults:
    return SyncSoResults(rules_for(there.url), patience=IMPATIENT)


def _ended(provider: SyncSoProvider, generation_id: str) -> SyncGeneration:
    for _ in range(6):
        found = provider.get([generation_id], wait=10)[generation_id]
        assert isinstance(found, SyncGeneration)
        if found.status.over:
            return found
    raise AssertionError("it goes on for ever")


def _url(provider: SyncSoProvider, generation_id: str) -> str:
    url = _ended(provider, generation_id).result_url
    assert url is not None
    return url


def test_given_a_result_when_fetched_then_it_is_whole_and_nobody_was_shown_our_key(
    there: Stage,
    provider: SyncSoProvider,
    results: SyncSoResults,
    generation_id: str,
    tmp_path: Path,
):
    url, target = _url(provider, generation_id), tmp_path / "result.mp4"
    there.calls()
    results.fetch(url, target)

    wanted = there.running.service.work.result_of(generation_id)
    assert target.read_bytes() == wanted.read_bytes()
    calls = there.calls()
    assert [call["status"] for call in calls] == [302, 200]
    assert not any(call["keyed"] for call in calls)


def test_given_a_result_when_read_by_chunks_then_it_need_not_be_a_file(
    there: Stage, provider: SyncSoProvider, results: SyncSoResults, generation_id: str
):
    with results.open(_url(provider, generation_id)) as chunks:
        content = b"".join(chunks)

    assert content == there.running.service.work.result_of(generation_id).read_bytes()


def test_given_a_url_that_ran_out_when_fetched_then_a_new_one_helps(
    there: Stage,
    provider: SyncSoProvider,
    results: SyncSoResults,
    generation_id: str,
    tmp_path: Path,
):
    url = _url(provider, generation_id)
    there.expect({"on": "result", "kind": "expired"})
    with pytest.raises(UnavailableError) as caught:
        results.fetch(url, tmp_path / "result.mp4")
    assert caught.value.code == "lipsync.result_expired"

    results.fetch(_url(provider, generation_id), tmp_path / "result.mp4")
    assert (tmp_path / "result.mp4").stat().st_size > 1_000


@pytest.mark.parametrize("kind", ["truncated", "dropped", "status", "html"])
def test_given_a_fault_when_fetched_then_nothing_is_left_and_another_try_may_help(
    there: Stage,
    provider: SyncSoProvider,
    results: SyncSoResults,
    generation_id: str,
    tmp_path: Path,
    kind: str,
):
    url = _url(provider, generation_id)
    there.expect({"on": "result", "kind": kind, "status": 503})
    with pytest.raises(UnavailableError) as caught:
        results.fetch(url, tmp_path / "result.mp4")

    assert caught.value.code == "lipsync.result_unreachable"
    assert url not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    results.fetch(url, tmp_path / "result.mp4")


def test_given_no_more_time_or_too_much_to_fetch_when_fetched_then_it_is_given_up(
    there: Stage,
    provider: SyncSoProvider,
    results: SyncSoResults,
    generation_id: str,
    tmp_path: Path,
):
    url = _url(provider, generation_id)
    with pytest.raises(UnavailableError, match="no time left"):
        results.fetch(url, tmp_path / "result.mp4", lambda: True)
    small = SyncSoResults(rules_for(there.url), patience=IMPATIENT, most_bytes=1_000)
    with pytest.raises(UnavailableError, match="larger"):
        small.fetch(url, tmp_path / "result.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/file",
        "file:///etc/passwd",
        "https://user:password@127.0.0.1/file",
        "gopher://a.test/",
        "not a url",
    ],
)
def test_given_a_url_that_leads_inside_when_fetched_then_nobody_is_asked(
    results: SyncSoResults, tmp_path: Path, url: str
):
    with pytest.raises(UnavailableError):
        results.fetch(url, tmp_path / "result.mp4")


def test_given_a_redirect_that_leads_inside_when_fetched_then_it_is_not_followed(tmp_path: Path):
    inside = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with raw_server(saying(inside)) as server:
        results = SyncSoResults(rules_for(f"http://127.0.0.1:{server.port}"), patience=IMPATIENT)
        with pytest.raises(UnavailableError):
            results.fetch(server.url(), tmp_path / "result.mp4")


def test_given_an_endpoint_when_rules_are_made_then_only_one_machine_is_opened():
    assert rules_for("https://api.sync.so") == AddressRules(frozenset({443}))
    assert rules_for("http://api.sync.so") == AddressRules(frozenset({443}))
    assert rules_for("http://10.0.0.1:80") == AddressRules(frozenset({443}))
    (opening,) = rules_for("http://127.0.0.1:4579").openings
    assert (str(opening.network), opening.port) == ("127.0.0.1/32", 4579)
