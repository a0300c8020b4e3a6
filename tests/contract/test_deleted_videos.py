"""Videos deleted out of real tables and a bucket with versions, by workers that are killed."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from functions.adapters.dynamo.deletions import DynamoDeletionStore
from functions.domain.deletions.deletion import Deletion, DeletionState, deletion_id_of
from functions.domain.video import Video
from infra.local.deployment import client
from infra.local.emulator import Emulator
from tests.support.belongings import POSTED, SNAPSHOTS, Place, only_receipt
from tests.support.lambdas import Call, FailedError, call
from tests.support.site import make_site

SEGMENTS = 10_000
FILES = 2_500
KEPT = 7
# Before which request an attempt ends: while rows go, between a batch and its count, at the end.
KILLS = (31, 150, 97, 16, 40)


@pytest.fixture(scope="module")
def place(tables: dict[str, str], versioned_bucket: str) -> Place:
    return Place(tables, versioned_bucket, str(uuid.uuid4()))


@pytest.fixture(scope="module")
def environment(
    bare_cloud: Emulator,
    dynamodb_environment: dict[str, str],
    place: Place,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    endpoints = {**dynamodb_environment, "AWS_ENDPOINT_URL": bare_cloud.endpoint}
    cognito, folder = client(bare_cloud, "cognito-idp"), tmp_path_factory.mktemp("site")
    names = {f"{kind.upper()}_TABLE": name for kind, name in place.tables.items()}
    settings = {**names, "SETTLE_S": "1", "WORKER_S": "1", "HANDOVER_S": "1"}
    site = make_site(endpoints, place.tables, place.bucket, cognito, folder, **settings)
    return dict(site.environment)


def receipt(place: Place, video: Video) -> Deletion:
    store = DynamoDeletionStore(place.tables["deletions"], place.tables["videos"])
    found = store.get(place.user_id, deletion_id_of(video.video_id))
    assert found
    return found


def delete(environment: dict[str, str], video: Video, kills: tuple[int, ...] = ()) -> int:
    """As its state machine does it; returns how many workers were killed."""
    event = {"video_id": video.video_id, "user_id": video.user_id}
    left, killed = list(kills), 0
    while True:
        at = left.pop(0) if left else None
        answer = worked(call("delete_video", event, environment, killed_at=at))
        if answer is None:
            killed += 1
        elif answer["next"] == "deleted":
            return killed
        else:
            assert answer["next"] in {"again", "wait"}
            time.sleep(min(answer["wait_s"], 2))


def worked(one: Call) -> dict[str, Any] | None:
    """What a worker says, None of one that is gone; one that met another is tried again."""
    try:
        return dict(one.result())
    except FailedError as error:
        if error.name is None:
            return None
        if error.name == "Retryable":
            return {"next": "again", "wait_s": 0}
        raise


def test_given_ten_thousand_segments_when_interrupted_five_times_then_only_the_receipt_is_left(
    place: Place, environment: dict[str, str]
) -> None:
    kept = place.fill(str(uuid.uuid4()), KEPT)
    before = place.left(kept.video_id)
    video = place.fill(str(uuid.uuid4()), SEGMENTS, FILES)

    killed = delete(environment, video, KILLS)

    assert killed == len(KILLS)
    left = place.left(video.video_id)
    assert only_receipt(left), left[:5]
    told = receipt(place, video)
    assert told.state is DeletionState.DELETED
    counts = {kind: tally.count for kind, tally in told.deleted.items()}
    assert counts == {
        "kept_answers": 1,
        "media": FILES + POSTED + 1,
        "posts": POSTED,
        "runs": 1,
        "segments": SEGMENTS,
        "snapshots": POSTED * SNAPSHOTS,
        "unfinished_uploads": 1,
        "uploads": 1,
    }
    assert told.deleted["media"].size == FILES + POSTED
    # The user's other video, and what counts it, is as it was.
    assert place.left(kept.video_id) == before
    assert place.counts().segments == KEPT
    assert place.counts().file_size == KEPT


def test_given_two_workers_at_once_when_a_video_is_deleted_then_all_is_told_once(
    place: Place, environment: dict[str, str]
) -> None:
    """A task that was given up may still be at work when it is tried again."""
    video = place.fill(str(uuid.uuid4()), 1_500)
    event = {"video_id": video.video_id, "user_id": video.user_id}

    for _ in range(3):
        both = [call("delete_video", event, environment) for _ in range(2)]
        assert None not in [worked(one) for one in both]
    delete(environment, video)

    assert only_receipt(place.left(video.video_id))
    counts = {kind: tally.count for kind, tally in receipt(place, video).deleted.items()}
    assert counts["segments"] == 1_500
    assert counts["media"] == 1_500 + POSTED + 1
    assert counts["snapshots"] == POSTED * SNAPSHOTS
    assert place.counts().segments == KEPT
