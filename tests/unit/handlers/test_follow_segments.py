"""New ranges and deletions as the table's stream tells of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.segment_rows import to_row, to_tombstone
from functions.domain.errors import UnavailableError
from functions.domain.segments.segment import Segment, SegmentStatus, SegmentType
from functions.handlers.follow_segments import lambda_handler
from tests.builders import make_segment, make_source
from tests.fakes.clock import EPOCH
from tests.fakes.lambda_context import FakeLambdaContext
from tests.fakes.world import World

TRIES = 3


def _deleted(world: World, count: int = 1) -> list[Segment]:
    segments = [make_segment(segment_number=number) for number in range(1, count + 1)]
    for segment in segments:
        world.segments.create(segment)
        world.media.put(segment.s3_key, b"bytes")
        world.segments.delete(segment, EPOCH)
    return segments


def _record(segment: Segment, at: int = 1) -> dict[str, Any]:
    return {
        "eventID": f"e-{at}",
        "eventName": "MODIFY",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "eventSourceARN": "arn:aws:dynamodb:eu-west-1:000000000000:table/segments/stream/1",
        "dynamodb": {
            "Keys": encode_item({"segment_id": segment.segment_id}),
            "NewImage": encode_item(to_tombstone(segment, EPOCH)),
            "SequenceNumber": str(at),
            "StreamViewType": "NEW_IMAGE",
        },
    }


def _records(segments: list[Segment]) -> list[dict[str, Any]]:
    return [_record(segment, at) for at, segment in enumerate(segments, 1)]


def _deliver(segments: list[Segment]) -> dict[str, Any]:
    return lambda_handler({"Records": _records(segments)}, FakeLambdaContext())


def _follow(records: list[dict[str, Any]], tries: int = TRIES) -> list[dict[str, Any]]:
    """Read a stream as Lambda does, halving a batch that fails; returns what it gives up."""
    try:
        lambda_handler({"Records": records}, FakeLambdaContext())
    except UnavailableError:
        half = len(records) // 2
        if half:
            return [*_follow(records[:half], tries), *_follow(records[half:], tries)]
        return _follow(records, tries - 1) if tries else records
    return []


def _refuse(
    world: World, monkeypatch: pytest.MonkeyPatch, segment: Segment, times: int
) -> Callable[[], int]:
    """The file of one segment cannot be erased, so many times; returns how often it was tried."""
    erase, tried = world.media.erase, 0

    def refusing(key: str) -> None:
        nonlocal tried
        tried += key == segment.s3_key
        if key == segment.s3_key and tried <= times:
            raise UnavailableError("dependency.unavailable", "The media bucket failed.")
        erase(key)

    monkeypatch.setattr(world.media, "erase", refusing)
    return lambda: tried


def _left(world: World, segments: list[Segment]) -> list[int]:
    """The numbers of those whose mark is still there."""
    return [it.segment_number for it in segments if world.segments.deleted(it.segment_id)]


def _counted(capsys: pytest.CaptureFixture[str]) -> int:
    """How often a purge was counted, over all lines."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line]
    return sum(sum(line.get("SegmentsPurged", [])) for line in lines if "_aws" in line)


def test_given_a_batch_of_deletions_when_delivered_then_all_their_files_and_rows_are_gone(
    world: World, capsys: pytest.CaptureFixture[str]
):
    segments = _deleted(world, 3)

    assert _deliver(segments) == {}
    assert world.media.objects == {}
    assert _left(world, segments) == []
    assert _counted(capsys) == 3


def test_given_the_same_record_again_when_delivered_then_nothing_is_purged_or_counted_twice(
    world: World, capsys: pytest.CaptureFixture[str]
):
    (segment,) = _deleted(world)

    _deliver([segment, segment])
    _deliver([segment])

    assert world.media.objects == {}
    assert _counted(capsys) == 1


def test_given_the_original_when_delivered_then_the_upload_stays(world: World):
    source = make_source()
    world.media.put(source.key, b"upload")
    segment = make_segment(segment_type=SegmentType.ORIGINAL, segment_number=0, s3_key=source.key)
    world.segments.create(segment)
    world.segments.delete(segment, EPOCH)

    _deliver([segment])

    assert set(world.media.objects) == {source.key}
    assert _left(world, [segment]) == []


def test_given_a_record_that_fails_when_delivered_then_the_batch_stops_there_and_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    segments = _deleted(world, 3)
    _refuse(world, monkeypatch, segments[1], times=1)

    with pytest.raises(UnavailableError):
        _deliver(segments)
    assert _left(world, segments) == [2, 3]
    assert _counted(capsys) == 1

    _deliver(segments)
    assert _left(world, segments) == []
    assert world.media.objects == {}
    assert _counted(capsys) == 2


def test_given_a_bucket_that_fails_for_a_while_when_the_stream_is_read_then_nothing_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    segments = _deleted(world, 10)
    _refuse(world, monkeypatch, segments[6], times=TRIES)

    assert _follow(_records(segments)) == []
    assert _left(world, segments) == []


def test_given_a_segment_that_always_fails_when_the_stream_is_read_then_only_it_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    segments = _deleted(world, 10)
    tried = _refuse(world, monkeypatch, segments[6], times=1_000)

    given_up = _follow(_records(segments))

    assert [record["dynamodb"]["SequenceNumber"] for record in given_up] == ["7"]
    assert _left(world, segments) == [7]
    assert set(world.media.objects) == {segments[6].s3_key}
    assert tried() > TRIES


def test_given_a_new_range_when_delivered_again_and_again_then_its_cut_is_started(world: World):
    segment = make_segment(status=SegmentStatus.PENDING)
    record = _record(segment)
    record["dynamodb"]["NewImage"] = encode_item(to_row(segment))

    for _ in range(2):
        lambda_handler({"Records": [record]}, FakeLambdaContext())

    assert world.range_cuts.started == {segment.segment_id}
