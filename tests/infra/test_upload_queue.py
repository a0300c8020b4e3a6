from __future__ import annotations

from typing import Any

import pytest

from functions.domain import keys
from infra.constructs.upload_queue import WATCHED_PREFIX
from tests.infra.synth import Synth

DAY = 24 * 3600
OUTPUTS = {
    "probe": keys.probe_key("user", "video", "etag"),
    "plan": keys.plan_key("user", "video", "plan"),
    "segment": keys.segment_key("user", "video", "plan", 1, "mp4"),
    "thumbnail": keys.thumbnail_key("user", "video", "plan", 1),
    "audio": keys.audio_key("user", "video", "plan", "m4a"),
    "poster": keys.poster_key("user", "video", "plan"),
    "range plan": keys.range_plan_key("user", "video", "segment"),
    "range": keys.range_key("user", "video", "segment", "mp4"),
    "range thumbnail": keys.range_thumbnail_key("user", "video", "segment"),
    "audio piece": keys.audio_piece_key("user", "video", "plan", 1, "m4a"),
    "captions": keys.captions_key("user", "video", "digest"),
    "proxy": keys.proxy_key("user", "video", "etag"),
    "chunk": keys.chunk_key("user", "video", "plan", 1, 0, 1_000),
    "analysis": keys.analysis_folder("user", "video", "etag"),
    "analysis work": keys.analysis_work("user", "video", "etag", "analysis"),
    "hls": keys.hls_folder("user", "video", "etag"),
    "transcript": keys.transcript_key("user", "video", 1, "digest"),
    "heard": keys.heard_key("user", "video", "transcription", 0),
    "speech": keys.speech_key("user", "video", "transcription", 0),
    "proposals": keys.proposals_key("user", "video", "digest"),
    "moment answer": keys.moment_answer_key("user", "video", "generation", "digest"),
    "hls work": keys.hls_work("user", "video", "etag", "hls"),
    "lipsync": keys.lipsync_key("user", "video", "segment"),
    "lipsync work": keys.lipsync_work("user", "video", "job"),
    "orphan search": keys.orphan_search_key(),
    "orphans": keys.orphans_key("search", 1),
}


def _mapping(synth: Synth) -> dict[str, Any]:
    return synth.mapping("start_pipeline")


def _rule(synth: Synth) -> dict[str, Any]:
    rules = synth.of("Events::Rule").values()
    return next(rule for rule in rules if rule.get("EventPattern", {}).get("source") == ["aws.s3"])


def _queue(synth: Synth) -> dict[str, Any]:
    name = synth.show(_mapping(synth)["EventSourceArn"]).strip("<>").removesuffix(".Arn")
    return synth.of("SQS::Queue")[name]


def _dead_letters(synth: Synth) -> str:
    return synth.show(_queue(synth)["RedrivePolicy"]["deadLetterTargetArn"])


def test_given_a_new_object_when_under_the_watched_prefix_then_a_run_starts(synth: Synth):
    pattern = _rule(synth)["EventPattern"]

    assert f"{keys.UPLOADS}/" == WATCHED_PREFIX
    assert pattern["source"] == ["aws.s3"]
    assert pattern["detail-type"] == ["Object Created"]
    assert pattern["detail"]["object"] == {"key": [{"prefix": WATCHED_PREFIX}]}


def test_given_a_new_object_when_in_another_bucket_then_nothing_starts(synth: Synth):
    (bucket,) = synth.of("S3::Bucket")
    (watched,) = _rule(synth)["EventPattern"]["detail"]["bucket"]["name"]

    assert synth.show(watched) == f"<{bucket}>"


def test_given_an_upload_when_its_key_is_made_then_it_is_watched():
    assert keys.upload_key("user", "video").startswith(WATCHED_PREFIX)
    assert keys.voice_key("user", "video", "job", 0).startswith(WATCHED_PREFIX)


def test_given_the_outputs_above_when_compared_then_no_kind_of_key_is_forgotten():
    ends = ("_key", "_folder", "_work")
    made = {name for name in vars(keys) if name.endswith(ends) and name != "parse_upload_key"}

    named = {name.replace(" ", "_") for name in OUTPUTS}
    assert {name.removesuffix("_key").removesuffix("_folder") for name in made} == {
        "upload",
        "voice",
        *named,
    }


@pytest.mark.parametrize("kind", OUTPUTS)
def test_given_an_output_when_its_key_is_made_then_it_is_never_watched(kind: str):
    assert not OUTPUTS[kind].startswith(WATCHED_PREFIX)


def test_given_an_event_when_it_cannot_be_queued_then_it_is_kept(synth: Synth):
    (target,) = _rule(synth)["Targets"]

    assert synth.show(target["Arn"]) == synth.show(_mapping(synth)["EventSourceArn"])
    assert synth.show(target["DeadLetterConfig"]["Arn"]) == _dead_letters(synth)


def test_given_a_message_when_it_fails_again_and_again_then_it_is_kept_apart(synth: Synth):
    assert 3 <= _queue(synth)["RedrivePolicy"]["maxReceiveCount"] <= 10


def test_given_dead_letters_when_nobody_looks_then_they_are_kept_for_two_weeks(synth: Synth):
    kept = {
        name: synth.of("SQS::Queue")[name]["MessageRetentionPeriod"]
        for name in synth.dead_letters()
    }

    assert _dead_letters(synth).strip("<>").removesuffix(".Arn") in kept
    assert kept == dict.fromkeys(kept, 14 * DAY)


def test_given_the_queue_when_its_messages_die_then_they_stay_longer_as_dead_letters(synth: Synth):
    """A dead letter keeps the time it was first sent."""
    assert _queue(synth)["MessageRetentionPeriod"] < 14 * DAY


def test_given_a_batch_when_under_work_then_nobody_else_gets_it(synth: Synth):
    consumer = synth.functions()["start_pipeline"]

    assert _queue(synth)["VisibilityTimeout"] >= 6 * consumer["Timeout"]


def test_given_a_batch_when_one_message_fails_then_only_that_one_comes_back(synth: Synth):
    assert _mapping(synth)["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_given_a_cloud_stage_when_a_queue_is_called_then_only_by_tls(cloud: Synth):
    refusing = {
        cloud.show(queue)
        for policy in cloud.of("SQS::QueuePolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for queue in policy["Queues"]
    }

    assert refusing == {f"<{name}>" for name in cloud.of("SQS::Queue")}
