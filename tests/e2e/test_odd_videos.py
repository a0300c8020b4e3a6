"""Videos unlike most uploads: each is cut whole, every frame in one segment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import pytest

from tests.e2e.outcome import EACH_TWO_SECONDS, require_whole
from tests.media import odd
from tests.support.cloud import Cloud


@dataclass(frozen=True)
class Kind:
    """How a file of a kind is made, and what the API is to say of its media and segments."""

    make: Callable[[Path], Path]
    video: dict[str, Any] = field(default_factory=dict)
    audio: dict[str, Any] = field(default_factory=dict)
    name: str = "source.mp4"
    content_type: str = "video/mp4"
    audio_type: str = "audio/mp4"


KINDS = {
    "turned": Kind(odd.portrait, {"width": 72, "height": 128, "coded_width": 128}),
    "uneven-frame-rate": Kind(odd.variable_rate, {"variable_frame_rate": True}),
    "hevc": Kind(odd.hevc, {"codec": "hevc", "variable_frame_rate": False}),
    "vp9-and-opus": Kind(
        odd.vp9,
        {"codec": "vp9"},
        {"codec": "opus"},
        name="source.webm",
        content_type="video/webm",
    ),
    "transport-stream": Kind(odd.tiny, {"codec": "h264"}, {"codec": "aac"}, name="source.ts"),
    "six-channels": Kind(odd.surround, {}, {"channels": 6}),
    "two-sound-tracks": Kind(odd.two_sounds, {}, {"tracks": 2, "sample_rate": 48_000}),
    "cover-art": Kind(odd.covered_video, {"codec": "h264"}, {"codec": "aac", "tracks": 1}),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_given_an_unusual_video_when_it_is_cut_then_each_frame_is_in_one_segment(
    cloud: Cloud, tmp_path: Path, kind: Kind
) -> None:
    source = kind.make(tmp_path / kind.name)

    video = cloud.finished(cloud.upload(source, options=EACH_TWO_SECONDS))

    segments = require_whole(cloud, video, count=3)
    assert kind.video.items() <= video["media"]["video"].items()
    assert kind.audio.items() <= video["media"]["audio"].items()
    assert sum(row["frame_count"] for row in segments) == odd.frames(source)
    assert {row["content_type"] for row in segments} == {kind.content_type}
    assert {row["s3_key"].rsplit(".")[-1] for row in segments} == {kind.content_type[6:]}
    assert len(cloud.segments(video["video_id"], "thumbnail")) == 4
    (sound,) = cloud.segments(video["video_id"], "audio")
    assert sound["content_type"] == kind.audio_type
    assert sound["duration"] == pytest.approx(video["media"]["duration"], abs=0.1)


def test_given_a_silent_video_when_it_is_cut_then_there_is_no_audio_segment(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = odd.silent(tmp_path / "silent.mp4")

    video = cloud.finished(cloud.upload(source, options=EACH_TWO_SECONDS))

    segments = require_whole(cloud, video, count=3)
    assert sum(row["frame_count"] for row in segments) == 150
    assert video["media"]["audio"] is None
    assert cloud.segments(video["video_id"], "audio") == []


def test_given_a_video_of_one_frame_when_it_is_cut_then_it_is_one_segment_with_a_thumbnail(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = odd.one_picture(tmp_path / "blink.mp4")

    video = cloud.finished(cloud.upload(source))

    (segment,) = require_whole(cloud, video, count=1)
    assert segment["frame_count"] == 1
    assert len(cloud.segments(video["video_id"], "thumbnail")) == 2


@pytest.mark.parametrize("make", [odd.sound, odd.covered_song], ids=["bare", "with-cover-art"])
def test_given_sound_alone_when_it_is_cut_then_there_are_segments_but_no_thumbnails(
    cloud: Cloud, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    source = make(tmp_path / "song.m4a")

    uploaded = cloud.upload(source, content_type="audio/mp4", options=EACH_TWO_SECONDS)
    video = cloud.finished(uploaded)

    segments = require_whole(cloud, video, count=3)
    assert video["media"]["video"] is None
    assert video["poster_segment_id"] is None
    assert {row["content_type"] for row in segments} == {"audio/mp4"}
    assert {row["frame_count"] for row in segments} == {None}
    assert cloud.segments(video["video_id"], "thumbnail") == []
    assert len(cloud.segments(video["video_id"], "audio")) == 1


def test_given_a_video_held_upright_when_it_is_cut_then_its_pictures_are_upright(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = cloud.upload(odd.portrait(tmp_path / "phone.mp4"))

    cloud.finished(video_id)

    for thumbnail in cloud.segments(video_id, "thumbnail"):
        with av.open(str(cloud.fetch(thumbnail, tmp_path / "picture.jpg"))) as picture:
            assert (picture.streams.video[0].width, picture.streams.video[0].height) == (72, 128)
