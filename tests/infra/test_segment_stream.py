"""From a write of a segment to the function that follows it up, by the stream of the table."""

from __future__ import annotations

import json
from typing import Any

from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.segment_rows import to_row, to_tombstone
from functions.domain import keys
from functions.domain.segments.segment import SegmentStatus
from tests.builders import make_segment
from tests.fakes.clock import EPOCH
from tests.infra.synth import Synth

FOLLOWER = "follow_segments"
DAY = 24 * 3600
NEEDED_OF_A_STREAM = {
    f"dynamodb:{action}"
    for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
}


def _stream(synth: Synth) -> str:
    return f"<{synth.table('Segments')}.StreamArn>"


def _dead_letters(synth: Synth) -> str:
    return synth.show(synth.mapping(FOLLOWER)["DestinationConfig"]["OnFailure"]["Destination"])


def _allowed(synth: Synth, service: str) -> set[tuple[str, str]]:
    """What the purging function may do with a service."""
    rights = synth.allowed(synth.functions()[FOLLOWER])
    return {(action, target) for action, target in rights if action.startswith(f"{service}:")}


def _hears(synth: Synth, record: dict[str, Any]) -> bool:
    filters = synth.mapping(FOLLOWER)["FilterCriteria"]["Filters"]
    return any(_passes(json.loads(it["Pattern"]), record) for it in filters)


def _passes(pattern: Any, record: Any) -> bool:
    """Whether Lambda hands a record on: of its rules, those we use."""
    if pattern == [{"exists": True}]:
        return not isinstance(record, dict | None)
    if isinstance(pattern, list):
        assert all(isinstance(value, str) for value in pattern), "a rule that no test knows yet"
        return record in pattern
    return isinstance(record, dict) and all(
        _passes(inner, record.get(name)) for name, inner in pattern.items()
    )


def _record(row: dict[str, Any] | None, event: str = "MODIFY") -> dict[str, Any]:
    """As the stream tells of a row that was written, or of one that is gone."""
    keyed = {"Keys": encode_item({"segment_id": make_segment().segment_id})}
    image = {} if row is None else {"NewImage": encode_item(row)}
    return {
        "eventName": event if row else "REMOVE",
        "eventSource": "aws:dynamodb",
        "dynamodb": {**keyed, **image},
    }


def test_given_a_mark_of_a_deletion_when_written_then_the_function_hears_of_it(synth: Synth):
    assert synth.show(synth.mapping(FOLLOWER)["EventSourceArn"]) == _stream(synth)
    assert _hears(synth, _record(to_tombstone(make_segment(), EPOCH)))


def test_given_a_new_range_when_written_then_the_function_hears_of_it_once(synth: Synth):
    pending = to_row(make_segment(status=SegmentStatus.PENDING))

    assert _hears(synth, _record(pending, "INSERT"))
    assert not _hears(synth, _record(pending, "MODIFY"))


def test_given_any_other_write_when_it_happens_then_the_function_is_left_alone(synth: Synth):
    """Its own removal of the mark, too: it would call itself once for every segment."""
    assert not _hears(synth, _record(to_row(make_segment()), "INSERT"))
    assert not _hears(synth, _record(to_row(make_segment())))
    assert not _hears(synth, _record(None))


def test_given_marks_from_before_the_mapping_when_it_is_made_then_none_is_passed_over(
    synth: Synth,
):
    assert synth.mapping(FOLLOWER)["StartingPosition"] == "TRIM_HORIZON"


def test_given_a_record_that_always_fails_when_tried_then_the_others_are_not_held_up(
    synth: Synth,
):
    mapping = synth.mapping(FOLLOWER)

    assert mapping["BisectBatchOnFunctionError"] is True
    assert 3 <= mapping["MaximumRetryAttempts"] <= 100
    assert mapping["BatchSize"] <= 100


def test_given_a_record_that_always_fails_when_given_up_then_it_is_kept_apart(synth: Synth):
    dead = _dead_letters(synth).strip("<>").removesuffix(".Arn")
    of_uploads = {
        synth.show(queue["RedrivePolicy"]["deadLetterTargetArn"])
        for queue in synth.of("SQS::Queue").values()
        if "RedrivePolicy" in queue
    }

    assert dead in synth.dead_letters()
    # Whoever sends an upload's letters back to their queue must not find others among them.
    assert _dead_letters(synth) not in of_uploads
    assert synth.of("SQS::Queue")[dead]["MessageRetentionPeriod"] == 14 * DAY
    assert ("sqs:SendMessage", _dead_letters(synth)) in _allowed(synth, "sqs")


