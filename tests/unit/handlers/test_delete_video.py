"""The step of a deletion as its state machine calls it, and executions that ended badly."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from functions.domain.deletions.deletion import DeletionState, deletion_id_of
from functions.domain.times import utc_now
from functions.handlers import delete_video, end_deletion
from functions.runtime.step import Permanent
from functions.services.deletions.mark_video import mark_video
from tests.builders import USER, VIDEO
from tests.fakes.deleting import Deleting
from tests.fakes.lambda_context import FakeLambdaContext
from tests.fakes.world import World

IDS = {"video_id": VIDEO, "user_id": USER}
ID = deletion_id_of(VIDEO)


@pytest.fixture
def deleting(world: World, monkeypatch: pytest.MonkeyPatch) -> Deleting:
    made = Deleting(world)
    made.fill()
    monkeypatch.setattr(delete_video, "belongings", lambda _: made.belongings())
    return made


def _step() -> dict[str, object]:
    return delete_video.lambda_handler(IDS, FakeLambdaContext())


def test_given_a_video_when_its_step_is_called_then_it_says_when_to_call_it_next(
    deleting: Deleting,
):
    answers = [_step() for _ in range(2)]

    assert answers[0] == {"next": "again", "wait_s": 0}
    assert answers[1]["next"] == "wait"
    assert 0 < int(str(answers[1]["wait_s"])) <= 60


def test_given_a_deletion_that_is_over_when_its_step_is_called_then_it_says_so(
    deleting: Deleting, capsys: pytest.CaptureFixture[str]
):
    deleting.run()

    assert _step() == {"next": "deleted", "wait_s": 0}


def test_given_no_such_video_when_its_step_is_called_then_it_is_not_tried_again(
    deleting: Deleting,
):
    ids = {**IDS, "video_id": "no-such-video"}

    with pytest.raises(Permanent):
        delete_video.lambda_handler(ids, FakeLambdaContext())


def _marked(world: World) -> None:
    settle, now = timedelta(0), utc_now()
    mark_video(world.videos, world.deletions, user_id=USER, video_id=VIDEO, now=now, settle=settle)


def _ended(name: str = f"{ID}-1", status: str = "TIMED_OUT") -> dict[str, object]:
    detail = {"status": status, "name": name, "input": json.dumps(IDS)}
    return end_deletion.lambda_handler({"detail": detail}, FakeLambdaContext())


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_given_an_execution_that_ended_badly_when_told_of_then_its_receipt_says_what_to_do(
    deleting: Deleting, capsys: pytest.CaptureFixture[str], status: str
):
    _marked(deleting.world)

    assert _ended(status=status) == {"state": "failed"}

    receipt = deleting.receipt()
    assert receipt.state is DeletionState.FAILED
    assert receipt.error
    assert receipt.error.code == "deletion.internal"
    assert "DeletionFaults" in capsys.readouterr().out


def test_given_an_older_execution_when_told_of_its_end_then_the_later_one_goes_on(
    deleting: Deleting,
):
    _marked(deleting.world)
    _ended()
    deleting.world.deletions.reopen(deleting.receipt(), utc_now())

    assert _ended() == {"state": "deleting"}


def test_given_a_video_that_was_never_marked_when_told_of_an_end_then_it_is_as_it_was(
    deleting: Deleting,
):
    assert _ended() == {"state": None}
    assert deleting.world.videos.get(VIDEO) is not None


def test_given_a_deletion_that_is_over_when_told_of_an_end_then_it_stays_deleted(
    deleting: Deleting,
):
    deleting.run()

    assert _ended() == {"state": "deleted"}
