"""Records of streams as Lambda hands them over."""

from __future__ import annotations

from typing import Any

import pytest

from functions import bootstrap_events
from functions.domain.times import utc_now
from functions.handlers.record_events import lambda_handler
from functions.services.events.record_changes import Recording
from tests.builders import USER, VIDEO
from tests.fakes.events import FakeEventLog, FakeGoneVideos
from tests.fakes.lambda_context import FakeLambdaContext


def _receipt(state: str) -> dict[str, Any]:
    """With a batch that is open: bytes, which are base64 in an event."""
    return {
        "user_id": {"S": USER},
        "entry": {"S": "receipt#d"},
        "deletion_id": {"S": "d"},
        "video_id": {"S": VIDEO},
        "state": {"S": state},
        "batch": {"B": "eJyLjgUAARUAuQ=="},
    }


def test_given_a_row_with_bytes_when_it_changes_then_it_is_told_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
):
    log = FakeEventLog()
    of = Recording(log=log, videos=FakeGoneVideos({VIDEO}), clock=utc_now)
    monkeypatch.setattr(bootstrap_events, "recording", lambda _: of)
    images = {"OldImage": _receipt("deleting"), "NewImage": _receipt("deleted")}
    record = {
        "eventSourceARN": "arn:aws:dynamodb:eu-west-1:0:table/deletions/stream/1",
        "dynamodb": {
            "Keys": {"user_id": {"S": USER}, "entry": {"S": "receipt#d"}},
            **images,
            "SequenceNumber": "7",
            "ApproximateCreationDateTime": 1_800_000_000,
        },
    }

    lambda_handler({"Records": [record]}, FakeLambdaContext())

    (event,) = log.events(USER)
    assert event.data["state"] == "deleted"
