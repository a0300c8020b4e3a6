"""Which function may do what with which table: a write of segments moves what counts them."""

from __future__ import annotations

import itertools

import pytest

from functions.adapters.dynamo.ingest_watch import FETCHED
from functions.adapters.dynamo.lipsync_jobs import BY_VIDEO as LIPSYNCS
from functions.adapters.dynamo.run_watch import BY_LEASE
from functions.adapters.dynamo.segment_paths import path_of
from functions.adapters.dynamo.segment_search import BY_VIDEO
from functions.adapters.dynamo.segment_watch import WAITING
from functions.adapters.dynamo.video_segments import BY_TYPE
from functions.adapters.dynamo.videos import BY_SOURCE, BY_USER
from functions.domain.posts.query import PostSort
from functions.domain.segments.query import SegmentQuery, SortBy
from functions.domain.segments.segment import SegmentType
from tests.infra.handlers import HANDLERS
from tests.infra.synth import Synth

API = "api.app"
# Those that are known to write segments; the rules below hold for every one that may.
WRITERS = {
    "probe_source",
    "cut_window",
    "join_segment",
    "join_audio",
    "finish_run",
    "cut_range",
    "fail_range",
    "follow_segments",
    "finish_lipsync",
    API,
}

# Those that end runs, and close their fences.
CLOSERS = {"finish_run", "fail_run", "end_run", "reap_runs", API}
DELETER = "delete_video"
FINDER = "find_orphans"
# A segment alone, and all of a video's.
REMOVERS = {"follow_segments", DELETER}

each_handler = pytest.mark.parametrize("handler", HANDLERS)


def _on(synth: Synth, handler: str, table: str) -> set[str]:
    """What a function may do with the rows of a table, its indexes left out."""
    arn = f"<{synth.table(table)}.Arn>"
    rights = synth.allowed(synth.functions()[handler])
    return {action.removeprefix("dynamodb:") for action, target in rights if target == arn}


def _who(synth: Synth, action: str, table: str) -> set[str]:
    return {handler for handler in synth.functions() if action in _on(synth, handler, table)}


def _queried(synth: Synth, handler: str, table: str) -> set[str]:
    """The indexes of a table that a function may query."""
    start = f"<{synth.table(table)}.Arn>/index/"
    return {
        target.removeprefix(start)
        for action, target in synth.allowed(synth.functions()[handler])
        if target.startswith(start) and action == "dynamodb:Query"
    }


def test_given_a_function_that_writes_segments_when_it_does_then_it_can_count_them(synth: Synth):
    """One transaction: without the second right the first is worth nothing."""
    writers = _who(synth, "PutItem", "Segments")

    assert writers >= WRITERS
    assert writers <= _who(synth, "UpdateItem", "Counters")
    # Of a run that is over nothing is written: the fence stands with the counts.
    of_runs = writers - {"follow_segments", "cut_range", "fail_range", "finish_lipsync"}
    assert of_runs <= _who(synth, "ConditionCheckItem", "Counters")
    assert of_runs <= _who(synth, "GetItem", "Counters")
    # A segment that is there already is looked up.
    assert writers <= _who(synth, "GetItem", "Segments")


def test_given_a_function_when_it_may_change_counts_then_it_writes_segments(
    synth: Synth,
):
    counting = _who(synth, "UpdateItem", "Counters")

    assert counting == _who(synth, "PutItem", "Segments") | CLOSERS | REMOVERS


def test_given_a_segment_when_its_row_is_removed_then_by_the_function_that_clears_up(
    synth: Synth,
):
    """Anybody else marks it, or its file would stay for ever."""
    assert _who(synth, "DeleteItem", "Segments") == REMOVERS
    assert _who(synth, "UpdateItem", "Segments") == set()


def test_given_a_count_when_deployed_then_nobody_writes_it_as_a_whole(synth: Synth):
    """Two that add at once would undo each other."""
    assert _who(synth, "PutItem", "Counters") == set()