def test_given_the_function_when_it_reads_streams_then_only_the_segments(synth: Synth):
    """Lambda makes the mapping only for a role that has all four."""
    streams = {
        (action, target) for action, target in _allowed(synth, "dynamodb") if "StreamArn" in target
    }

    assert streams == {(action, _stream(synth)) for action in NEEDED_OF_A_STREAM}


def test_given_a_stream_when_read_then_by_two_at_most(synth: Synth):
    """More are throttled; whoever else wants to know hangs on the bus of events."""
    readers: dict[str, set[str]] = {}
    for handler, function in synth.functions().items():
        for _, target in synth.allowed(function):
            if "StreamArn" in target:
                readers.setdefault(target, set()).add(handler)

    assert readers[_stream(synth)] == {FOLLOWER, "record_events"}
    assert max(map(len, readers.values())) <= 2


def test_given_the_function_when_made_then_its_rights_were_there_before(synth: Synth):
    """The mapping follows the function, and Lambda refuses it while the rights are missing."""
    role = synth.show(synth.functions()[FOLLOWER]["Role"]).strip("<>").removesuffix(".Arn")
    policies = {
        name
        for name, policy in synth.of("IAM::Policy").items()
        if f"<{role}>" in map(synth.show, policy["Roles"])
    }

    assert policies
    assert policies <= set(synth.resources[synth.name(FOLLOWER)]["DependsOn"])


def test_given_the_function_when_it_erases_then_every_version_and_only_what_we_made(synth: Synth):
    (bucket,) = synth.of("S3::Bucket")
    files = f"<{bucket}.Arn>/{keys.MEDIA}/*"

    assert _allowed(synth, "s3") == {
        ("s3:DeleteObject", files),
        ("s3:DeleteObjectVersion", files),
        ("s3:ListBucketVersions", f"<{bucket}.Arn>"),
    }


def test_given_another_function_when_deployed_then_it_erases_no_version(synth: Synth):
    """But those of a range, whose file nobody needs if its segment is deleted or has failed; of a
    source whose video was given up while it was fetched; of what an ended run left behind; of what
    comes for a deleted video; and all of a video that is deleted, or of a user who has left."""
    (bucket,) = synth.of("S3::Bucket")
    erasing = {
        (handler, target)
        for handler, function in synth.functions().items()
        for action, target in synth.allowed(function)
        if action == "s3:DeleteObjectVersion"
    }

    places = (keys.MEDIA, keys.UPLOADS, keys.WORK)
    files, sources, work = (f"<{bucket}.Arn>/{top}/*" for top in places)
    assert erasing == {
        *((handler, files) for handler in (FOLLOWER, "cut_range", "fail_range", "reap_runs")),
        *((handler, sources) for handler in ("ingest_source", "fail_ingest", "reap_runs")),
        ("start_pipeline", sources),
        *((handler, work) for handler in ("api.app", "end_run", "fail_run", "reap_runs")),
        *(
            (handler, place)
            for handler in ("delete_video", "forget_user")
            for place in (files, sources, work)
        ),
    }


def test_given_the_function_when_it_forgets_then_what_belonged_to_the_segment_only(synth: Synth):
    wanted = {
        # A thumbnail is deleted with what it is of, and taken off it when it goes alone.
        "Segments": ("GetItem", "PutItem", "DeleteItem"),
        "Counters": ("Query", "UpdateItem", "DeleteItem"),
        # UpdateItem: a thumbnail that goes alone is written with its segment, in one transaction.
        "SocialSnapshots": ("Query", "BatchWriteItem", "UpdateItem"),
        # A poster that is gone is taken off its video.
        "Videos": ("GetItem", "PutItem"),
    }

    tables = {it for it in _allowed(synth, "dynamodb") if "StreamArn" not in it[1]}
    assert tables == {
        (f"dynamodb:{action}", f"<{synth.table(table)}.Arn>")
        for table, actions in wanted.items()
        for action in actions
    }


def test_given_a_batch_of_deletions_when_purged_then_there_is_time_for_each(synth: Synth):
    seconds = synth.functions()[FOLLOWER]["Timeout"] / synth.mapping(FOLLOWER)["BatchSize"]

    assert seconds >= 10
