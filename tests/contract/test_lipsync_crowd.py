"""Two hundred jobs at once before a provider of three places: the table's gate, rows in a table,
our adapter, and the simulator, which refuses the fourth."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from functions.adapters.dynamo import lipsync_gate
from functions.adapters.dynamo.lipsync_gate import DynamoLipSyncGate
from functions.adapters.dynamo.lipsync_jobs import DynamoLipSyncJobStore
from functions.adapters.sync_so.results import SyncSoResults, rules_for
from functions.domain.lipsync.asked import Audio, FileAnnounced, Measured, SegmentData
from functions.domain.lipsync.attempt import InputSource
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.ports import LipSyncProvider
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.media.source import Source
from functions.domain.times import utc_now
from functions.services.lipsync.await_lipsync import await_lipsync
from functions.services.lipsync.collect_lipsync import Collecting, collect_lipsync
from functions.services.lipsync.course import Step
from functions.services.lipsync.enter_lipsync import enter_lipsync
from functions.services.lipsync.jobs import LipSyncLine
from functions.services.lipsync.poll_lipsync import Looking, look_now
from functions.services.lipsync.submit_lipsync import Submission, submit_lipsync
from tests.builders import make_queued_video
from tests.contract.lipsync_bench import provider_at
from tests.contract.sync_so import Stage, stage
from tests.contract.test_lipsync_job_store import job as make_job
from tests.fakes.lipsync import FakeLipSyncTools
from tests.fakes.media import FakeMediaStore
from tests.fakes.world import World

PLACES = 3
GREEDY, OTHERS = 170, 10
MADE = 20
"""So many are really made; all others the provider fails at, which is sooner done."""
LENGTH = 6_000
PATIENCE_S = 240


class Tokens:
    """Tasks that wait for their tokens, as Step Functions has them."""

    def __init__(self) -> None:
        self._waiting: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def wait_for(self, token: str, call: Callable[[str], object]) -> None:
        event = threading.Event()
        with self._lock:
            self._waiting[token] = event
        call(token)
        assert event.wait(PATIENCE_S), f"nobody told {token}"

    def succeed(self, token: str, result: object) -> bool:
        with self._lock:
            event = self._waiting.pop(token, None)
        if event is not None:
            event.set()
        return event is not None

    def fail(self, token: str, error: object) -> bool:
        raise AssertionError("nobody fails a task here")


class Files(FakeMediaStore):
    """Whose signed URLs lead to the files of the stage."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    def sign_get(self, source: Source, seconds: int) -> str:
        return self._stage.file(source.key)


@dataclass
class Crowd:
    """`asked` are the jobs in the order in which the provider was asked for them."""

    line: LipSyncLine
    provider: LipSyncProvider
    media: Files
    folder: Path
    tokens: Tokens
    world: World = field(default_factory=World)
    asked: list[str] = field(default_factory=list)
    most: int = 0

    def __post_init__(self) -> None:
        self.world.videos.create(make_queued_video(video_id="v"))
        self.entered = threading.Barrier(GREEDY + 3 * OTHERS)

    def go(self, job_id: str) -> LipSyncStatus:
        """What its state machine does."""
        self.tokens.wait_for(f"place-{job_id}", lambda token: self._enter(job_id, token))
        self.most = max(self.most, len(self.line.gate.held(utc_now())))
        self.asked.append(job_id)
        # What is not known of a call is asked for again, by the machine's own loop.
        until = time.monotonic() + PATIENCE_S
        while (step := self._submit(job_id)) is Step.SUBMIT and time.monotonic() < until:
            time.sleep(0.5)
        assert step is Step.WAIT
        self.tokens.wait_for(f"end-{job_id}", lambda token: self._await(job_id, token))
        assert self._collect(job_id) in {Step.FINISH, Step.END}
        job = self.line.jobs.get(job_id)
        assert job
        return job.status

    def _enter(self, job_id: str, token: str) -> None:
        """All are in line before the first one is let go."""
        enter_lipsync(self.line, job_id, token)
        self.entered.wait(PATIENCE_S)

    def _submit(self, job_id: str) -> Step:
        desk = Submission(
            line=self.line,
            provider=self.provider,
            videos=self.world.videos,
            media=self.media,
            webhook=lambda _: None,
        )
        return submit_lipsync(desk, job_id).step

    def _await(self, job_id: str, token: str) -> None:
        """The provider's hint comes at once; the answer may wait for the end."""
        await_lipsync(self.line, job_id, token)
        looking = Looking(line=self.line, provider=self.provider)
        while not look_now(looking, job_id, time.sleep).woken:
            pass

    def _collect(self, job_id: str) -> Step:
        folder = self.folder / job_id
        folder.mkdir()
        desk = Collecting(
            line=self.line,
            provider=self.provider,
            videos=self.world.videos,
            media=self.media,
            results=SyncSoResults(rules_for(self.media._stage.url)),
            tools=FakeLipSyncTools(length=LENGTH),
            folder=folder,
            stop=lambda: False,
        )
        return collect_lipsync(desk, job_id).step


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("crowd")) as running:
        yield running


