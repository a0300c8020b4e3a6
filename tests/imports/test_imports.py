"""What each function loads, since every package costs time at a cold start and room in a layer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.environment import FAKE_AWS, FUNCTION_ENVIRONMENT

ROOT = Path(__file__).parents[2]
HANDLERS = ROOT / "functions" / "handlers"

# The interpreter was started with this folder's package.
STARTED_WITH = {"tests"}
# boto3 comes with the runtime, whatever it needs itself included.
BOTO = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3", "certifi"}
EVERY = STARTED_WITH | BOTO | {"functions", "aws_lambda_powertools", "typing_extensions"}
PROBING = {"av", "cython_runtime"}
# anyio is looked for, and used by the side of it that we do not call.
FETCHING = {"httpcore", "h11", "anyio"}
# Its own command line is looked for, and found where a developer has what it needs.
CALLING = {"httpx", "idna", "click", "rich", "pygments"}
VALIDATION = {"pydantic", "pydantic_core", "annotated_types", "typing_inspection"}

# Of `bootstrap`, or before a dot what follows in `bootstrap_…`.
USES = {
    "start_pipeline": (
        "video_store",
        "run_store",
        "run_lock",
        "pipeline",
        "deletion_store",
        "media_store",
        "lipsync.desk",
    ),
    "prepare_lipsync": ("media.prober", "lipsync.desk"),
    "enter_lipsync": ("lipsync.line",),
    "await_lipsync": ("lipsync.line",),
    "fail_lipsync": ("lipsync.line",),
    "submit_lipsync": ("media_store", "lipsync.line", "lipsync.provider"),
    "poll_lipsync": ("lipsync.line", "lipsync.provider"),
    "collect_lipsync": (
        "media_store",
        "lipsync.line",
        "lipsync.provider",
        "lipsync.results",
        "lipsync.tools",
    ),
    "encode_lipsync": ("media_store", "lipsync.job_store", "lipsync.tools"),
    "finish_lipsync": (
        "media_store",
        "segments_of",
        "lipsync.job_store",
        "lipsync.tools",
        "lipsync.text_detector",
    ),
    "claim_run": ("context", "user_directory"),
    "probe_source": ("context", "media.prober"),
    "plan_segments": ("context", "media.prober", "moments.moment_store"),
    "cut_window": ("context", "media.cutter"),
    "join_segment": ("context", "media.cutter"),
    "join_audio": ("context", "media.cutter"),
    "plan_analysis": ("context",),
    "analyse_window": ("context", "media.analyser"),
    "finish_analysis": ("context", "media.analyser"),
    "fail_analysis": ("context",),
    "plan_hls": ("context", "media.prober"),
    "write_hls": ("context", "media.hls_writer"),
    "finish_hls": ("context",),
    "fail_hls": ("context",),
    "plan_transcript": ("context",),
    "extract_speech": ("context", "media.speech_extractor"),
    "await_transcription": ("context", "media.scribes"),
    "follow_transcription": ("media.scribes",),
    "reconcile_transcriptions": ("media.scribes",),
    "finish_transcript": ("context", "media.transcription_store"),
    "fail_transcript": ("context",),
    "finish_run": ("context",),
    "fail_run": ("context",),
    "end_run": ("context",),
    "reap_runs": (
        "context",
        "reaping.run_watch",
        "reaping.segment_watch",
        "pipeline",
        "range_cuts",
    ),
    "plan_range": ("context", "media.prober"),
    "cut_range": ("context", "media.cutter"),
    "fail_range": ("context",),
    "generate_moments": ("moments.moment_context",),
    "find_moments": ("moments.moment_context",),
    "cut_clips": ("moments.moment_context", "segments_of"),
    "fail_words": ("context",),
    "fail_moments": ("moments.moment_context",),
    "end_moments": ("moments.moment_context",),
    "ingest_source": ("video_store", "media_store", "media.source_reader", "media.source_resolver"),
    "fail_ingest": ("video_store", "media_store"),
    "delete_video": ("video_store", "deletion_store", "segments_of"),
    "end_deletion": ("deletion_store",),
    "forget_user": ("video_store", "deletion_store", "social.keyring", "webhooks.webhook_store"),
    "find_orphans": ("deletion_store", "segments_of", "media_store"),
    "record_events": ("events.recording",),
    "publish_events": ("events.event_bus",),
    "push_events": ("events.pushing",),
    "socket": ("events.pushing",),
    "authorize_events": ("events.connections", "events.user_tokens"),
    "stream_events": ("events.event_log",),
    "match_webhooks": ("webhooks.webhook_context",),
    "deliver_webhooks": ("webhooks.webhook_context", "webhooks.receivers"),
    "retry_webhooks": ("webhooks.webhook_context",),
    "follow_segments": ("segments_of", "media_store", "video_store", "range_cuts"),
    "plan_social_sync": ("social.sync_posts", "social.budgets", "social.sync_runs"),
    "sync_posts": ("social.sync_tools", "social.demands"),
    "follow_posts": ("segments_of", "social.sync_posts"),
    "follow_accounts": ("social.account_work",),
    "plan_asked_sync": ("social.demand_work", "social.sync_lists"),
    "api.app": (
        "video_store",
        "run_store",
        "segment_store",
        "media_store",
        "pipeline",
        "run_lock",
        "reaping.run_watch",
        "ingests",
        "deletion_store",
        "shown_segments_of",
        "shown_video_store",
        "executions",
    ),
}
MORE = {
    "probe_source": PROBING,
    "plan_segments": PROBING,
    "plan_range": PROBING,
    "plan_hls": PROBING,
    "ingest_source": FETCHING,
    "prepare_lipsync": PROBING,
    "submit_lipsync": FETCHING | CALLING,
    "poll_lipsync": FETCHING | CALLING,
    "collect_lipsync": FETCHING | CALLING,
    "deliver_webhooks": FETCHING,
    "api.app": VALIDATION,
}


@cache
def _loaded(handler: str) -> frozenset[str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.imports.loaded",
            f"functions.handlers.{handler}",
            *USES[handler],
        ],
        cwd=ROOT,
        env={**clean, **FUNCTION_ENVIRONMENT, **FAKE_AWS},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return frozenset(json.loads(done.stdout))


@pytest.mark.parametrize("handler", USES)
def test_given_a_fresh_container_when_a_function_is_ready_then_it_has_loaded_what_it_may(
    handler: str,
):
    assert _loaded(handler) - EVERY - MORE.get(handler, set()) == set()


@pytest.mark.parametrize("handler", ["probe_source", "plan_segments", "plan_range"])
def test_given_a_function_that_probes_when_it_is_ready_then_it_has_loaded_the_prober(
    handler: str,
):
    # Else the test above would pass on a function that builds nothing.
    assert "av" in _loaded(handler)


def test_given_the_api_when_it_is_ready_then_it_has_loaded_validation():
    assert "pydantic" in _loaded("api.app")


@pytest.mark.parametrize("handler", USES)
def test_given_any_function_when_it_is_ready_then_boto3_is_there_and_infrastructure_is_not(
    handler: str,
):
    assert "boto3" in _loaded(handler)
    assert not {"infra", "aws_cdk", "constructs", "jsii"} & _loaded(handler)


def test_given_the_folder_of_handlers_when_looked_through_then_each_has_its_list():
    tasks = {path.stem for path in HANDLERS.glob("*.py")} - {"__init__"}

    assert tasks | {"api.app"} == USES.keys()
