"""Webhooks as the simulator sends them, before our check of who has sent them."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest

from functions.domain.lipsync.generation import GenerationStatus, SyncGeneration, SyncRequest
from functions.domain.lipsync.webhook import (
    HEADER,
    WebhookRefusedError,
    hinted_generation,
    require_signed,
)
from functions.domain.times import utc_now
from tests.contract.lipsync_bench import provider_at, request_of
from tests.contract.sync_so import Stage, ask, stage, until


@dataclass
class Inbox:
    """What came in: the signature and the body, as they came."""

    url: str
    mail: list[tuple[str | None, bytes]] = field(default_factory=list)


@contextmanager
def inbox() -> Iterator[Inbox]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            box.mail.append((self.headers.get(HEADER), body))
            self.send_response(204)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        box = Inbox(f"http://127.0.0.1:{server.server_port}/webhooks/sync-so")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("webhooks")) as running:
        yield running


@pytest.fixture(autouse=True)
def _as_new(there: Stage) -> None:
    ask(f"{there.url}/_simulator/faults", method="DELETE")


@pytest.fixture
def box() -> Iterator[Inbox]:
    with inbox() as made:
        yield made


@pytest.fixture
def key() -> str:
    return f"sk-{uuid4().hex}"


def _request(there: Stage, box: Inbox) -> SyncRequest:
    return request_of(there.file("video.mp4"), there.file("anna.wav"), webhook_url=box.url)


def _submitted(there: Stage, key: str, request: SyncRequest) -> str:
    with provider_at(there, key) as provider:
        return provider.submit(request, request.name).id


def _status(there: Stage, key: str, generation_id: str) -> GenerationStatus:
    with provider_at(there, key) as provider:
        found = provider.get([generation_id])[generation_id]
    assert isinstance(found, SyncGeneration)
    return found.status


def _secret(there: Stage, key: str) -> str:
    request = urllib.request.Request(  # noqa: S310
        f"{there.url}/v2/organizations/webhook/secret", headers={"x-api-key": key}
    )
    with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310
        return str(json.load(reply)["secret"])


def _check(there: Stage, key: str, mail: tuple[str | None, bytes]) -> str:
    header, body = mail
    require_signed(header, body, _secret(there, key), utc_now())
    return hinted_generation(body)


def _came(box: Inbox, count: int = 1) -> Any:
    until(lambda: len(box.mail) >= count)
    return json.loads(box.mail[0][1])


def test_given_an_end_when_told_then_its_webhook_is_signed_and_hints_at_it(
    there: Stage, box: Inbox, key: str
):
    made = _submitted(there, key, _request(there, box))
    told = _came(box)

    assert _check(there, key, box.mail[0]) == made
    assert (told["status"], told["outputDuration"]) == ("COMPLETED", pytest.approx(6, abs=0.05))
    assert told.keys() >= {"id", "createdAt", "model", "input", "options", "outputUrl"}
    assert not told.keys() & {"segments", "errorCode"}


def test_given_a_failure_when_told_then_its_code_is_spelt_as_webhooks_do(
    there: Stage, box: Inbox, key: str
):
    request = _request(there, box)
    code = "generation_pipeline_failed"
    there.expect({"on": "work", "kind": "failed", "match": request.name, "code": code})
    _submitted(there, key, request)
    told = _came(box)

    assert (told["status"], told["error_code"]) == ("FAILED", code)
    assert told["error"]
    assert "outputUrl" not in told


def test_given_duplicates_when_sent_then_both_are_good_and_the_same(
    there: Stage, box: Inbox, key: str
):
    request = _request(there, box)
    there.expect({"on": "webhook", "kind": "duplicate", "match": request.name, "count": 2})
    made = _submitted(there, key, request)
    _came(box, 3)

    assert [_check(there, key, mail) for mail in box.mail] == [made] * 3
    assert len(set(box.mail)) == 1


@pytest.mark.parametrize("kind", ["forged", "stale"])
def test_given_a_forged_or_stale_one_when_checked_then_it_is_refused(
    there: Stage, box: Inbox, key: str, kind: str
):
    request = _request(there, box)
    there.expect({"on": "webhook", "kind": kind, "match": request.name})
    _submitted(there, key, request)
    _came(box)

    with pytest.raises(WebhookRefusedError):
        _check(there, key, box.mail[0])


def test_given_one_that_comes_too_early_when_looked_at_then_the_generation_goes_on(
    there: Stage, box: Inbox, key: str
):
    there.set(work_seconds=8.0)
    request = _request(there, box)
    there.expect({"on": "webhook", "kind": "early", "match": request.name})
    made = _submitted(there, key, request)
    told = _came(box)

    assert told["status"] == "COMPLETED"
    assert _check(there, key, box.mail[0]) == made
    assert not _status(there, key, made).over


def test_given_a_lie_well_signed_when_looked_at_then_only_its_id_is_taken(
    there: Stage, box: Inbox, key: str
):
    request = _request(there, box)
    there.expect(
        {"on": "work", "kind": "failed", "match": request.name},
        {"on": "webhook", "kind": "lying", "match": request.name},
    )
    made = _submitted(there, key, request)
    told = _came(box)

    assert told["outputUrl"].startswith("http://169.254.169.254/")
    assert _check(there, key, box.mail[0]) == made
    assert _status(there, key, made) is GenerationStatus.FAILED


@pytest.mark.parametrize(("on", "kind"), [("webhook", "lost"), ("work", "rejected")])
def test_given_one_that_is_not_sent_when_waited_for_then_only_asking_helps(
    there: Stage, box: Inbox, key: str, on: str, kind: str
):
    request = _request(there, box)
    there.expect({"on": on, "kind": kind, "match": request.name})
    made = _submitted(there, key, request)
    until(lambda: _status(there, key, made).over)
    time.sleep(0.3)

    assert box.mail == []


def test_given_nobody_who_listens_when_told_then_the_generation_is_done_all_the_same(
    there: Stage, key: str
):
    nobody = "http://127.0.0.1:9/webhooks/sync-so"
    request = request_of(there.file("video.mp4"), there.file("anna.wav"), webhook_url=nobody)
    made = _submitted(there, key, request)
    until(lambda: _status(there, key, made) is GenerationStatus.COMPLETED)