def test_given_the_api_when_it_lists_segments_then_it_may_query_just_what_its_lists_read(
    synth: Synth,
):
    queries = (
        SegmentQuery(user_id="user", sort_by=by, segment_type=kind)
        for by, kind in itertools.product(SortBy, (None, *SegmentType))
    )
    read = {path_of(query).index for query in queries} | {BY_VIDEO}

    assert _queried(synth, API, "Segments") == read
    assert _queried(synth, API, "Videos") == {BY_USER, BY_SOURCE}


@each_handler
def test_given_a_function_when_it_may_query_an_index_then_the_index_exists(
    synth: Synth, handler: str
):
    for table, properties in synth.of("DynamoDB::GlobalTable").items():
        names = {it["IndexName"] for it in properties.get("GlobalSecondaryIndexes", [])}
        kind = table.removeprefix("Tables")

        assert _queried(synth, handler, kind) <= names


@each_handler
def test_given_a_function_when_it_reads_then_by_keys_and_never_a_whole_table(
    synth: Synth, handler: str
):
    """But who looks through everything, which changes nothing there."""
    actions = {action for action, _ in synth.allowed(synth.functions()[handler])}

    assert ("dynamodb:Scan" in actions) == (handler == FINDER)
    assert "dynamodb:PartiQLSelect" not in actions


def test_given_the_search_for_orphans_when_it_finds_some_then_it_can_remove_nothing(synth: Synth):
    actions = {action for action, _ in synth.allowed(synth.functions()[FINDER])}
    changing = ("Put", "Update", "Delete", "Abort", "Write", "Start", "Stop", "Create")

    changes = {one for one in actions if one.partition(":")[2].startswith(changing)}
    told = {one for one in changes if one.startswith(("logs:", "xray:"))}
    assert changes - told == {"s3:PutObject"}
    assert _on(synth, FINDER, "Videos") == {"Scan", "BatchGetItem"}


def test_given_numbers_of_posts_when_the_api_is_told_them_then_it_keeps_and_sums_them(
    synth: Synth,
):
    assert "PutItem" in _on(synth, API, "SocialSnapshots")
    assert _on(synth, API, "Counters") >= {"Query", "UpdateItem"}


def test_given_runs_that_stopped_when_looked_for_then_only_by_the_function_that_ends_them(
    synth: Synth,
):
    watching = {
        handler
        for handler in synth.functions()
        if BY_LEASE in _queried(synth, handler, "PipelineRuns")
        or WAITING in _queried(synth, handler, "Segments")
        or FETCHED in _queried(synth, handler, "Videos")
    }

    assert watching == {"reap_runs"}


def test_given_a_run_when_it_ends_then_who_ends_it_may_close_its_fence_and_let_its_video_go(
    synth: Synth,
):
    assert _who(synth, "UpdateItem", "PipelineRuns") >= CLOSERS
    assert _who(synth, "UpdateItem", "Counters") >= CLOSERS
    assert _who(synth, "PutItem", "Videos") >= CLOSERS


def test_given_what_was_told_of_a_post_when_kept_then_only_a_deletion_takes_it_away(
    synth: Synth,
):
    """Of the segment, its video, or the account that has told it."""
    assert _who(synth, "BatchWriteItem", "SocialSnapshots") == {*REMOVERS, "follow_accounts"}
    assert _who(synth, "DeleteItem", "SocialSnapshots") == {DELETER}


def test_given_a_segment_that_goes_when_its_posts_are_listed_no_more_then_whoever_deletes_may_do_so(
    synth: Synth,
):
    """One transaction again."""
    writers = _who(synth, "PutItem", "Segments")

    assert writers <= _who(synth, "UpdateItem", "SocialSnapshots")


def test_given_the_api_when_it_lists_posts_then_it_may_query_just_what_its_lists_read(
    synth: Synth,
):
    assert _queried(synth, API, "SocialSnapshots") == {f"user_id-{by}-index" for by in PostSort}
    assert "Query" in _on(synth, API, "SocialSnapshots")


def test_given_a_video_when_its_row_or_its_runs_go_then_by_its_deletion(synth: Synth):
    for table in ("Videos", "PipelineRuns"):
        assert _who(synth, "DeleteItem", table) == {DELETER}
    # The API takes back an answer of a request that was refused.
    assert _who(synth, "DeleteItem", "Idempotency") == {API, DELETER}


