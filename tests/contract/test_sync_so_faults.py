"""Our adapter before a Sync.so that fails in every way it may: nothing is made twice, nothing is
lost, and each failure is told as what it is."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from functions.adapters.sync_so.client import Patience, SyncSoClient
from functions.adapters.sync_so.provider import SyncSoProvider
from functions.domain.lipsync.codes import Remedy
from functions.domain.lipsync.errors import (
    OutcomeUnknownError,
    ProviderAccountError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
    RefusedError,
    SlotsTakenError,
)
from functions.domain.lipsync.generation import GenerationStatus, SyncGeneration, SyncRequest
from infra.local.simulators.sources import Source
from tests.contract.lipsync_bench import QUICK, OneKey, provider_at, request_of
from tests.contract.sync_so import Stage, ask, stage
from tests.media.make import ffmpeg
from tests.support.raw_server import raw_server, saying

CREATED = "/v2/generate"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("faults")) as running:
        yield running


@pytest.fixture(autouse=True)
def _as_new(there: Stage) -> None:
    ask(f"{there.url}/_simulator/faults", method="DELETE")
    there.calls()


@pytest.fixture
def key() -> str:
    """Of an organisation of its own."""
    return f"sk-{uuid4().hex}"


@pytest.fixture
def provider(there: Stage, key: str) -> Iterator[SyncSoProvider]:
    with provider_at(there, key) as made:
        yield made


def _request(there: Stage, **changes: Any) -> SyncRequest:
    return request_of(there.file("video.mp4"), there.file("anna.wav"), **changes)


def _ended(provider: SyncSoProvider, generation_id: str) -> SyncGeneration:
    for _ in range(6):
        found = provider.get([generation_id], wait=10)[generation_id]
        assert isinstance(found, SyncGeneration)
        if found.status.over:
            return found
    raise AssertionError("it goes on for ever")


def _posts(there: Stage) -> int:
    return sum(call["path"] == CREATED for call in there.calls())


def _made(there: Stage, key: str) -> list[Any]:
    return there.running.service.records.of(key)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500, "code": "internal_error"},
        {"kind": "status", "status": 503, "code": "generation_infra_service_unavailable"},
        {"kind": "status", "status": 504, "code": "elevenlabs_service_unavailable"},
        {"kind": "html", "status": 502},
        {"kind": "dropped"},
        {"kind": "dropped_after"},
        {"kind": "garbage"},
        {"kind": "garbage_after"},
        {"kind": "huge"},
        {"kind": "outcome_unknown"},
        {"kind": "outcome_unknown_after"},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}",
)
def test_given_a_fault_when_submitting_then_one_more_try_under_the_same_key_makes_just_one(
    there: Stage, provider: SyncSoProvider, key: str, fault: dict[str, Any]
):
    there.expect({"on": "create", **fault})
    made = provider.submit(_request(there), "job-1")

    assert [one["id"] for one in _made(there, key)] == [made.id]
    # A connection that broke off is no call that was answered.
    keys = {c["idempotency_key"] for c in there.calls() if c["path"] == CREATED}
    assert keys == {"job-1"}


@pytest.mark.parametrize(
    "kind", ["status", "html", "dropped", "dropped_after", "garbage", "garbage_after", "huge"]
)
def test_given_a_lasting_fault_when_submitting_then_the_outcome_is_unknown(
    there: Stage, provider: SyncSoProvider, key: str, kind: str
):
    request, began = _request(there), datetime.now(UTC)
    there.expect({"on": "create", "kind": kind, "times": QUICK.attempts, "status": 503})
    with pytest.raises(OutcomeUnknownError) as caught:
        provider.submit(request, "job-1")

    assert caught.value.retryable
    found = provider.find(request, began)
    assert (found is not None) == kind.endswith("_after")
    again = provider.submit(request, "job-1")
    assert [one["id"] for one in _made(there, key)] == [again.id]


def test_given_an_unknown_outcome_with_its_id_when_submitting_then_it_is_passed_on_at_once(
    there: Stage, provider: SyncSoProvider, key: str
):
    there.expect({"on": "create", "kind": "outcome_unknown_after", "told": True})
    with pytest.raises(OutcomeUnknownError) as caught:
        provider.submit(_request(there), "job-1")

    assert caught.value.generation_id == _made(there, key)[0]["id"]
    assert _posts(there) == 1


def test_given_nobody_there_when_submitting_then_it_is_known_that_nothing_was_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with closing(SyncSoClient(endpoint, OneKey("sk-any"), patience=QUICK)) as client:
            request = request_of("https://a.test/v", "https://a.test/a")
            with pytest.raises(ProviderUnavailableError):
                SyncSoProvider(client).submit(request, "job-1")


def test_given_a_full_house_after_an_unheard_answer_when_submitting_then_it_is_not_called_untaken():
    """Who holds the last place may be the one that was not heard of."""
    body = b'{"errorCode": "concurrency_limit_reached"}'
    head = f"HTTP/1.1 429 Too Many Requests\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    request = request_of("https://a.test/v", "https://a.test/a")
    with (
        raw_server(saying(), saying(head, body)) as server,
        closing(
            SyncSoClient(f"http://127.0.0.1:{server.port}", OneKey("sk-any"), patience=QUICK)
        ) as client,
        pytest.raises(OutcomeUnknownError),
    ):
        SyncSoProvider(client).submit(request, "job-1")


def test_given_both_kinds_of_429_when_submitting_then_they_are_told_apart_and_not_tried_again(
    there: Stage, provider: SyncSoProvider
):
    there.set(creates_per_minute=1, concurrency=1, work_seconds=10.0)
    provider.submit(_request(there), "first")
    there.calls()
    with pytest.raises(RateLimitedError):
        provider.submit(_request(there), "second")
    assert _posts(there) == 1
    there.set(creates_per_minute=600)
    with pytest.raises(SlotsTakenError) as caught:
        provider.submit(_request(there), "second")
    assert (caught.value.active, caught.value.limit, caught.value.retry_after) == (1, 1, 30)
    assert _posts(there) == 1


def test_given_a_time_to_wait_when_the_service_asks_for_it_then_it_is_kept(
    there: Stage, provider: SyncSoProvider
):
    there.expect(
        {"on": "create", "kind": "status", "status": 503, "code": "internal_error",
         "retry_after": 1.0}
    )  # fmt: skip
    began = time.monotonic()
    provider.submit(_request(there), "job-1")

    assert time.monotonic() - began >= 1.0


@pytest.mark.parametrize("refused", ["sk-revoked-1", "no-key-at-all", ""])
def test_given_a_key_that_is_not_taken_when_asked_then_our_operator_is_needed(
    there: Stage, refused: str
):
    with provider_at(there, refused) as provider:
        with pytest.raises(ProviderAccountError) as caught:
            provider.submit(_request(there), "job-1")
        found = provider.get(["6f1d2c3b-4a59-4e68-8b77-1c2d3e4f5a6b"])

    assert caught.value.trouble.remedy is Remedy.OPERATOR
    assert all(isinstance(one, ProviderAccountError) for one in found.values())


def test_given_a_key_that_was_changed_when_asked_then_the_new_one_is_used(there: Stage, key: str):
    class Changed:
        """As after a rotation that we have not heard of."""

        current = "sk-revoked"

        def api_key(self, *, fresh: bool = False) -> str:
            self.current = key if fresh else self.current
            return self.current

    with closing(SyncSoClient(there.url, Changed(), patience=QUICK)) as client:
        made = SyncSoProvider(client).submit(_request(there), "job-1")

    assert [one["id"] for one in _made(there, key)] == [made.id]


def test_given_a_slow_service_when_asked_then_each_answer_and_all_tries_are_bounded(
    there: Stage, key: str
):
    there.expect({"on": "create", "kind": "slow", "seconds": 4.0, "times": 5})
    patience = Patience(answer_s=0.4, total_s=2.0, attempts=3, first_pause_s=0.01)
    began = time.monotonic()
    with provider_at(there, key, patience) as provider, pytest.raises(OutcomeUnknownError):
        provider.submit(_request(there), "job-1")

    # One answer that is waited for would already take four.
    assert time.monotonic() - began < 4.0


def test_given_drops_of_an_answer_when_read_then_its_time_is_bounded():
    def dripping(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(200):
            connection.sendall(b" ")
            time.sleep(0.05)

    patience = Patience(answer_s=0.5, total_s=1.0, attempts=2, first_pause_s=0.01)
    with raw_server(dripping) as server:
        endpoint = f"http://127.0.0.1:{server.port}"
        with closing(SyncSoClient(endpoint, OneKey("sk-any"), patience=patience)) as client:
            began = time.monotonic()
            found = SyncSoProvider(client).get(["a-generation"])

    assert isinstance(found["a-generation"], ProviderUnavailableError)
    assert time.monotonic() - began < 6.0


@pytest.mark.parametrize("kind", ["status", "dropped", "garbage", "html", "huge"])
def test_given_a_fault_when_got_then_it_is_tried_again_and_else_stands_in_its_place(
    there: Stage, provider: SyncSoProvider, kind: str
):
    made = provider.submit(_request(there), "job-1").id
    other = provider.submit(_request(there), "job-2").id
    there.expect({"on": "get", "kind": kind, "match": made, "status": 503, "times": 1})
    assert isinstance(provider.get([made])[made], SyncGeneration)
    # Both routes are tried, each as often as may be.
    there.expect({"on": "get", "kind": kind, "match": made, "status": 503, "times": 99})
    found = provider.get([made, other])

    assert isinstance(found[made], ProviderUnavailableError)
    assert isinstance(found[other], SyncGeneration)


def test_given_many_generations_when_got_with_a_wait_then_they_are_waited_for_together(
    there: Stage, key: str
):
    there.set(concurrency=50, work_seconds=15.0)
    with provider_at(there, key, Patience(answer_s=15)) as provider:
        with ThreadPoolExecutor(8) as pool:
            ids = list(pool.map(lambda n: provider.submit(_request(there), f"{n}").id, range(12)))
        there.calls()
        began = time.monotonic()
        found = provider.get(ids, wait=1)
        took = time.monotonic() - began

    assert all(isinstance(one, SyncGeneration) for one in found.values())
    assert took < 9, "one after the other they would take twelve seconds"
    assert sum(call["wait"] for call in there.calls()) == len(ids)


def test_given_a_list_that_fails_when_looked_through_then_it_is_not_taken_for_empty(
    there: Stage, provider: SyncSoProvider
):
    request = _request(there)
    provider.submit(request, "job-1")
    there.expect({"on": "list", "kind": "status", "status": 500, "times": QUICK.attempts})
    with pytest.raises(ProviderUnavailableError):
        provider.find(request, datetime.now(UTC))
    there.expect({"on": "list", "kind": "huge", "times": QUICK.attempts})
    with pytest.raises(ProviderUnavailableError):
        provider.find(request, datetime.now(UTC))


def test_given_more_than_a_page_when_looked_for_then_it_is_found(
    there: Stage, provider: SyncSoProvider, key: str
):
    wanted = _request(there)
    first = provider.submit(wanted, "first")
    records = there.running.service.records
    for number in range(205):
        other = records.new(key, {"model": "lipsync-2", "input": []}, f"other-{number}")
        records.keep({**other, "status": "COMPLETED"})

    found = provider.find(wanted, datetime.now(UTC))

    assert found is not None
    assert found.id == first.id
    assert sum(call["path"] == "/v2/generations" for call in there.calls()) == 3


def test_given_names_that_are_not_told_when_looked_for_then_its_files_tell(
    there: Stage, provider: SyncSoProvider, key: str
):
    signed = _request(there, webhook_url="http://127.0.0.1:9/hook?job_id=1")
    made = provider.submit(signed, "job-1")
    there.running.service.records.change(made.id, outputFileName=None)
    anew = request_of(
        there.file("video.mp4") + "?X-Amz-Signature=another",
        there.file("anna.wav") + "?X-Amz-Signature=another",
        webhook_url=signed.webhook_url,
    )
    other = _request(there, webhook_url="http://127.0.0.1:9/hook?job_id=2")

    found = provider.find(anew, datetime.now(UTC))
    assert found is not None
    assert found.id == made.id
    assert provider.find(other, datetime.now(UTC)) is None


@pytest.mark.parametrize("settings", [{"error_field": "error_code"}, {"nulls": True}])
def test_given_other_spellings_when_read_then_they_mean_the_same(
    there: Stage, provider: SyncSoProvider, settings: dict[str, Any]
):
    there.set(**settings)
    request = _request(there)
    code = "generation_input_video_invalid"
    there.expect({"on": "work", "kind": "failed", "match": request.name, "code": code})
    made = provider.submit(request, "job-1")
    found = _ended(provider, made.id)

    assert found.status is GenerationStatus.FAILED
    assert found.trouble is not None
    assert found.trouble.provider_code == code


def test_given_one_that_is_stuck_when_waited_for_then_it_goes_on(
    there: Stage, provider: SyncSoProvider
):
    request = _request(there)
    there.expect({"on": "work", "kind": "stuck", "match": request.name})
    made = provider.submit(request, "job-1")
    found = provider.get([made.id], wait=1)[made.id]

    assert isinstance(found, SyncGeneration)
    assert not found.status.over
    assert not provider.delete(made.id)


BAD_FILES = {
    "text.mp4": ("video", "generation_input_video_invalid", Remedy.REENCODE),
    "sound.mp4": ("video", "generation_video_missing", Remedy.GIVE_UP),
    "film.mkv": ("video", "generation_input_video_invalid", Remedy.REENCODE),
    "text.wav": ("audio", "generation_input_audio_invalid", Remedy.REENCODE),
    "mute.mp4": ("audio", "generation_audio_missing", Remedy.GIVE_UP),
    "long.wav": ("audio", "generation_audio_length_exceeded", Remedy.GIVE_UP),
}


@pytest.fixture(scope="module")
def bad_files(there: Stage) -> Stage:
    folder, film = there.folder, str(there.folder / "video.mp4")
    for name in ("text.mp4", "text.wav"):
        (folder / name).write_text("This is no media file.")
    ffmpeg("-i", film, "-vn", "-c", "copy", str(folder / "sound.mp4"))
    ffmpeg("-i", film, "-an", "-c", "copy", str(folder / "mute.mp4"))
    ffmpeg("-i", film, "-c", "copy", str(folder / "film.mkv"))
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=8000", "-t", "301", str(folder / "long.wav"))
    for name in BAD_FILES:
        there.files.put(name, Source(path=folder / name))
    return there


@pytest.mark.parametrize("name", list(BAD_FILES))
def test_given_a_file_that_is_not_as_it_should_be_when_made_then_it_fails_with_its_reason(
    bad_files: Stage, provider: SyncSoProvider, name: str
):
    kind, code, remedy = BAD_FILES[name]
    video = bad_files.file(name if kind == "video" else "video.mp4")
    voice = bad_files.file(name if kind == "audio" else "anna.wav")
    made = provider.submit(request_of(video, voice, ranges=()), "job-1")
    found = _ended(provider, made.id)

    assert found.trouble is not None
    assert (found.trouble.provider_code, found.trouble.remedy) == (code, remedy)


def test_given_a_source_that_breaks_off_when_submitted_then_it_is_to_be_signed_again(
    there: Stage, provider: SyncSoProvider
):
    url = there.files.put("half.mp4", Source(path=there.folder / "video.mp4", breaks_after=[5_000]))
    with pytest.raises(RefusedError) as caught:
        provider.submit(request_of(url, there.file("anna.wav")), "job-1")

    assert caught.value.trouble.remedy is Remedy.SIGN_AGAIN


def test_given_a_bad_key_when_submitting_then_it_is_not_even_sent(
    there: Stage, provider: SyncSoProvider
):
    for wrong in ("", "a b", "ä", "x" * 129):
        with pytest.raises(ValueError, match="keys have"):
            provider.submit(_request(there), wrong)
    assert _posts(there) == 0


def test_given_one_key_from_many_at_once_when_submitted_then_one_is_made(
    there: Stage, provider: SyncSoProvider, key: str
):
    request, start = _request(there), threading.Barrier(8)

    def submit(_: int) -> str:
        start.wait()
        return provider.submit(request, "job-1").id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(submit, range(8)))

    assert ids == {one["id"] for one in _made(there, key)}
    assert len(ids) == 1


def test_given_all_that_goes_wrong_when_logged_then_neither_keys_nor_signed_urls_are(
    there: Stage, provider: SyncSoProvider, key: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    secret = f"{there.file('no-such.mp4')}?X-Amz-Signature=quite-secret"
    errors: list[ProviderError] = []
    for fault in ("dropped", "garbage", "html"):
        there.expect({"on": "create", "kind": fault, "status": 502, "times": 3})
        with pytest.raises(ProviderError) as caught:
            provider.submit(_request(there, video_url=secret), "job-1")
        errors.append(caught.value)
    with pytest.raises(RefusedError) as refused:
        provider.submit(_request(there, video_url=secret), "job-1")
    said = caplog.text + "".join(f"{one!r}{one}{one.detail}" for one in [*errors, refused.value])

    assert "quite-secret" not in said
    assert key not in said
