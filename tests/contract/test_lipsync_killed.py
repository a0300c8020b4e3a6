"""Every function that works on a lip-sync job, killed before each of its requests in turn: against
tables, a bucket, and a provider that notes what it was asked for."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from functions.adapters.dynamo.lipsync_gate import DynamoLipSyncGate
from functions.adapters.dynamo.lipsync_jobs import DynamoLipSyncJobStore
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.adapters.dynamo.videos import DynamoVideoStore
from functions.adapters.s3_media_store import S3MediaStore
from functions.domain.keys import upload_key, voice_key
from functions.domain.lipsync.asked import Audio, FileAnnounced, SegmentData
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.segments.segment import SegmentType
from functions.domain.times import utc_now
from infra.local.deployment import client
from infra.local.emulator import Emulator
from tests.builders import make_queued_video
from tests.contract.sync_so import Stage, stage, until
from tests.contract.test_lipsync_job_store import job as make_job
from tests.support.lambdas import FailedError, call
from tests.support.site import make_site

KEY = "sk-killed"
FIRST = ("prepare", "enter", "submit", "await", "collect")
AGAIN = ("encode", "submit", "await", "collect", "finish")


@dataclass(frozen=True)
class Works:
    """One user's job, its files in the bucket, and the functions that work on it."""

    environment: Mapping[str, str]
    tables: Mapping[str, str]
    stage: Stage
    job_id: str
    user_id: str

    @property
    def job(self) -> LipSyncJob:
        job = DynamoLipSyncJobStore(self.tables["lipsync_jobs"]).get(self.job_id)
        assert job
        return job

    def killed_everywhere(self, name: str) -> tuple[dict[str, Any], int]:
        """Call it until it comes to an end: killed before its first request, then, begun anew as a
        state machine does, before its second one. Returns what it says, and how many went."""
        for number in itertools.count(1):
            token = f"token-{uuid.uuid4()}"
            event = {"job_id": self.job_id, "task_token": token}
            try:
                working = call(f"{name}_lipsync", event, self.environment, killed_at=number)
                return dict(working.result() or {}), number - 1
            except FailedError as error:
                if error.name is not None:
                    raise
        raise AssertionError("unreachable")

    def generations(self) -> list[dict[str, Any]]:
        """All that the provider has made, whoever asked."""
        records = self.stage.running.service.records
        return list(records.of(KEY))

    def await_end(self) -> None:
        over = {"COMPLETED", "FAILED", "REJECTED"}
        until(lambda: all(one["status"] in over for one in self.generations()))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("killed")) as running:
        yield running


@pytest.fixture
def works(
    bare_cloud: Emulator,
    dynamodb_environment: dict[str, str],
    tables: dict[str, str],
    bucket: str,
    there: Stage,
    tmp_path: Path,
) -> Works:
    keys = json.dumps({"api_key": KEY, "webhook_secret": "whsec_none"})
    secret = client(bare_cloud, "secretsmanager").create_secret(
        Name=str(uuid.uuid4()), SecretString=keys
    )
    settings = {f"{kind.upper()}_TABLE": name for kind, name in tables.items()}
    settings |= {"SYNC_SO_ENDPOINT": there.url, "SYNC_SO_SECRET_ARN": secret["ARN"]}
    endpoints = {**dynamodb_environment, "AWS_ENDPOINT_URL": bare_cloud.endpoint}
    cognito = client(bare_cloud, "cognito-idp")
    site = make_site(endpoints, tables, bucket, cognito, tmp_path, **settings)
    made = Works(dict(site.environment), tables, there, str(uuid.uuid4()), site.user_id)
    _fill(made, bucket, there)
    return made


def _fill(works: Works, bucket: str, there: Stage) -> None:
    """A video, a voice, and a job that has both and was not begun."""
    media, video_id = S3MediaStore(bucket), f"video-{works.job_id}"
    key = upload_key(works.user_id, video_id)
    media.upload(there.folder / "video.mp4", key, "video/mp4")
    voice = voice_key(works.user_id, video_id, works.job_id, 0)
    media.upload(there.folder / "anna.wav", voice, "audio/wav")
    source = media.find(key)
    video = make_queued_video(video_id=video_id, user_id=works.user_id, source=source)
    DynamoVideoStore(works.tables["videos"]).create(video)
    announced = FileAnnounced(file_name="anna.wav", size=1, content_type="audio/wav")
    fields: dict[str, Any] = {
        "user_id": works.user_id,
        "video_id": video_id,
        "status": LipSyncStatus.QUEUED,
        "audios": (Audio(ref_id="anna", file=announced),),
        "segments_data": (SegmentData(start=1_000, end=2_000, ref_id="anna"),),
        "text_removal": None,
        "measured": None,
        "inputs": (),
        "error": None,
        "problems": (),
    }
    jobs = DynamoLipSyncJobStore(works.tables["lipsync_jobs"])
    assert jobs.create(replace(make_job(works.job_id), **fields))


def test_given_each_worker_when_killed_before_each_request_then_the_job_is_made_and_paid_for_once(
    works: Works,
) -> None:
    code = "generation_input_video_invalid"
    works.stage.expect({"on": "work", "kind": "failed", "code": code, "match": works.job_id})
    killed, said = dict[str, int](), dict[str, Any]()

    for name in (*FIRST, *AGAIN):
        said, went = works.killed_everywhere(name)
        killed[name] = killed.get(name, 0) + went
        if name == "await":
            works.await_end()
        if name == "collect":
            assert said["next"] == ("encode" if killed.get("encode") is None else "finish")

    assert min(killed.values()) >= 2, killed
    job = works.job
    assert job.status is LipSyncStatus.COMPLETED
    # Each attempt once, whoever asked how often.
    assert sorted(one["outputFileName"] for one in works.generations()) == [
        f"{works.job_id}-1",
        f"{works.job_id}-2",
    ]
    assert [one.generation_id for one in job.attempts] == [
        one["id"] for one in sorted(works.generations(), key=lambda one: one["outputFileName"])
    ]
    assert job.result
    assert job.result.segment_id == said["segment_id"]
    tables = works.tables
    segments = DynamoSegmentStore(tables["segments"], tables["counters"], tables["snapshots"])
    made = segments.of_video(job.video_id, None, limit=10, after=None).items
    kinds = {one.segment_type: one for one in made}
    assert kinds.keys() == {SegmentType.PROCESSED, SegmentType.THUMBNAIL}
    assert len(made) == 2
    assert kinds[SegmentType.PROCESSED].thumbnail_id == kinds[SegmentType.THUMBNAIL].segment_id
    # Its place is given back.
    gate = DynamoLipSyncGate(tables["lipsync_gate"], 3)
    assert works.job_id not in gate.held(utc_now())