@pytest.fixture
def crowd(
    there: Stage,
    tables: dict[str, str],
    fresh: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Crowd]:
    monkeypatch.setattr(lipsync_gate, "_GATE", fresh)
    tokens = Tokens()
    line = LipSyncLine(
        jobs=DynamoLipSyncJobStore(tables["lipsync_jobs"]),
        gate=DynamoLipSyncGate(tables["lipsync_gate"], PLACES),
        tokens=tokens,  # type: ignore[arg-type]
        clock=utc_now,
    )
    there.set(concurrency=PLACES)
    with provider_at(there, f"sk-{fresh}") as provider:
        yield Crowd(line, provider, Files(there), tmp_path, tokens)


def _ready(job_id: str, user_id: str, there: Stage) -> LipSyncJob:
    """Looked at, and about to stand in line."""
    announced = FileAnnounced(file_name="a", size=1, content_type="audio/wav")
    files: list[tuple[str | None, str]] = [(None, "video.mp4"), ("a", "anna.wav")]
    fields: dict[str, Any] = {
        "user_id": user_id,
        "status": LipSyncStatus.QUEUED,
        "audios": (Audio(ref_id="a", file=announced),),
        "segments_data": (SegmentData(start=1_000, end=2_000, ref_id="a"),),
        "measured": Measured(video=LENGTH, audios={"a": 3_000}),
        "inputs": tuple(
            InputSource(ref_id=ref, source=Source(key=name, size=1, etag="e"))
            for ref, name in files
        ),
        "error": None,
        "problems": (),
    }
    return replace(make_job(job_id), **fields)


def test_given_200_jobs_at_once_when_there_are_three_places_then_all_go_through_in_turns(
    crowd: Crowd, there: Stage, fresh: str
) -> None:
    users = ["greedy"] * GREEDY + [name for name in ("b", "c", "d") for _ in range(OTHERS)]
    names = [
        f"{fresh}-{'made' if at % (len(users) // MADE) == 0 else 'failed'}-{user}-{at}"
        for at, user in enumerate(users)
    ]
    for name, user in zip(names, users, strict=True):
        crowd.line.jobs.create(_ready(name, f"{fresh}-{user}", there))
    code = "generation_input_face_selection_invalid"
    there.expect({"on": "work", "kind": "failed", "code": code, "match": "-failed-", "times": 200})
    there.calls()

    with ThreadPoolExecutor(len(names)) as pool:
        ends = dict(zip(names, pool.map(crowd.go, names), strict=True))

    assert crowd.most == PLACES
    made = {name for name, status in ends.items() if status is LipSyncStatus.POST_PROCESSING}
    failed = {name for name, status in ends.items() if status is LipSyncStatus.FAILED}
    assert made == {name for name in names if "-made-" in name}
    assert (len(made), made | failed) == (MADE, set(names))
    # Once each, and the provider's own gate was never met.
    calls = [one for one in there.calls() if one["path"] == "/v2/generate"]
    created = [one for one in calls if one["method"] == "POST"]
    assert {one["status"] for one in created} == {201}
    assert sorted(one["idempotency_key"] for one in created) == sorted(names)
    # Those who want little are not made to wait for the one who wants much.
    few = [at for at, name in enumerate(crowd.asked) if "-greedy-" not in name]
    assert len(few) == 3 * OTHERS
    assert max(few) < 4 * OTHERS + 2 * PLACES
    assert crowd.line.gate.held(utc_now()) == []
