"""Domain objects with defaults that work, and overrides for what a test is about."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from functions.domain.cutting.plan import Plan, PlannedSegment, Window
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.failure import Failure
from functions.domain.ids import fingerprint
from functions.domain.ingests.ingest import Ingest
from functions.domain.keys import upload_key
from functions.domain.media.containers import M4A, MP4
from functions.domain.media.probe import AudioTrack, KeyframeIndex, Media, Probe, VideoTrack
from functions.domain.media.source import Source
from functions.domain.moments.generation import LEASE, Generation, generation_id_of
from functions.domain.moments.moment import Edges, Moment, MomentOptions
from functions.domain.runs.course import usual
from functions.domain.runs.lease import lease_from, watch_shard
from functions.domain.runs.run import Run, RunStatus
from functions.domain.segments.segment import (
    Segment,
    SegmentSource,
    SegmentStatus,
    SegmentType,
    segment_id_of,
)
from functions.domain.tiers import Tier
from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Sentence, Transcript, Word
from functions.domain.video import Upload, Video, VideoStatus
from functions.domain.webhooks.webhook import SealedSecret, Webhook
from functions.services.ingests.uploads import MIN_PART, NewUpload
from functions.services.ownership import Caller
from tests.fakes.clock import EPOCH

USER = "0d6d1b9e-user"
STRANGER = "7c1f2aa0-stranger"
VIDEO = "01890000-0000-7000-8000-000000000001"
RUN = "run-1"
RANGE = "01890000-0000-7000-8000-00000000000a"


def make_caller(user_id: str = USER, tier: Tier = Tier.PRO) -> Caller:
    return Caller(user_id=user_id, tier=tier)


def make_source(**overrides: Any) -> Source:
    defaults = {"key": upload_key(USER, VIDEO), "size": 5_000, "etag": "e1", "version_id": "v1"}
    return Source(**{**defaults, **overrides})


def make_upload(**overrides: Any) -> Upload:
    defaults = {"key": upload_key(USER, VIDEO), "expires_at": EPOCH + timedelta(hours=24)}
    return Upload(**{**defaults, **overrides})


def make_new_upload(**overrides: Any) -> NewUpload:
    defaults = {
        "file_name": "holiday.mp4",
        "size": 5_000,
        "content_type": "video/mp4",
        "title": "Holiday",
        "segmentation": Segmentation(length=10_000),
    }
    return NewUpload(**{**defaults, **overrides})


def make_large_upload(**overrides: Any) -> NewUpload:
    """Three parts: two whole ones and half of one."""
    return make_new_upload(size=5 * MIN_PART // 2, **overrides)


def make_video(**overrides: Any) -> Video:
    defaults = {
        "video_id": VIDEO,
        "user_id": USER,
        "status": VideoStatus.UPLOADING,
        "file_name": "holiday.mp4",
        "created_at": EPOCH,
        "updated_at": EPOCH,
        "segmentation": Segmentation(length=10_000),
    }
    return Video(**{**defaults, **overrides})


def make_uploading_video(**overrides: Any) -> Video:
    """Announced, with nothing arrived yet."""
    defaults = {"upload": make_upload(), "declared_size": 5_000, "content_type": "video/mp4"}
    return make_video(**{**defaults, **overrides})


URL = "https://media.example/holiday.mp4?signature=secret"


def make_ingesting_video(url: str = URL, tier: Tier = Tier.PRO, **overrides: Any) -> Video:
    """Submitted by URL, with nothing fetched yet."""
    address, _, query = url.partition("?")
    defaults = {
        "status": VideoStatus.INGESTING,
        "upload": make_upload(),
        "ingest": Ingest(address=address, query=query or None, tier=tier),
        "source_digest": fingerprint(url),
    }
    return make_video(**{**defaults, **overrides})


def make_queued_video(**overrides: Any) -> Video:
    """Arrived, with its first run about to start."""
    defaults = {
        "status": VideoStatus.QUEUED,
        "source": make_source(),
        "run_id": RUN,
        "runs": 1,
    }
    return make_video(**{**defaults, **overrides})


def make_failure(**overrides: Any) -> Failure:
    return Failure(
        **{"code": "media.unreadable", "detail": "No video.", "stage": "probe"} | overrides
    )


def make_run(**overrides: Any) -> Run:
    defaults = {
        "video_id": VIDEO,
        "run_id": RUN,
        "user_id": USER,
        "status": RunStatus.QUEUED,
        "created_at": EPOCH,
        "todo": usual(make_video()),
        "lease_until": lease_from(EPOCH),
        "watch_shard": watch_shard(VIDEO),
    }
    return Run(**{**defaults, **overrides})


def tried_once(run: Run) -> Run:
    """But for how often steps were tried, and until when it is held."""
    stages = {stage: replace(times, attempts=1) for stage, times in run.stages.items()}
    return replace(run, stages=stages, lease_until=None)


def make_segment(**overrides: Any) -> Segment:
    """The id follows from the rest unless it is given."""
    defaults = {
        "video_id": VIDEO,
        "user_id": USER,
        "segment_type": SegmentType.PROCESSED,
        "segment_number": 1,
        "file_size": 700,
        "content_type": "video/mp4",
        "plan_id": "plan-1",
        "created_at": EPOCH,
        "updated_at": EPOCH,
    }
    named = {**defaults, **overrides}
    number, kind = named["segment_number"], named["segment_type"]
    named.setdefault("s3_key", f"media/{USER}/{VIDEO}/plan-1/{kind}-{number:06d}.mp4")
    named.setdefault("segment_id", segment_id_of(named["video_id"], kind, f"plan-1-{number}"))
    return Segment(**named)


def make_pending(**overrides: Any) -> Segment:
    """A range that was asked for, and is not cut yet: 11 to 13 seconds of VIDEO."""
    defaults = {
        "segment_id": RANGE,
        "s3_key": f"media/{USER}/{VIDEO}/{RANGE}/segment",
        "file_size": 0,
        "content_type": "application/octet-stream",
        "plan_id": None,
        "source": SegmentSource.RANGE,
        "status": SegmentStatus.PENDING,
        "start": 11_000,
        "end": 13_000,
        "title": "The good part",
    }
    return make_segment(**{**defaults, **overrides})


def make_moment(**overrides: Any) -> Moment:
    """Found in the first version of the transcript; the id follows from the times."""
    defaults = {
        "video_id": VIDEO,
        "user_id": USER,
        "generation_id": "0001-found",
        "transcript_version": 1,
        "start": 10_000,
        "end": 30_000,
        "edges": Edges.SENTENCE,
        "title": "Bees are sisters",
        "reason": "It says most of its topic.",
        "score": 0.7,
        "parts": {"content": 0.7},
        "created_at": EPOCH,
        "updated_at": EPOCH,
    }
    named = {**defaults, **overrides}
    named.setdefault("moment_id", f"moment-{named['start']:07d}-{named['end']:07d}")
    return Moment(**named)


def make_generation(**overrides: Any) -> Generation:
    """Queued; the id follows from number and key."""
    defaults = {
        "video_id": VIDEO,
        "user_id": USER,
        "number": 1,
        "key": "found",
        "verdicts": "none",
        "options": MomentOptions(),
        "transcript_version": 1,
        "created_at": EPOCH,
        "lease_until": EPOCH + LEASE,
    }
    named = {**defaults, **overrides}
    named.setdefault("generation_id", generation_id_of(named["number"], named["key"]))
    return Generation(**named)


def make_webhook(**overrides: Any) -> Webhook:
    values: dict[str, Any] = {
        "webhook_id": "webhook-1",
        "user_id": USER,
        "url": "https://hooks.example.com/in",
        "events": ("*",),
        "secrets": (SealedSecret(secret_id="s1", sealed="sealed", created_at=EPOCH),),
        "created_at": EPOCH,
        "updated_at": EPOCH,
    }
    return Webhook(**{**values, **overrides})


def make_video_track(**overrides: Any) -> VideoTrack:
    defaults = {
        "index": 0,
        "codec": "h264",
        "coded_width": 1920,
        "coded_height": 1080,
        "width": 1080,
        "height": 1920,
        "rotation": 90,
        "frame_rate": 25.0,
        "variable_frame_rate": False,
    }
    return VideoTrack(**{**defaults, **overrides})


def make_audio_track(**overrides: Any) -> AudioTrack:
    defaults = {"index": 1, "codec": "aac", "sample_rate": 48_000, "channels": 2, "tracks": 1}
    return AudioTrack(**{**defaults, **overrides})


def make_media(**overrides: Any) -> Media:
    defaults = {
        "container": "mov,mp4,m4a,3gp,3g2,mj2",
        "duration": 60_000,
        "video": make_video_track(),
        "audio": make_audio_track(),
        "bit_rate": 4_000_000,
    }
    return Media(**{**defaults, **overrides})


def make_keyframes(
    duration: Milliseconds = 60_000, every: Milliseconds = 2_000, **overrides: Any
) -> KeyframeIndex:
    defaults = {"times": tuple(range(0, duration, every)), "complete": True, "seekable": True}
    return KeyframeIndex(**{**defaults, **overrides})


def make_probe(**overrides: Any) -> Probe:
    return Probe(**{"media": make_media(), "keyframes": make_keyframes()} | overrides)


def make_probe_without_index(**overrides: Any) -> Probe:
    """As an MPEG-TS file gives it: only the first keyframe is known, and one pass reads all."""
    return make_probe(
        media=make_media(container="mpegts"),
        keyframes=KeyframeIndex(times=(0,), complete=False, seekable=False),
        **overrides,
    )


def make_planned(
    number: int = 1, length: Milliseconds = 10_000, **overrides: Any
) -> PlannedSegment:
    """Cut just where it was asked, with a keyframe each two seconds."""
    start = (number - 1) * length
    defaults = {
        "number": number,
        "start": start,
        "end": start + length,
        "cut": start,
        "after": max(0, start - 2_000),
    }
    return PlannedSegment(**{**defaults, **overrides})


def make_plan(count: int = 6, per_window: int = 3, **overrides: Any) -> Plan:
    windows = [
        Window(index=index, first=first, last=min(first + per_window - 1, count))
        for index, first in enumerate(range(1, count + 1, per_window))
    ]
    defaults = {
        "plan_id": "plan-1",
        "duration": count * 10_000,
        "origin": 0,
        "container": "mov,mp4,m4a,3gp,3g2,mj2",
        "format": MP4,
        "video_index": 0,
        "audio_index": 1,
        "audio_format": M4A,
        "one_pass": False,
        "segments": tuple(make_planned(number) for number in range(1, count + 1)),
        "windows": tuple(windows),
    }
    return Plan(**{**defaults, **overrides})


def make_words(text: str = "Hello there. How are you?", **overrides: Any) -> tuple[Word, ...]:
    """Half a second each, with a pause of 100 ms."""
    return tuple(
        Word(**{"text": word, "start": at * 600, "end": at * 600 + 500} | overrides)
        for at, word in enumerate(text.split())
    )


def make_transcript(text: str = "Hello there. How are you?", **overrides: Any) -> Transcript:
    """A sentence ends with its full stop or question mark."""
    words = overrides.pop("words", make_words(text))
    ends = [at for at, word in enumerate(words) if word.text.endswith((".", "?", "!"))]
    ends += [len(words) - 1] if words and len(words) - 1 not in ends else []
    starts = [0, *(end + 1 for end in ends[:-1])]
    sentences = tuple(Sentence(first=a, last=b) for a, b in zip(starts, ends, strict=False))
    defaults = {"language": "en-US", "engine": "fake", "words": words, "sentences": sentences}
    return Transcript(**{**defaults, **overrides})


def make_silent(probe: Probe) -> Probe:
    return replace(probe, media=replace(probe.media, audio=None))


def make_cause(error: str, message: str) -> str:
    """A state's Cause, as a function's error makes it."""
    return json.dumps({"errorType": error, "errorMessage": message, "stackTrace": []})