def test_given_the_deletion_when_it_looks_for_rows_then_by_the_indexes_it_knows(synth: Synth):
    assert _queried(synth, DELETER, "Segments") == {BY_VIDEO, BY_TYPE}
    assert _queried(synth, DELETER, "LipSyncJobs") == {LIPSYNCS}
    for table in ("PipelineRuns", "Counters", "SocialSnapshots", "Deletions"):
        assert "Query" in _on(synth, DELETER, table)


def test_given_the_deletion_when_it_writes_then_only_what_it_takes_from_or_tells_of(synth: Synth):
    """It removes; but for the mark of the video, the receipt, and places that it gives back, it
    makes no row."""
    writing = {"PutItem", "UpdateItem"}
    written = {
        table.removeprefix("Tables")[:-8]: _on(synth, DELETER, table.removeprefix("Tables"))
        & writing
        for table in synth.of("DynamoDB::GlobalTable")
    }

    assert {table: actions for table, actions in written.items() if actions} == {
        "Videos": {"PutItem"},
        "Counters": {"UpdateItem"},
        "Deletions": writing,
        "LipSyncGate": {"PutItem"},
    }


def test_given_a_table_when_it_is_new_here_then_the_deletion_knows_what_of_a_video_is_in_it(
    synth: Synth,
):
    tables = {table.removeprefix("Tables")[:-8] for table in synth.of("DynamoDB::GlobalTable")}
    removing = {"DeleteItem", "BatchWriteItem"}
    known = {table for table in tables if removing & _on(synth, DELETER, table)}

    # Of users, not of their videos; marks of what was told name nothing. A delivery has the number
    # of an event, which goes with its video.
    of_users = {"Preferences", "RateLimits", "SocialAccounts", "SocialBudgets", "SocialSyncs"}
    of_users |= {"Connections", "Webhooks"}
    assert tables - known == {*of_users, "EventMarks", "WebhookDeliveries"}


def test_given_a_receipt_when_kept_then_nobody_removes_it_but_time(synth: Synth):
    """Rows that hide videos lie beside: who removes those removes no receipt."""
    assert _who(synth, "DeleteItem", "Deletions") == {DELETER}
    asking = {API, "forget_user"}
    assert _who(synth, "PutItem", "Deletions") == {*asking, DELETER}
    assert _who(synth, "UpdateItem", "Deletions") == {*asking, DELETER, "end_deletion"}


def test_given_an_object_that_arrives_when_its_video_was_deleted_then_that_can_be_known(
    synth: Synth,
):
    assert _on(synth, "start_pipeline", "Deletions") == {"GetItem"}


def test_given_a_function_that_makes_objects_when_it_does_then_it_can_tell_that_its_video_is_gone(
    synth: Synth,
):
    """What a run makes is held back where its video is not there (`services/runs/fence.py`). Those
    who look at jobs of the transcriber write for a row that waits, which the deletion waits for."""
    makers = {
        handler
        for handler, function in synth.functions().items()
        for action, target in synth.allowed(function)
        if action == "s3:PutObject" and target.endswith(("/media/*", "/work/*"))
    }

    looking = {"follow_transcription", "reconcile_transcriptions"}
    assert makers
    assert makers - looking <= _who(synth, "GetItem", "Videos")


def test_given_requests_when_counted_then_by_the_api_alone(synth: Synth):
    users = {handler for handler in synth.functions() if _on(synth, handler, "RateLimits")}

    assert users == {API}
    assert _on(synth, API, "RateLimits") == {"UpdateItem", "DescribeTable"}


def test_given_the_deep_health_check_when_asked_then_the_api_may_look_at_every_table(
    synth: Synth,
):
    """What it may not look at is told as out of reach, and the service as degraded."""
    reached = {
        target
        for action, target in synth.allowed(synth.functions()[API])
        if action == "dynamodb:DescribeTable"
    }

    assert reached == {f"<{table}.Arn>" for table in synth.of("DynamoDB::GlobalTable")}
